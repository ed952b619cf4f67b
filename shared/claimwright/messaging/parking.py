"""Events that could not be handled wait here, a key at a time, so that the order of a key is kept and others go on.

The lowest version of a key is its head: it is tried again after a second, five, thirty, five minutes and an hour, and
then waits for a person. What comes later of the same topic and key queues behind it. Rows hold events as they
came, with their parts sealed, and the reason as a code.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock
from claimwright.messaging.envelope import Envelope, Record, stored_headers
from claimwright.messaging.inbox import Aggregate
from claimwright.refusals import Refusal

RETRY_AFTER: Final = (1, 5, 30, 300, 3600)
"""Seconds from one try to the next; after the last the key waits for a person."""

QUEUED: Final = "queued_behind"
GAP: Final = "version_gap"

State = Literal["waiting", "retry", "dead"]


class VersionMissing(Refusal):
    """The head of a key is whole and waits for an event before it; to drop it would lose the missing one unseen."""

    code: ClassVar[str] = "version_missing"
    fix: ClassVar[str | None] = "Let the service that publishes the missing event tell it again; the key goes on then."


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


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """The head of one parked key, as a person sees it: ids, codes, counts and moments."""

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


# The technical moments of parking are the database's own, so that a clock that tests move never delays a retry.
_PARK: Final = text(
    """
    insert into parked (org_id, consumer, topic, key, version, event_id, type, partition, position, record_key,
                        headers, payload, reason, state, next_try, parked_at)
    values (:org_id, :consumer, :topic, :key, :version, :event_id, :type, :partition, :position, :record_key,
            cast(:headers as jsonb), :payload, :reason, :state,
            case when :state = 'retry' then clock_timestamp() + make_interval(secs => :delay) end, :parked_at)
    on conflict do nothing
    """
)
_FIRST_VERSIONS: Final = text(
    """
    select topic, key, min(version) as version
    from parked where consumer = :consumer and key = any(cast(:keys as text[])) group by topic, key
    """
)
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
_LISTED: Final = text(
    """
    select * from (
      select distinct on (consumer, key) consumer, key, topic, type as event_type, event_id, version, reason, attempts,
             next_try, state, parked_at,
             count(*) over (partition by consumer, key) - 1 as waiting
      from parked
      where (consumer, key) > (:after_consumer, :after_key)
      order by consumer, key, topic, version
    ) as heads
    order by consumer, key limit :limit
    """
)
_RELEASE: Final = text(
    """
    update parked set state = 'retry', attempts = 0, next_try = clock_timestamp()
    where consumer = :consumer and key = :key and state in ('retry', 'dead')
    """
)
_HEAD: Final = text(
    """
    select reason from parked where consumer = :consumer and key = :key and state in ('retry', 'dead')
    order by topic, version limit 1 for update
    """
)
_DROP_HEAD: Final = text(
    """
    delete from parked where (org_id, consumer, topic, key, version) = (
      select org_id, consumer, topic, key, version from parked
      where consumer = :consumer and key = :key and state in ('retry', 'dead')
      order by topic, version limit 1
    )
    returning topic, version
    """
)
_SKIPPED: Final = text(
    """
    update seen_version set version = greatest(version, :version)
    where consumer = :consumer and topic = :topic and key = :key
    """
)


async def park(connection: AsyncConnection, org_id: UUID, parked: Sequence[Parked], *, attempts: int = 0) -> None:
    """Keep events that can't be handled now; the organization is bound, and the inbox rows are in this transaction."""
    await connection.execute(
        _PARK,
        [
            {
                "org_id": org_id,
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
                "delay": RETRY_AFTER[attempts],
                "parked_at": clock.now(),
            }
            for one in parked
        ],
    )


async def first_versions(
    connection: AsyncConnection, consumer: str, aggregates: Collection[Aggregate]
) -> dict[Aggregate, int]:
    """Return the lowest parked version of each key that is parked; the keys are locked, so that it stays true."""
    rows = await connection.execute(
        _FIRST_VERSIONS, {"consumer": consumer, "keys": sorted({key for _, key in aggregates})}
    )
    return {(row.topic, row.key): row.version for row in rows}


async def try_next(connection: AsyncConnection, consumer: str, aggregate: Aggregate) -> None:
    """Let the head of a key be tried at once: what it waited for has happened."""
    topic, key = aggregate
    await connection.execute(_TRY_NEXT, {"consumer": consumer, "topic": topic, "key": key})


async def listed(
    connection: AsyncConnection, *, after: tuple[str, str] | None = None, limit: int = 100
) -> list[ParkedKey]:
    """Return the parked keys of the bound organization, in the order of consumer and key."""
    consumer, key = after or ("", "")
    rows = await connection.execute(_LISTED, {"after_consumer": consumer, "after_key": key, "limit": limit})
    return [ParkedKey(**row._mapping) for row in rows]


async def release(connection: AsyncConnection, consumer: str, key: str) -> bool:
    """Let a key be tried again at once, from its head on, and return whether it is parked.

    The caller audits it in the same transaction.
    """
    result = await connection.execute(_RELEASE, {"consumer": consumer, "key": key})
    return result.rowcount > 0


async def skip(connection: AsyncConnection, consumer: str, key: str) -> bool:
    """Drop a key's head for good, let what waits behind it be tried at once, and return whether there was one.

    It counts as seen. The caller audits it, with a reason, in the same transaction.
    Errors: VersionMissing.
    """
    head = (await connection.execute(_HEAD, {"consumer": consumer, "key": key})).one_or_none()
    if head is not None and head.reason == GAP:
        raise VersionMissing("the event waits for an earlier one of its key")
    dropped = (await connection.execute(_DROP_HEAD, {"consumer": consumer, "key": key})).one_or_none()
    if dropped is None:
        return False
    await connection.execute(
        _SKIPPED, {"consumer": consumer, "topic": dropped.topic, "key": key, "version": dropped.version}
    )
    await try_next(connection, consumer, (dropped.topic, key))
    return True


def record_of(row: RowMapping) -> Record:
    """Return the record that a parked row was made from."""
    return Record(
        topic=row["topic"],
        partition=row["partition"],
        position=row["position"],
        key=row["record_key"],
        value=row["payload"],
        headers=tuple((name, text.encode()) for name, text in row["headers"].items()),
    )
