"""Three brokers with TLS and two replicas of every service: one broker and one replica of each are killed.

Replicas share the partitions, as the leases in PostgreSQL tell; what a killed one had, the other takes over; and every
claim takes effect once. It needs 3 GB and minutes, so it has a mark of its own: `make cluster`.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import httpx2
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from claimwright.events.topics import TOPICS, Service, topics_read_by
from deploy.stack.routes import Handover, handover_file
from deploy.stack.size import REPLICATED, Size
from deploy.stack.topics import AdminLogin
from tests.support.checker import End, what_is_wrong
from tests.support.journey import Journey, a_visit, journey_on
from tests.support.stack import TestStack

SIZE = Size(replicas=dict.fromkeys(REPLICATED, 2), brokers=3, broker_tls=True)
ENDS = {"PAID": End.PAID, "PARTIAL": End.PARTIAL, "DENY_50": End.DENIED}
KILLED = ("intake", "coding", "console", "submission-2", "remittance-2")
"""One replica of each; the sandbox calls back the first ones of submission and remittance."""
SETTLED_SECONDS = 60.0
PATIENCE = 300.0

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

Held = Mapping[str, Mapping[int, Counter[int]]]
"""Service → consumer (by its class of locks) → partitions that each connection holds."""


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[TestStack]:
    stack = TestStack.at(tmp_path / "state", durable=True, size=SIZE)
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


async def held(stack: TestStack) -> Held:
    """Return who holds how many partitions, by the locks that PostgreSQL shows."""
    connection = await stack.connect("postgres")
    try:
        rows = await connection.fetch(
            """
            select application_name as name, classid::bigint as class, l.pid, count(*) as partitions
            from pg_locks as l join pg_stat_activity as a using (pid)
            where locktype = 'advisory' and objsubid = 2 and granted
              and application_name like 'claimwright-% leases' and objid::bigint <> l.pid
            group by 1, 2, 3
            """
        )
    finally:
        await connection.close()
    found: dict[str, dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        service = row["name"].removeprefix("claimwright-").removesuffix(" leases")
        found[service][row["class"]][row["pid"]] = row["partitions"]
    return found


def are_shared_by(held_now: Held, replicas: int) -> bool:
    """Tell whether all that each service reads is held, each consumer's share by so many processes, in equal parts."""
    for service in REPLICATED:
        consumers = held_now.get(service, {})
        read = sum(topic.partitions for topic in topics_read_by(Service(service)))
        if sum(shares.total() for shares in consumers.values()) != read:
            return False
        if any(len(shares) != replicas or len(set(shares.values())) != 1 for shares in consumers.values()):
            return False
    return True


async def until_shared_by(stack: TestStack, replicas: int) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    while not are_shared_by(now := await held(stack), replicas):
        assert time.monotonic() < deadline, {service: dict(consumers) for service, consumers in now.items()}
        await asyncio.sleep(0.2)


@asynccontextmanager
async def partner_at(stack: TestStack, part: str) -> AsyncIterator[Journey]:
    """Speak to one replica of intake."""
    handover = Handover.read(handover_file(stack.places))
    headers = {"authorization": f"Bearer {handover.api_key}"}
    async with httpx2.AsyncClient(base_url=stack.url_of(part), headers=headers, timeout=15) as client:
        yield Journey(stack, client, org_id=handover.org_id)


async def post_until(journeys: list[Journey], ends: dict[str, End], done: asyncio.Event) -> None:
    """Post to the replicas in turn, as through a balancer: what one does not answer, the other gets."""
    turn = cycle(journeys)
    for kind, end in cycle(ENDS.items()):
        if done.is_set():
            return
        encounter = a_visit(member_id=f"{kind}-0000001")
        while True:
            try:
                answer = await next(turn).post(encounter)
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 202:
                break
            await asyncio.sleep(0.3)
        ends[answer.json()["claims"][0]["id"]] = end
        await asyncio.sleep(0.5)


async def copies(stack: TestStack) -> set[tuple[int, int]]:
    """Return with how many copies the partitions of our topics are kept, and how many of them are in sync."""
    login = AdminLogin(
        f"127.0.0.1:{stack.ports.kafka}",
        stack.password_of("kafka_admin"),
        ca_file=stack.places.tls / "kafka-ca.pem",
    )
    client = AIOKafkaAdminClient(**login.for_aiokafka())
    await client.start()
    try:
        described = await client.describe_topics([topic.name for topic in TOPICS])
    finally:
        await client.close()
    return {
        (len(partition["replicas"]), len(partition["isr"])) for topic in described for partition in topic["partitions"]
    }


async def test_a_broker_and_a_replica_of_each_service_may_die(cluster: TestStack) -> None:
    stack = cluster
    ends: dict[str, End] = {}
    done = asyncio.Event()
    async with journey_on(stack) as first, partner_at(stack, "intake-2") as second:
        await until_shared_by(stack, 2)
        kept_at_first = await copies(stack)
        posting = asyncio.create_task(post_until([first, second], ends, done))
        await asyncio.sleep(5)
        before = len(ends)

        await stack.kill_part("kafka-2")
        await asyncio.sleep(2)
        await asyncio.gather(*(stack.kill_part(name) for name in KILLED))
        await until_shared_by(stack, 1)
        await asyncio.sleep(5)
        done.set()
        await posting
        after = len(ends) - before
        await second.until_at_rest(list(ends), within=PATIENCE)
        wrong = await what_is_wrong(stack, ends)

        assert kept_at_first == {(3, 3)}
        assert before
        assert after
        assert wrong == []
        for name in ("kafka-2", *KILLED):  # one after the other: each has to be ready in time on a busy machine
            await stack.start_part(name)
        await until_shared_by(stack, 2)
