"""Topics, users and access lists at the broker, as `claimwright.events.topics` says."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from claimwright.events.topics import TOPICS, Service, Topic
from deploy.stack.kafka_properties import ADMIN, MECHANISM
from deploy.stack.places import Places
from deploy.stack.secret_files import password
from deploy.stack.sentences import StackProblem

if TYPE_CHECKING:
    from kafka.admin import ACL, KafkaAdminClient

_DAY_MS: Final = 24 * 60 * 60 * 1000
_IN_FORCE_SECONDS: Final = 10


def user_of(service: Service) -> str:
    """Return the name a service logs in with, at the broker as at the database."""
    return f"svc_{service}"


def provide(bootstrap: str, places: Places, *, topics: Iterable[Topic] = TOPICS) -> None:
    """Make the topics, users and access lists that are missing and drop the access that no table grants any more."""
    from kafka.admin import KafkaAdminClient

    topics = tuple(topics)
    client = KafkaAdminClient(
        bootstrap_servers=bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=MECHANISM,
        sasl_plain_username=ADMIN,
        sasl_plain_password=password(places.secrets, f"kafka_{ADMIN}"),
    )
    try:
        _make_users(client, places)
        make_topics(client, topics)
        _set_access(client, wanted_access(topics))
    finally:
        client.close()


def make_topics(client: "KafkaAdminClient", topics: Iterable[Topic]) -> None:
    """Make the topics that the broker does not have yet."""
    there = set(client.list_topics())
    missing = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": 1,
            "configs": {
                "retention.ms": str(-1 if topic.retention_days is None else topic.retention_days * _DAY_MS),
                "cleanup.policy": "delete",
            },
        }
        for topic in topics
        if topic.name not in there
    }
    if missing:
        client.create_topics(missing, wait_for_metadata=True)


def wanted_access(topics: Iterable[Topic]) -> "set[ACL]":
    """Return what each service may do: write its topics, read others', and keep groups under a prefix of its own."""
    from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

    def allow(service: Service, operation: ACLOperation, pattern: ResourcePattern) -> ACL:
        return ACL(f"User:{user_of(service)}", "*", operation, ACLPermissionType.ALLOW, pattern)

    topics = tuple(topics)
    writes = {
        allow(topic.owner, ACLOperation.WRITE, ResourcePattern(ResourceType.TOPIC, topic.name)) for topic in topics
    }
    reads = {
        allow(reader, ACLOperation.READ, ResourcePattern(ResourceType.TOPIC, topic.name))
        for topic in topics
        for reader in topic.readers
    }
    groups = {
        allow(
            service,
            ACLOperation.READ,
            ResourcePattern(ResourceType.GROUP, f"claimwright.{service}", ACLResourcePatternType.PREFIXED),
        )
        for service in Service
    }
    return writes | reads | groups


def _make_users(client: "KafkaAdminClient", places: Places) -> None:
    from kafka.admin import UserScramCredentialUpsertion

    answers = client.alter_user_scram_credentials(
        [
            UserScramCredentialUpsertion(
                user_of(service), MECHANISM, password(places.secrets, f"kafka_{user_of(service)}")
            )
            for service in Service
        ]
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
