"""The consumer's decisions: what is read, handled and noted, in which order, and what is let go meanwhile.

It knows a reader, leases, a handling and a clock only as ports, so that a test can let anything happen between any two
of its steps: records twice, leases lost, processes killed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from claimwright import failpoints
from claimwright.failpoints import failpoint
from claimwright.messaging.envelope import Record
from claimwright.messaging.faults import Fault, fault_of
from claimwright.messaging.handling import PATIENCE, Handling
from claimwright.messaging.kafka import LOST, Partition
from claimwright.messaging.lag import Lag
from claimwright.telemetry import logging, metrics

CHUNK: Final = 200
"""Events a transaction at most: heartbeats of this process and the drain at its end wait for it."""

_CHUNK_SECONDS: Final = 1.0  # slow handlers get smaller transactions
_NOTE_SECONDS: Final = 0.5
"""How long what is handled may be unnoted: a process that dies reads it again, and its inbox drops it."""
_STUCK_SECONDS: Final = 30.0
_LONGEST_BATCH_SECONDS: Final = 300.0  # the database ends a statement after five seconds, if its word still gets here
LONGEST_PAUSE: Final = 5.0

_log = logging.get(__name__)


class ConsumerStuck(Exception):
    """Records wait and none come, or a batch does not end: nobody tells, so the process starts anew."""

    exit_code: Final = 75


class Reads(Protocol):
    """What brings records; `kafka.Reader` tells the rules of each."""

    def own(self, partitions: Iterable[Partition], positions: Mapping[Partition, int]) -> None:
        """Read these partitions from now on."""

    async def poll(self) -> Sequence[Record]:
        """Return what has come."""

    async def commit(self, positions: Mapping[Partition, int], *, seconds: float = 5.0) -> bool:
        """Note where to begin again."""

    def lag(self, positions: Mapping[Partition, int]) -> Mapping[Partition, int]:
        """Return how much is still to come."""

    async def positions(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """Return where the client would read next."""


class Owns(Protocol):
    """What says which partitions are this process's own; `leases.Leases` tells the rules of each."""

    @property
    def owned(self) -> frozenset[Partition]:
        """Return them."""

    def check(self) -> None:
        """Raise when nothing is owned any more."""

    async def take(self) -> bool:
        """Take free ones."""

    def surplus(self) -> frozenset[Partition]:
        """Return what others should have."""

    async def give_up(self, partitions: Iterable[Partition]) -> None:
        """Let others have them."""


