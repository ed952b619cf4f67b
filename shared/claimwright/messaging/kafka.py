"""The thin port around the Kafka client: no other module knows it, and what it does in bad weather is answered here.

The client waits without end where it should not: stopping while the broker is away, committing while the coordinator
is. So every wait here has a limit, and what does not come back in time is left behind to end by itself.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from claimwright.failpoints import failpoint
from claimwright.messaging.envelope import Headers, Record
from claimwright.settings import KafkaSettings

Partition = tuple[str, int]
"""A topic and a number."""

LOST: Final = (KafkaError, OSError, TimeoutError)
"""What is raised when the broker is away or refuses."""

_REQUEST_MS: Final = 10_000
_METADATA_MS: Final = 5_000
"""How old what a client knows of the cluster may be. It asks a dead leader for the first offset of a partition again
and again, and looks for the new one only when it is told anew who leads: by default after five minutes."""
_ACKNOWLEDGED_WITHIN: Final = 30.0  # seconds; longer than the restart of a broker, during which sends only wait
_STOPPED_WITHIN: Final = 2.0
_partition_of: Final = DefaultPartitioner()
_left_behind: Final[set[asyncio.Future[Any]]] = set()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record on its way to a topic."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


class Producer:
    """An idempotent producer of one run of luck: after any error it is thrown away and a new one resumes.

    A refused batch uses up its sequence numbers, after which every send to that partition fails; and after a wipe of
    the broker the numbers of the old one mean something else.
    """

    def __init__(self, settings: KafkaSettings, *, client_id: str) -> None:
        self._producer = AIOKafkaProducer(
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            max_batch_size=512 * 1024,
            linger_ms=2,
            **_connection(settings),
        )

    async def start(self) -> None:
        """Connect. Errors: LOST."""
        try:
            async with asyncio.timeout(_ACKNOWLEDGED_WITHIN):
                await self._producer.start()
        except BaseException:
            await self.discard()
            raise

    async def send_all(self, records: Sequence[Outgoing]) -> None:
        """Send records, in their order within each partition, and return when all brokers that must have them do.

        They are put into batches here: sent one by one, each would have a wait of its own.
        Errors: LOST. Then some, all or none may have arrived: send all of them again, from a new producer.
        """
        async with asyncio.timeout(_ACKNOWLEDGED_WITHIN):
            batches = await self._batches(records)
            acknowledged = []
            for place, (topic, partition, batch) in enumerate(batches):
                if place == len(batches) // 2:
                    failpoint("relay.mid_send")
                acknowledged.append(await self._producer.send_batch(batch, topic, partition=partition))
            await asyncio.gather(*acknowledged)

    async def _batches(self, records: Sequence[Outgoing]) -> list[tuple[str, int, BatchBuilder]]:
        """Return records in batches, each of one partition; a partition's batches are in the order of its records."""
        partitions = {
            topic: sorted(await self._producer.partitions_for(topic))
            for topic in dict.fromkeys(record.topic for record in records)
        }
        batches: list[tuple[str, int, BatchBuilder]] = []
        filling: dict[Partition, BatchBuilder] = {}
        for record in records:
            of_topic = partitions[record.topic]
            place = record.topic, _partition_of(record.key, of_topic, of_topic)
            batch = filling.get(place)
            if batch is None or not _is_added(batch, record):
                batch = filling[place] = self._producer.create_batch()
                batches.append((*place, batch))
                _is_added(batch, record)  # there is always room for the first
        return batches

    async def discard(self) -> None:
        """Let go of the producer, with whatever it still holds."""
        await bounded(self._producer.stop())


def _is_added(batch: BatchBuilder, record: Outgoing) -> bool:
    """Add a record to a batch, and return whether it had room for it."""
    added = batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
    return added is not None


