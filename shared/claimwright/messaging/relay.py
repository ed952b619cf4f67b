"""Carries the outbox to Kafka: every committed event, in the order of its key, at least once.

Only the cursor is kept. A relay that dies, or loses its lock with sends under way, sends some events twice; the
consumers' inboxes take care of that. One relay works a schema, by an advisory lock on its own direct connection.
"""

import asyncio
import time
from contextlib import suppress
from typing import Final

import asyncpg

from claimwright import clock
from claimwright.database.direct import Connection, connect_directly
from claimwright.messaging.carrying import Carrier
from claimwright.messaging.cluster import ClusterGuard
from claimwright.messaging.kafka import LOST, Admin, Producer
from claimwright.messaging.prefix_reader import NumberedTable
from claimwright.settings import DatabaseSettings, KafkaSettings
from claimwright.telemetry import logging, metrics

BATCH: Final = 1000
_POLL_SECONDS: Final = 0.02  # while other processes commit events, or a hole stops the reading
_POLL_SECONDS_IDLE: Final = 0.1  # only commits of other processes wait for a poll at all
_LOOK_FOR_LOCK_SECONDS: Final = 0.5
_HOUSEKEEPING_SECONDS: Final = 5.0
_NOT_READY_AFTER: Final = 30.0
_DATABASE_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError)

_COLUMNS: Final = "seq, topic, key, headers, payload"
_BACKLOG: Final = """
    select count(*) as events, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as oldest,
           extract(epoch from clock_timestamp())::float8 as now
    from (select created_at from outbox where seq > $1 order by seq limit 10000) as waiting
"""

_log = logging.get(__name__)


class Relay:
    """One service's relay; `run` works when it gets the lock and waits when another process has it."""

    def __init__(self, *, database: DatabaseSettings, kafka: KafkaSettings, service: str, wake: asyncio.Event) -> None:
        """Describe a relay; `wake` is set by whoever commits events in this process."""
        self._database = database
        self._kafka = kafka
        self._service = service
        self._wake = wake
        self._guard = ClusterGuard()
        self._troubled_since: float | None = None

    def why_not_ready(self) -> str | None:
        """Return why events do not get out, or None."""
        since = self._troubled_since
        return "relay_stuck" if since is not None and time.monotonic() - since > _NOT_READY_AFTER else None

    async def run(self, stop: asyncio.Event) -> None:
        """Carry events until told to stop; begin anew, from the cursor, after any error.

        Errors: OtherCluster.
        """
        pause = 0.1
        while not stop.is_set():
            try:
                await self._session(stop)
                pause = 0.1
            except (*LOST, *_DATABASE_AWAY) as error:
                self._troubled_since = self._troubled_since or time.monotonic()
                _log.warning("relay_begins_anew", error=type(error).__name__)
                metrics.RELAY_PRODUCER_REBUILDS.inc()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, 5.0)

    async def _session(self, stop: asyncio.Event) -> None:
        """Work with one connection, one producer and one cluster until stopped or something breaks."""
        connection = await connect_directly(
            self._database, service=self._service, role="relay", name=f"claimwright-{self._service} relay"
        )
        try:
            if not await self._lock(connection, stop):
                return
            metrics.RELAY_LOCK_HELD.set(1)
            outbox = _Outbox(connection)
            # Before the broker is asked for: while it is away this is all that tells how long events wait.
            await outbox.keep_house(await outbox.kept_cursor())
            admin = Admin(self._kafka)
            watching = asyncio.create_task(self._guard.watch(admin))
            try:
                cursor = await outbox.cursor(await self._guard.begin(admin))
                producer = Producer(self._kafka, client_id=f"claimwright-{self._service}-relay")
                await producer.start()
                try:
                    await self._carry(outbox, producer, cursor, stop)
                finally:
                    await producer.discard()
            finally:
                watching.cancel()
                await asyncio.wait({watching})
                await admin.close()
        finally:
            metrics.RELAY_LOCK_HELD.set(0)
            connection.terminate()

    async def _lock(self, connection: Connection, stop: asyncio.Event) -> bool:
        """Wait to be the only relay of this schema; return False when told to stop before."""
        while not stop.is_set():
            name = f"{self._service}.relay"
            if await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", name):
                return True
            self._troubled_since = None  # another process does the work, and tells of it
            for gauge in (metrics.OUTBOX_UNPUBLISHED, metrics.OUTBOX_OLDEST_SECONDS, metrics.RELAY_FENCE_SECONDS):
                gauge.set(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_FOR_LOCK_SECONDS)
        return False

    async def _carry(self, outbox: "_Outbox", producer: Producer, cursor: int, stop: asyncio.Event) -> None:
        carrier = Carrier(outbox, producer, service=self._service, cursor=cursor)
        kept_house = 0.0
        pause = _POLL_SECONDS
        while not stop.is_set():
            self._guard.check()
            if time.monotonic() - kept_house > _HOUSEKEEPING_SECONDS:
                await outbox.keep_house(carrier.reader.cursor)
                kept_house = time.monotonic()
            is_of_this_process = self._wake.is_set()
            self._wake.clear()
            carried = await carrier.carry(BATCH)
            self._troubled_since = None
            blocked_seconds = carrier.reader.blocked_seconds
            metrics.RELAY_FENCE_SECONDS.set(blocked_seconds)
            if carried:
                metrics.RELAY_BATCH_EVENTS.observe(carried)
            if blocked_seconds or (carried and not is_of_this_process):
                pause = _POLL_SECONDS
            else:
                pause = min(pause * 1.2, _POLL_SECONDS_IDLE)
            if carried < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)


class _Outbox(NumberedTable):
    """One service's outbox in PostgreSQL, and what belongs to keeping it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, table="outbox", sequence="outbox_seq", columns=_COLUMNS)

    async def kept_cursor(self) -> int:
        """Return how far the broker has acknowledged, whichever broker that was."""
        return int(await self._connection.fetchval("select seq from relay_cursor") or 0)

    async def cursor(self, cluster_id: str) -> int:
        """Return where to go on, which is the beginning when the cluster is not the one of the kept cursor."""
        kept = await self._connection.fetchrow("select seq, cluster_id from relay_cursor")
        if kept is not None and kept["cluster_id"] == cluster_id:
            return int(kept["seq"])
        if kept is not None and kept["cluster_id"] is not None:
            _log.warning("relay_begins_at_zero", reason="other_cluster")
            metrics.CLUSTER_CHANGED.set(clock.broker_milliseconds() / 1000)
        await self._connection.execute(
            "update relay_cursor set seq = 0, cluster_id = $1, updated_at = clock_timestamp()", cluster_id
        )
        return 0

    async def keep_cursor(self, seq: int) -> None:
        """Keep how far the broker has acknowledged."""
        await self._connection.execute("update relay_cursor set seq = $1, updated_at = clock_timestamp()", seq)

    async def keep_house(self, cursor: int) -> None:
        """Make the outbox's next partitions, and count what waits."""
        await self._connection.execute("select provide_outbox_partitions()")
        asked = clock.broker_milliseconds()
        backlog = await self._connection.fetchrow(_BACKLOG, cursor)
        if backlog is not None:
            # The server's clock was read between the two looks at ours, so their middle is what to compare it with.
            metrics.CLOCK_AHEAD_SECONDS.set((asked + clock.broker_milliseconds()) / 2000 - backlog["now"])
            metrics.OUTBOX_UNPUBLISHED.set(backlog["events"])
            metrics.OUTBOX_OLDEST_SECONDS.set(backlog["oldest"])
