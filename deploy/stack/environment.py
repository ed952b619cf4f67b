"""What each service is told: its own roles, its own broker user, the keys it may open, and nothing of the others."""

import os
import sys
from pathlib import Path
from typing import Final

from deploy.stack.places import Places
from deploy.stack.ports import HOST, Ports, instance_named, instance_of
from deploy.stack.postgres_roles import DATABASE
from deploy.stack.routes import routes_file
from deploy.stack.secret_files import password
from deploy.stack.size import Size

_OPENS: Final = {
    "intake": ("identity", "clinical", "financial"),
    "coding": ("identity", "clinical", "financial"),
    "submission": ("identity", "clinical", "financial"),
    "console": ("identity", "clinical", "financial"),
    "remittance": ("identity", "financial"),
    "sandbox": (),
}
_KNOWS_ROUTES: Final = ("submission", "remittance", "sandbox")
_PASSED_ON: Final = ("HOME", "LANG", "TZ", "NO_COLOR", "CI")


def environment_of(
    service: str, places: Places, ports: Ports, *, database: str = DATABASE, size: Size | None = None
) -> dict[str, str]:
    """Return the environment of a service's `serve`."""
    size = size or Size()
    told = {
        "CLAIMWRIGHT_ENVIRONMENT": "local",
        "CLAIMWRIGHT_CLOCK_FILE": str(places.clock),
        "CLAIMWRIGHT_OTLP_ENDPOINT": f"http://{HOST}:{ports.console}/v1/traces",
        "CLAIMWRIGHT_DATABASE__HOST": HOST,
        "CLAIMWRIGHT_DATABASE__PORT": str(ports.postgres),
        "CLAIMWRIGHT_DATABASE__NAME": database,
        "CLAIMWRIGHT_DATABASE__PASSWORD_FILE": _secret(places, f"svc_{service}"),
        f"CLAIMWRIGHT_{service.upper()}__HTTP_PORT": str(ports.of(service)),
    }
    if service != "sandbox":  # it publishes nothing, reads no topic and opens nothing
        told |= {
            "CLAIMWRIGHT_DATABASE__RELAY_PASSWORD_FILE": _secret(places, f"relay_{service}"),
            "CLAIMWRIGHT_KAFKA__BOOTSTRAP": ",".join(
                f"{HOST}:{ports.of(instance_named('kafka', node))}" for node in range(1, size.brokers + 1)
            ),
            "CLAIMWRIGHT_KAFKA__USERNAME": f"svc_{service}",
            "CLAIMWRIGHT_KAFKA__PASSWORD_FILE": _secret(places, f"kafka_svc_{service}"),
        }
        if size.broker_tls:
            told["CLAIMWRIGHT_KAFKA__TLS_CA_FILE"] = str(places.tls / "kafka-ca.pem")
    if service in _KNOWS_ROUTES:
        told["CLAIMWRIGHT_ROUTES_FILE"] = str(routes_file(places))
    if service == "sandbox":
        told |= {
            "CLAIMWRIGHT_SANDBOX__KEY_FILE": str(places.keys / "sandbox.key"),
            "CLAIMWRIGHT_SANDBOX__TLS_CERTIFICATE_FILE": str(places.tls / "sandbox.pem"),
            "CLAIMWRIGHT_SANDBOX__TLS_KEY_FILE": str(places.tls / "sandbox-key.pem"),
            "CLAIMWRIGHT_SANDBOX__SUBMISSION_URL": f"http://{HOST}:{ports.submission}",
            "CLAIMWRIGHT_SANDBOX__REMITTANCE_URL": f"http://{HOST}:{ports.remittance}",
        }
    if service == "console":
        told |= {
            f"CLAIMWRIGHT_CONSOLE__{owner.upper()}_URL": f"http://{HOST}:{ports.of(owner)}"
            for owner in ("intake", "coding", "submission", "remittance")
        }
    for purpose in _OPENS[service]:
        told[f"CLAIMWRIGHT_KEYS__{purpose.upper()}_FILE"] = str(places.keys / f"{purpose}.key")
    return base_environment() | told


def replica_environment(part: str, ports: Ports) -> dict[str, str]:
    """Return what the second and further replicas of a service are told of their own: the port."""
    service, ordinal = instance_of(part)
    return {} if ordinal == 1 else {f"CLAIMWRIGHT_{service.upper()}__HTTP_PORT": str(ports.of(part))}


def migration_environment_of(
    service: str, places: Places, ports: Ports, *, database: str = DATABASE, size: Size | None = None
) -> dict[str, str]:
    """Return the environment of a service's `migrate`: it alone may log in as the one that migrates."""
    migrator = {"CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE": _secret(places, "migrator")}
    return environment_of(service, places, ports, database=database, size=size) | migrator


def _secret(places: Places, name: str) -> str:
    password(places.secrets, name)
    return str(places.secrets / name)


def base_environment() -> dict[str, str]:
    """Return what any program needs; the rest of the caller's environment stays with the caller."""
    programs = str(Path(sys.executable).parent)
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": f"{programs}{os.pathsep}{os.defpath}", "PYTHONUNBUFFERED": "1"} | passed_on