class Reader:
    """Reads partitions that somebody else hands out; offsets are only a note of where to begin again."""

    def __init__(self, settings: KafkaSettings, *, group: str) -> None:
        self._consumer = AIOKafkaConsumer(
            client_id=group,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=256 * 1024,
            fetch_max_wait_ms=500,  # what is there comes at once; partitions newly taken wait this long
            check_crcs=True,
            **_connection(settings),
        )
        self._commit: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Connect. Errors: LOST."""
        try:
            async with asyncio.timeout(_ACKNOWLEDGED_WITHIN):
                await self._consumer.start()
        except BaseException:
            await self.stop()
            raise

    def own(self, partitions: Iterable[Partition], positions: Mapping[Partition, int]) -> None:
        """Read these partitions from now on: from `positions` where known, else from the committed offsets."""
        owned = [TopicPartition(*partition) for partition in sorted(partitions)]
        self._consumer.assign(owned)
        for partition in owned:
            position = positions.get((partition.topic, partition.partition))
            if position is not None:
                self._consumer.seek(partition, position)

    async def poll(self) -> list[Record]:
        """Return what has come, in the order of each partition; empty after half a second of nothing. Errors: LOST."""
        owned = self._consumer.assignment()
        self._consumer.resume(*owned)
        batches = await self._consumer.getmany(timeout_ms=500)
        if batches:
            # Else the client fetches what comes first while these are handled, and nothing behind it until that is
            # taken, or until a fetch of the other partitions has waited its time out.
            self._consumer.pause(*owned)
        return [
            Record(
                topic=record.topic,
                partition=record.partition,
                position=record.offset,
                key=record.key,
                value=record.value,
                headers=tuple(record.headers),
                stamped_ms=record.timestamp if record.timestamp > 0 else None,
            )
            for batch in batches.values()
            for record in batch
        ]

    def lag(self, positions: Mapping[Partition, int]) -> dict[Partition, int]:
        """Return how many records of each partition are still to come, as far as the last fetch knew."""
        lags = {}
        for partition, position in positions.items():
            end = self._consumer.highwater(TopicPartition(*partition))
            if end is not None:
                lags[partition] = max(0, end - position)
        return lags

    async def positions(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return where the client itself would read next. Errors: TimeoutError when it does not know."""
        async with asyncio.timeout(_STOPPED_WITHIN):
            return {partition: await self._consumer.position(TopicPartition(*partition)) for partition in partitions}

    async def commit(self, positions: Mapping[Partition, int], *, seconds: float = 5.0) -> bool:
        """Note where to begin again, and return whether the broker took it in time.

        A note that fails or is late costs only a second look at events that the inbox knows; the next one replaces it.
        """
        if self._commit is not None and not self._commit.done():
            await asyncio.wait({self._commit}, timeout=seconds)
            if not self._commit.done():
                return False
        offsets = {TopicPartition(*partition): position for partition, position in positions.items()}
        self._commit = asyncio.ensure_future(self._consumer.commit(offsets))
        _left_behind.add(self._commit)
        self._commit.add_done_callback(_forget)
        await asyncio.wait({self._commit}, timeout=seconds)
        return self._commit.done() and not self._commit.cancelled() and self._commit.exception() is None

    async def stop(self) -> None:
        """Let go of the connection."""
        await bounded(self._consumer.stop())


class Admin:
    """Asks the broker about itself over one connection, which is opened when needed and again after an error."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: AIOKafkaAdminClient | None = None
        self._one_at_a_time = asyncio.Lock()

    async def cluster_id(self) -> str:
        """Return the id that the cluster was formatted with. Errors: LOST."""
        described = await self._ask(lambda client: client.describe_cluster())
        return str(described["cluster_id"])

    async def partitions_of(self, topics: Sequence[str]) -> list[Partition]:
        """Return all partitions of the topics. Errors: LOST, also when a topic is not there or may not be read."""
        described = await self._ask(lambda client: client.describe_topics(list(topics)))
        found = [(topic["topic"], part["partition"]) for topic in described for part in topic["partitions"]]
        if {topic for topic, _ in found} != set(topics):
            raise KafkaError(f"not all of these topics are there: {', '.join(topics)}")
        return sorted(found)

    async def committed_positions(self, group: str) -> dict[Partition, int]:
        """Return what a group has noted. Errors: LOST."""
        noted = await self._ask(lambda client: client.list_consumer_group_offsets(group))
        return {(partition.topic, partition.partition): entry.offset for partition, entry in noted.items()}

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await bounded(client.close())

    async def _ask(self, question: Callable[[AIOKafkaAdminClient], Awaitable[Any]]) -> Any:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(_REQUEST_MS / 1000):
                    if self._client is None:
                        self._client = AIOKafkaAdminClient(**_connection(self._settings))
                        await self._client.start()
                    return await question(self._client)
            except BaseException:
                await self.close()
                raise


async def end_positions(settings: KafkaSettings, partitions: Iterable[Partition]) -> dict[Partition, int]:
    """Return where each partition ends now, 0 for one that keeps no record; over a fresh connection. Errors: LOST."""
    async with asyncio.timeout(_REQUEST_MS / 1000):
        consumer = AIOKafkaConsumer(**_connection(settings))
        try:
            await consumer.start()
            asked = [TopicPartition(*partition) for partition in partitions]
            begins = await consumer.beginning_offsets(asked)
            ends = await consumer.end_offsets(asked)
        finally:
            await bounded(consumer.stop())
    return {
        (partition.topic, partition.partition): end if end > begins[partition] else 0 for partition, end in ends.items()
    }


async def bounded(ending: Awaitable[None], *, seconds: float = _STOPPED_WITHIN) -> None:
    """Wait a short while for something to end, and leave it behind if it does not.

    It runs as a task of its own, since the client's `stop` may raise `CancelledError` when the broker refuses.
    """
    task = asyncio.ensure_future(ending)
    _left_behind.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=seconds)


def _forget(task: asyncio.Future[Any]) -> None:
    """Drop a task that has ended, and look at its error, which nobody else will."""
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()


def _connection(settings: KafkaSettings) -> dict[str, Any]:
    encrypted = settings.tls_ca_file is not None
    return {
        "bootstrap_servers": settings.bootstrap,
        "request_timeout_ms": _REQUEST_MS,
        "metadata_max_age_ms": _METADATA_MS,
        "security_protocol": "SASL_SSL" if encrypted else "SASL_PLAINTEXT",
        "ssl_context": ssl.create_default_context(cafile=settings.tls_ca_file) if encrypted else None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.username,
        "sasl_plain_password": settings.password.get_secret_value(),
    }
