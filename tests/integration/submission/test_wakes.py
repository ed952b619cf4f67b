"""Nobody waits for a timer where this process knows that there is work; the timers are for what others made.

Each was seen to fail without its `work.wake`, or with the wake before the commit.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from claimwright import x12
from claimwright_submission.settings import SubmissionSettings
from claimwright_submission.timers import periodics_for
from claimwright_submission.usecases.send_files import Road
from tests.support.answers import a_277ca, a_999, a_ta1
from tests.support.builders_submission import ORGANIZATION, a_content
from tests.support.submission import OTHER_ROUTE, SubmissionBench

SELDOM = 3600.0


async def test_a_queued_claim_wakes_its_route_alone_and_an_answer_the_reader(bench: SubmissionBench) -> None:
    files = bench.wakes.files

    claim_id = await bench.coded()

    assert files["rte_one"].is_set()
    assert not files[OTHER_ROUTE].is_set()
    assert not bench.wakes.answers.is_set()

    files["rte_one"].clear()
    await bench.coded(claim_id=claim_id)
    await bench.callback(a_ta1(1))

    assert not files["rte_one"].is_set(), "the same version again queues nothing"
    assert bench.wakes.answers.is_set()


async def test_who_waits_is_woken_when_the_transaction_has_committed_and_not_before_it(bench: SubmissionBench) -> None:
    wake, lost = asyncio.Event(), asyncio.Event()

    async with bench.transactions.begin(org_id=ORGANIZATION, actor="test") as work:
        work.wake(wake)
        assert not wake.is_set()
    with suppress(RuntimeError):
        async with bench.transactions.begin(org_id=ORGANIZATION, actor="test") as work:
            work.wake(lost)
            raise RuntimeError

    assert wake.is_set()
    assert not lost.is_set()


async def test_a_claim_alone_leaves_at_once_and_those_that_come_soon_after_leave_together(
    bench: SubmissionBench,
) -> None:
    # Seen to fail: without the gathering each leaves in a file of its own; without the wake none ever does.
    settings = SubmissionSettings(files_every_seconds=SELDOM, files_gather_seconds=1)
    road = Road(bench.routes[0], bench.clearinghouse, seconds=20.0, claims_most=500)
    files = next(
        each
        for each in periodics_for([road], bench.transactions, bench.callers, bench.wakes, settings)
        if each.name == "files rte_one"
    )
    stop = asyncio.Event()
    running = asyncio.create_task(files.run(stop))
    taken = bench.clearinghouse.far_end.taken

    began = time.monotonic()
    await bench.coded()
    await until(lambda: len(taken) == 1)
    alone_seconds = time.monotonic() - began
    for number in range(3):
        await bench.coded(a_content(member_id=f"PAID{number}"))
        await asyncio.sleep(0.05)
    await until(lambda: len(taken) == 2)
    stop.set()
    await running

    assert alone_seconds < 1
    assert [len(x12.read_837p(data).values[0].claims) for data in taken.values()] == [1, 3]


async def test_answers_that_come_one_behind_the_other_are_read_together(bench: SubmissionBench) -> None:
    # Seen to fail: without the gathering the first is read alone.
    await bench.coded()
    await bench.send()
    settings = SubmissionSettings(answers_every_seconds=SELDOM, answers_gather_seconds=1)
    roads = [Road(bench.routes[0], bench.clearinghouse, seconds=20.0, claims_most=500)]
    *_, answers = periodics_for(roads, bench.transactions, bench.callers, bench.wakes, settings)
    stop = asyncio.Event()
    running = asyncio.create_task(answers.run(stop))
    await asyncio.sleep(1.2)

    for answer in (a_ta1(1), a_999(1, sets=[("0001", "A")]), a_277ca(1, ())):
        await bench.callback(answer)
        await asyncio.sleep(0.1)
    stop.set()
    await running  # the act under way is ended

    rows = await bench.rows("select distinct read_at from answer")
    assert [row.read_at is not None for row in rows] == [True]


async def until(has_come: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not has_come():  # noqa: ASYNC110 the far end tells nobody
            await asyncio.sleep(0.01)
