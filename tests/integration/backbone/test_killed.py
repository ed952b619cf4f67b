"""Processes die by kill -9 at every point that hurts, and each effect still happens exactly once.

The second test is the first with the inbox off, and shows that the first can fail.
"""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.backbone import ORG_A, ORG_B, Backbone, note, until

THINGS = 12
WANTED_HITS = 5
CONSUMER_POINTS = (
    "consumer.after_inbox",
    "consumer.before_commit",
    "consumer.after_commit",
    "consumer.after_offset",
    "park.before_commit",
)
RELAY_POINTS = ("relay.mid_send", "relay.after_ack", "relay.after_cursor")


@asynccontextmanager
async def process(
    backbone: Backbone, service: str, failpoints: Mapping[str, float], hits: Path, *, log: Path
) -> AsyncIterator[None]:
    """Run one service in a process of its own that is begun again whenever it is killed."""
    armed = ",".join(f"{name}:{chance}" for name, chance in failpoints.items())
    told = {"CLAIMWRIGHT_FAILPOINTS": armed, "CLAIMWRIGHT_FAILPOINT_HITS": str(hits)}
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.support.backbone_process", service],
            env=backbone.environment() | told,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        await asyncio.to_thread(running.wait, 15)


def counted_hits(hits: Path) -> Counter[str]:
    return Counter(line.split()[1] for line in hits.read_text().splitlines()) if hits.exists() else Counter()


async def publish_until(
    backbone: Backbone, hits: Path, points: tuple[str, ...], *, wanted: int, seconds: float
) -> dict[str, list[int]]:
    """Publish one note after the other until each point has killed often enough; return what has to come of it."""
    published: dict[str, list[int]] = {f"thing-{number}": [] for number in range(THINGS)}
    async with backbone.transactions("intake") as intake, asyncio.timeout(seconds):
        turn = 0
        while any(counted_hits(hits)[point] < wanted for point in points):
            thing = f"thing-{turn % THINGS}"
            number = len(published[thing]) + 1
            does = "heal" if turn % 60 == 7 else "count"
            await note(intake, thing, [number], org_id=ORG_A if turn % 2 else ORG_B, does=does)
            published[thing].append(number)
            await asyncio.sleep(0.01)
            turn += 1
    return published


async def everything_is_counted(backbone: Backbone, published: Mapping[str, list[int]]) -> bool:
    await backbone.fetch("update coding.parked set next_try = clock_timestamp(), attempts = 0 where state = 'retry'")
    effects = await backbone.effects()
    return sum(map(len, effects.values())) >= sum(map(len, published.values()))


async def test_each_effect_happens_once_whatever_is_killed(backbone: Backbone, tmp_path: Path) -> None:
    hits = tmp_path / "hits"
    await backbone.fetch(
        "insert into coding.healed select org_id, 'thing-' || n from generate_series(0, 11) n, unnest($1::uuid[]) org_id",
        [],
    )
    consumer_points = dict.fromkeys(CONSUMER_POINTS, 0.04) | {"park.before_commit": 0.5}
    async with (
        process(backbone, "intake", dict.fromkeys(RELAY_POINTS, 0.03), hits, log=tmp_path / "intake.log"),
        process(backbone, "coding", consumer_points, hits, log=tmp_path / "coding.log"),
    ):
        published = await publish_until(
            backbone, hits, (*CONSUMER_POINTS, *RELAY_POINTS), wanted=WANTED_HITS, seconds=120
        )
        for org_id in (ORG_A, ORG_B):
            for thing in published:
                await backbone.fetch("insert into coding.healed values ($1, $2)", org_id, thing)

        async def done() -> bool:
            return await everything_is_counted(backbone, published)

        await until(done, seconds=90)
        await asyncio.sleep(1)  # time for an effect too many

    print(counted_hits(hits), sum(map(len, published.values())), "notes")
    assert await backbone.effects() == published
    assert await backbone.fetch("select from coding.parked") == []
    echoes = await backbone.fetch(
        "select key, array_agg(version order by seq) as versions from coding.outbox group by key"
    )
    assert {row["key"]: row["versions"] for row in echoes} == published


async def test_with_the_inbox_off_the_same_kills_double_effects(backbone: Backbone, tmp_path: Path) -> None:
    hits = tmp_path / "hits"
    points = {"consumer.after_commit": 0.2, "inbox.off": 0.0}
    async with (
        process(backbone, "intake", {}, hits, log=tmp_path / "intake.log"),
        process(backbone, "coding", points, hits, log=tmp_path / "coding.log"),
    ):
        published = await publish_until(backbone, hits, ("consumer.after_commit",), wanted=5, seconds=60)

        async def done() -> bool:
            return await everything_is_counted(backbone, published)

        await until(done)

    assert await backbone.effects() != published
