"""The broker's access lists: a service writes its own topics and reads what the table of topics gives it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from claimwright.events.topics import INTAKE, TOPICS, Service, Topic
from deploy.stack import topics
from deploy.stack.sentences import StackProblem
from deploy.stack.topics import LAG_READER, AdminLogin, user_of
from tests.support.stack import TestStack

TOO_LARGE = bytes(2 * 2**20)
"""More than a topic takes. The broker asks who may write before it looks at the size, and keeps nothing of it."""

EVERY_PAIR = [(service, topic) for topic in TOPICS for service in Service]
FOREIGN = [(service, topic) for service, topic in EVERY_PAIR if service not in topic.readers]


def named(value: Service | Topic) -> str:
    return value.name.lower() if isinstance(value, Topic) else value.value


def login(stack: TestStack, user: str, **changes: Any) -> dict[str, Any]:
    return {
        "bootstrap_servers": f"127.0.0.1:{stack.ports.kafka}",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": stack.password_of(f"kafka_{user}"),
    } | changes


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """Take a broker of its own: what is written here is no event, and the services of the run's stack would park it."""
    stack = TestStack.at(tmp_path_factory.mktemp("access") / "state")
    asyncio.run(stack.ensure("kafka"))
    yield stack
    stack.end()


async def test_a_service_writes_its_own_topic(servers: TestStack) -> None:
    async with AIOKafkaProducer(**login(servers, "svc_intake"), enable_idempotence=True) as producer:
        sent = await producer.send_and_wait(INTAKE, b"{}", key=b"k")

    assert sent.offset >= 0


@pytest.mark.parametrize(("service", "topic"), EVERY_PAIR, ids=named)
async def test_only_its_owner_may_write_a_topic(servers: TestStack, service: Service, topic: Topic) -> None:
    refusal = MessageSizeTooLargeError if service is topic.owner else TopicAuthorizationFailedError

    async with AIOKafkaProducer(**login(servers, user_of(service)), max_request_size=2 * len(TOO_LARGE)) as producer:
        with pytest.raises(refusal):
            await producer.send_and_wait(topic.name, TOO_LARGE)


async def test_a_service_reads_what_the_table_gives_it_in_its_own_group(servers: TestStack) -> None:
    async with AIOKafkaProducer(**login(servers, "svc_intake")) as producer:
        await producer.send_and_wait(INTAKE, b"{}", key=b"k")
    consumer = AIOKafkaConsumer(
        INTAKE, **login(servers, "svc_coding"), group_id="claimwright.coding.test", auto_offset_reset="earliest"
    )
    async with consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)

    assert record.value == b"{}"


@pytest.mark.parametrize(("service", "topic"), FOREIGN, ids=named)
async def test_a_service_can_not_read_what_the_table_does_not_give_it(
    servers: TestStack, service: Service, topic: Topic
) -> None:
    consumer = AIOKafkaConsumer(
        topic.name,
        **login(servers, user_of(service)),
        group_id=f"claimwright.{service}.test",
        auto_offset_reset="earliest",
    )
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await asyncio.wait_for(read_one(consumer), 20)
    finally:
        await consumer.stop()


async def read_one(consumer: AIOKafkaConsumer) -> None:
    await consumer.start()
    await consumer.getone()


async def test_a_service_can_not_join_anothers_group(servers: TestStack) -> None:
    consumer = AIOKafkaConsumer(INTAKE, **login(servers, "svc_coding"), group_id="claimwright.submission.test")
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await asyncio.wait_for(consumer.start(), 20)
    finally:
        await consumer.stop()


async def test_the_lag_reader_sees_how_far_a_group_is_and_reads_no_record(servers: TestStack) -> None:
    async with AIOKafkaProducer(**login(servers, "svc_intake")) as producer:
        await producer.send_and_wait(INTAKE, b"{}", key=b"k")
    admin = AIOKafkaAdminClient(**login(servers, LAG_READER))
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets("claimwright.coding.coding")
    finally:
        await admin.close()
    looking = AIOKafkaConsumer(**login(servers, LAG_READER))
    await looking.start()
    try:
        ends = await looking.end_offsets([TopicPartition(INTAKE, number) for number in range(12)])
    finally:
        await looking.stop()
    reading = AIOKafkaConsumer(INTAKE, **login(servers, LAG_READER), auto_offset_reset="earliest")

    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await asyncio.wait_for(read_one(reading), 20)
    finally:
        await reading.stop()

    assert offsets is not None
    assert sum(ends.values()) >= 1


async def test_another_number_of_partitions_is_refused(servers: TestStack) -> None:
    administrator = AdminLogin(f"127.0.0.1:{servers.ports.kafka}", servers.password_of("kafka_admin"))
    more = topics.with_partitions(24)

    with pytest.raises(StackProblem, match=r"claimwright.intake has 12 partitions, not 24"):
        await asyncio.to_thread(topics.provide, administrator, servers.places, topics=more)


async def test_a_wrong_password_is_refused(servers: TestStack) -> None:
    producer = AIOKafkaProducer(**login(servers, "svc_intake", sasl_plain_password="wrong"))
    try:
        with pytest.raises(KafkaConnectionError):
            await producer.start()
    finally:
        await producer.stop()


async def test_access_that_no_table_grants_any_more_is_taken_away(servers: TestStack) -> None:
    administrator = AdminLogin(f"127.0.0.1:{servers.ports.kafka}", servers.password_of("kafka_admin"))
    without_intake = tuple(topic for topic in TOPICS if topic.name != INTAKE)
    await asyncio.to_thread(topics.provide, administrator, servers.places, topics=without_intake)
    try:
        async with AIOKafkaProducer(**login(servers, "svc_intake")) as producer:
            with pytest.raises(TopicAuthorizationFailedError):
                await producer.send_and_wait(INTAKE, b"{}")
    finally:
        await asyncio.to_thread(topics.provide, administrator, servers.places)

    async with AIOKafkaProducer(**login(servers, "svc_intake")) as producer:
        assert (await producer.send_and_wait(INTAKE, b"{}")).offset >= 0
