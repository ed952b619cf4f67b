"""Every consumer is killed with -9 right before and right after its commit; the end is the same as in calm weather.

The same run with the inbox off is the negative control: it has to fail, or this test would prove nothing.
"""

import asyncio
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from tests.support.checker import what_is_wrong
from tests.support.journey import Journey, a_visit, journey_on
from tests.support.stack import TestStack

CONSUMERS = ("coding", "submission", "remittance", "console", "intake")
POINTS = ("consumer.before_commit", "consumer.after_commit")
EVERY_SECONDS = 0.4

pytestmark = pytest.mark.timeout(420)


async def post_until(journey: Journey, done: asyncio.Event) -> list[str]:
    """Post an encounter every moment, each again until it is accepted, and return the ids of the claims."""
    claim_ids: list[str] = []
    while not done.is_set():
        encounter = a_visit()
        while True:
            try:
                answer = await journey.post(encounter)
            except httpx2.TransportError:
                await asyncio.sleep(0.3)  # intake is down; the same encounter is posted again, as a partner would
                continue
            if answer.status_code == 202:
                break
            await asyncio.sleep(0.3)
        claim_ids.append(answer.json()["claims"][0]["id"])
        await asyncio.sleep(EVERY_SECONDS)
    return claim_ids


async def kill_each_consumer(stack: TestStack, hits: Path, *, inbox: bool) -> None:
    """Let every consumer die once at each point, all at the same time, and start it again unarmed."""

    async def kill(service: str) -> None:
        for point in POINTS:
            armed = f"{point}:2" if inbox else f"{point}:2,inbox.off:1"
            await stack.restart(service, {"CLAIMWRIGHT_FAILPOINTS": armed, "CLAIMWRIGHT_FAILPOINT_HITS": str(hits)})
            await asyncio.wait_for(stack.ended_part(service), 90)
        await stack.start_part(service, None if inbox else {"CLAIMWRIGHT_FAILPOINTS": "inbox.off:1"})

    await asyncio.gather(*(kill(service) for service in CONSUMERS))


async def the_run(stack: TestStack, hits: Path, *, inbox: bool) -> list[str]:
    """Return what is wrong after a run with kills."""
    async with journey_on(stack) as journey:
        done = asyncio.Event()
        posting = asyncio.create_task(post_until(journey, done))
        await kill_each_consumer(stack, hits, inbox=inbox)
        done.set()
        claim_ids = await posting
        for claim_id in claim_ids:
            await journey.until_stage(claim_id, "CLOSED", within=90)
        return await what_is_wrong(stack, claim_ids)


async def test_each_effect_happens_once_whatever_dies_around_a_commit(own_stack: TestStack, tmp_path: Path) -> None:
    hits = tmp_path / "hits"

    wrong = await the_run(own_stack, hits, inbox=True)

    died_at = Counter(line.split()[1] for line in hits.read_text().splitlines())
    assert died_at == {point: len(CONSUMERS) for point in POINTS}
    assert wrong == []


async def test_the_same_run_without_the_inbox_doubles_effects(own_stack: TestStack, tmp_path: Path) -> None:
    try:
        wrong = await the_run(own_stack, tmp_path / "hits", inbox=False)
    except AssertionError as stuck:  # a claim that never comes to its end is a failure just as well
        wrong = [str(stuck)]

    assert wrong, "nothing went wrong without the inbox, so the test above cannot fail"
