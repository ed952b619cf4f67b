"""Sends kept outbox rows again: the same bytes and ids, so that whoever handled them already does nothing.

A replay to one consumer names it in a header, and the others pass over the record before their inbox is asked. To
build a projection anew, its consumer first forgets what it took in (`projections.forget`). After a wipe of the broker
nothing needs to be called: the relay sees another cluster and begins at zero.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

import asyncpg

from claimwright.database.direct import Connection, connect_directly
from claimwright.events.envelope import PLATFORM
from claimwright.events.topics import TOPICS, Service
from claimwright.messaging.envelope import FLOOR, MEANT_FOR, wire_headers
from claimwright.messaging.kafka import Outgoing, Producer
from claimwright.refusals import Refusal
from claimwright.settings import DatabaseSettings, KafkaSettings

BATCH: Final = 500
_FROM: Final = """
    from outbox join key_version as kept on kept.topic = outbox.topic and kept.key = outbox.key
    where outbox.seq > $1 and outbox.seq <= $2 and outbox.version >= kept.floor
      and ($3::text is null or outbox.topic = $3)
      and ($4::text is null or outbox.key = $4) and ($5::timestamptz is null or outbox.created_at >= $5)
      and ($6::timestamptz is null or outbox.created_at < $6) and ($7::uuid is null or outbox.org_id = $7)
"""
_PAGE: Final = f"""
    select outbox.seq, outbox.topic, outbox.key, outbox.headers, outbox.payload, kept.floor {_FROM}
    order by outbox.seq limit $8
"""
_COUNT: Final = f"select count(*) {_FROM}"


class ConsumerUnknown(Refusal):
    """A consumer that does not read what is to be sent again."""

    code: ClassVar[str] = "consumer_unknown"
    fix: ClassVar[str | None] = "Name a service and its consumer, such as `coding.coding` or `intake.claims`."


@dataclass(frozen=True, slots=True)
class Which:
    """Which rows to send again, and to whom.

    The sequence numbers are those of the outbox, both included; of the moments, the first is. `org_id` None is all
    organizations, `to` None all consumers.
    """

    topic: str | None = None
    key: str | None = None
    first: int = 1
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    to: str | None = None
    org_id: UUID | None = None

    @classmethod
    def of(cls, selection: dict[str, Any], org_id: UUID) -> Self:
        """Return what the selection of a kept act says, within its organization."""
        since, until = (
            None if selection.get(name) is None else datetime.fromisoformat(selection[name])
            for name in ("since", "until")
        )
        return cls(
            topic=selection.get("topic"),
            key=selection.get("key"),
            first=selection.get("first", 1),
            last=selection.get("last"),
            since=since,
            until=until,
            to=selection.get("to"),
            org_id=None if org_id == PLATFORM else org_id,
        )

    def selection(self) -> dict[str, Any]:
        """Return it as a kept act has it."""
        return {
            "topic": self.topic,
            "key": self.key,
            "first": self.first,
            "last": self.last,
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "to": self.to,
        }


def check_reader(to: str | None, *, publisher: str) -> None:
    """See that a consumer's service reads the topic of a publisher.

    Errors: ConsumerUnknown.
    """
    if to is None:
        return
    service, _, consumer = to.partition(".")
    readers = {reader.value for topic in TOPICS if topic.owner.value == publisher for reader in topic.readers}
    if not consumer or service not in {one.value for one in Service} or service not in readers:
        raise ConsumerUnknown(f"no consumer of this name reads what {publisher} publishes")


class Replayer:
    """Sends rows of one service's outbox; the connections are opened by the first use."""

    def __init__(self, database: DatabaseSettings, kafka: KafkaSettings, *, service: str) -> None:
        self._database = database
        self._kafka = kafka
        self._service = service
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    async def count(self, which: Which) -> int:
        """Return how many rows there are to send."""
        connection = await self._connected()
        return int(await connection.fetchval(_COUNT, which.first - 1, *await self._bounds(which)))

    async def page(self, which: Which, *, after: int, limit: int = BATCH) -> tuple[int, int]:
        """Send the next rows, wait until the broker has them, and return how many and the number of the last.

        Never passes the relay's cursor: what is newer the relay sends itself, in its own order.
        Errors: what `claimwright.messaging.kafka.LOST` names; nothing is lost by calling again.
        """
        connection = await self._connected()
        rows = await connection.fetch(_PAGE, max(after, which.first - 1), *await self._bounds(which), limit)
        if not rows:
            return 0, after
        if self._producer is None:
            self._producer = Producer(self._kafka, client_id=f"claimwright-{self._service}-replay")
            await self._producer.start()
        try:
            await self._producer.send_all(_outgoing(rows, to=which.to))
        except BaseException:
            await self.close()  # a producer that has failed once is not to be trusted again
            raise
        return len(rows), rows[-1]["seq"]

    async def close(self) -> None:
        """Let go of the connections."""
        producer, self._producer = self._producer, None
        connection, self._connection = self._connection, None
        if producer is not None:
            await producer.discard()
        if connection is not None:
            connection.terminate()

    async def _bounds(self, which: Which) -> tuple[Any, ...]:
        connection = await self._connected()
        cursor: int = await connection.fetchval("select seq from relay_cursor")
        last = cursor if which.last is None else min(cursor, which.last)
        return last, which.topic, which.key, which.since, which.until, which.org_id

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect_directly(
                self._database, service=self._service, role="relay", name=f"claimwright-{self._service} replay"
            )
        return self._connection


async def replay(
    database: DatabaseSettings,
    kafka: KafkaSettings,
    *,
    service: str,
    which: Which = Which(),
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Send rows that the relay has sent before once more, in order and as fast as it goes, and return how many.

    `progress` is told how many are sent and the sequence number of the last.
    Errors: what `claimwright.messaging.kafka.LOST` names; call again with `first` where `progress` stood.
    """
    replayer = Replayer(database, kafka, service=service)
    at, sent = which.first - 1, 0
    try:
        while True:
            count, at = await replayer.page(which, after=at)
            if count == 0:
                return sent
            sent += count
            if progress is not None:
                progress(sent, at)
    finally:
        await replayer.close()


def _outgoing(rows: Sequence[asyncpg.Record], *, to: str | None) -> list[Outgoing]:
    records = []
    for row in rows:
        headers = json.loads(row["headers"])
        if row["floor"] > 1:
            headers[FLOOR] = str(row["floor"])
        if to is not None:
            headers[MEANT_FOR] = to
        records.append(
            Outgoing(topic=row["topic"], key=row["key"].encode(), value=row["payload"], headers=wire_headers(headers))
        )
    return records
