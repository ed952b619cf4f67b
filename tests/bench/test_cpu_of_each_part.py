"""How much of a core each part uses for a claim, from accept to posted: what `docs/operating/scale.md` counts with.

CPU seconds are less moved by a busy machine than claims a second are. What each part uses when nothing happens is
measured first and taken off.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping

import httpx2
import psutil
import pytest

from tests.support.journey import Journey, a_visit, journey_on
from tests.support.stack import TestStack

CLAIMS = int(os.environ.get("BENCH_CLAIMS", "600"))
WARM_UP = 60
AT_ONCE = 16
IDLE_SECONDS = 20.0
PARTS = ("intake", "coding", "submission", "remittance", "console", "sandbox", "kafka", "postgres")

pytestmark = pytest.mark.timeout(1800)


def cpu_seconds(stack: TestStack) -> dict[str, float]:
    """Return what each part has used so far, its children with it."""
    rows = json.loads((stack.places.state / "children.json").read_text())
    used = {}
    for row in rows:
        process = psutil.Process(row["pid"])
        family = [process, *process.children(recursive=True)]
        times = [each.cpu_times() for each in family]
        gone = times[0].children_user + times[0].children_system
        used[row["name"]] = gone + sum(each.user + each.system for each in times)
    return used


def difference(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {part: after[part] - before[part] for part in PARTS}


async def post_all(journey: Journey, claims: int) -> list[str]:
    """Post so many claims, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        encounter = a_visit(member_id=f"{('PAID', 'PARTIAL', 'DENY_50')[number % 3]}-0000001")
        async with gate:
            answer = await journey.post(encounter)
            for _ in range(100):
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    break
                await asyncio.sleep(1)
                answer = await journey.post(encounter)
        assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
        claim_id: str = answer.json()["claims"][0]["id"]
        return claim_id

    return list(await asyncio.gather(*(one(number) for number in range(claims))))


async def test_cpu_of_each_part_a_claim(whole_stack: TestStack) -> None:
    stack = whole_stack
    async with journey_on(stack) as journey:
        journey.client.timeout = httpx2.Timeout(120)
        await post_all(journey, WARM_UP)
        await until_all_rest(stack, WARM_UP)
        await asyncio.sleep(5)
        first = cpu_seconds(stack)
        await asyncio.sleep(IDLE_SECONDS)
        idle = {part: used / IDLE_SECONDS for part, used in difference(first, cpu_seconds(stack)).items()}

        before, began = cpu_seconds(stack), time.monotonic()
        claims = await post_all(journey, CLAIMS)
        await until_all_rest(stack, WARM_UP + len(claims))
        seconds = time.monotonic() - began
        used = difference(before, cpu_seconds(stack))

    print(f"\n{len(claims)} claims in {seconds:.0f} s, load average {os.getloadavg()[0]:.1f}")
    print(f"{'part':<12}{'idle, % of a core':>20}{'ms of CPU a claim':>20}{'claims/s a core':>18}")
    for part in PARTS:
        each = max(0.0, used[part] - idle[part] * seconds) / len(claims)
        print(f"{part:<12}{100 * idle[part]:>20.1f}{1000 * each:>20.1f}{(1 / each if each else 0):>18.0f}")


async def until_all_rest(stack: TestStack, claims: int) -> None:
    """Wait until as many claims are adjudicated, by one look at the database a second: pages would cost CPU, too."""
    connection = await stack.connect("postgres")
    try:
        ended = "select count(distinct key) from remittance.outbox where type = 'claim.adjudicated.v1'"
        until = time.monotonic() + 1500
        while (count := await connection.fetchval(ended)) < claims:
            assert time.monotonic() < until, f"{count} of {claims}"
            await asyncio.sleep(1)
    finally:
        await connection.close()
