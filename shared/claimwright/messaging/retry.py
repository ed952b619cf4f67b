"""Tries parked keys again when they are due, and counts what is parked.

The rows of all organizations are listed by the role that carries events, which sees no content; each row is then
handled with its own organization bound.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.direct import Connection, connect_directly
from claimwright.failpoints import failpoint
from claimwright.messaging import endings, notices, parking
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.endings import Told
from claimwright.messaging.envelope import EnvelopeUnreadable, Record, read_envelope
from claimwright.messaging.faults import Fault, fault_of, lost_race, reason_of
from claimwright.messaging.handling import Handling, Tally
from claimwright.messaging.outbox import Outbox
from claimwright.messaging.parking import GAP, RETRY_AFTER
from claimwright.messaging.verdicts import Verdict, judge
from claimwright.messaging.work import Transactions, Work
from claimwright.telemetry import logging, metrics

EVERY: Final = 1.0
_AT_ONCE: Final = 50

_DUE: Final = """
    select org_id, consumer, topic, key, version from parked
    where state = 'retry' and next_try <= clock_timestamp() and consumer = any($1)
    order by next_try limit $2
"""
_COUNTED: Final = """
    select consumer, count(distinct (topic, key)) as keys,
           extract(epoch from clock_timestamp() - min(parked_at))::float8 as oldest
    from parked where consumer = any($1) group by consumer
