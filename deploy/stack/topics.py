"""Topics, users and access lists at the broker, as `claimwright.events.topics` says."""

import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from claimwright.events.topics import TOPICS, Service, Topic
from deploy.stack.kafka_properties import ADMIN, MECHANISM, copies_of, in_sync_of
from deploy.stack.places import Places
from deploy.stack.secret_files import password
from deploy.stack.sentences import StackProblem

if TYPE_CHECKING:
    from kafka.admin import ACL, KafkaAdminClient

LAG_READER: Final = "lag_reader"
"""Sees how far each group has read and where each topic ends, for what scales or watches; it can read no record."""
PREFIX: Final = "claimwright."

_DAY_MS: Final = 24 * 60 * 60 * 1000
_IN_FORCE_SECONDS: Final = 30
_ALL_BROKERS_SECONDS: Final = 180

PasswordOf = Callable[[str], str]
"""Returns the password of a broker's user."""


@dataclass(frozen=True, slots=True)
class AdminLogin:
    """How to log in at a cluster as the one who makes topics, users and access lists."""

    bootstrap: str
    password: str
    user: str = ADMIN
    ca_file: Path | None = None

    def client(self) -> "KafkaAdminClient":
        """Return a client that is logged in; close it."""
        from kafka.admin import KafkaAdminClient

        return KafkaAdminClient(bootstrap_servers=self.bootstrap.split(","), **self._how())

    def for_aiokafka(self) -> dict[str, Any]:
        """Return the same for a client of aiokafka."""
        return {"bootstrap_servers": self.bootstrap, **self._how()}

    def _how(self) -> dict[str, Any]:
        return {
            "security_protocol": "SASL_SSL" if self.ca_file else "SASL_PLAINTEXT",
            "ssl_context": ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


def user_of(service: Service) -> str:
    """Return the name a service logs in with, at the broker as at the database."""
    return f"svc_{service}"


USERS: Final = (*(user_of(service) for service in Service), LAG_READER)
"""All users but the brokers' own and the administrator, who are made with the cluster."""


def provide(login: AdminLogin, places: Places, *, topics: Iterable[Topic] = TOPICS, brokers: int = 1) -> None:
    """Make the topics, users and access lists that are missing and drop the access that no table grants any more."""
    apply(login, lambda user: password(places.secrets, f"kafka_{user}"), topics=topics, brokers=brokers)


def apply(
    login: AdminLogin,
    password_of: PasswordOf,
    *,
    topics: Iterable[Topic] = TOPICS,
    brokers: int,
    users: Iterable[str] = USERS,
) -> None:
    """Bring a cluster of so many brokers to what the table of topics says; again, it changes nothing.

    Errors: StackProblem for what the cluster refuses, and for topics whose partitions are not as many as wanted:
    another number sends a claim's later events elsewhere than its earlier ones.
    """
    topics, users = tuple(topics), tuple(users)
    client = login.client()
    try:
        make_topics(client, topics, brokers=brokers)
        _make_users(client, users, password_of)
        _set_access(client, wanted_access(topics))
    finally:
        client.close()


def with_partitions(count: int, topics: Iterable[Topic] = TOPICS) -> tuple[Topic, ...]:
    """Return the table with another number of partitions, for a cluster that is made anew."""
    return tuple(replace(topic, partitions=count) for topic in topics)


def settings_of(topic: Topic, *, brokers: int) -> dict[str, str]:
    """Return a topic's own settings at the broker."""
    return {
        "retention.ms": str(-1 if topic.retention_days is None else topic.retention_days * _DAY_MS),
        "cleanup.policy": "delete",
        "min.insync.replicas": str(in_sync_of(brokers)),
    }


def make_topics(client: "KafkaAdminClient", topics: Iterable[Topic], *, brokers: int = 1) -> None:
    """Make the topics that the cluster does not have yet, once all of its brokers are up."""
    there = set(client.list_topics())
    topics = tuple(topics)
    missing = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": copies_of(brokers),
            "configs": settings_of(topic, brokers=brokers),
        }
        for topic in topics
        if topic.name not in there
    }
    if missing:
        _wait_for_brokers(client, copies_of(brokers))
        client.create_topics(missing, wait_for_metadata=True)
    _check_partitions(client, [topic for topic in topics if topic.name in there])


