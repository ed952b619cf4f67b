"""Every consumer is killed with -9 right before and right after its commit, and intake around the commits of requests.

The end is the same as in calm weather, for claims that are paid, partly paid and denied, and the run has to show that
events came again and that the inbox knew them. With the inbox off the same checks have to fail: use cases also know
which versions they have dealt with, so no money doubles, but handlings leave no trace, and the checker says so. What
becomes of a handler without a guard of its own is shown with the backbone's own tests.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx2
import pytest

from deploy.stack.sentences import PartEnded
from tests.support.checker import WAY, End, Wrong, not_once, what_is_wrong
from tests.support.journey import Journey, a_visit, journey_on
from tests.support.stack import TestStack

CONSUMERS = ("coding", "submission", "remittance", "console", "intake")
POINTS = ("consumer.before_commit", "consumer.after_commit")
REQUEST_POINTS = ("http.before_commit", "http.after_commit_before_reply")
ENDS = {"PAID": End.PAID, "PARTIAL": End.PARTIAL, "DENY_50": End.DENIED}
EVERY_SECONDS = 0.4
PATIENCE = 120.0

pytestmark = pytest.mark.timeout(420)


@dataclass(slots=True)
class Posted:
    """What a partner posted: its claims with the ends that they should come to, and how often no answer came."""

    ends: dict[str, End] = field(default_factory=dict)
    encounters: int = 0
    cut_off: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """How a run with kills ended."""

    died_at: Mapping[str, int]
    posted: Posted
    received: int
    came_again: Mapping[str, float]
    stuck: str | None
    wrong: list[Wrong]


async def post_until(journey: Journey, posted: Posted, done: asyncio.Event) -> None:
    """Post an encounter every moment, each again until it is accepted."""
    for kind, end in cycle(ENDS.items()):
        if done.is_set():
            return
        posted.ends[await accepted(journey, a_visit(member_id=f"{kind}-0000001"), posted)] = end
        posted.encounters += 1
        await asyncio.sleep(EVERY_SECONDS)


async def accepted(journey: Journey, encounter: dict[str, object], posted: Posted) -> str:
    """Post one encounter, again while intake is down or dies over it, as a partner would; return its claim."""
    while True:
        try:
            answer = await journey.post(encounter)
        except (httpx2.ConnectError, httpx2.TimeoutException):
            pass  # nobody was there to take it, or it was slow
        except httpx2.TransportError:
            posted.cut_off += 1
        else:
            if answer.status_code == 202:
                claim_id: str = answer.json()["claims"][0]["id"]
                return claim_id
        await asyncio.sleep(0.3)


async def die_at(stack: TestStack, service: str, armed: str, hits: Path) -> None:
    """Start a service armed, in place of the one that runs, and wait until it is dead."""
    with suppress(PartEnded):  # it may die before anybody saw it ready
        await stack.restart(service, {"CLAIMWRIGHT_FAILPOINTS": armed, "CLAIMWRIGHT_FAILPOINT_HITS": str(hits)})
    await asyncio.wait_for(stack.ended_part(service), 90)


async def kill_each(stack: TestStack, hits: Path, posted: Posted) -> None:
    """Let every consumer die once at each point, all at the same time, and start it again unarmed.

    Intake also dies around the commits of its requests: at each point until a post was cut off by it, since its
    own timers pass there too.
    """

    async def kill(service: str) -> None:
        for point in REQUEST_POINTS if service == "intake" else ():
            before = posted.cut_off
            while posted.cut_off == before:
                await die_at(stack, service, f"{point}:2", hits)
        for point in POINTS:
            await die_at(stack, service, f"{point}:2", hits)
        await stack.start_part(service)  # what was committed last and not noted in Kafka comes again here

    await asyncio.gather(*(kill(service) for service in CONSUMERS))


async def the_run(stack: TestStack, hits: Path) -> Run:
    """Post and kill, wait for the ends of the claims, and look at everything, whether they came or not."""
    posted = Posted()
    async with journey_on(stack) as journey:
        done = asyncio.Event()
        posting = asyncio.create_task(post_until(journey, posted, done))
        await kill_each(stack, hits, posted)
        done.set()
        await posting
        stuck = None
        try:
            deadline = time.monotonic() + PATIENCE
            for claim_id in posted.ends:
                await journey.until_at_rest([claim_id], within=max(1.0, deadline - time.monotonic()))
        except AssertionError as error:
            stuck = str(error)
    return Run(
        died_at=Counter(line.split()[1] for line in hits.read_text().splitlines()),
        posted=posted,
        received=await received(stack),
        came_again={service: await came_again(stack, service) for service in CONSUMERS},
        stuck=stuck,
        wrong=await what_is_wrong(stack, posted.ends),
    )


async def received(stack: TestStack) -> int:
    """Return how many encounters intake has taken."""
    connection = await stack.connect("postgres")
    try:
        return int(await connection.fetchval("select count(*) from intake.encounter"))
    finally:
        await connection.close()


async def came_again(stack: TestStack, service: str) -> float:
    """Return how many events a running service was given again and its inbox knew."""
    async with httpx2.AsyncClient(timeout=10) as client:
        shown = (await client.get(f"{stack.url_of(service)}/metrics")).text
    counts = [line.split()[-1] for line in shown.splitlines() if line.startswith("claimwright_inbox_duplicates_total{")]
    return sum(map(float, counts))


async def test_each_effect_happens_once_whatever_dies_around_a_commit(own_stack: TestStack, tmp_path: Path) -> None:
    run = await the_run(own_stack, tmp_path / "hits")

    assert run.stuck is None
    assert run.wrong == []
    assert run.died_at.keys() == {*POINTS, *REQUEST_POINTS}
    assert {point: run.died_at[point] for point in POINTS} == dict.fromkeys(POINTS, len(CONSUMERS))
    assert {service for service, times in run.came_again.items() if times} == set(CONSUMERS)
    assert run.posted.cut_off >= len(REQUEST_POINTS)
    assert run.received == run.posted.encounters == len(run.posted.ends)
    assert set(run.posted.ends.values()) == set(End)


async def test_with_the_inbox_off_the_same_checks_fail(own_stack: TestStack) -> None:
    for service in ("coding", "submission", "remittance"):
        await own_stack.restart(service, {"CLAIMWRIGHT_FAILPOINTS": "inbox.off:1"})
    async with journey_on(own_stack) as journey:
        claim_id = await journey.claim_of(a_visit(member_id="PAID0000001"))
        await journey.until_stage(claim_id, "CLOSED")

    wrong = await what_is_wrong(own_stack, {claim_id: End.PAID})

    assert {each.sentence.split()[0] for each in wrong} == {"coding", "submission", "remittance"}


def test_the_checker_tells_what_is_there_twice_from_what_is_missing_or_another_end() -> None:
    whole = Counter(dict.fromkeys(WAY, 1))

    def wrong(seen: Counter[str]) -> list[bool]:
        return [each.is_doubled for each in not_once({"clm": seen}, {"clm": End.DENIED})]

    assert wrong(whole + Counter([End.DENIED])) == []
    assert wrong(whole + Counter([End.DENIED, End.DENIED])) == [True]
    assert wrong(whole) == [False]
    assert wrong(whole + Counter([End.DENIED, End.PAID])) == [False]
