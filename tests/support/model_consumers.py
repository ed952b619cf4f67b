"""A model of what a consumer works with: PostgreSQL's tables and locks, Kafka's partitions and offsets, and leases.

PostgreSQL: whoever enters an event, or locks a key, that a running transaction holds waits until that one has ended,
and then sees what it left; what is not committed is gone when the process or the connection is; a commit may have
happened though its answer was lost. Kafka: a record stays where it is and may be there several times. Leases may be
lost at any await while their holder works on.
"""

import math
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from claimwright.events.envelope import Received
from claimwright.messaging.endings import Told
from claimwright.messaging.envelope import Record
from claimwright.messaging.handling import Handling, Tally
from claimwright.messaging.inbox import Aggregate, Entered
from claimwright.messaging.kafka import Partition
from claimwright.messaging.lag import Lag
from claimwright.messaging.leases import LeaseLost
from claimwright.messaging.parking import Parked
from claimwright.messaging.reading import Reading, Trouble
from claimwright.messaging.verdicts import Verdict, judge
from tests.support.stepped import Process

PARTITIONS: tuple[Partition, ...] = (("t", 0), ("t", 1))


@dataclass(eq=False)
class Transaction:
    """What one running transaction holds and would commit."""

    taken: set[UUID] = field(default_factory=set)
    locked: set[Aggregate] = field(default_factory=set)
    seen: dict[Aggregate, int] = field(default_factory=dict)
    parked: dict[tuple[Aggregate, int], Parked] = field(default_factory=dict)
    dropped: set[tuple[Aggregate, int]] = field(default_factory=set)
    effects: list[tuple[str, int]] = field(default_factory=list)


class ModelDatabase:
    """What is committed, and who is running."""

    def __init__(self) -> None:
        self.inbox: set[UUID] = set()
        self.seen: dict[Aggregate, int] = {}
        self.parked: dict[tuple[Aggregate, int], Parked] = {}
        self.effects: list[tuple[str, int]] = []
        self.running: list[Transaction] = []

    def commit(self, transaction: Transaction) -> None:
        self.running.remove(transaction)
        self.inbox |= transaction.taken
        self.seen |= transaction.seen
        self.parked = {**transaction.parked, **self.parked}
        for place in transaction.dropped:
            del self.parked[place]
        self.effects += transaction.effects

    def abort(self, transaction: Transaction) -> None:
        if transaction in self.running:
            self.running.remove(transaction)

    def first_parked(self, aggregate: Aggregate) -> Parked | None:
        versions = [version for one, version in self.parked if one == aggregate]
        return self.parked[aggregate, min(versions)] if versions else None


