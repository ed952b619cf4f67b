"""What a one-node broker is told, here and in the Compose file alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MECHANISM: Final = "SCRAM-SHA-512"
ADMIN: Final = "admin"
BROKER: Final = "broker"

_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass(frozen=True, slots=True)
class Listener:
    """Where one listener binds, and the name it gives to clients."""

    binds: str
    known_as: str
    port: int


def server_properties(*, client: Listener, controller: Listener, data: Path, password: str) -> dict[str, str]:
    """Return the broker's properties: SCRAM users and access lists from the first start, nothing for strangers.

    `password` is the broker's own; the mapping holds it, so a file made of it is a secret.
    """
    broker = f'required username="{BROKER}" password="{password}"'
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller.known_as}:{controller.port}",
        "listeners": f"CLIENT://{client.binds}:{client.port},CONTROLLER://{controller.binds}:{controller.port}",
        "advertised.listeners": f"CLIENT://{client.known_as}:{client.port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "listener.name.client.scram-sha-512.sasl.jaas.config": f"{_SCRAM} {broker};",
        # SCRAM users live in the log that the quorum keeps, so the quorum itself can't start with them.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{_PLAIN} {broker} user_{BROKER}="{password}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{BROKER};User:{ADMIN}",
        "allow.everyone.if.no.acl.found": "false",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "log.cleaner.dedupe.buffer.size": "4194304",  # 128 MB by default, taken at once
        "broker.session.timeout.ms": "3000",  # how long a killed broker's successor waits
        "broker.heartbeat.interval.ms": "500",
    }


def admin_properties(password: str) -> dict[str, str]:
    """Return what Kafka's own tools need to log in as the administrator; a secret too."""
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": MECHANISM,
        "sasl.jaas.config": f'{_SCRAM} required username="{ADMIN}" password="{password}";',
    }


def as_text(properties: dict[str, str]) -> str:
    """Return properties as a file's text."""
    return "".join(f"{key}={value}\n" for key, value in properties.items())
