"""The backbone alone: the relay beside the inserts that feed it, and handling while everything is killed beside calm.

Ratios of one run on one durable PostgreSQL and one Kafka; nothing here fails for being slow. What comes of the kills is
counted to the last effect: a quick way to do things twice is worth nothing.
"""

import asyncio
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.backbone import ORG_A, Backbone, Noted, make_template, make_topics, until
from tests.support.benchmark import against
from tests.support.stack import TestStack
from tests.support.throughput import until_quiet

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
EVENTS = 20_000
A_STATEMENT = 100
THINGS = 200
TEMPLATE = "backbone"
HANDLED = 6_000
LIVES = {
    "intake": ("relay.mid_send:1", "relay.after_ack:1", "relay.after_cursor:1"),
    "coding": (
        "consumer.after_inbox:2",
        "consumer.before_commit:2",
        "consumer.after_commit:2",
        "consumer.after_offset:2",
    ),
}
DEATHS_EACH = 3

_INSERT = """
    insert into intake.outbox (org_id, event_id, topic, key, type, version, headers, payload)
    select $1, event_id, $2, key, $3, version, cast($4 as jsonb), $5
    from unnest($6::uuid[], $7::text[], $8::bigint[]) as given(event_id, key, version)
"""

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[TestStack]:
    stack = TestStack.at(tmp_path / "state", durable=True)
    try:
        await stack.ensure("postgres")
        await make_template(stack, TEMPLATE)
        await stack.ensure("kafka")
        make_topics(stack, [str(number) for number in range(2 * ROUNDS + 2)])
        yield stack
    finally:
        await stack.stop()


async def test_the_relay_beside_the_inserts_that_feed_it(servers: TestStack) -> None:
    load = await until_quiet()
    inserted, carried = [], []
    for number in range(ROUNDS):
        backbone = await Backbone.made(servers, TEMPLATE, str(number))
        inserted.append(await _insert(backbone))
        carried.append(await _carry(backbone))
        await backbone.drop()
    ratio = statistics.median(each / below for each, below in zip(carried, inserted, strict=True))
    print(f"\nload average before: {load}; events of 1.2 KB with the headers of a claim's event")
    print(f"  inserts, {A_STATEMENT} rows by UNNEST a commit: {_told(inserted)} events/s")
    print(f"  relay alone, until the cursor says that all are safe: {_told(carried)} events/s")
    print(f"    relay ÷ inserts = {ratio:.2f}  {against(ratio, 0.40, 0.60)}")


async def test_handling_under_failpoints_beside_calm(servers: TestStack, tmp_path: Path) -> None:
    load = await until_quiet()
    calm, killed, deaths = [], [], 0
    for number in range(ROUNDS):
        calm.append(await _handled(servers, str(2 * number), tmp_path / f"calm{number}", {}))
        lives = {service: points * DEATHS_EACH for service, points in LIVES.items()}
        hits = tmp_path / f"hits{number}"
        killed.append(await _handled(servers, str(2 * number + 1), hits, lives))
        deaths = len(hits.read_text().splitlines())
    ratio = statistics.median(each / below for each, below in zip(killed, calm, strict=True))
    print(f"\nload average before: {load}; {HANDLED:,} events handled, each effect once")
    print(f"  calm: {_told(calm)} events/s")
    print(f"  killed {deaths} times: {_told(killed)} events/s")
    print(f"    under failpoints ÷ calm = {ratio:.2f}  {against(ratio, 0.10, 0.20)}")


def _told(rates: Sequence[float]) -> str:
    return f"{statistics.median(rates):,.0f}  {[round(rate) for rate in rates]}"


