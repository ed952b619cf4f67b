"""Reads a service's topics and hands them to its handlers, a batch in one transaction.

What this process reads is what it holds leases for. Offsets are noted in Kafka after the database has committed, and
only so that a restart begins near where it was: what comes twice, the inbox knows.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from claimwright.events.envelope import EventData
from claimwright.failpoints import failpoint
from claimwright.messaging import kafka
from claimwright.messaging.cluster import ClusterGuard
from claimwright.messaging.envelope import Record
from claimwright.messaging.faults import AWAY, Fault, fault_of
from claimwright.messaging.handling import PATIENCE, Handling
from claimwright.messaging.kafka import LOST, Admin, Partition, Reader
from claimwright.messaging.lag import Lag
from claimwright.messaging.leases import LeaseLost, Leases
from claimwright.messaging.work import Handler, Transactions
from claimwright.settings import KafkaSettings
from claimwright.telemetry import logging, metrics

CHUNK: Final = 200
"""Events a transaction at most: heartbeats of this process and the drain at its end wait for it."""

_CHUNK_SECONDS: Final = 1.0  # slow handlers get smaller transactions
_STUCK_SECONDS: Final = 30.0
_NOT_READY_AFTER: Final = 30.0
_LONGEST_PAUSE: Final = 5.0

_log = logging.get(__name__)


class ConsumerStuck(Exception):
    """Records wait and none come: the client does not tell, so the process starts anew."""

    exit_code: Final = 75


class Consumer:
    """One named reader of some topics; its name is that of its inbox, its leases and its Kafka group."""

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        handlers: Mapping[type[EventData], Handler],
        *,
        transactions: Transactions,
        kafka: KafkaSettings,
    ) -> None:
        """Describe a consumer; event types without a handler are passed over."""
        self.name = name
        self.topics = tuple(topics)
        self.handling = Handling(name, handlers, transactions)
        self._service = transactions.service
        self._database = transactions.database.settings
        self._kafka = kafka
        self._group = f"claimwright.{self._service}.{name}"
        self._guard = ClusterGuard()
        self._positions: dict[Partition, int] = {}
        self._targets: dict[Partition, int] | None = None
        self._caught_up = False
        self._troubled_since: float | None = None
        self._seconds_each = 0.0
        self._lag = Lag(name)
        self._held = metrics.of(metrics.CONSUMER_PARTITIONS, name)
        self._commit_failures = metrics.of(metrics.COMMIT_FAILURES, name)

    def why_not_ready(self) -> str | None:
        """Return why events are not handled, or None."""
        if self.handling.ceiling.reached is not None:
            return f"{self.name}_parks_too_often"
        since = self._troubled_since
        return f"{self.name}_waits" if since is not None and time.monotonic() - since > _NOT_READY_AFTER else None

    async def caught_up(self) -> bool:
        """Return whether all records that were there when this was first asked have been handled, by any process."""
        if self._caught_up:
            return True
        admin = Admin(self._kafka)
        try:
            if self._targets is None:
                self._targets = await kafka.end_positions(self._kafka, await admin.partitions_of(self.topics))
            reached = await admin.committed_positions(self._group) | self._positions
        except LOST:
            return False
        finally:
            await admin.close()
        self._caught_up = all(reached.get(partition, 0) >= end for partition, end in self._targets.items())
        return self._caught_up

    async def run(self, stop: asyncio.Event) -> None:
        """Handle events until told to stop, the batch in hand finished; begin anew after what passes.

        Errors: OtherCluster, ConsumerStuck.
        """
        pause = 0.1
        while not stop.is_set():
            began = time.monotonic()
            try:
                await self._session(stop)
            except (LeaseLost, *LOST, *AWAY) as error:
                self._troubled_since = self._troubled_since or time.monotonic()
                _log.warning("consumer_begins_anew", consumer=self.name, error=type(error).__name__)
                pause = 0.1 if time.monotonic() - began > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
                await _sleep(stop, pause)

    async def _session(self, stop: asyncio.Event) -> None:
        """Hold leases, read what they are for and handle it, until stopped or something breaks."""
        admin = Admin(self._kafka)
        watching = asyncio.create_task(self._guard.watch(admin))
        try:
            await self._guard.begin(admin)
            partitions = await admin.partitions_of(self.topics)
            metrics.of(metrics.CONSUMER_PARTITIONS_ALL, self.name).set(len(partitions))
            async with Leases(
                self._database, service=self._service, consumer=self.name, partitions=partitions
            ) as leases:
                reader = Reader(self._kafka, group=self._group)
                await reader.start()
                try:
                    await self._read(reader, leases, stop)
                finally:
                    await self._note(reader, seconds=1.0)
                    await reader.stop()
        finally:
            self._positions = {}
            self._held.set(0)
            watching.cancel()
            await asyncio.wait({watching})
            await admin.close()

    async def _read(self, reader: Reader, leases: Leases, stop: asyncio.Event) -> None:
        self._lag.own(())  # what a session before this one knew may have been done by others since
        silent_since = time.monotonic()
        unread: dict[Partition, int] = {}
        while not stop.is_set():
            self._guard.check()
            leases.check()
            if await self._settle(reader, leases):
                silent_since = time.monotonic()
                unread = {}
            if self.handling.ceiling.reached is not None or not leases.owned:
                await _sleep(stop, 0.1)
                continue
            records = await reader.poll()
            self._lag.took(records)
            self._lag.behind(reader.lag(self._positions))
            if records:
                await self._take(records, reader, leases, stop)
                silent_since = time.monotonic()
                unread = {}
            elif time.monotonic() - silent_since > _STUCK_SECONDS:
                unread = await self._check_silence(reader, leases, unread)
                silent_since = time.monotonic()
            self._troubled_since = None

    async def _settle(self, reader: Reader, leases: Leases) -> bool:
        """Give up surplus partitions and take free ones, between batches; return whether anything changed."""
        surplus = leases.surplus()
        if surplus:
            reader.own(leases.owned - surplus, self._positions)  # reading ends before the lock is free
            await self._note(reader, seconds=1.0)
            await leases.give_up(surplus)
            for partition in surplus:
                self._positions.pop(partition, None)
        taken = await leases.take()
        if taken:
            reader.own(leases.owned, self._positions)
        if surplus or taken:
            self._held.set(len(leases.owned))
            self._lag.own(leases.owned)
        return bool(surplus) or taken

    async def _take(self, records: Sequence[Record], reader: Reader, leases: Leases, stop: asyncio.Event) -> None:
        """Handle records chunk by chunk; stopped in between, the rest is read again later."""
        at = 0
        while at < len(records):
            chunk = records[at : at + self._chunk_size()]
            began = time.monotonic()
            if not await self._handle(chunk, leases, stop):
                return
            each = (time.monotonic() - began) / len(chunk)
            self._seconds_each = each if self._seconds_each == 0 else 0.8 * self._seconds_each + 0.2 * each
            for record in chunk:
                self._positions[record.topic, record.partition] = record.position + 1
            self._lag.handled(chunk)
            self._lag.behind(reader.lag(self._positions))
            await self._note(reader)
            failpoint("consumer.after_offset")
            at += len(chunk)
            leases.check()
            if stop.is_set() or self.handling.ceiling.reached is not None:
                return

    async def _handle(self, chunk: Sequence[Record], leases: Leases, stop: asyncio.Event) -> bool:
        """Handle one chunk, again and again while the world fails; return False when stopped before it was done."""
        began = time.monotonic()
        pause = 0.1
        while True:
            try:
                await self.handling.take(chunk, patience=time.monotonic() - began < PATIENCE)
            except Exception as error:
                if fault_of(error) not in {Fault.WORLD, Fault.PASSING}:
                    raise
                self._troubled_since = self._troubled_since or time.monotonic()
                _log.warning("batch_again", consumer=self.name, error=type(error).__name__, events=len(chunk))
            else:
                self._troubled_since = None
                return True
            await _sleep(stop, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            leases.check()
            if stop.is_set():
                return False

    def _chunk_size(self) -> int:
        if self._seconds_each == 0:
            return CHUNK
        return max(1, min(CHUNK, int(_CHUNK_SECONDS / self._seconds_each)))

    async def _note(self, reader: Reader, *, seconds: float = 5.0) -> None:
        if self._positions and not await reader.commit(self._positions, seconds=seconds):
            self._commit_failures.inc()

    async def _check_silence(
        self, reader: Reader, leases: Leases, unread: Mapping[Partition, int]
    ) -> dict[Partition, int]:
        """Ask over a fresh connection whether it is silent since there is nothing, and return what waits to be read.

        Errors: ConsumerStuck.
        """
        try:
            ends = await kafka.end_positions(self._kafka, leases.owned)
        except LOST:
            return {}
        try:
            reached = await reader.positions(leases.owned)
        except TimeoutError:
            reached = {}
        if behind(reached, unread):
            _log.error("consumer_stuck", consumer=self.name)
            raise ConsumerStuck
        missing = behind(reached, ends)
        self._lag.behind({partition: end - reached.get(partition, 0) for partition, end in missing.items()})
        return missing


def behind(reached: Mapping[Partition, int], ends: Mapping[Partition, int]) -> dict[Partition, int]:
    """Return the ends that a reader has not reached.

    Those of now tell nothing, since a record may have just come; those of an earlier look tell that it stands still.
    """
    return {partition: end for partition, end in ends.items() if end > reached.get(partition, 0)}


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