class Clock(Protocol):
    """Time that passes, and waiting."""

    def seconds(self) -> float:
        """Return seconds since some moment."""

    async def sleep(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait, at most until told to stop."""

    async def within(self, seconds: float, work: Coroutine[Any, Any, None]) -> bool:
        """Do some work and return True, or False when it has not ended in time; it is not cancelled then."""


class RealClock:
    """The time of the event loop."""

    def seconds(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    async def sleep(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait."""
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)

    async def within(self, seconds: float, work: Coroutine[Any, Any, None]) -> bool:
        """Do some work. A transaction that is cancelled half-way may leave its connection behind, so nothing is."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            task.cancel()  # the process ends
            raise
        if not task.done():
            return False
        await task
        return True


@dataclass(slots=True)
class Trouble:
    """Since when nothing has gone on; None while all is well."""

    since: float | None = None

    def goes_on(self, now: float) -> None:
        """Keep when it began."""
        self.since = self.since or now

    def ends(self) -> None:
        """Forget it."""
        self.since = None


class Reading:
    """One session's reading; `positions` is where each owned partition goes on, and survives as long as the caller."""

    def __init__(
        self,
        handling: Handling,
        reader: Reads,
        leases: Owns,
        *,
        positions: MutableMapping[Partition, int],
        ends: Callable[[Collection[Partition]], Awaitable[Mapping[Partition, int]]],
        check: Callable[[], None],
        look: Callable[[], Awaitable[None]] | None = None,
        trouble: Trouble,
        clock: Clock,
        lag: Lag,
        pace: float = 0.0,
    ) -> None:
        """Describe a session. `ends` asks where partitions end; `check` raises when the broker is not the same.

        `look` learns whether a person let the consumer go on, or another process found that it has to stand still.
        `pace` is how many seconds lie at least between the beginnings of two batches: what comes alone is handled at
        once, and what comes thickly is handled together.
        """
        self._name = handling.consumer
        self._handling = handling
        self._reader = reader
        self._leases = leases
        self._positions = positions
        self._ends = ends
        self._check = check
        self._look = look
        self._trouble = trouble
        self._clock = clock
        self._lag = lag
        self._pace = pace
        self._held = metrics.of(metrics.CONSUMER_PARTITIONS, self._name)
        self._commit_failures = metrics.of(metrics.COMMIT_FAILURES, self._name)
        self._seconds_each = 0.0
        self._noted_at = clock.seconds()
        self._is_unnoted = False
        self._offsets_first = failpoints.is_armed(failpoints.OFFSETS_FIRST)

    async def run(self, stop: asyncio.Event) -> None:
        """Read and handle until told to stop, the chunk in hand finished.

        Errors: what the ports raise; ConsumerStuck.
        """
        self._lag.own(())  # what a session before this one knew may have been done by others since
        silent_since = self._clock.seconds()
        unread: dict[Partition, int] = {}
        while not stop.is_set():
            self._check()
            self._leases.check()
            if self._look is not None:
                await self._look()
            if await self._settle():
                silent_since = self._clock.seconds()
                unread = {}
            if self._handling.ceiling.reached is not None or not self._leases.owned:
                await self._clock.sleep(stop, 0.1)
                continue
            records = await self._reader.poll()
            self._lag.took(records)
            self._lag.behind(self._reader.lag(self._positions))
            if records:
                began = self._clock.seconds()
                await self._take(records, stop)
                silent_since = self._clock.seconds()
                unread = {}
                if (rest := began + self._pace - silent_since) > 0:
                    await self._clock.sleep(stop, rest)
            else:
                await self._note_if(self._is_unnoted)
                if self._clock.seconds() - silent_since > _STUCK_SECONDS:
                    unread = await self._check_silence(unread)
                    silent_since = self._clock.seconds()
            self._trouble.ends()

    async def _settle(self) -> bool:
        """Give up surplus partitions and take free ones, between batches; return whether anything changed."""
        surplus = self._leases.surplus()
        if surplus:
            await self.note(seconds=1.0)  # the client notes what it still reads, and refuses all of it otherwise
            self._reader.own(self._leases.owned - surplus, self._positions)  # reading ends before the lock is free
            await self._leases.give_up(surplus)
            for partition in surplus:
                self._positions.pop(partition, None)
        taken = await self._leases.take()
        if taken:
            self._reader.own(self._leases.owned, self._positions)
        if surplus or taken:
            self._held.set(len(self._leases.owned))
            self._lag.own(self._leases.owned)
        return bool(surplus) or taken

    async def _take(self, records: Sequence[Record], stop: asyncio.Event) -> None:
        """Handle records chunk by chunk; stopped in between, the rest is read again later."""
        at = 0
        while at < len(records):
            chunk = records[at : at + self._chunk_size()]
            began = self._clock.seconds()
            if self._offsets_first:
                self._count(chunk)
                await self.note()
            if not await self._handle(chunk, stop):
                return
            each = (self._clock.seconds() - began) / len(chunk)
            self._seconds_each = each if self._seconds_each == 0 else 0.8 * self._seconds_each + 0.2 * each
            self._lag.handled(chunk)
            self._count(chunk)
            await self._note_if(self._clock.seconds() - self._noted_at >= _NOTE_SECONDS)
            at += len(chunk)
            self._leases.check()
            if stop.is_set() or self._handling.ceiling.reached is not None:
                return

    async def _handle(self, chunk: Sequence[Record], stop: asyncio.Event) -> bool:
        """Handle one chunk, again and again while the world fails; return False when stopped before it was done.

        Errors: ConsumerStuck; what the handling raises and no waiting mends.
        """
        began = self._clock.seconds()
        pause = 0.1
        while True:
            try:
                work = self._handling.take(chunk, patience=self._clock.seconds() - began < PATIENCE)
                has_ended = await self._clock.within(_LONGEST_BATCH_SECONDS, work)
            except Exception as error:
                if fault_of(error) not in {Fault.WORLD, Fault.PASSING}:
                    raise
                self._trouble.goes_on(self._clock.seconds())
                _log.warning("batch_again", consumer=self._name, error=type(error).__name__, events=len(chunk))
            else:
                if not has_ended:
                    _log.error("batch_stuck", consumer=self._name, events=len(chunk))
                    raise ConsumerStuck
                self._trouble.ends()
                return True
            await self._clock.sleep(stop, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self._leases.check()
            if stop.is_set():
                return False

    def _chunk_size(self) -> int:
        if self._seconds_each == 0:
            return CHUNK
        return max(1, min(CHUNK, int(_CHUNK_SECONDS / self._seconds_each)))

    def _count(self, chunk: Sequence[Record]) -> None:
        for record in chunk:
            self._positions[record.topic, record.partition] = record.position + 1
        self._is_unnoted = True
        self._lag.behind(self._reader.lag(self._positions))

    async def _note_if(self, is_due: bool) -> None:
        if is_due:
            await self.note()
            failpoint("consumer.after_offset")

    async def note(self, *, seconds: float = 5.0) -> None:
        """Note in the log how far each partition has been handled."""
        self._noted_at = self._clock.seconds()
        self._is_unnoted = False
        if self._positions and not await self._reader.commit(self._positions, seconds=seconds):
            self._commit_failures.inc()

    async def _check_silence(self, unread: Mapping[Partition, int]) -> dict[Partition, int]:
        """Ask over a fresh connection whether it is silent since there is nothing, and return what waits to be read.

        Errors: ConsumerStuck.
        """
        try:
            ends = await self._ends(self._leases.owned)
        except LOST:
            return {}
        reached: Mapping[Partition, int] = {}
        with suppress(TimeoutError):
            reached = await self._reader.positions(self._leases.owned)
        if behind(reached, unread):
            _log.error("consumer_stuck", consumer=self._name)
            raise ConsumerStuck
        missing = behind(reached, ends)
        self._lag.behind({partition: end - reached.get(partition, 0) for partition, end in missing.items()})
        return missing


def behind(reached: Mapping[Partition, int], ends: Mapping[Partition, int]) -> dict[Partition, int]:
    """Return the ends that a reader has not reached.

    Those of now tell nothing, since a record may have just come; those of an earlier look tell that it stands still.
    """
    return {partition: end for partition, end in ends.items() if end > reached.get(partition, 0)}
