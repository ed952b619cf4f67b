"""Events that could not be handled wait here, a key at a time, so that the order of a key is kept and others go on.

The lowest version of a key is its head: it is tried again after a second, five, thirty, five minutes and an hour, and
then waits for a person. What comes later of the same topic and key queues behind it. Rows hold events as they
came, with their parts sealed, and the reason as a code.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock, ids
from claimwright.database.engine import fetch
from claimwright.messaging import notices
from claimwright.messaging.envelope import Envelope, Record, stored_headers
from claimwright.messaging.inbox import Aggregate
from claimwright.messaging.notices import ParkedRow
from claimwright.messaging.work import Work

RETRY_AFTER: Final = (1, 5, 30, 300, 3600)
"""Seconds from one try to the next; after the last the key waits for a person."""

QUEUED: Final = "queued_behind"
GAP: Final = "version_gap"

State = Literal["waiting", "retry", "dead"]


@dataclass(frozen=True, slots=True)
class Parked:
    """One event on its way into the parking table."""

    consumer: str
    topic: str
    key: str
    version: int
    record: Record
    reason: str
    state: State
    event_id: UUID | None = None
    type: str | None = None
    edit_id: UUID | None = None

    @classmethod
    def of(cls, consumer: str, envelope: Envelope, *, reason: str, state: State) -> "Parked":
        """Park an event under its own key."""
        return cls(
            consumer=consumer,
            topic=envelope.topic,
            key=envelope.key,
            version=envelope.version,
            record=envelope.record,
            reason=reason,
            state=state,
            event_id=envelope.id,
            type=envelope.type,
        )

    @classmethod
    def unreadable(cls, consumer: str, record: Record, *, reason: str) -> "Parked":
        """Park a record that is no event of ours, under the place it was read from."""
        key = f"raw:{record.topic}:{record.partition}:{record.position}"
        return cls(
            consumer=consumer, topic=record.topic, key=key, version=0, record=record, reason=reason, state="dead"
        )


# The technical moments of parking are the database's own, so that a clock that tests move never delays a retry.
_PARK: Final = text(
    """
    insert into parked (org_id, id, consumer, topic, key, version, event_id, type, partition, position, record_key,
                        headers, payload, reason, state, next_try, parked_at, told, edit_id)
    values (:org_id, :id, :consumer, :topic, :key, :version, :event_id, :type, :partition, :position, :record_key,
            cast(:headers as jsonb), :payload, :reason, :state,
            case when :state = 'retry' then clock_timestamp() + make_interval(secs => :delay) end, :parked_at,
            :told, :edit_id)
    on conflict do nothing
    """
)
_TOLD: Final = text("select * from parked where id = any(cast(:ids as uuid[]))")
_FIRST_VERSIONS: Final = """
    select topic, key, min(version) as version
    from parked where consumer = $1 and key = any($2::text[]) group by topic, key
    """
_TRY_NEXT: Final = text(
    """
    update parked set state = 'retry', attempts = 0, next_try = clock_timestamp()
    where (org_id, consumer, topic, key, version) = (
      select org_id, consumer, topic, key, version from parked
      where consumer = :consumer and topic = :topic and key = :key
      order by version limit 1
    ) and (state = 'waiting' or reason = 'version_gap')
    """
)
_DECIDED: Final = text(
    """
    select id, kind from parked_decision where consumer = :consumer and event_id = :event_id order by at desc limit 1
    """
)


async def park(work: Work, parked: Sequence[Parked]) -> None:
    """Keep events that can't be handled now; their inbox rows are in this transaction.

    What waits for a person at once is told to all.
    """
    rows = []
    for one in parked:
        row_id, now = ids.new(), clock.now()
        told = one.state == "dead" and notices.is_told(one.type)
        rows.append(
            {
                "org_id": work.org_id,
                "id": row_id,
                "consumer": one.consumer,
                "topic": one.topic,
                "key": one.key,
                "version": one.version,
                "event_id": one.event_id,
                "type": one.type,
                "partition": one.record.partition,
                "position": one.record.position,
                "record_key": one.record.key,
                "headers": json.dumps(stored_headers(one.record.headers)),
                "payload": one.record.value,
                "reason": one.reason,
                "state": one.state,
                "delay": 0 if one.edit_id else RETRY_AFTER[0],
                "parked_at": now,
                "told": told,
                "edit_id": one.edit_id,
            }
        )
    await work.connection.execute(_PARK, rows)
    kept = await work.connection.execute(_TOLD, {"ids": [row["id"] for row in rows if row["told"]]})
    for row in kept.mappings():  # not what was there before, such as a record that can't be read and comes again
        notices.tell_parked(work, row)


async def decided(connection: AsyncConnection, consumer: str, event_id: UUID) -> tuple[str, UUID] | None:
    """Return what a person decided about an event when it was parked before (`edit` or `skip`), and the decision's id.

    It holds when the event comes again, as it does when a projection is built anew.
    """
    row = (await connection.execute(_DECIDED, {"consumer": consumer, "event_id": event_id})).one_or_none()
    return None if row is None else (row.kind, row.id)


async def first_versions(
    connection: AsyncConnection, consumer: str, aggregates: Collection[Aggregate]
) -> dict[Aggregate, int]:
    """Return the lowest parked version of each key that is parked; the keys are locked, so that it stays true."""
    rows = await fetch(connection, _FIRST_VERSIONS, consumer, sorted({key for _, key in aggregates}))
    return {(row["topic"], row["key"]): row["version"] for row in rows}


async def try_next(connection: AsyncConnection, consumer: str, aggregate: Aggregate) -> None:
    """Let the head of a key be tried at once: what it waited for has happened."""
    topic, key = aggregate
    await connection.execute(_TRY_NEXT, {"consumer": consumer, "topic": topic, "key": key})


def record_of(row: ParkedRow) -> Record:
    """Return the record that a parked row was made from, with the edit that is in force; the row has `edited`."""
    value = row["payload"]
    if row["edited"] is not None:
        sealed = json.loads(value)["sealed"]
        value = json.dumps({"data": row["edited"], "sealed": sealed}, separators=(",", ":")).encode()
    return Record(
        topic=row["topic"],
        partition=row["partition"],
        position=row["position"],
        key=row["record_key"],
        value=value,
        headers=tuple((name, text.encode()) for name, text in row["headers"].items()),
    )