class ModelTables:
    """One process's tables of one consumer."""

    def __init__(self, database: ModelDatabase, process: Process) -> None:
        self._database = database
        self._process = process
        self.breaks = False

    async def _answer(self) -> None:
        await self._process.pause()
        if self.breaks:
            self.breaks = False
            raise ConnectionResetError

    async def _until_free(self, transaction: Transaction, is_held: Callable[[Transaction], bool]) -> None:
        await self._answer()
        while any(is_held(other) for other in self._database.running if other is not transaction):
            await self._answer()

    @asynccontextmanager
    async def transaction(self, org_id: UUID | None, actor: str = "") -> AsyncIterator[Any]:
        await self._answer()
        transaction = Transaction()
        self._database.running.append(transaction)
        try:
            yield transaction
            await self._answer()
            self._database.commit(transaction)
            await self._answer()  # committed, and the answer may still be lost
        finally:
            self._database.abort(transaction)

    async def bind(self, connection: Any, org_id: UUID, actor: str) -> None:
        await self._answer()

    async def provide(self, event_ids: Collection[UUID]) -> None:
        await self._answer()

    async def enter(self, connection: Any, event_ids: Collection[UUID], aggregates: Collection[Aggregate]) -> Entered:
        for event_id in sorted(event_ids):
            await self._until_free(connection, lambda other, wanted=event_id: wanted in other.taken)  # type: ignore[misc]
            if event_id not in self._database.inbox:
                connection.taken.add(event_id)
        for aggregate in sorted(aggregates):
            await self._until_free(connection, lambda other, wanted=aggregate: wanted in other.locked)  # type: ignore[misc]
            connection.locked.add(aggregate)
        return Entered(
            new=frozenset(event_ids) & frozenset(connection.taken),
            seen={aggregate: self._database.seen.get(aggregate, 0) for aggregate in aggregates},
        )

    async def saw(self, connection: Any, versions: Mapping[Aggregate, int]) -> None:
        await self._answer()
        connection.seen |= versions

    async def note(self, connection: Any, org_id: UUID, told: Sequence[Told]) -> None:
        await self._answer()

    async def first_parked(self, connection: Any, aggregates: Collection[Aggregate]) -> dict[Aggregate, int]:
        await self._answer()
        heads = {aggregate: self._database.first_parked(aggregate) for aggregate in aggregates}
        return {aggregate: head.version for aggregate, head in heads.items() if head is not None}

    async def park(self, work: Any, parked: Sequence[Parked]) -> None:
        await self._answer()
        for one in parked:
            work.parked.setdefault(((one.topic, one.key), one.version), one)

    async def decided(self, connection: Any, event_id: UUID) -> tuple[str, UUID] | None:
        return None

    async def try_next(self, connection: Any, aggregate: Aggregate) -> None:
        await self._answer()  # the retries of this model take any head at any time


class ModelLog:
    """Two partitions and the consumer's noted offsets."""

    def __init__(self) -> None:
        self.records: dict[Partition, list[Record]] = defaultdict(list)
        self.noted: dict[Partition, int] = {}

    def append(self, record: Record) -> None:
        partition = (record.topic, record.partition)
        again = Record(
            topic=record.topic,
            partition=record.partition,
            position=len(self.records[partition]),
            key=record.key,
            value=record.value,
            headers=record.headers,
        )
        self.records[partition].append(again)


