"""What each service is told in a cluster: addresses by a ConfigMap, secrets by files, and nothing of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.stack.environment import migration_environment_of
from deploy.stack.places import Places
from deploy.stack.ports import Ports
from deploy.stack.table import Kind, Table

SECRETS: Final = "/secrets"
MIGRATOR: Final = "/migrator"
POSTGRES_CA: Final = "postgres-ca.pem"
KAFKA_CA: Final = "kafka-ca.pem"

ADDRESSES: Final[Mapping[str, str]] = {
    "CLAIMWRIGHT_ENVIRONMENT": "production",
    "CLAIMWRIGHT_HTTP_HOST": "0.0.0.0",  # noqa: S104 - a pod listens to its network, and the policies say who may speak
    "CLAIMWRIGHT_DATABASE__HOST": "postgres",
    "CLAIMWRIGHT_DATABASE__PORT": "5432",
    "CLAIMWRIGHT_DATABASE__NAME": "claimwright",
    "CLAIMWRIGHT_KAFKA__BOOTSTRAP": "kafka-0.kafka:9092,kafka-1.kafka:9092,kafka-2.kafka:9092",
    "CLAIMWRIGHT_OTLP_ENDPOINT": "http://collector:4318/v1/traces",
    "CLAIMWRIGHT_CONSOLE__BASE_URL": "https://console.example.org",
}
"""What an overlay changes; all services get all of it, and pass over what is another's."""

_LEFT_OUT: Final = {"CLAIMWRIGHT_CLOCK_FILE"}  # time is real in production


@dataclass(frozen=True, slots=True)
class ToldService:
    """One service in a cluster: its port, its variables, and the files of its Secret."""

    name: str
    port: int
    environment: Mapping[str, str]
    files: tuple[str, ...]


def services() -> tuple[ToldService, ...]:
    """Return all services but the sandbox, which is not for production, in the order of their names."""
    parts = [part for part in Table.read().parts.values() if part.kind is Kind.SERVICE and part.service != "sandbox"]
    with TemporaryDirectory() as folder:
        places = Places(Path(folder))
        places.make()
        return tuple(_told(part.service, places) for part in sorted(parts, key=lambda part: part.name))


def _told(service: str, places: Places) -> ToldService:
    ports = Ports()
    local = migration_environment_of(service, places, ports)
    files = {
        name: Path(value).name
        for name, value in local.items()
        if name.startswith("CLAIMWRIGHT_") and name.endswith("_FILE") and name not in _LEFT_OUT
    }
    del files["CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE"]  # the Job's alone
    files |= {"CLAIMWRIGHT_DATABASE__TLS_CA_FILE": POSTGRES_CA, "CLAIMWRIGHT_KAFKA__TLS_CA_FILE": KAFKA_CA}
    plain = {
        name: value
        for name, value in local.items()
        if name.startswith("CLAIMWRIGHT_") and not name.endswith("_FILE") and name not in ADDRESSES
    }
    for name in plain:
        if name.endswith("_URL"):
            owner = name.removesuffix("_URL").rpartition("__")[2].lower()
            plain[name] = f"http://{owner}:{ports.of(owner)}"
    return ToldService(
        service,
        ports.of(service),
        {**plain, **{name: f"{SECRETS}/{file}" for name, file in sorted(files.items())}},
        tuple(sorted(files.values())),
    )
