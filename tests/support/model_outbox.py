"""A model of PostgreSQL's outbox and of Kafka, as far as the relay can tell them from the real ones.

PostgreSQL: a transaction has a number once it has written, and draws it before it draws from the sequence; sequence
numbers are never given back; what is not committed is seen by nobody; a key is locked until its holder ends. Kafka: a
producer's records of one partition arrive in their order or not at all, perhaps twice, perhaps long after the producer
was given up.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from claimwright.messaging.kafka import Outgoing
from tests.support.stepped import Process

KEYS = ("a", "b", "c")
PARTITION_OF = {"a": 0, "b": 0, "c": 1}


class Lost(Exception):
    """The connection, or the producer, is gone."""


@dataclass(eq=False)
class Transaction:
    """One running transaction: its number once it has written, its rows, the keys it has locked."""

    xid: int | None = None
    rows: list[tuple[int, str, int]] = field(default_factory=list)
    locks: set[str] = field(default_factory=set)


class ModelPostgres:
    """The outbox, its sequence, and the relay's cursor and lock."""

    def __init__(self) -> None:
        self.next_xid = 100
        self.next_seq = 1
        self.running: list[Transaction] = []
        self.committed: dict[int, tuple[str, int]] = {}
        self.versions = dict.fromkeys(KEYS, 0)
        self.cursor = 0
        self.relay: object | None = None

    def begin(self) -> Transaction:
        transaction = Transaction()
        self.running.append(transaction)
        return transaction

    def draw_xid(self) -> int:
        self.next_xid += 1
        return self.next_xid - 1

    def xmin(self) -> int:
        return min((one.xid for one in self.running if one.xid is not None), default=self.next_xid)

    def publish(self, transaction: Transaction, key: str) -> None:
        """Insert an event of a key; nothing happens while another transaction has the key, for it would wait."""
        if transaction.xid is None:
            transaction.xid = self.draw_xid()
        if key not in transaction.locks:
            if any(key in other.locks for other in self.running):
                return
            transaction.locks.add(key)
        version = self.versions[key] + sum(row[1] == key for row in transaction.rows) + 1
        transaction.rows.append((self.next_seq, key, version))
        self.next_seq += 1

    def end(self, transaction: Transaction, *, commits: bool) -> None:
        self.running.remove(transaction)
        if commits:
            for seq, key, version in transaction.rows:
                self.committed[seq] = (key, version)
                self.versions[key] = version

    def crash(self) -> None:
        """Lose what is not committed; the sequence may jump, as it does after a real crash."""
        self.running.clear()
        self.relay = None
        self.next_seq += 3


class ModelOutbox:
    """One relay's connection, with the lock that makes it the only one while the connection lives."""

    def __init__(self, postgres: ModelPostgres, process: Process) -> None:
        self._postgres = postgres
        self._process = process

    async def _answer(self) -> None:
        await self._process.pause()
        if self._postgres.relay is not self:
            raise Lost

    def is_the_relay(self) -> bool:
        """Take the lock if it is free."""
        if self._postgres.relay is None:
            self._postgres.relay = self
        return self._postgres.relay is self

    def close(self) -> None:
        """Give the lock back, as the end of a connection does, however it came."""
        if self._postgres.relay is self:
            self._postgres.relay = None

    async def kept_cursor(self) -> int:
        await self._answer()
        return self._postgres.cursor

    async def oldest_running_xid(self) -> int:
        await self._answer()
        return self._postgres.xmin()

    async def behind(self, seq: int, limit: int) -> Sequence[dict[str, Any]]:
        await self._answer()
        seqs = sorted(one for one in self._postgres.committed if one > seq)[:limit]
        return [_row(one, *self._postgres.committed[one]) for one in seqs]

    async def last_drawn_seq(self) -> int:
        await self._answer()
        return self._postgres.next_seq - 1

    async def draw_xid(self) -> int:
        await self._answer()
        return self._postgres.draw_xid()

    async def keep_cursor(self, seq: int) -> None:
        await self._answer()
        assert seq >= self._postgres.cursor, "the kept cursor went back"
        self._postgres.cursor = seq
        await self._answer()  # kept, and the answer may still be lost


class ModelKafka:
    """The partitions' records as (key, version), and every producer that ever was."""

    def __init__(self) -> None:
        self.partitions: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.producers: list[ModelProducer] = []

    def versions_of(self, key: str) -> list[int]:
        """Return the versions of a key as a reader takes them that passes over what it knows."""
        return list(dict.fromkeys(version for one, version in self.partitions[PARTITION_OF[key]] if one == key))


class ModelProducer:
    """One producer; given up, it may still hold records that arrive."""

    def __init__(self, kafka: ModelKafka, process: Process) -> None:
        self._kafka = kafka
        self._process = process
        self._waiting: dict[int, list[tuple[str, int]]] = {0: [], 1: []}
        self._refused: set[int] = set()
        self._failed = False
        kafka.producers.append(self)

    async def send_all(self, records: Sequence[Outgoing]) -> None:
        for record in records:
            key = record.key.decode()
            self._waiting[PARTITION_OF[key]].append((key, int(dict(record.headers)["ce_aggversion"])))
            await self._process.pause()
        while any(self._waiting.values()) or self._failed:
            if self._failed:
                raise Lost
            await self._process.pause()

    def arrive(self, partition: int, *, twice: bool) -> None:
        """Let the broker append the next record of a partition."""
        waiting = self._waiting[partition]
        if waiting and partition not in self._refused:
            self._kafka.partitions[partition] += [waiting.pop(0)] * (2 if twice else 1)

    def fail(self) -> None:
        """Let the producer hear nothing more; what it holds may have arrived, or may later."""
        self._failed = True

    def refuse(self, partition: int) -> None:
        """Refuse the next record: its number is used up, so nothing of the partition is taken any more."""
        if self._waiting[partition]:
            self._refused.add(partition)
            self._failed = True


def _row(seq: int, key: str, version: int) -> dict[str, Any]:
    headers = json.dumps({"ce_aggversion": str(version)})
    return {"seq": seq, "topic": "t", "key": key, "headers": headers, "payload": b"{}"}
