"""Many workers at once about the same claims: whatever races, is killed and is tried again, the books end as in a row.

200 claims are paid, reversed, paid otherwise and taken back at provider level by 64 workers, while people take payments
off and give them back, and connections are cut under all of them. The control takes the locks away and is seen to end
otherwise. `REMITTANCE_RACES=1000` makes it 1,000 claims.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from claimwright import control_numbers, ids
from claimwright.security.access import Access
from claimwright_remittance.domain.claims.acts import ActKind, NotOnClaim
from claimwright_remittance.persistence import claims
from claimwright_remittance.persistence.failures import may_pass
from claimwright_remittance.usecases.decide_waiting import decide_waiting
from claimwright_remittance.usecases.match_by_hand import NotWaiting, match_by_hand
from claimwright_remittance.usecases.take_off_claim import take_off_claim
from claimwright_remittance.worker import PostingWorker
from tests.support.books_in_memory import BooksInMemory
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import KEY, Seen

CLAIMS = int(os.environ.get("REMITTANCE_RACES", "200"))
WORKERS = 64
A_FILE = 25
TRIES = 50
TAKEN_BACK = 10_00
Job = Callable[[], Awaitable[None]]


def number_of(at: int) -> str:
    return control_numbers.mint(at, payer_order=1, key=KEY)


def paid(at: int, cents: int, icn: str) -> ClaimSaid:
    codes = (("CO-45", 100_00 - cents),)
    return ClaimSaid(number_of(at), (LineSaid(cents, codes, control=f"{number_of(at)}01"),), icn=icn)


def files(count: int) -> Iterator[bytes]:
    """Each claim is paid, reversed and paid otherwise, in files that overlap in ever other orders; then a refund."""
    order = random.Random(4)
    control = 0
    for stage in ("pay", "reverse", "correct"):
        numbers = list(range(count))
        order.shuffle(numbers)
        for start in range(0, count, A_FILE):
            control += 1
            trace = f"{stage}{start}"
            said = SetSaid(trace)
            for at in numbers[start : start + A_FILE]:
                first = paid(at, 80_00, f"I{at}")
                said.claims.append(
                    {"pay": first, "reverse": first.turned(), "correct": paid(at, 50_00, f"J{at}")}[stage]
                )
                if stage == "correct" and at % 4 == 0:
                    said.provider_items += [("WO", f"I{at}", TAKEN_BACK), ("72", f"R{at}", -TAKEN_BACK)]
            if stage == "reverse":
                said.provider_items.append(("FB", trace, sum(claim.paid_cents for claim in said.claims)))
            yield file_835([said], control=control)


async def serial(count: int) -> Seen:
    books = BooksInMemory()
    for at in range(count):
        await books.bill(number_of(at), name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])
    for content in files(count):
        await books.send(content)
    return await books.see()


def pause_after(tried: int) -> float:
    """Return how many seconds to wait before the next try: a busy machine fails faster than it works."""
    return min(0.5, 0.01 * 2**tried)


async def race(jobs: list[Job], *, seed: int) -> None:
    """Let the workers draw the jobs in a random order; what fails for a cut connection is tried again."""
    random.Random(seed).shuffle(jobs)
    waiting = iter(jobs)

    async def work() -> None:
        for job in waiting:
            for tried in range(TRIES):
                try:
                    await job()
                except Exception as error:
                    if not may_pass(error):
                        raise
                    await asyncio.sleep(pause_after(tried))
                    continue
                break
            else:
                raise AssertionError("a job was tried too often")

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())


def bills(bench: RemittanceBench, count: int) -> list[Job]:
    def bill(at: int) -> Job:
        return lambda: bench.bill(number_of(at), name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])

    return [bill(at) for at in range(count)]


def sendings(bench: RemittanceBench, count: int) -> list[Job]:
    worker = PostingWorker(bench.transactions, Access(bench.transactions.database), claims_at_once=10)

    def send(content: bytes) -> Job:
        async def job() -> None:
            taken = await bench.receive(content)
            await worker.post_file(bench.org_id, taken.file_id)

        return job

    return [send(content) for content in files(count)]


def taken_off_and_back(bench: RemittanceBench, draw: random.Random) -> Job:
    """A person takes some payment off its claim and gives it back, where it is on one."""

    async def job() -> None:
        rows = await bench.rows("select id, claim_id from remit_claim where standing = 'posted'")
        if not rows:
            return
        remit_claim_id, claim_id = draw.choice(rows)
        await act(bench, remit_claim_id, claim_id)

    return job


async def act(bench: RemittanceBench, remit_claim_id: UUID, claim_id: UUID) -> None:
    try:
        async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
            await take_off_claim(work, remit_claim_id, reason="a race")
    except NotOnClaim:
        return
    except Exception as error:
        if not may_pass(error):  # else it may have come through all the same
            raise
    for tried in range(TRIES):
        try:
            async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
                await match_by_hand(work, remit_claim_id, claim_id, reason="a race")
        except NotWaiting:
            return  # the commit came through although its answer did not
        except Exception as error:
            if not may_pass(error):
                raise
            await asyncio.sleep(pause_after(tried))
            continue
        return


async def let_count(bench: RemittanceBench) -> None:
    """Let what people gave back to lines that were answered just then count, now that these are free.

    It would not by itself: what a person did waits for a person.
    """
    for row in await bench.rows("select id from remit_claim where held_for = 'lines_answered'"):
        async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
            await decide_waiting(work, row["id"], ActKind.ADDITIONAL, reason="a race")


async def cut_connections(bench: RemittanceBench, stop: asyncio.Event) -> int:
    """Kill one of the service's connections after the other, as a failing server would; return how many died."""
    root = await bench.root()
    killed = 0
    try:
        while not stop.is_set():
            rows = await root.fetch(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = "
                "'svc_remittance' and state <> 'idle' order by random() limit 1",
                bench.name,
            )
            killed += len(rows)
            await asyncio.sleep(0.25)
    finally:
        await root.close()
    return killed


