"""Keeps house in a service's schema: partitions come ahead of need and go when nothing can want them any more.

One process of a service does it at a time, by an advisory lock on a connection of its own. An outbox partition goes
when the relay is past it, its last event is old enough, and none of its events is of a claim that is open or ended
lately, or of a topic that is kept for good. What goes raises the floor of its keys, so that a new consumer knows where
they begin; a partition that has to stay keeps no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import asyncpg

from claimwright import clock, ids
from claimwright.database.direct import Connection, connect_directly
from claimwright.events.topics import TOPICS
from claimwright.settings import DatabaseSettings, RetentionSettings
from claimwright.telemetry import logging, metrics

EVERY: Final = 600.0
_PATIENCE: Final = 120.0
"""Seconds that one question over a whole partition may take."""
_FLOOR_ROWS: Final = 100_000
"""Outbox rows whose keys' floors are raised in one transaction."""
_ROWS: Final = 5_000
"""Old rows that go in one transaction."""
_KEPT_TOPICS: Final = [topic.name for topic in TOPICS if topic.retention_days is None]

_OUTBOX_PARTS: Final = "select first, past from outbox_partitions() order by first"
_LAST_EVENT: Final = """
    select created_at from outbox where seq >= $1 and seq < $2 order by seq desc limit 1
"""
_HOLDER: Final = f"""
    select org_id, key, topic = any($3::text[]) as for_good
    from outbox
    where seq >= $1 and seq < $2 and (
      topic = any($3::text[])
      or (key like '{ids.CLAIM}\\_%' and not exists (
        select from ended_key where ended_key.org_id = outbox.org_id and ended_key.key = outbox.key and ended_at < $4
      ))
    )
    limit 1
"""  # noqa: S608 a prefix of ours
_HAS_ENDED: Final = "select true from ended_key where org_id = $1 and key = $2 and ended_at < $3"
_RAISE_FLOORS: Final = """
    update key_version as kept set floor = past.version + 1
    from (
      select topic, key, max(version) as version from outbox where seq >= $1 and seq < $2 group by topic, key
    ) as past
    where kept.topic = past.topic and kept.key = past.key and kept.floor <= past.version
"""
_log = logging.get(__name__)


class Stays(StrEnum):
    """Why an outbox partition stays."""

    RELAY = "relay"  # not all of it is sent
    AGE = "age"  # its last event is young
    CLAIM = "claim"  # of a claim that is open or ended lately
    TOPIC = "topic"  # of a topic that is kept for good


