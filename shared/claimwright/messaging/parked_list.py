"""What is parked, as a person sees it: keys by their heads, causes with counts and ages, one event with all about it.

Shown are ids, codes, counts and moments. What an event says stays where it is until somebody opens it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """The head of one parked key."""

    id: UUID
    consumer: str
    key: str
    topic: str
    event_type: str | None
    event_id: UUID | None
    version: int
    reason: str
    attempts: int
    next_try: datetime | None
    state: str
    waiting: int
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """What several heads have in common. `behind` counts what queues behind them, `for_person` those no timer tries."""

    consumer: str
    reason: str
    event_type: str | None
    events: int
    behind: int
    for_person: int
    oldest_at: datetime
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class Selection:
    """Which heads an act is for: all of one cause, parked until a moment."""

    consumer: str
    reason: str
    event_type: str | None
    parked_until: datetime


_LISTED: Final = text(
    """
    select * from (
      select distinct on (consumer, key, topic) id, consumer, key, topic, type as event_type, event_id, version, reason,
             attempts, next_try, state, parked_at, count(*) over (partition by consumer, key, topic) - 1 as waiting
      from parked
      where (consumer, key, topic) > (:after_consumer, :after_key, :after_topic)
      order by consumer, key, topic, version
    ) as heads
    where (cast(:consumer as text) is null or consumer = :consumer)
      and (cast(:reason as text) is null or reason = :reason)
      and (cast(:type as text) is null or event_type = :type)
    order by consumer, key, topic limit :limit
    """
)
_CAUSES: Final = text(
    """
    select consumer, reason, event_type, count(*) as events, sum(waiting)::bigint as behind,
           count(*) filter (where state = 'dead') as for_person,
           min(parked_at) as oldest_at, max(parked_at) as newest_at
    from (
      select distinct on (consumer, key, topic) consumer, type as event_type, reason, state, parked_at,
             count(*) over (partition by consumer, key, topic) - 1 as waiting
      from parked order by consumer, key, topic, version
    ) as heads
    group by consumer, reason, event_type order by events desc, consumer, reason, event_type limit :limit
    """
)
_ONE: Final = text(
    """
    select parked.*, decision.edited,
           (select count(*) from parked as other where other.consumer = parked.consumer
            and other.topic = parked.topic and other.key = parked.key and other.version < parked.version) as before,
           (select count(*) from parked as other where other.consumer = parked.consumer
            and other.topic = parked.topic and other.key = parked.key and other.version > parked.version) as behind
    from parked
    left join parked_decision as decision on decision.org_id = parked.org_id and decision.id = parked.edit_id
    where parked.id = :id
    """
)
_DECISIONS: Final = text(
    """
    select id, kind, diff, reason, actor, at from parked_decision
    where consumer = :consumer and topic = :topic and key = :key and version = :version order by at
    """
)
_COUNT: Final = text(
    """
    select count(*) from parked
    where consumer = :consumer and reason = :reason and type is not distinct from cast(:type as text)
      and state in ('retry', 'dead') and parked_at <= :parked_until
    """
)
_PICK: Final = text(
    """
    select id from parked
    where consumer = :consumer and reason = :reason and type is not distinct from cast(:type as text)
      and state in ('retry', 'dead') and parked_at <= :parked_until and id > :after
    order by id limit :limit
    """
)

NOTHING_BEFORE: Final = UUID(int=0)


async def listed(
    connection: AsyncConnection,
    *,
    after: tuple[str, str, str] | None = None,
    limit: int = 100,
    consumer: str | None = None,
    reason: str | None = None,
    event_type: str | None = None,
) -> list[ParkedKey]:
    """Return the parked keys of the bound organization, in the order of consumer, key and topic."""
    after_consumer, after_key, after_topic = after or ("", "", "")
    rows = await connection.execute(
        _LISTED,
        {
            "after_consumer": after_consumer,
            "after_key": after_key,
            "after_topic": after_topic,
            "limit": limit,
            "consumer": consumer,
            "reason": reason,
            "type": event_type,
        },
    )
    return [ParkedKey(**row._mapping) for row in rows]


async def causes(connection: AsyncConnection, *, limit: int = 200) -> list[Cause]:
    """Return why keys of the bound organization are parked, the most frequent cause first."""
    rows = await connection.execute(_CAUSES, {"limit": limit})
    return [Cause(**row._mapping) for row in rows]


async def one(connection: AsyncConnection, parked_id: UUID) -> dict[str, Any] | None:
    """Return the whole row of a parked event with its edit in force, and how many are before and behind it."""
    row = (await connection.execute(_ONE, {"id": parked_id})).mappings().one_or_none()
    return None if row is None else dict(row)


async def decisions(connection: AsyncConnection, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what people decided about a parked event, the oldest first."""
    place = {name: row[name] for name in ("consumer", "topic", "key", "version")}
    return [dict(found) for found in (await connection.execute(_DECISIONS, place)).mappings()]


async def count(connection: AsyncConnection, selection: Selection) -> int:
    """Return how many heads a selection has."""
    return int((await connection.execute(_COUNT, _parameters(selection))).scalar_one())


async def pick(
    connection: AsyncConnection, selection: Selection, *, after: UUID = NOTHING_BEFORE, limit: int
) -> list[UUID]:
    """Return the next heads of a selection, in the order of their ids."""
    rows = await connection.execute(_PICK, _parameters(selection) | {"after": after, "limit": limit})
    return list(rows.scalars())


def _parameters(selection: Selection) -> dict[str, Any]:
    return {
        "consumer": selection.consumer,
        "reason": selection.reason,
        "type": selection.event_type,
        "parked_until": selection.parked_until,
    }