async def test_64_workers_that_race_and_are_cut_off_end_as_in_a_row(bench: RemittanceBench) -> None:
    wanted = await serial(CLAIMS)
    bench.claims |= {f"C{at}": ids.new() for at in range(CLAIMS)}
    stop = asyncio.Event()
    cutting = asyncio.create_task(cut_connections(bench, stop))
    draw = random.Random(6)
    people = [taken_off_and_back(bench, draw) for _ in range(CLAIMS // 20)]

    try:
        twice = sendings(bench, CLAIMS)[::2]
        await race([*bills(bench, CLAIMS), *sendings(bench, CLAIMS), *twice, *people], seed=5)
    finally:
        stop.set()
    killed = await cutting
    await let_count(bench)

    seen = await bench.see()
    assert killed > 0
    assert seen.held_for == ()
    assert seen.claims == wanted.claims
    assert seen.organization == wanted.organization
    assert {state for state, _ in seen.states.values()} == {"closed"}
    assert await bench.faults() == []


async def test_without_the_locks_two_writers_both_count(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both read that nothing is answered yet, and both post their answer to the same line.

    Without the locks the key of outcomes' versions is what still refuses the second, so it is taken away as well.
    """
    count = 10
    for at in range(count):
        await bench.bill(number_of(at), name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])
    answers = [
        file_835([SetSaid(f"T{cents}", claims=[paid(at, cents, f"{cents}{at}") for at in range(count)])], control=cents)
        for cents in (80_00, 50_00)
    ]
    root = await bench.root()
    await root.execute("alter table claim_outcome drop constraint claim_outcome_pkey")
    await root.close()
    files_known = [(await bench.receive(content)).file_id for content in answers]

    async def no_lock(*_: object) -> None:
        """Hold nothing."""

    both_have_read = asyncio.Barrier(2)
    load = claims.load

    async def load_and_meet(*arguments: Any) -> Any:
        """Read as ever, and go on when the other has read as well: chance alone brings the two together too rarely."""
        found = await load(*arguments)
        async with asyncio.timeout(60):
            await both_have_read.wait()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(claims, "load", load_and_meet)
        patched.setattr(claims, "lock_numbers", no_lock)
        patched.setattr(claims, "LOCKED_ACCOUNTS", claims.LOCKED_ACCOUNTS.removesuffix(" for update"))
        patched.setattr(claims, "keep_state", no_lock)  # its update would be a lock as well, if a late one
        await asyncio.gather(*(bench.worker.post_file(bench.org_id, file_id) for file_id in files_known))

    rows = await bench.rows("select claim_id from remit_claim where standing = 'posted' group by 1 having count(*) > 1")
    assert len(rows) > 0
