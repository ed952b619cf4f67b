"""Reads a service's topics and hands them to its handlers, a batch in one transaction.

What this process reads is what it holds leases for. Offsets are noted in Kafka after the database has committed, and
only so that a restart begins near where it was: what comes twice, the inbox knows.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

from claimwright.events.envelope import EventData
from claimwright.messaging import kafka
from claimwright.messaging.cluster import ClusterGuard
from claimwright.messaging.faults import AWAY
from claimwright.messaging.handling import Handling
from claimwright.messaging.kafka import LOST, Admin, Partition, Reader
from claimwright.messaging.lag import Lag
from claimwright.messaging.leases import LeaseLost, Leases
from claimwright.messaging.reading import LONGEST_PAUSE, Reading, RealClock, Trouble
from claimwright.messaging.standstill import TOO_MANY_PARKED, Standstill
from claimwright.messaging.work import Handler, Transactions
from claimwright.settings import KafkaSettings
from claimwright.telemetry import logging, metrics

PACE: Final = 0.05
"""Of consumers whose effects go on to others: a claim passes three of them on its way to the payer."""
PACE_OF_VIEWS: Final = 0.25
"""Of consumers that nothing but people's eyes wait for."""
_NOT_READY_AFTER: Final = 30.0

_log = logging.get(__name__)


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
        pace: float = PACE,
    ) -> None:
        """Describe a consumer; event types without a handler are passed over.

        `pace`: seconds at least between the beginnings of two batches.
        """
        self.name = name
        self.topics = tuple(topics)
        self.handling = Handling(name, handlers, transactions)
        self._standstill = Standstill(transactions.database, name, self.handling.ceiling)
        self._service = transactions.service
        self._database = transactions.database.settings
        self._kafka = self.broker = kafka
        self._group = f"claimwright.{self._service}.{name}"
        self._guard = ClusterGuard()
        self._positions: dict[Partition, int] = {}
        self._targets: dict[Partition, int] | None = None
        self._caught_up = False
        self._trouble = Trouble()
        self._clock = RealClock()
        self._lag = Lag(name)
        self._pace = pace
        self._held = metrics.of(metrics.CONSUMER_PARTITIONS, name)

    def why_not_ready(self) -> str | None:
        """Return why events are not handled, or None."""
        if self.handling.ceiling.reached is not None:
            return f"{self.name}_{TOO_MANY_PARKED}"
        since = self._trouble.since
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
                self._trouble.goes_on(time.monotonic())
                _log.warning("consumer_begins_anew", consumer=self.name, error=type(error).__name__)
                pause = 0.1 if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
                await self._clock.sleep(stop, pause)

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
                reading = self._reading(reader, leases)
                try:
                    await reading.run(stop)
                finally:
                    await reading.note(seconds=1.0)
                    await reader.stop()
        finally:
            self._positions = {}
            self._held.set(0)
            watching.cancel()
            await asyncio.wait({watching})
            await admin.close()

    def _reading(self, reader: Reader, leases: Leases) -> Reading:
        return Reading(
            self.handling,
            reader,
            leases,
            positions=self._positions,
            ends=lambda partitions: kafka.end_positions(self._kafka, partitions),
            check=self._guard.check,
            look=self._standstill.look,
            trouble=self._trouble,
            clock=self._clock,
            lag=self._lag,
            pace=self._pace,
        )
