"""Processes die by kill -9 at every point that hurts, and each effect still happens exactly once.

The tests after the first take one protection away each, and show that the first can fail.
"""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.backbone import ORG_A, ORG_B, Backbone, note, until

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time over two dozen restarts

THINGS = 12
DEATHS_EACH = 3
CONSUMER_LIVES = (
    "consumer.after_inbox:2",
    "consumer.before_commit:2",
    "consumer.after_commit:2",
    "consumer.after_offset:2",
    "park.before_commit:1",
)
RELAY_LIVES = ("relay.mid_send:3", "relay.after_ack:3", "relay.after_cursor:3")


@asynccontextmanager
async def process(
    backbone: Backbone, service: str, hits: Path, *, lives: Sequence[str] = (), always: str = ""
) -> AsyncIterator[None]:
    """Run one service in a process of its own that is begun again whenever it is killed, once at each of `lives`."""
    told = {
        "BACKBONE_LIVES": " ".join(lives),
        "BACKBONE_ALWAYS": always,
        "CLAIMWRIGHT_FAILPOINT_HITS": str(hits),
    }
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.backbone_process", service),
        env=backbone.environment() | told,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), 60) == 0


def counted_hits(hits: Path) -> Counter[str]:
    return Counter(line.split()[1] for line in hits.read_text().splitlines()) if hits.exists() else Counter()


async def publish_until_all_died(backbone: Backbone, hits: Path, lives: Sequence[str]) -> dict[str, list[int]]:
    """Publish one note after the other until the last life has ended; return what has to come of it."""
    published: dict[str, list[int]] = {f"thing-{number}": [] for number in range(THINGS)}
    deaths = Counter(life.partition(":")[0] for life in lives)
    async with backbone.transactions("intake") as intake, asyncio.timeout(300):
        turn = 0
        while counted_hits(hits) != deaths:
            thing = f"thing-{turn % THINGS}"
            number = len(published[thing]) + 1
            does = "heal" if turn % 7 == 3 else "count"
            await note(intake, thing, [number], org_id=organization_of(thing), does=does)
            published[thing].append(number)
            await asyncio.sleep(0.02)
            turn += 1
    return published


def organization_of(thing: str) -> UUID:
    return ORG_A if int(thing.partition("-")[2]) % 2 else ORG_B


async def all_is_counted(backbone: Backbone, published: Mapping[str, list[int]]) -> None:
    """Let what is parked be healed, and wait until there are as many effects as notes."""
    for thing in published:
        await backbone.fetch("insert into coding.healed values ($1, $2)", organization_of(thing), thing)

    async def holds() -> bool:
        await backbone.fetch("update coding.parked set next_try = clock_timestamp() where state = 'retry'")
        await backbone.fetch(
            "update coding.parked set next_try = clock_timestamp(), state = 'retry' where state = 'dead'"
        )
        effects = await backbone.effects()
        return sum(map(len, effects.values())) >= sum(map(len, published.values()))

    await until(holds, seconds=120, every=0.5)


async def test_each_effect_happens_once_whatever_is_killed(backbone: Backbone, tmp_path: Path) -> None:
    hits = tmp_path / "hits"
    async with (
        process(backbone, "intake", hits, lives=RELAY_LIVES * DEATHS_EACH),
        process(backbone, "coding", hits, lives=CONSUMER_LIVES * DEATHS_EACH),
    ):
        published = await publish_until_all_died(backbone, hits, (RELAY_LIVES + CONSUMER_LIVES) * DEATHS_EACH)
        await all_is_counted(backbone, published)
        await asyncio.sleep(1)  # time for an effect too many

    assert await backbone.effects() == published
    assert await backbone.fetch("select from coding.parked") == []
    echoes = await backbone.fetch(
        "select key, array_agg(version order by seq) as versions from coding.outbox group by key"
    )
    assert {row["key"]: row["versions"] for row in echoes} == published


async def test_with_the_inbox_off_the_same_kills_double_effects(backbone: Backbone, tmp_path: Path) -> None:
    hits = tmp_path / "hits"
    lives = ["consumer.after_commit:1"] * DEATHS_EACH
    async with (
        process(backbone, "intake", hits),
        process(backbone, "coding", hits, lives=lives, always="inbox.off:0"),
    ):
        published = await publish_until_all_died(backbone, hits, lives)
        await all_is_counted(backbone, published)

    assert await backbone.effects() != published


async def until_all_is_relayed(backbone: Backbone) -> None:
    """Wait until the relay is behind the last event that there is now."""

    async def is_relayed() -> bool:
        rows = await backbone.fetch(
            "select (select max(seq) from intake.outbox) <= (select seq from intake.relay_cursor) as holds"
        )
        return bool(rows[0]["holds"])

    await until(is_relayed, seconds=120)


async def until_all_is_read(backbone: Backbone) -> None:
    """Wait until all is relayed and all of that is read, whatever became of it: some effects never come."""
    await until_all_is_relayed(backbone)
    async with backbone.transactions("coding") as coding:
        await until(backbone.consumer(coding).caught_up, seconds=120)
    await asyncio.sleep(2)  # what was noted before it was handled is handled by then


@pytest.mark.parametrize(
    ("switch", "life", "service"),
    [
        ("relay.cursor_first:0", "relay.mid_send:1", "intake"),
        ("consumer.offsets_first:0", "consumer.before_commit:1", "coding"),
    ],
)
async def test_in_the_wrong_order_the_same_kills_lose_effects(
    backbone: Backbone, tmp_path: Path, switch: str, life: str, service: str
) -> None:
    hits = tmp_path / "hits"
    lives = [life] * DEATHS_EACH
    dying: dict[str, Any] = {"lives": lives, "always": switch}
    async with (
        process(backbone, "intake", hits, **(dying if service == "intake" else {})),
        process(backbone, "coding", hits, **(dying if service == "coding" else {})),
    ):
        published = await publish_until_all_died(backbone, hits, lives)
        await until_all_is_read(backbone)

    assert await backbone.effects() != published


@pytest.mark.parametrize("switch", ["", "relay.fence_off:0"])
async def test_events_that_commit_late_are_lost_without_the_fence_alone(
    backbone: Backbone, tmp_path: Path, switch: str
) -> None:
    await backbone.fetch(
        "create function intake.dawdle() returns trigger language plpgsql as "
        "'begin perform pg_sleep(0.3); return null; end'"
    )
    await backbone.fetch(
        "create constraint trigger dawdle after insert on intake.outbox deferrable initially deferred "
        "for each row when (new.key like 'late%') execute function intake.dawdle()"
    )
    hits = tmp_path / "hits"
    async with (
        process(backbone, "intake", hits, always=switch),
        process(backbone, "coding", hits),
        backbone.transactions("intake") as intake,
    ):
        await note(intake, "quick", [1])
        await until_all_is_relayed(backbone)  # a relay that comes later finds all of them committed
        await asyncio.gather(note(intake, "late", range(1, 11)), note(intake, "quick", range(2, 200)))
        await until_all_is_read(backbone)

    effects = await backbone.effects()
    assert effects["quick"] == list(range(1, 200))
    assert (effects.get("late", []) == list(range(1, 11))) is (switch == "")
