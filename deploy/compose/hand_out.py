"""The set-up steps of the Compose file: `secrets`, `topics` and `routes`, each run once at every `up`.

Secrets are made once and kept in the volume at /made. Each part has a small volume of its own under /handed with the
files that it may read, owned by the user it runs as, and sees no other.
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from deploy.certificates import make_sandbox_certificate
from deploy.stack import topics
from deploy.stack.environment import environment_of
from deploy.stack.kafka_properties import ADMIN, BROKER, Listener, admin_properties, as_text, server_properties
from deploy.stack.places import Places
from deploy.stack.ports import Ports
from deploy.stack.postgres_roles import LOGINS, SERVICES, scram_verifier
from deploy.stack.routes import make_empty_routes, routes_file, write_routes
from deploy.stack.secret_files import make_keys, password, write_private

KAFKA: Final = "kafka:9092"
SANDBOX: Final = "https://sandbox:8410"
CA_FILE: Final = Path("/secrets/ca.pem")  # as the services see it
_KAFKA_DATA: Final = Path("/var/lib/kafka/data")
_OURS: Final = 10001
_OWNER: Final = {"postgres": 999, "kafka": 1000}  # the users of their images


def secrets(places: Places, handed: Path) -> None:
    """Make what is missing and give each part its files."""
    places.make()
    make_keys(places.keys)
    make_sandbox_certificate(places.tls)
    make_empty_routes(places)
    for service in SERVICES:
        files = [
            Path(value)
            for name, value in environment_of(service, places, Ports()).items()
            if name.endswith("_FILE") and name != "CLAIMWRIGHT_CLOCK_FILE"
        ]
        _give(handed / service, {file.name: file.read_text() for file in files})
    for service in ("submission", "remittance"):
        _give(handed / service, {"ca.pem": (places.tls / "ca.pem").read_text()})
    _give(handed / "migrator", {"migrator": password(places.secrets, "migrator")})
    _give(handed / "handover", {})
    _give(handed / "postgres", {"postgres": password(places.secrets, "postgres"), "passwords.sql": _passwords(places)})
    _give(handed / "kafka", _kafka_files(places))


def set_topics(places: Places, handed: Path) -> None:  # noqa: ARG001 - the steps are called alike
    """Make topics, users and access lists at the broker."""
    topics.provide(topics.AdminLogin(KAFKA, password(places.secrets, f"kafka_{ADMIN}")), places)


def set_routes(places: Places, handed: Path) -> None:
    """Write the routes for the organization that the first start made, and give them to whom they concern."""
    handover = "handover.json"
    shutil.copyfile(handed / "handover" / handover, places.secrets / handover)
    (places.secrets / handover).chmod(0o600)
    write_routes(places, sandbox_url=SANDBOX, ca_file=CA_FILE)
    for service in ("submission", "remittance", "sandbox"):
        _give(handed / service, {"routes.json": routes_file(places).read_text()})


def _kafka_files(places: Places) -> dict[str, str]:
    broker, admin = (password(places.secrets, f"kafka_{user}") for user in (BROKER, ADMIN))
    properties = server_properties(
        client=Listener("0.0.0.0", "kafka", 9092),  # noqa: S104 - inside the Compose network only
        controller=Listener("127.0.0.1", "127.0.0.1", 9093),
        data=_KAFKA_DATA,
        password=broker,
    )
    return {
        "server.properties": as_text(properties),
        "admin.properties": as_text(admin_properties(admin)),
        "kafka_broker": broker,
        "kafka_admin": admin,
    }


def _passwords(places: Places) -> str:
    return "".join(
        f"alter role {login} password '{scram_verifier(password(places.secrets, login))}';\n" for login in LOGINS
    )


def _give(folder: Path, files: Mapping[str, str]) -> None:
    owner = _OWNER.get(folder.name, _OURS)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_private(folder / name, text)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner, owner)
    folder.chmod(0o700)


STEPS: Final[Mapping[str, Callable[[Places, Path], None]]] = {
    "secrets": secrets,
    "topics": set_topics,
    "routes": set_routes,
}


def main(arguments: list[str]) -> int:
    """Do one step."""
    if len(arguments) != 1 or arguments[0] not in STEPS:
        print(f"one of: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    STEPS[arguments[0]](Places(Path("/made")), Path("/handed"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