async def _insert(backbone: Backbone) -> float:
    """Fill the outbox, and return how many events a second it took."""
    headers = json.dumps(
        {
            "ce_id": str(uuid.uuid4()),
            "ce_type": Noted.TYPE,
            "ce_source": "claimwright/intake",
            "ce_specversion": "1.0",
            "ce_aggversion": "1",
            "ce_orgid": str(ORG_A),
            "ce_time": "2026-03-02T12:00:00+00:00",
            "traceparent": f"00-{uuid.uuid4().hex}-{'1' * 16}-00",
        }
    )
    payload = b"x" * 1200
    root = await backbone.root()
    try:
        began = time.perf_counter()
        for at in range(0, EVENTS, A_STATEMENT):
            numbers = range(at, at + A_STATEMENT)
            await root.execute(
                _INSERT, ORG_A, Noted.TOPIC, Noted.TYPE, headers, payload,
                [uuid.uuid4() for _ in numbers], [f"thing-{number % THINGS}" for number in numbers],
                [number // THINGS + 1 for number in numbers],
            )  # fmt: skip
        return EVENTS / (time.perf_counter() - began)
    finally:
        await root.close()


async def _carry(backbone: Backbone) -> float:
    """Let a relay carry all that waits, and return how many events a second are safe."""
    stop = asyncio.Event()
    relay = backbone.relay("intake", asyncio.Event())
    root = await backbone.root()
    try:
        last = await root.fetchval("select max(seq) from intake.outbox")
        running = asyncio.create_task(relay.run(stop))

        async def carried() -> int:
            return int(await root.fetchval("select seq from intake.relay_cursor"))

        # What is measured begins with the first batch: connecting to a broker is no part of carrying.
        while not (first := await carried()):  # noqa: ASYNC110 it is the database that tells
            await asyncio.sleep(0)
        began = time.perf_counter()
        before = await root.fetchval("select count(*) from intake.outbox where seq <= $1", first)
        while await carried() < last:  # noqa: ASYNC110 it is the database that tells
            await asyncio.sleep(0)
        seconds = time.perf_counter() - began
        stop.set()
        await running
        return float(EVENTS - before) / seconds
    finally:
        await root.close()


async def _handled(servers: TestStack, suffix: str, hits: Path, lives: dict[str, tuple[str, ...]]) -> float:
    """Publish notes, let two processes carry and handle them, killed at each of `lives`; return events a second."""
    backbone = await Backbone.made(servers, TEMPLATE, suffix)
    async with backbone.transactions("intake") as intake:
        for at in range(0, HANDLED, A_STATEMENT):
            async with intake.begin(org_id=ORG_A, actor="bench") as work:
                for number in range(at, at + A_STATEMENT):
                    work.publish(Noted(thing=f"thing-{number % THINGS}", number=number // THINGS + 1))

    async def all_is_done() -> bool:
        (row,) = await backbone.fetch("select count(*) as n from coding.effect")
        return bool(row["n"] >= HANDLED)

    # What is measured begins with the first effect: starting Python is no part of handling.
    async def some_is_done() -> bool:
        (row,) = await backbone.fetch("select count(*) as n from coding.effect")
        return bool(row["n"])

    async with _process(backbone, "intake", hits, lives), _process(backbone, "coding", hits, lives):
        await until(some_is_done, seconds=60, every=0.01)
        began = time.perf_counter()
        await until(all_is_done, seconds=300, every=0.02)
        seconds = time.perf_counter() - began
        await asyncio.sleep(1)  # time for an effect too many
    effects = await backbone.effects()
    assert effects == {f"thing-{each}": list(range(1, HANDLED // THINGS + 1)) for each in range(THINGS)}
    await backbone.drop()
    return HANDLED / seconds


@asynccontextmanager
async def _process(
    backbone: Backbone, service: str, hits: Path, lives: dict[str, tuple[str, ...]]
) -> AsyncIterator[None]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.backbone_process", service),
        env=backbone.environment()
        | {"BACKBONE_LIVES": " ".join(lives.get(service, ())), "CLAIMWRIGHT_FAILPOINT_HITS": str(hits)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.terminate()
        assert await asyncio.wait_for(running.wait(), 60) == 0
