"""The events of a claim, from every service that tells of it; its axes are folded from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text, update

from claimwright.database.engine import Database
from claimwright.events.envelope import EventData
from claimwright.events.lifecycle import ClaimEvent
from claimwright.events.topics import INTAKE
from claimwright.messaging.work import Work
from claimwright_intake.persistence import tables

_KEEP: Final = text(
    """
    insert into claim_event (org_id, event_id, claim_id, topic, type, version, occurred_at, causation_id, data)
    select cast(:org_id as uuid), event_id, claim_id, topic, type, version, occurred_at, causation_id,
           cast(data as jsonb)
    from unnest(
      cast(:event_ids as uuid[]), cast(:claim_ids as uuid[]), cast(:topics as text[]), cast(:types as text[]),
      cast(:versions as bigint[]), cast(:moments as timestamptz[]), cast(:causes as uuid[]), cast(:data as text[])
    ) with ordinality as given(event_id, claim_id, topic, type, version, occurred_at, causation_id, data, place)
    order by place
    on conflict do nothing
    """
)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One event as the feed shows it, with its place in the feed."""

    seq: int
    claim_id: UUID
    event: ClaimEvent


async def keep(work: Work, told: Sequence[tuple[UUID, ClaimEvent]]) -> None:
    """Keep events, each given with its claim, in this order for the feed; a second time changes nothing."""
    await work.execute(
        _KEEP,
        {
            "org_id": work.org_id,
            "event_ids": [event.id for _, event in told],
            "claim_ids": [claim_id for claim_id, _ in told],
            "topics": [event.topic for _, event in told],
            "types": [event.type for _, event in told],
            "versions": [event.version for _, event in told],
            "moments": [event.occurred_at for _, event in told],
            "causes": [event.causation_id for _, event in told],
            "data": [json.dumps(dict(event.data)) for _, event in told],
        },
    )


async def keep_own(work: Work, claim_id: UUID, published: Sequence[tuple[UUID, EventData]]) -> None:
    """Keep what intake itself publishes of a claim, in order.

    The count is the one that the outbox draws: every intake event of a claim passes here, in a transaction that holds
    the claim's encounter.
    """
    table = tables.claim_event
    last = await work.execute(
        select(func.coalesce(func.max(table.c.version), 0)).where(table.c.claim_id == claim_id, table.c.topic == INTAKE)
    )
    first = last.scalar_one() + 1
    await keep(
        work,
        [(claim_id, _own(work, event_id, data, version)) for version, (event_id, data) in enumerate(published, first)],
    )


def _own(work: Work, event_id: UUID, data: EventData, version: int) -> ClaimEvent:
    return ClaimEvent(
        id=event_id,
        type=data.TYPE,
        topic=data.TOPIC,
        version=version,
        occurred_at=work.now,
        causation_id=None if work.cause is None else work.cause.id,
        data=data.model_dump(mode="json"),
    )


async def of_claim(work: Work, claim_id: UUID) -> list[ClaimEvent]:
    """Return all kept events of a claim, in no order that means anything."""
    statement = select(tables.claim_event).where(tables.claim_event.c.claim_id == claim_id)
    return [_event(row) for row in (await work.execute(statement)).mappings()]


async def feed(work: Work, *, after: int, limit: int) -> list[FeedRow]:
    """Return the next events of the organization that are final, in the order of the feed."""
    table = tables.claim_event
    horizon = select(tables.feed_horizon.c.seq).scalar_subquery()
    statement = select(table).where(table.c.seq > after, table.c.seq <= horizon).order_by(table.c.seq).limit(limit)
    rows = (await work.execute(statement)).mappings()
    return [FeedRow(seq=row["seq"], claim_id=row["claim_id"], event=_event(row)) for row in rows]


async def horizon(database: Database) -> int:
    """Return up to where the feed may show rows."""
    async with database.transaction(None) as connection:
        return int((await connection.execute(select(tables.feed_horizon.c.seq))).scalar_one())


async def move_horizon(database: Database, seq: int) -> None:
    """Let the feed show rows up to `seq`; it never goes back."""
    table = tables.feed_horizon
    async with database.transaction(None) as connection:
        await connection.execute(update(table).where(table.c.seq < seq).values(seq=seq))


def _event(row: RowMapping) -> ClaimEvent:
    return ClaimEvent(
        id=row["event_id"],
        type=row["type"],
        topic=row["topic"],
        version=row["version"],
        occurred_at=row["occurred_at"],
        causation_id=row["causation_id"],
        data=row["data"],
    )
