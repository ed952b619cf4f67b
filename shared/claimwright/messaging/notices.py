"""What is told to all about a parked event: that it waits for a person, and that it does no more.

Told through the outbox, in the transaction that makes it so. Nothing is told about an event that is itself a notice: a
console that cannot take notices would make new ones without end.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import RowMapping

from claimwright import ids
from claimwright.events.parking import NOTICES, EventParked, EventReleased, EventSkipped
from claimwright.messaging.work import Work

ParkedRow: TypeAlias = Mapping[str, Any] | RowMapping
"""A row of the parking table."""

_SILENT: Final = frozenset(notice.TYPE for notice in NOTICES)


def is_told(event_type: str | None) -> bool:
    """Return whether others are told when an event of this type parks for good."""
    return event_type not in _SILENT


def tell_parked(work: Work, row: ParkedRow) -> None:
    """Tell that an event waits for a person; the row is the parking table's."""
    event_id = row["event_id"]
    work.publish(
        EventParked(
            parked_id=ids.text(ids.PARKED, row["id"]),
            consumer=row["consumer"],
            topic=row["topic"],
            parked_key=row["key"],
            event_version=row["version"],
            event_id=None if event_id is None else ids.text(ids.EVENT, event_id),
            event_type=row["type"],
            reason=row["reason"],
            attempts=row["attempts"],
            parked_at=row["parked_at"],
        )
    )


def tell_released(work: Work, row: ParkedRow, *, by: Literal["person", "itself"]) -> None:
    """Tell that a parked event waits for a person no more, if it was told that it does."""
    if row["told"]:
        work.publish(EventReleased(parked_id=ids.text(ids.PARKED, row["id"]), consumer=row["consumer"], by=by))


def tell_skipped(work: Work, row: ParkedRow) -> None:
    """Tell that a parked event was left out, if it was told that it waits."""
    if row["told"]:
        work.publish(EventSkipped(parked_id=ids.text(ids.PARKED, row["id"]), consumer=row["consumer"]))