def _wait_for_brokers(client: "KafkaAdminClient", wanted: int) -> None:
    until = time.monotonic() + _ALL_BROKERS_SECONDS
    while (up := len(client.describe_cluster()["brokers"])) < wanted:
        if time.monotonic() > until:
            raise StackProblem(
                f"{up} of {wanted} brokers are up: no topic is made with fewer copies than it should have."
            )
        time.sleep(0.1)


def _check_partitions(client: "KafkaAdminClient", topics: Iterable[Topic]) -> None:
    wanted = {topic.name: topic.partitions for topic in topics}
    if not wanted:
        return
    found = {each["name"]: len(each["partitions"]) for each in client.describe_topics(list(wanted))}
    if wrong := {name: count for name, count in found.items() if count != wanted[name]}:
        told = ", ".join(f"{name} has {count} partitions, not {wanted[name]}" for name, count in sorted(wrong.items()))
        raise StackProblem(
            f"{told}. Their number is never changed: docs/operating/scale.md says why, and the way round."
        )


def wanted_access(topics: Iterable[Topic]) -> "set[ACL]":
    """Return what each user may do.

    A service writes its topics, reads others' and keeps groups under a prefix of its own; the lag reader only looks.
    """
    from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

    def allow(user: str, operation: ACLOperation, pattern: ResourcePattern) -> ACL:
        return ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, pattern)

    topics = tuple(topics)
    writes = {
        allow(user_of(topic.owner), ACLOperation.WRITE, ResourcePattern(ResourceType.TOPIC, topic.name))
        for topic in topics
    }
    reads = {
        allow(user_of(reader), ACLOperation.READ, ResourcePattern(ResourceType.TOPIC, topic.name))
        for topic in topics
        for reader in topic.readers
    }
    groups = {
        allow(
            user_of(service),
            ACLOperation.READ,
            ResourcePattern(ResourceType.GROUP, f"{PREFIX}{service}.", ACLResourcePatternType.PREFIXED),
        )
        for service in Service
    }
    looks = {
        allow(LAG_READER, ACLOperation.DESCRIBE, ResourcePattern(kind, PREFIX, ACLResourcePatternType.PREFIXED))
        for kind in (ResourceType.TOPIC, ResourceType.GROUP)
    }
    return writes | reads | groups | looks


def _make_users(client: "KafkaAdminClient", users: Iterable[str], password_of: PasswordOf) -> None:
    from kafka.admin import UserScramCredentialUpsertion

    answers = client.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(user, MECHANISM, password_of(user)) for user in users]
    )
    if refused := {user: answer for user, answer in answers.items() if answer is not None}:
        raise StackProblem(f"Kafka refused these users: {', '.join(sorted(refused))}")


def _set_access(client: "KafkaAdminClient", wanted: "set[ACL]") -> None:
    from kafka.admin import (
        ACLFilter,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ResourcePatternFilter,
        ResourceType,
    )

    everything = ACLFilter(
        None,
        None,
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    until = time.monotonic() + _IN_FORCE_SECONDS
    asked = False
    while (there := set(client.describe_acls(everything)[0])) != wanted:
        if time.monotonic() > until:
            raise StackProblem("Kafka's access rules were not in force in time; its log is logs/kafka.log.")
        if not asked:
            _change_access(client, missing=wanted - there, surplus=there - wanted)
            asked = True
        time.sleep(0.02)  # the broker answers before its authorizer has heard


def _change_access(client: "KafkaAdminClient", *, missing: "set[ACL]", surplus: "set[ACL]") -> None:
    if missing and (failed := client.create_acls(sorted(missing, key=repr))["failed"]):
        raise StackProblem(f"Kafka refused {len(failed)} access rules")
    if surplus:
        client.delete_acls(list(surplus))
