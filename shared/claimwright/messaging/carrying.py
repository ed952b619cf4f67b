"""The relay's decisions: what is read, what has to be acknowledged before the cursor moves, and in which order.

It knows no database and no broker, only the two ports below, so that a test can let anything happen between any two of
its steps.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from claimwright import failpoints
from claimwright.failpoints import failpoint
from claimwright.messaging.envelope import wire_headers
from claimwright.messaging.kafka import Outgoing
from claimwright.messaging.prefix_reader import NumberedRows, PrefixReader, Row
from claimwright.telemetry import tracing


class OutboxRows(NumberedRows, Protocol):
    """The outbox and the cursor that is kept beside it."""

    async def keep_cursor(self, seq: int) -> None:
        """Keep how far the log has acknowledged. Commits by itself."""


class Log(Protocol):
    """An ordered, at least once way to the topics; `kafka.Producer` is one."""

    async def send_all(self, records: Sequence[Outgoing]) -> None:
        """Return once all records are safe; after an error any of them may have arrived, then or later."""


class Carrier:
    """One session's carrying of an outbox to a log, from the kept cursor on; any error ends the session."""

    def __init__(self, outbox: OutboxRows, log: Log, *, service: str, cursor: int) -> None:
        self._outbox = outbox
        self._log = log
        self._service = service
        self._cursor_first = failpoints.is_armed(failpoints.CURSOR_FIRST)
        self.reader = PrefixReader(outbox, cursor=cursor)

    async def carry(self, limit: int) -> int:
        """Carry the next final rows, at most `limit`, and return how many there were.

        Errors: what the ports raise; the next session then begins at the kept cursor, and sends some rows twice.
        """
        rows = await self.reader.read(limit)
        if not rows:
            return 0
        if self._cursor_first:
            await self._outbox.keep_cursor(rows[-1]["seq"])
        headers = [json.loads(row["headers"]) for row in rows]
        with tracing.send_span(self._service, [one.get("traceparent") for one in headers]):
            await self._log.send_all([_outgoing(row, of_row) for row, of_row in zip(rows, headers, strict=True)])
        failpoint("relay.after_ack")
        self.reader.advance(rows[-1]["seq"])
        await self._outbox.keep_cursor(self.reader.cursor)
        failpoint("relay.after_cursor")
        return len(rows)


def _outgoing(row: Row, headers: Mapping[str, str]) -> Outgoing:
    return Outgoing(
        topic=row["topic"],
        key=row["key"].encode(),
        value=row["payload"],
        headers=wire_headers(headers),
    )
