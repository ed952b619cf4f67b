"""Parked events of all services as their notices tell: those that wait for a person, and no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from claimwright.messaging.work import Work
from claimwright_console.persistence.tables import parked_event


@dataclass(frozen=True, slots=True)
class Waiting:
    """Parked events of one service and cause, with how many and how old."""

    service: str
    consumer: str
    reason: str
    event_type: str | None
    events: int
    oldest_at: datetime
    newest_at: datetime


async def add(work: Work, **columns: object) -> None:
    """Keep that an event waits; told again, what was told last counts."""
    statement = insert(parked_event).values(org_id=work.org_id, **columns)
    changed = {name: statement.excluded[name] for name in columns if name not in {"service", "parked_id"}}
    await work.execute(statement.on_conflict_do_update(index_elements=["org_id", "service", "parked_id"], set_=changed))


async def remove(work: Work, service: str, parked_id: str) -> None:
    """Forget an event that waits no more."""
    await work.execute(
        parked_event.delete().where(
            parked_event.c.org_id == work.org_id,
            parked_event.c.service == service,
            parked_event.c.parked_id == parked_id,
        )
    )


async def causes(work: Work, *, limit: int = 200) -> Sequence[Waiting]:
    """Return what waits for a person, by service and cause, the most frequent first."""
    kept = parked_event.c
    rows = await work.execute(
        sa.select(
            kept.service,
            kept.consumer,
            kept.reason,
            kept.event_type,
            sa.func.count().label("events"),
            sa.func.min(kept.parked_at).label("oldest_at"),
            sa.func.max(kept.parked_at).label("newest_at"),
        )
        .where(kept.org_id == work.org_id)
        .group_by(kept.service, kept.consumer, kept.reason, kept.event_type)
        .order_by(sa.desc("events"), kept.service, kept.consumer, kept.reason)
        .limit(limit)
    )
    return [Waiting(**row._mapping) for row in rows]
