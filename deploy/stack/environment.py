"""What each service is told: its own roles, its own broker user, the keys it may open, and nothing of the others."""

import os
import sys
from pathlib import Path
from typing import Final

from deploy.stack.places import Places
from deploy.stack.ports import HOST, Ports
from deploy.stack.postgres import DATABASE
from deploy.stack.secret_files import password

_OPENS: Final = {
    "intake": ("identity", "clinical", "financial"),
    "coding": ("identity", "clinical", "financial"),
    "submission": ("identity", "clinical", "financial"),
    "console": ("identity", "clinical", "financial"),
    "remittance": ("identity", "financial"),
    "sandbox": (),
}
_SENDS: Final = ("submission", "remittance")  # who meets the clearinghouse
_PASSED_ON: Final = ("HOME", "LANG", "TZ", "PYTHONDONTWRITEBYTECODE", "NO_COLOR", "CI")


def environment_of(service: str, places: Places, ports: Ports, *, database: str = DATABASE) -> dict[str, str]:
    """Return the environment of a service's `serve`."""
    told = {
        "CLAIMWRIGHT_ENVIRONMENT": "local",
        "CLAIMWRIGHT_CLOCK_FILE": str(places.clock),
        "CLAIMWRIGHT_OTLP_ENDPOINT": f"http://{HOST}:{ports.console}/v1/traces",
        "CLAIMWRIGHT_DATABASE__HOST": HOST,
        "CLAIMWRIGHT_DATABASE__PORT": str(ports.postgres),
        "CLAIMWRIGHT_DATABASE__NAME": database,
        "CLAIMWRIGHT_DATABASE__PASSWORD_FILE": _secret(places, f"svc_{service}"),
        f"CLAIMWRIGHT_{service.upper()}_HTTP_PORT": str(ports.of(service)),
    }
    if service != "sandbox":  # it publishes nothing, reads no topic and opens nothing
        told |= {
            "CLAIMWRIGHT_DATABASE__RELAY_PASSWORD_FILE": _secret(places, f"relay_{service}"),
            "CLAIMWRIGHT_KAFKA__BOOTSTRAP": f"{HOST}:{ports.kafka}",
            "CLAIMWRIGHT_KAFKA__USERNAME": f"svc_{service}",
            "CLAIMWRIGHT_KAFKA__PASSWORD_FILE": _secret(places, f"kafka_svc_{service}"),
        }
    if service in _SENDS:
        told["CLAIMWRIGHT_ROUTES_FILE"] = str(places.secrets / "routes.json")
    for purpose in _OPENS[service]:
        told[f"CLAIMWRIGHT_KEYS__{purpose.upper()}_FILE"] = str(places.keys / f"{purpose}.key")
    return _base() | told


def task_environment_of(service: str, places: Places, ports: Ports, *, database: str = DATABASE) -> dict[str, str]:
    """Return the environment of a service's tasks: only they may log in as the one that migrates."""
    migrator = {"CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE": _secret(places, "migrator")}
    return environment_of(service, places, ports, database=database) | migrator


def _secret(places: Places, name: str) -> str:
    password(places.secrets, name)
    return str(places.secrets / name)


def _base() -> dict[str, str]:
    """Return what any program needs; the rest of the caller's environment stays with the caller."""
    programs = str(Path(sys.executable).parent)
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": f"{programs}{os.pathsep}{os.defpath}", "PYTHONUNBUFFERED": "1"} | passed_on
