"""Reads a table's final rows in order, by the contiguous prefix and its fence."""

import time
from collections.abc import Sequence

import asyncpg

from claimwright.database.direct import Connection
from claimwright.messaging.prefix import Fence, Prefix


class PrefixReader:
    """One session's reading of a table with the columns `xid` and `seq`; use one connection for one reader.

    The connection must not be in a transaction: each statement needs a snapshot of its own.
    """

    def __init__(self, connection: Connection, *, table: str, sequence: str, columns: str, cursor: int) -> None:
        """Read `columns` (`seq` among them) of `table`, whose `seq` comes from `sequence`, from behind `cursor`."""
        self._connection = connection
        self._rows = f"select {columns} from {table} where seq > $1 order by seq limit $2"  # noqa: S608 names of ours
        self._last_value = f"select last_value from {sequence}"  # noqa: S608 the same
        self._prefix = Prefix(cursor)
        self._blocked_since: float | None = None

    @property
    def cursor(self) -> int:
        """Return the sequence number of the last row taken."""
        return self._prefix.cursor

    @property
    def blocked_seconds(self) -> float:
        """Return how long a hole has stopped this reader; 0 when none does."""
        return 0.0 if self._blocked_since is None else time.monotonic() - self._blocked_since

    async def read(self, limit: int) -> Sequence[asyncpg.Record]:
        """Return the next final rows, at most `limit`; none when there are none or a hole may still be filled."""
        if self._prefix.fence is not None:
            xmin = await self._connection.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            self._prefix = self._prefix.observe(xmin)
        rows = await self._connection.fetch(self._rows, self._prefix.cursor, limit)
        final = self._prefix.count_final([row["seq"] for row in rows])
        if final == len(rows):
            self._blocked_since = None
        elif final:
            self._blocked_since = time.monotonic()
        else:
            self._blocked_since = self._blocked_since or time.monotonic()
        if final < len(rows) and self._prefix.fence is None:
            last_seq = await self._connection.fetchval(self._last_value)
            xid = await self._connection.fetchval("select pg_current_xact_id()::text::bigint")
            self._prefix = self._prefix.raise_fence(Fence(last_seq=last_seq, xid=xid))
        return rows[:final]

    def advance(self, seq: int) -> None:
        """Count the rows up to `seq` as taken; call it once they are safe where they went."""
        self._prefix = self._prefix.advance(seq)
