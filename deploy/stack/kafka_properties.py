"""What a broker is told, here and in the Compose file alike: one node, or a quorum of several."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MECHANISM: Final = "SCRAM-SHA-512"
ADMIN: Final = "admin"
BROKER: Final = "broker"
COPIES: Final = 3
"""How many brokers keep each record, where there are so many."""
IN_SYNC: Final = 2
"""How many of them have it before it is acknowledged, so that any one may be lost without a record lost."""

_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass(frozen=True, slots=True)
class Listener:
    """Where one listener binds, and the name it gives to clients; `known_port` where they come by another port."""

    binds: str
    known_as: str
    port: int
    known_port: int | None = None


@dataclass(frozen=True, slots=True)
class BrokerTls:
    """The files of a broker that speaks TLS only: `key_store` is its key, certificate and authority in one PEM file."""

    key_store: Path
    authority: Path


def copies_of(nodes: int) -> int:
    """Return how many brokers keep each record of a cluster."""
    return min(nodes, COPIES)


def in_sync_of(nodes: int) -> int:
    """Return how many brokers must have a record before it is acknowledged."""
    return min(copies_of(nodes), IN_SYNC)


def server_properties(
    *,
    client: Listener,
    controller: Listener,
    data: Path,
    password: str,
    node: int = 1,
    quorum: Mapping[int, Listener] | None = None,
    tls: BrokerTls | None = None,
) -> dict[str, str]:
    """Return a broker's properties: SCRAM users and access lists from the first start, nothing for strangers.

    `password` is the brokers' own, of all nodes; the mapping holds it, so a file made of it is a secret. `quorum` gives
    the controller listener of each node by its number; one node is a quorum by itself.
    """
    voters = quorum or {node: controller}
    copies, in_sync = str(copies_of(len(voters))), str(in_sync_of(len(voters)))
    protocol = "SASL_SSL" if tls else "SASL_PLAINTEXT"
    broker = f'required username="{BROKER}" password="{password}"'
    return {
        "process.roles": "broker,controller",
        "node.id": str(node),
        "controller.quorum.voters": ",".join(
            f"{number}@{voter.known_as}:{voter.port}" for number, voter in sorted(voters.items())
        ),
        "listeners": f"CLIENT://{client.binds}:{client.port},CONTROLLER://{controller.binds}:{controller.port}",
        "advertised.listeners": f"CLIENT://{client.known_as}:{client.known_port or client.port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": f"CLIENT:{protocol},CONTROLLER:{protocol}",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "listener.name.client.scram-sha-512.sasl.jaas.config": f"{_SCRAM} {broker};",
        # SCRAM users live in the log that the quorum keeps, so the quorum itself can't start with them.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{_PLAIN} {broker} user_{BROKER}="{password}";',
        **({} if tls is None else _tls_properties(tls)),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{BROKER};User:{ADMIN}",
        "allow.everyone.if.no.acl.found": "false",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "log.cleaner.dedupe.buffer.size": "4194304",  # 128 MB by default, taken at once
        "broker.session.timeout.ms": "3000",  # how long a killed broker's successor waits
        "broker.heartbeat.interval.ms": "500",
    }


def _tls_properties(tls: BrokerTls) -> dict[str, str]:
    """Return where both listeners find their certificate, and the authority by which nodes check each other."""
    return {
        f"listener.name.{listener}.ssl.{store}.{name}": value
        for listener in ("client", "controller")
        for store, path in (("keystore", tls.key_store), ("truststore", tls.authority))
        for name, value in (("type", "PEM"), ("location", str(path)))
    }


def admin_properties(password: str, *, authority: Path | None = None) -> dict[str, str]:
    """Return what Kafka's own tools need to log in as the administrator; a secret too."""
    encrypted = {} if authority is None else {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(authority)}
    return {
        "security.protocol": "SASL_PLAINTEXT" if authority is None else "SASL_SSL",
        "sasl.mechanism": MECHANISM,
        "sasl.jaas.config": f'{_SCRAM} required username="{ADMIN}" password="{password}";',
        **encrypted,
    }


def as_text(properties: dict[str, str]) -> str:
    """Return properties as a file's text."""
    return "".join(f"{key}={value}\n" for key, value in properties.items())
