"""The table of topics as commands of Kafka's own tools, for clusters that are administered by other hands."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from claimwright.events.topics import Topic
from deploy.stack.kafka_properties import MECHANISM, copies_of
from deploy.stack.topics import USERS, settings_of, wanted_access

if TYPE_CHECKING:
    from kafka.admin import ACL

_LOGIN: Final = "--command-config admin.properties"


def commands(bootstrap: str, topics: Iterable[Topic], *, brokers: int) -> Iterator[str]:
    """Yield one command a line; passwords are read from files by the shell, whose process list shows them."""
    topics = tuple(topics)
    server = f"--bootstrap-server {bootstrap} {_LOGIN}"
    for topic in topics:
        settings = " ".join(f"--config {name}={value}" for name, value in settings_of(topic, brokers=brokers).items())
        yield (
            f"kafka-topics.sh {server} --create --if-not-exists --topic {topic.name} "
            f"--partitions {topic.partitions} --replication-factor {copies_of(brokers)} {settings}"
        )
    for user in USERS:
        yield (
            f"kafka-configs.sh {server} --alter --entity-type users --entity-name {user} "
            f'--add-config "{MECHANISM}=[password=$(cat kafka_{user})]"'
        )
    for access in sorted(wanted_access(topics), key=_place):
        yield f"kafka-acls.sh {server} --add {_of(access)}"


def _of(access: "ACL") -> str:
    pattern = access.resource_pattern
    return (
        f"--allow-principal {access.principal} --operation {_words(access.operation.name)} "
        f"--{pattern.resource_type.name.lower()} {pattern.resource_name} "
        f"--resource-pattern-type {pattern.pattern_type.name.lower()}"
    )


def _words(name: str) -> str:
    return name.title().replace("_", "")


def _place(access: "ACL") -> tuple[str, ...]:
    pattern = access.resource_pattern
    return (access.principal, pattern.resource_type.name, pattern.resource_name, access.operation.name)
