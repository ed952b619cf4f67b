"""Sends kept outbox rows again: the same bytes and ids, so that whoever handled them already does nothing.

To build a projection anew, a consumer first forgets what it took in (`inbox.forget`) in the transaction that empties
its tables. After a wipe of the broker nothing needs to be called: the relay sees another cluster and begins at zero.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg

from claimwright.database.direct import Connection, connect_directly
from claimwright.messaging.envelope import FLOOR, wire_headers
from claimwright.messaging.kafka import Outgoing, Producer
from claimwright.settings import DatabaseSettings, KafkaSettings

_BATCH = 500
_PAGE = """
    select outbox.seq, outbox.topic, outbox.key, outbox.headers, outbox.payload, kept.floor
    from outbox join key_version as kept on kept.topic = outbox.topic and kept.key = outbox.key
    where outbox.seq > $1 and outbox.seq <= $2 and outbox.version >= kept.floor
      and ($3::text is null or outbox.topic = $3) and ($4::text is null or outbox.key = $4)
    order by outbox.seq limit $5
"""


@dataclass(frozen=True, slots=True)
class Which:
    """Which rows to send again; the sequence numbers are those of the outbox, both included."""

    topic: str | None = None
    key: str | None = None
    first: int = 1
    last: int | None = None


async def replay(
    database: DatabaseSettings,
    kafka: KafkaSettings,
    *,
    service: str,
    which: Which = Which(),
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Send rows that the relay has sent before once more, in order, and return how many.

    `progress` is told how many are sent and the sequence number of the last. Never passes the relay's cursor: what
    is newer the relay sends itself, in its own order.
    Errors: what `claimwright.messaging.kafka.LOST` names; call again with `first` where `progress` stood.
    """
    connection = await connect_directly(database, service=service, role="relay", name=f"claimwright-{service} replay")
    producer = Producer(kafka, client_id=f"claimwright-{service}-replay")
    try:
        await producer.start()
        return await _send(connection, producer, which, progress)
    finally:
        await producer.discard()
        await connection.close(timeout=5)


async def _send(
    connection: Connection, producer: Producer, which: Which, progress: Callable[[int, int], None] | None
) -> int:
    cursor: int = await connection.fetchval("select seq from relay_cursor")
    last = cursor if which.last is None else min(cursor, which.last)
    at, sent = which.first - 1, 0
    while rows := await connection.fetch(_PAGE, at, last, which.topic, which.key, _BATCH):
        await producer.send_all(_outgoing(rows))
        at, sent = rows[-1]["seq"], sent + len(rows)
        if progress is not None:
            progress(sent, at)
    return sent


def _outgoing(rows: Sequence[asyncpg.Record]) -> list[Outgoing]:
    records = []
    for row in rows:
        headers = json.loads(row["headers"])
        if row["floor"] > 1:
            headers[FLOOR] = str(row["floor"])
        records.append(
            Outgoing(topic=row["topic"], key=row["key"].encode(), value=row["payload"], headers=wire_headers(headers))
        )
    return records