@dataclass(frozen=True, slots=True)
class Aged:
    """A table whose rows go by age alone; its migration says `old_rows_go`."""

    table: str
    keys: str
    moment: str
    days: int

    @property
    def statement(self) -> str:
        """Return what deletes some of its old rows."""
        return f"""
            delete from {self.table} where ({self.keys}) in (
              select {self.keys} from {self.table} where {self.moment} < $1 order by {self.moment} limit $2
            )
        """  # noqa: S608 names of ours


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did: names of dropped partitions, why others stay, and how many rows went, by table."""

    dropped: tuple[str, ...]
    stays: Mapping[int, Stays]
    rows: Mapping[str, int]


class Housekeeping:
    """The housekeeping of one service."""

    def __init__(
        self, database: DatabaseSettings, retention: RetentionSettings, *, service: str, aged: Sequence[Aged] = ()
    ) -> None:
        """Describe it; a connection is opened by each round and closed at its end.

        `aged`: tables of the service's own whose rows go by age.
        """
        self._database = database
        self._retention = retention
        self._service = str(service)
        answers = Aged("http_idempotency", "org_id, route, key_sha256", "at", retention.idempotency_days)
        self._aged = (answers, *aged)
        self._holders: dict[int, asyncpg.Record] = {}
        self._done = metrics.of(metrics.RETENTION_DONE, self._service)
        self._done.set(clock.broker_milliseconds() / 1000)  # of a process that never gets through, an alarm tells, too

    async def act(self) -> bool:
        """Do one round, unless another process does; return False, since the next round is soon enough."""
        await self.round(now=clock.now())
        return False

    async def round(self, *, now: datetime) -> Done | None:
        """Do one round and return what it did, or None where another process is at it."""
        connection = await connect_directly(
            self._database, service=self._service, role="relay", name=f"claimwright-{self._service} retention"
        )
        try:
            lock = f"{self._service}.retention"
            if not await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", lock):
                return None
            await connection.execute("set statement_timeout = '120s'")
            return await self._round(connection, now)
        finally:
            await connection.close(timeout=5)

    async def _round(self, connection: Connection, now: datetime) -> Done:
        await connection.execute("select provide_outbox_partitions()")
        for moment in (now, _next_month(now)):
            await connection.execute("select provide_inbox_partition($1)", moment)
        dropped, stays = await self._let_outbox_go(connection, now)
        dropped += await self._let_inbox_go(connection, now)
        rows = {aged.table: await _let_rows_go(connection, aged, now) for aged in self._aged}
        for name in dropped:
            _log.info("partition_dropped", name=name)
        self._done.set(clock.broker_milliseconds() / 1000)
        return Done(tuple(dropped), stays, rows)

    async def _let_outbox_go(self, connection: Connection, now: datetime) -> tuple[list[str], dict[int, Stays]]:
        parts = await connection.fetch(_OUTBOX_PARTS)
        cursor: int = await connection.fetchval("select seq from relay_cursor")
        dropped: list[str] = []
        stays: dict[int, Stays] = {}
        for part in parts:
            first, past = part["first"], part["past"]
            why = Stays.RELAY if cursor < past - 1 else await self._why_it_stays(connection, first, past, now)
            if why is not None:
                stays[first] = why
                continue
            for at in range(first, past, _FLOOR_ROWS):
                await connection.execute(_RAISE_FLOORS, at, min(at + _FLOOR_ROWS, past), timeout=_PATIENCE)
            dropped.append(await connection.fetchval("select drop_outbox_partition($1)", first))
            self._holders.pop(first, None)
            metrics.of(metrics.PARTITIONS_DROPPED, "outbox").inc()
        for reason in Stays:
            metrics.of(metrics.OUTBOX_PARTITIONS, reason).set(sum(1 for why in stays.values() if why is reason))
        return dropped, stays

    async def _why_it_stays(self, connection: Connection, first: int, past: int, now: datetime) -> Stays | None:
        last = await connection.fetchval(_LAST_EVENT, first, past)
        if last is not None and last > now - timedelta(days=self._retention.other_days):
            return Stays.AGE
        ended_before = now - timedelta(days=self._retention.ended_claim_days)
        holder = self._holders.get(first)
        # A whole partition is gone through again only when the one that held it the last time does so no longer.
        if holder is None or (
            not holder["for_good"]
            and await connection.fetchval(_HAS_ENDED, holder["org_id"], holder["key"], ended_before)
        ):
            holder = await connection.fetchrow(_HOLDER, first, past, _KEPT_TOPICS, ended_before, timeout=_PATIENCE)
        if holder is None:
            return None
        self._holders[first] = holder
        return Stays.TOPIC if holder["for_good"] else Stays.CLAIM

    async def _let_inbox_go(self, connection: Connection, now: datetime) -> list[str]:
        before = now - timedelta(days=self._retention.inbox_days)
        names: Sequence[str] = await connection.fetchval("select drop_inbox_partitions($1)", before)
        if names:
            metrics.of(metrics.PARTITIONS_DROPPED, "inbox").inc(len(names))
        return list(names)


async def _let_rows_go(connection: Connection, aged: Aged, now: datetime) -> int:
    before = now - timedelta(days=aged.days)
    count = 0
    while True:
        gone = int((await connection.execute(aged.statement, before, _ROWS)).split()[-1])
        count += gone
        if gone < _ROWS:
            return count


def _next_month(moment: datetime) -> datetime:
    return (moment.replace(day=1) + timedelta(days=32)).replace(day=1)
