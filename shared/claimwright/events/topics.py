"""The table of topics: one a publishing service, who reads it, and what its record keys are.

The broker's topics and access lists, the tables in the READMEs and the AsyncAPI page are made from this table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Service(StrEnum):
    """The services that publish or read events."""

    INTAKE = "intake"
    CODING = "coding"
    SUBMISSION = "submission"
    REMITTANCE = "remittance"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `retention_days` None keeps records for good: the access topic is its readers' snapshot."""

    name: str
    carries: str
    owner: Service
    readers: tuple[Service, ...]
    keys: tuple[str, ...]
    partitions: int = 12
    retention_days: int | None = 7


INTAKE: Final = "claimwright.intake"
CODING: Final = "claimwright.coding"
SUBMISSION: Final = "claimwright.submission"
REMITTANCE: Final = "claimwright.remittance"
ACCESS: Final = "claimwright.access"
OWN: Final = "own"
"""In place of a topic: that of whichever service publishes, for what every service says."""

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        name=INTAKE,
        carries="Encounters as partners gave them: received, incomplete, completed, amended.",
        owner=Service.INTAKE,
        readers=(Service.CODING, Service.CONSOLE),
        keys=("claim_id", "parked_id"),
    ),
    Topic(
        name=CODING,
        carries="Claims with codes that are right on the day of service, or what stops them.",
        owner=Service.CODING,
        readers=(Service.SUBMISSION, Service.INTAKE, Service.CONSOLE),
        keys=("claim_id", "parked_id"),
    ),
    Topic(
        name=SUBMISSION,
        carries="Claims queued, sent and acknowledged, and the files that carried them.",
        owner=Service.SUBMISSION,
        readers=(Service.REMITTANCE, Service.INTAKE, Service.CONSOLE),
        keys=("claim_id", "artifact_id", "parked_id"),
    ),
    Topic(
        name=REMITTANCE,
        carries="What payers decided, what was posted for it, and who owes the rest.",
        owner=Service.REMITTANCE,
        readers=(Service.SUBMISSION, Service.INTAKE, Service.CONSOLE),
        keys=("claim_id", "file_id", "parked_id"),
    ),
    Topic(
        name=ACCESS,
        carries="Organizations, hashes of API keys, public keys and wrapped data keys.",
        owner=Service.CONSOLE,
        readers=(Service.INTAKE, Service.CODING, Service.SUBMISSION, Service.REMITTANCE, Service.CONSOLE),
        keys=("org_id", "parked_id"),
        retention_days=None,
    ),
)

TOPIC_NAMED: Final = {topic.name: topic for topic in TOPICS}


TOPIC_OF: Final = {topic.owner.value: topic.name for topic in TOPICS}


def topic_for(named: str, service: str) -> str:
    """Return the topic that a service publishes on what a model names: a topic, or OWN."""
    return TOPIC_OF.get(service, named) if named == OWN else named


def topics_read_by(reader: Service) -> tuple[Topic, ...]:
    """Return the topics that this service reads."""
    return tuple(topic for topic in TOPICS if reader in topic.readers)
