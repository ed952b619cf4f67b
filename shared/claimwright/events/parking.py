"""What every service says about its parked events: ids, codes and counts, so that one page shows those of all.

Each is published on the topic of the service that parked; the header `ce_source` tells which. The record key is the
parked event's own id, so that the order of a claim's events is not touched.
"""

from datetime import datetime
from typing import ClassVar, Literal

from claimwright.events.envelope import EventData
from claimwright.events.topics import OWN


class _OfParked(EventData):
    TOPIC: ClassVar[str] = OWN
    KEY: ClassVar[str] = "parked_id"

    parked_id: str
    consumer: str


class EventParked(_OfParked):
    """An event waits for a person: no later try will help, or the last one has failed."""

    TYPE: ClassVar[str] = "event.parked.v1"

    topic: str
    parked_key: str
    event_version: int
    event_id: str | None = None
    event_type: str | None = None
    reason: str
    attempts: int
    parked_at: datetime


class EventReleased(_OfParked):
    """A parked event waits for a person no more: one released it, or what it waited for has come."""

    TYPE: ClassVar[str] = "event.released.v1"

    by: Literal["person", "itself"]


class EventSkipped(_OfParked):
    """A person left a parked event out for good."""

    TYPE: ClassVar[str] = "event.skipped.v1"


NOTICES = (EventParked, EventReleased, EventSkipped)
"""Nobody is told that one of these has parked: that would never end."""
