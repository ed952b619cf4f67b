"""Reads a table's final rows in order, by the contiguous prefix and its fence."""

import time
from collections.abc import Sequence
from typing import Any, Protocol

import asyncpg

from claimwright import failpoints
from claimwright.database.direct import Connection
from claimwright.messaging.prefix import ByNumberAlone, Fence, Prefix


class Row(Protocol):
    """One row; `seq` is among its columns."""

    def __getitem__(self, column: str, /) -> Any:
        """Return a column."""


class NumberedRows(Protocol):
    """A table with the columns `xid` and `seq`; each question is answered from a snapshot of its own."""

    async def oldest_running_xid(self) -> int:
        """Return the lowest number of a transaction that has not ended."""

    async def behind(self, seq: int, limit: int) -> Sequence[Row]:
        """Return the first committed rows with a higher number, in order."""

    async def last_drawn_seq(self) -> int:
        """Return the last number that the sequence gave to anybody."""

    async def draw_xid(self) -> int:
        """Return a new transaction number, higher than all before it."""


class NumberedTable:
    """Such a table in PostgreSQL; use one connection for one reader, and never inside a transaction."""

    def __init__(self, connection: Connection, *, table: str, sequence: str, columns: str) -> None:
        """Read `columns` (`seq` among them) of `table`, whose `seq` comes from `sequence`."""
        self._connection = connection
        self._rows = f"select {columns} from {table} where seq > $1 order by seq limit $2"  # noqa: S608 names of ours
        self._last_value = f"select last_value from {sequence}"  # noqa: S608 the same

    async def oldest_running_xid(self) -> int:
        """Return the snapshot's xmin."""
        return int(await self._connection.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))

    async def behind(self, seq: int, limit: int) -> Sequence[asyncpg.Record]:
        """Return the next rows."""
        return await self._connection.fetch(self._rows, seq, limit)

    async def last_drawn_seq(self) -> int:
        """Return the sequence's last value."""
        return int(await self._connection.fetchval(self._last_value))

    async def draw_xid(self) -> int:
        """Return the number of a transaction that has ended by then."""
        return int(await self._connection.fetchval("select pg_current_xact_id()::text::bigint"))


class PrefixReader:
    """One session's reading of numbered rows from behind `cursor`."""

    def __init__(self, rows: NumberedRows, *, cursor: int) -> None:
        self._rows = rows
        fenced = not failpoints.is_armed(failpoints.FENCE_OFF)
        self._prefix = Prefix(cursor) if fenced else ByNumberAlone(cursor)
        self._blocked_since: float | None = None

    @property
    def cursor(self) -> int:
        """Return the sequence number of the last row taken."""
        return self._prefix.cursor

    @property
    def blocked_seconds(self) -> float:
        """Return how long a hole has stopped this reader; 0 when none does."""
        return 0.0 if self._blocked_since is None else time.monotonic() - self._blocked_since

    async def read(self, limit: int) -> Sequence[Row]:
        """Return the next final rows, at most `limit`; none when there are none or a hole may still be filled."""
        if self._prefix.fence is not None:
            self._prefix = self._prefix.observe(await self._rows.oldest_running_xid())
        rows = await self._rows.behind(self._prefix.cursor, limit)
        final = self._prefix.count_final([row["seq"] for row in rows])
        if final == len(rows):
            self._blocked_since = None
        elif final:
            self._blocked_since = time.monotonic()
        else:
            self._blocked_since = self._blocked_since or time.monotonic()
        if final < len(rows) and self._prefix.fence is None:
            last_seq = await self._rows.last_drawn_seq()
            self._prefix = self._prefix.raise_fence(Fence(last_seq=last_seq, xid=await self._rows.draw_xid()))
        return rows[:final]

    def advance(self, seq: int) -> None:
        """Count the rows up to `seq` as taken; call it once they are safe where they went."""
        self._prefix = self._prefix.advance(seq)
