"""Prove which events of the feed are final, so that no partner's cursor ever passes one that commits late."""

from typing import Final

import asyncpg

from claimwright.database.direct import Connection, connect_directly
from claimwright.database.engine import Database
from claimwright.messaging.prefix_reader import NumberedTable, PrefixReader
from claimwright_intake.persistence import claim_events

_PAGE: Final = 1000


class FeedHorizon:
    """Moves the horizon of the feed over rows that are final.

    It reads the numbers of all organizations' rows, as the role that carries events: under row-level security those of
    one organization alone have holes that nobody will ever fill. Of the rows it sees nothing but their numbers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._reader: PrefixReader | None = None

    async def move(self) -> bool:
        """Move the horizon as far as it may be, and return whether more may be waiting."""
        reader = self._reader or await self._open()
        try:
            rows = await reader.read(_PAGE)
            if not rows:
                return False
            last = rows[-1]["seq"]
            await claim_events.move_horizon(self._database, last)
            reader.advance(last)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self.close()
            raise
        return len(rows) == _PAGE

    async def close(self) -> None:
        """Let the connection go; the next move opens another and begins from what is kept."""
        connection, self._connection, self._reader = self._connection, None, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    async def _open(self) -> PrefixReader:
        self._connection = await connect_directly(
            self._database.settings, service="intake", role="relay", name="intake feed horizon"
        )
        rows = NumberedTable(self._connection, table="claim_event", sequence="claim_event_seq", columns="seq")
        self._reader = PrefixReader(rows, cursor=await claim_events.horizon(self._database))
        return self._reader
