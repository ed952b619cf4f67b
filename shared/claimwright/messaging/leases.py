"""Who reads which partition: advisory locks in PostgreSQL, which are free the moment their holder's connection is.

Each process holds one connection with a presence lock and a lock a partition. A killed process loses them at once, a
frozen one after three seconds, and nobody waits for a group to agree. With PostgreSQL away no effect could commit
anyway.
"""

import asyncio
import hashlib
import math
import zlib
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, Self

import asyncpg

from claimwright.database.direct import Connection, connect_directly
from claimwright.messaging.kafka import Partition
from claimwright.settings import DatabaseSettings

_LOOK_EVERY: Final = 0.5
_FROZEN_AFTER: Final = "3s"

_LOOK: Final = """
    select classid::bigint as class, objid::bigint as object, pid = pg_backend_pid() as ours
    from pg_locks
    where locktype = 'advisory' and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid in ($1::oid, $2::oid)
"""


class LeaseLost(Exception):
    """The connection that holds the locks is gone: nothing is owned any more."""


class Leases:
    """The share of the partitions that this process owns; use as an async context manager."""

    def __init__(
        self, settings: DatabaseSettings, *, service: str, consumer: str, partitions: Sequence[Partition]
    ) -> None:
        self._settings = settings
        self._service = service
        self._consumer = consumer
        self._number = {partition: _lock_number(partition) for partition in partitions}
        self._class = _lock_class(service, consumer)
        self._connection: Connection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._present = 1
        self._taken_by_others: frozenset[int] = frozenset()
        self._owned: frozenset[Partition] = frozenset()
        self._lost = False

    @property
    def owned(self) -> frozenset[Partition]:
        """Return the partitions whose locks this process holds."""
        return self._owned

    async def __aenter__(self) -> Self:
        """Connect and show presence. Errors: OSError or asyncpg's when the database is away."""
        self._connection = await connect_directly(
            self._settings,
            service=self._service,
            role="svc",
            name=f"claimwright-{self._service} leases",
            idle_session_timeout=_FROZEN_AFTER,
        )
        await self._connection.execute("select pg_advisory_lock($1::int, pg_backend_pid())", self._class + 1)
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give everything back."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        if self._connection is not None:
            self._connection.terminate()  # frees the locks and cannot wait for anything

    def check(self) -> None:
        """Raise LeaseLost when the locks are gone."""
        if self._lost:
            raise LeaseLost

    async def take(self) -> bool:
        """Lock free partitions up to this process's share, and return whether any were added."""
        self.check()
        wanted = self._share() - len(self._owned)
        if wanted <= 0:
            return False
        added: set[Partition] = set()
        for partition, number in self._number.items():
            if len(added) == wanted:
                break
            if partition not in self._owned and number not in self._taken_by_others and await self._try(number):
                added.add(partition)
        self._owned |= added
        return bool(added)

    def surplus(self) -> frozenset[Partition]:
        """Return what this process should give up to those who came; stop reading it before `give_up`."""
        too_many = len(self._owned) - self._share()
        return frozenset(sorted(self._owned)[-too_many:]) if too_many > 0 else frozenset()

    async def give_up(self, partitions: Iterable[Partition]) -> None:
        """Unlock partitions that are not read any more."""
        for partition in partitions:
            await self._ask("select pg_advisory_unlock($1::int, $2::int)", self._class, self._number[partition])
            self._owned -= {partition}

    def _share(self) -> int:
        return math.ceil(len(self._number) / self._present)

    async def _try(self, number: int) -> bool:
        return bool(await self._ask("select pg_try_advisory_lock($1::int, $2::int)", self._class, number))

    async def _ask(self, statement: str, *arguments: int) -> object:
        """Run one statement on the one connection."""
        connection = self._connection
        if connection is None or self._lost:
            raise LeaseLost
        try:
            async with self._one_at_a_time:
                return await connection.fetchval(statement, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            self._lost = True
            raise LeaseLost from None

    async def _keep_looking(self) -> None:
        """Look often: it is what tells the server that this process is not frozen, also during a long batch."""
        while not self._lost:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                await self._look()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                self._lost = True

    async def _look(self) -> None:
        if self._connection is None:
            raise LeaseLost
        async with self._one_at_a_time:
            rows = await self._connection.fetch(_LOOK, self._class, self._class + 1, timeout=2.5)
        self._present = max(1, sum(row["class"] == self._class + 1 for row in rows))
        self._taken_by_others = frozenset(
            row["object"] for row in rows if row["class"] == self._class and not row["ours"]
        )


def _lock_class(service: str, consumer: str) -> int:
    """Return an even number of 31 bits for a consumer; the odd one after it is that of presence."""
    digest = hashlib.sha256(f"{service}/{consumer}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFE


def _lock_number(partition: Partition) -> int:
    """Return a number of 31 bits that stays the same whatever other topics are read."""
    topic, number = partition
    return (zlib.crc32(topic.encode()) & 0x7FFFFF) << 8 | number