class ModelReader:
    """One process's client."""

    def __init__(self, log: ModelLog, process: Process) -> None:
        self._log = log
        self._process = process
        self._at: dict[Partition, int] = {}

    def own(self, partitions: Iterable[Partition], positions: Mapping[Partition, int]) -> None:
        self._at = {one: positions.get(one, self._log.noted.get(one, 0)) for one in partitions}

    async def poll(self) -> list[Record]:
        await self._process.pause()
        come: list[Record] = []
        for partition, at in self._at.items():
            fresh = self._log.records[partition][at : at + 3]
            self._at[partition] = at + len(fresh)
            come += fresh
        return come

    async def commit(self, positions: Mapping[Partition, int], *, seconds: float = 5.0) -> bool:
        noted = dict(positions)
        if not noted.keys() <= self._at.keys():
            return False  # the client refuses all where one is not its own any more
        await self._process.pause()
        self._log.noted |= noted  # also when it comes late and goes back
        return True

    def lag(self, positions: Mapping[Partition, int]) -> dict[Partition, int]:
        return {}

    async def positions(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        await self._process.pause()
        return self._at


class ModelLeases:
    """One process's share, of locks that are free the moment they are lost."""

    def __init__(self, holders: "dict[Partition, ModelLeases]", present: "set[ModelLeases]", process: Process) -> None:
        self._holders = holders
        self._present = present
        self._process = process
        self._lost = False
        present.add(self)

    @property
    def owned(self) -> frozenset[Partition]:
        return frozenset(one for one, holder in self._holders.items() if holder is self)

    def check(self) -> None:
        if self._lost:
            raise LeaseLost

    def lose(self) -> None:
        """Be taken for dead; the process hears of it when it next asks."""
        self._lost = True
        self._present.discard(self)
        for partition in self.owned:
            del self._holders[partition]

    def _share(self) -> int:
        return math.ceil(len(PARTITIONS) / max(1, len(self._present)))

    async def take(self) -> bool:
        self.check()
        before = self.owned
        for partition in PARTITIONS:
            if len(self.owned) < self._share() and partition not in self._holders:
                await self._process.pause()
                self.check()
                self._holders.setdefault(partition, self)
        return self.owned != before

    def surplus(self) -> frozenset[Partition]:
        too_many = len(self.owned) - self._share()
        return frozenset(sorted(self.owned)[-too_many:]) if too_many > 0 else frozenset()

    async def give_up(self, partitions: Iterable[Partition]) -> None:
        for partition in partitions:
            await self._process.pause()
            self.check()
            del self._holders[partition]


class ModelClock:
    """Time that passes only while somebody waits."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._now = 0.0

    def seconds(self) -> float:
        return self._now

    async def sleep(self, stop: object, seconds: float) -> None:
        await self._process.pause()
        self._now += seconds

    async def within(self, seconds: float, work: Coroutine[Any, Any, None]) -> bool:
        await work
        return True


class NothingPublished:
    """An outbox of a handler that publishes nothing."""

    async def flush(self, connection: object, *, bound: object) -> bool:
        return False


class ModelTransactions:
    """What a handling wants of `Transactions`: what handlers get is the model's own transaction."""

    database: Any = None
    service = "coding"
    wake = SimpleNamespace(set=lambda: None)

    def outbox(self) -> NothingPublished:
        return NothingPublished()

    def work(self, connection: object, outbox: object, *, org_id: UUID, actor: str, cause: Received) -> Any:
        return connection


class Member:
    """One process of the consumer: killed and begun again, its handling and reading are the product's own."""

    def __init__(self, world: "World", handlers: Mapping[Any, Any]) -> None:
        self._world = world
        self._handlers = handlers
        self.process = Process()
        self.tables = ModelTables(world.database, self.process)
        self.leases: ModelLeases | None = None

    def handling(self) -> Handling:
        transactions: Any = ModelTransactions()
        return Handling("counter", self._handlers, transactions, tables=self.tables)

    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            if not self.process.is_alive:
                self.process.begin(self._life())
            self.process.step()
            assert self.process.ended_by is None, self.process.ended_by

    def kill(self) -> None:
        self.process.kill()
        if self.leases is not None:
            self.leases.lose()

    async def _life(self) -> None:
        handling = self.handling()
        stop: Any = SimpleNamespace(is_set=lambda: False)
        while True:
            self.leases = ModelLeases(self._world.holders, self._world.present, self.process)
            reading = Reading(
                handling,
                ModelReader(self._world.log, self.process),
                self.leases,
                positions={},
                ends=self._no_ends,
                check=lambda: None,
                trouble=Trouble(),
                clock=ModelClock(self.process),
                lag=Lag("counter"),
            )
            try:
                await reading.run(stop)
            except (LeaseLost, OSError):
                self.leases.lose()
            await reading.note(seconds=1.0)

    async def _no_ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        return {}


class World:
    """One consumer's database, log and leases."""

    def __init__(self) -> None:
        self.database = ModelDatabase()
        self.log = ModelLog()
        self.holders: dict[Partition, ModelLeases] = {}
        self.present: set[ModelLeases] = set()


async def retry_head(member: Member, database: ModelDatabase, aggregate: Aggregate) -> None:
    """Try the head of a parked key once more, in one transaction, as whoever retries has to: under the key's lock."""
    handling, tables = member.handling(), member.tables
    try:
        async with tables.transaction(None) as transaction:
            seen = (await tables.enter(transaction, (), {aggregate})).seen[aggregate]
            head = database.first_parked(aggregate)
            if head is None:
                return
            envelope, _ = handling._read([head.record])
            if judge(head.version, seen=seen, floor=1, parked_from=None) is Verdict.HANDLE:
                no_outbox: Any = NothingPublished()
                await handling.handle(transaction, no_outbox, envelope, Tally())
                await tables.saw(transaction, {aggregate: head.version})
            transaction.dropped.add((aggregate, head.version))
    except Exception:  # noqa: BLE001 it stays parked
        return