"""
_ROW: Final = text(
    """
    select parked.*, decision.edited from parked
    left join parked_decision as decision on decision.org_id = parked.org_id and decision.id = parked.edit_id
    where parked.consumer = :consumer and parked.topic = :topic and parked.key = :key and parked.version = :version
      and parked.state = 'retry' and parked.next_try <= clock_timestamp()
    for update of parked
    """
)
_DROP: Final = text(
    "delete from parked where consumer = :consumer and topic = :topic and key = :key and version = :version"
)
_WAIT: Final = text(
    """
    update parked set state = 'waiting', next_try = null
    where consumer = :consumer and topic = :topic and key = :key and version = :version
    """
)
_POSTPONE: Final = text(
    """
    update parked set
      attempts = attempts + 1,
      reason = :reason,
      state = case when :for_good or attempts + 1 >= :most then 'dead' else 'retry' end,
      next_try = case when not :for_good and attempts + 1 < :most then
        clock_timestamp() + make_interval(secs => (cast(:delays as int[]))[attempts + 2]) end
    where consumer = :consumer and topic = :topic and key = :key and version = :version and state = 'retry'
    returning *
    """
)
_TOLD: Final = text("update parked set told = true where id = :id")

_log = logging.get(__name__)


class _StillMissing(Exception):
    """The event before the parked one has not come."""


class RetryWorker:
    """Tries the due heads of all organizations, for some consumers of one service; any number may run at once."""

    def __init__(self, consumers: Sequence[Consumer], transactions: Transactions) -> None:
        self._handlings = {consumer.name: consumer.handling for consumer in consumers}
        self._transactions = transactions
        self._database = transactions.database
        self._connection: Connection | None = None

    async def act(self) -> bool:
        """Try what is due, and return whether more is."""
        due = await self._due()
        for row in due:
            await self._try(row)
        return len(due) == _AT_ONCE

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _due(self) -> Sequence[asyncpg.Record]:
        names = list(self._handlings)
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect_directly(
                    self._database.settings,
                    service=self._transactions.service,
                    role="relay",
                    name=f"claimwright-{self._transactions.service} parked",
                )
            due = await self._connection.fetch(_DUE, names, _AT_ONCE)
            counted = {row["consumer"]: row for row in await self._connection.fetch(_COUNTED, names)}
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await self.close()
            raise
        for name in names:
            row = counted.get(name)
            metrics.of(metrics.PARKED_KEYS, name).set(row["keys"] if row else 0)
            metrics.of(metrics.PARKED_OLDEST_SECONDS, name).set(row["oldest"] if row else 0)
        return due

    async def _try(self, row: asyncpg.Record) -> None:
        handling = self._handlings[row["consumer"]]
        place = {name: row[name] for name in ("consumer", "topic", "key", "version")}
        try:
            if row["version"] == 0:
                await self._try_unreadable(handling, row["org_id"], place)
            else:
                await self._try_event(handling, row["org_id"], place)
        except Exception as error:
            if fault_of(error) is Fault.WORLD:
                raise
            if lost_race(error):
                return  # it is due as it was, and no try was spent
            await self._postpone(handling, row["org_id"], place, error)

    async def _try_event(self, handling: Handling, org_id: UUID, place: Mapping[str, Any]) -> None:
        """Handle the head of a key in one transaction; done, it goes, and what waits behind it is next."""
        tally = Tally()
        outbox = self._transactions.outbox()
        aggregate = (place["topic"], place["key"])
        version = place["version"]
        async with self._database.transaction(org_id, f"consumer:{handling.consumer}") as connection:
            seen = (await handling.inbox.lock(connection, {aggregate}))[aggregate]
            row = (await connection.execute(_ROW, place)).mappings().one_or_none()
            if row is None:
                return  # another worker, or a person, was quicker
            first = await parking.first_versions(connection, handling.consumer, {aggregate})
            if first[aggregate] != version:
                await connection.execute(_WAIT, place)
                return
            envelope = read_envelope(parking.record_of(row))
            match judge(version, seen=seen, floor=envelope.floor, parked_from=None):
                case Verdict.HANDLE:
                    await handling.handle(connection, outbox, [envelope], tally)
                    await handling.inbox.saw(connection, {aggregate: version})
                    await endings.note(connection, org_id, [Told(envelope.key, envelope.type, envelope.occurred_at)])
                case Verdict.GAP:
                    raise _StillMissing
                case _:
                    tally.duplicates += 1
            await connection.execute(_DROP, place)
            notices.tell_released(self._work(handling, connection, outbox, org_id), row, by="itself")
            await parking.try_next(connection, handling.consumer, aggregate)
            published = await outbox.flush(connection, bound=org_id)
            failpoint("park.before_commit")
        outbox.wake()
        handling.done(tally, published, seconds=0)

    async def _try_unreadable(self, handling: Handling, org_id: UUID, place: Mapping[str, Any]) -> None:
        """Take a record that could not be read by the way of all records, in case this version can.

        Killed between the two transactions, it is taken again, and the inbox knows it.
        """
        async with self._database.transaction(org_id) as connection:
            row = (await connection.execute(_ROW, place)).mappings().one_or_none()
        if row is None:
            return
        record: Record = parking.record_of(row)
        read_envelope(record)
        await handling.take([record], patience=False)
        outbox = self._transactions.outbox()
        async with self._database.transaction(org_id) as connection:
            await connection.execute(_DROP, place)
            notices.tell_released(self._work(handling, connection, outbox, org_id), row, by="itself")
            await outbox.flush(connection, bound=org_id)

    async def _postpone(self, handling: Handling, org_id: UUID, place: Mapping[str, Any], error: Exception) -> None:
        match error:
            case _StillMissing():
                reason = GAP
            case EnvelopeUnreadable():
                reason = error.code
            case _:
                reason = reason_of(error)
        for_good = isinstance(error, EnvelopeUnreadable) or fault_of(error) is Fault.FOR_GOOD
        parameters = {"reason": reason, "for_good": for_good, "most": len(RETRY_AFTER), "delays": list(RETRY_AFTER)}
        outbox = self._transactions.outbox()
        async with self._database.transaction(org_id) as connection:
            row = (await connection.execute(_POSTPONE, {**place, **parameters})).mappings().one_or_none()
            if row is not None and row["state"] == "dead" and not row["told"] and notices.is_told(row["type"]):
                await connection.execute(_TOLD, {"id": row["id"]})
                notices.tell_parked(self._work(handling, connection, outbox, org_id), row)
            published = await outbox.flush(connection, bound=org_id)
        if published:
            self._transactions.wake.set()
        _log.warning("parked_key_fails_again", consumer=place["consumer"], key=place["key"], code=reason)

    def _work(self, handling: Handling, connection: AsyncConnection, outbox: Outbox, org_id: UUID) -> Work:
        """Return what others are told with."""
        return self._transactions.work(
            connection, outbox, org_id=org_id, actor=f"consumer:{handling.consumer}", cause=None
        )
