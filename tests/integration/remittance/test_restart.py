"""A posting that is killed anywhere goes on behind its last claim; no entry is lost and none comes twice."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from claimwright import control_numbers, ids
from claimwright.messaging.work import Work
from claimwright.refusals import Transient
from claimwright_remittance import worker
from claimwright_remittance.persistence.failures import may_pass
from claimwright_remittance.usecases import post_claims
from claimwright_remittance.usecases.keep_billed_claims import Coming, keep_billed_claims
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench, a_queued
from tests.support.tables import KEY

CLAIMS = 7
CHILD = Path(__file__).with_name("posting_child.py")


async def a_file_of_claims(bench: RemittanceBench) -> bytes:
    claims = []
    for at in range(CLAIMS):
        number = control_numbers.mint(at, payer_order=1, key=KEY)
        if at != 3:  # one of them is not known yet
            await bench.bill(number, name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])
        claims.append(ClaimSaid(number, (LineSaid(60_00, (("CO-45", 40_00),), control=f"{number}01"),), icn=f"I{at}"))
    return file_835([SetSaid("T1", claims=claims, provider_items=[("L6", "X", -1_00)])])


async def post_in_child(bench: RemittanceBench, failpoint: str) -> int:
    """Post with a process of its own, which the failpoint kills; return how it ended."""
    assert bench.file_id is not None
    told = {
        "port": bench.stack.ports.postgres,
        "database": bench.name,
        "password_file": str(bench.stack.places.secrets / "svc_remittance"),
        "org_id": str(bench.org_id),
        "file_id": str(bench.file_id),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), json.dumps(told),
        env={**os.environ, "CLAIMWRIGHT_FAILPOINTS": failpoint},
    )  # fmt: skip
    return await child.wait()


@pytest.mark.parametrize(
    "failpoint", ["posting.prepared", "posting.written", "posting.before_commit", "posting.after_commit"]
)
async def test_a_posting_killed_at_any_batch_ends_as_one_that_ran_through(
    bench: RemittanceBench, failpoint: str
) -> None:
    content = await a_file_of_claims(bench)
    bench.file_id = (await bench.receive(content)).file_id

    for passing in (1, 3, 2, 1):
        assert await post_in_child(bench, f"{failpoint}:{passing}") in {-9, 0}
        (row,) = await bench.rows("select state from remittance_file")
        assert row["state"] in {"posting", "posted"}
    await bench.worker.post_file(bench.org_id, bench.file_id)

    seen = await bench.see()
    assert seen.file_state == "posted"
    assert await bench.faults() == []
    (counted,) = await bench.rows("select count(*) as claims, count(distinct ordinal) as places from remit_claim")
    assert (counted["claims"], counted["places"]) == (CLAIMS, CLAIMS)
    (events,) = await bench.rows("select count(*) as n from outbox where type = 'claim.adjudicated.v1'")
    assert events["n"] == CLAIMS - 1


async def test_two_workers_at_one_file_post_it_once(bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail without the look at the mark behind the locks: who came second took the claims for broken."""
    content = await a_file_of_claims(bench)
    bench.file_id = (await bench.receive(content)).file_id
    set_aside: list[object] = []

    async def set_aside_none(*arguments: object) -> None:
        set_aside.append(arguments)

    monkeypatch.setattr(worker, "hold_remittance", set_aside_none)

    async def post_with_patience(file_id: UUID) -> None:
        """Post as a worker does, which comes again where it waited for another's locks for too long."""
        while True:
            try:
                return await bench.worker.post_file(bench.org_id, file_id)
            except Exception as error:
                if not may_pass(error):
                    raise

    await asyncio.gather(*(post_with_patience(bench.file_id) for _ in range(4)))

    assert set_aside == []
    assert (await bench.see()).file_state == "posted"
    assert await bench.faults() == []
    (events,) = await bench.rows("select count(*) as n from outbox where type = 'remit.file_posted.v1'")
    assert events["n"] == 1


async def test_a_file_that_another_process_posts_is_left_to_it(bench: RemittanceBench) -> None:
    bench.file_id = (await bench.receive(await a_file_of_claims(bench))).file_id

    async with bench.transactions.database.alone(f"posting {bench.file_id}") as is_held:
        has_posted = await bench.worker.act()
    posts_later = await bench.worker.act()

    assert is_held
    assert (has_posted, posts_later) == (False, True)
    assert (await bench.see()).file_state == "posted"


async def test_a_file_that_cannot_be_posted_holds_up_no_other(bench: RemittanceBench) -> None:
    broken = await bench.receive(await a_file_of_claims(bench))
    root = await bench.root()
    await root.execute("update remittance_file set content = 'broken seal'")
    await root.close()
    good = await bench.receive(file_835([SetSaid("T2", provider_items=[("L6", "X", -1_00)])]))

    assert await bench.worker.act()

    states = {row["id"]: row["state"] for row in await bench.rows("select id, state from remittance_file")}
    assert states == {broken.file_id: "received", good.file_id: "posted"}


async def test_a_claim_and_its_answer_at_the_same_moment_find_each_other(bench: RemittanceBench) -> None:
    """Seen to fail without the lock on the number: the claim stayed open while its money lay in suspense."""
    number = control_numbers.mint(50, payer_order=1, key=KEY)
    claim = ClaimSaid(number, (LineSaid(60_00, (("CO-45", 40_00),), control=f"{number}01"),), icn="I")
    taken = await bench.receive(file_835([SetSaid("T", claims=[claim])]))
    bench.claims["A"] = claim_id = ids.new()

    async with bench.transactions.begin(org_id=bench.org_id, actor="consumer:remittance") as work:
        await keep_billed_claims([Coming(work, *a_queued(number, claim_id=claim_id), ids.new(), None)])
        answering = asyncio.create_task(bench.worker.post_file(bench.org_id, taken.file_id))
        await asyncio.wait({answering}, timeout=0.5)
    await answering

    seen = await bench.see()
    assert seen.organization == {}
    assert seen.held_for == ()
    assert seen.states["A"] == ("closed", 0)


def a_claim(at: int, *, status: str = "1", sign: int = 1) -> ClaimSaid:
    """Return what a payer says of one of our claims: its payment, or with a sign of -1 and status 22 the reversal."""
    number = control_numbers.mint(at, payer_order=1, key=KEY)
    line = LineSaid(sign * 60_00, (("CO-45", sign * 40_00),), control=f"{number}01", charge=sign * 100_00)
    return ClaimSaid(number, (line,), icn=f"I{at}", status=status, charge=sign * 100_00)


async def test_a_claim_that_comes_again_in_a_later_batch_finds_what_the_earlier_decided(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch of three has a word on the same claim, and the first is slower than a lock may be waited for.

    Seen to fail without waiting for the batch before: the second gave up.
    """
    keep, slow = post_claims.keep_and_tell, [2.5]

    async def keep_slowly(work: Work, *arguments: Any, **named: Any) -> None:
        await keep(work, *arguments, **named)
        await asyncio.sleep(slow.pop() if slow else 0)

    monkeypatch.setattr(post_claims, "keep_and_tell", keep_slowly)
    for at in range(7):
        number = control_numbers.mint(at, payer_order=1, key=KEY)
        await bench.bill(number, name=f"C{at}", payer_order=1, payer_count=1, charges=[100_00])
    others = [a_claim(at) for at in range(1, 7)]
    first, reversal, correction = a_claim(0), a_claim(0, status="22", sign=-1), a_claim(0)
    said = [first, *others[:2], *others[2:4], reversal, correction, *others[4:]]

    await bench.send(file_835([SetSaid("T1", claims=said)]))

    seen = await bench.see()
    assert seen.file_state == "posted"
    assert await bench.faults() == []
    standings = await bench.rows("select standing from remit_claim order by ordinal")
    assert [row["standing"] for row in standings] == ["reversed", *["posted"] * 4, "reversal", *["posted"] * 3]


async def test_batches_commit_in_the_order_of_the_file(bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batch is held up, and no other gets ahead of it. Seen to fail without waiting for the turn."""
    bench.file_id = (await bench.receive(await a_file_of_claims(bench))).file_id
    keep, may_end, all_written, written = post_claims.keep_and_tell, asyncio.Event(), asyncio.Event(), []

    async def keep_and_wait(work: Work, *arguments: Any, **named: Any) -> None:
        await keep(work, *arguments, **named)
        written.append(work)
        if len(written) == 3:
            all_written.set()
        if len(written) == 1:
            await may_end.wait()

    monkeypatch.setattr(post_claims, "keep_and_tell", keep_and_wait)
    posting = asyncio.create_task(bench.worker.post_file(bench.org_id, bench.file_id))
    await all_written.wait()
    await asyncio.sleep(0.2)
    (behind,) = await bench.rows("select claims_posted, (select count(*) from remit_claim) as kept from remittance")
    may_end.set()
    await posting

    assert (behind["claims_posted"], behind["kept"]) == (0, 0)
    assert (await bench.see()).file_state == "posted"
    assert await bench.faults() == []


async def test_a_batch_that_fails_takes_those_behind_it_along(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.file_id = (await bench.receive(await a_file_of_claims(bench))).file_id
    keep, begun = post_claims.keep_and_tell, []

    async def keep_or_fail(work: Work, *arguments: Any, **named: Any) -> None:
        begun.append(work)
        if len(begun) == 2:
            await asyncio.sleep(0.3)  # the third is written by then
            raise Transient("test.away")
        await keep(work, *arguments, **named)

    monkeypatch.setattr(post_claims, "keep_and_tell", keep_or_fail)
    with pytest.raises(Transient):
        await bench.worker.post_file(bench.org_id, bench.file_id)
    (stands,) = await bench.rows("select claims_posted, (select count(*) from remit_claim) as kept from remittance")
    monkeypatch.undo()
    await bench.worker.post_file(bench.org_id, bench.file_id)

    assert (stands["claims_posted"], stands["kept"]) == (3, 3)
    assert (await bench.see()).file_state == "posted"
    assert await bench.faults() == []


async def test_a_batch_that_fails_cancels_no_statement_of_those_behind_it(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail while the batches behind were cancelled: their connections were thrown away under a statement."""
    bench.file_id = (await bench.receive(await a_file_of_claims(bench))).file_id
    keep, begun, in_statement, ended = post_claims.keep_and_tell, [], asyncio.Event(), []

    async def keep_or_fail(work: Work, *arguments: Any, **named: Any) -> None:
        begun.append(work)
        if len(begun) == 2:
            await in_statement.wait()
            raise Transient("test.away")
        await keep(work, *arguments, **named)
        if len(begun) == 3:
            in_statement.set()
            await work.execute(text("select pg_sleep(1)"))
            ended.append(work)

    monkeypatch.setattr(post_claims, "keep_and_tell", keep_or_fail)
    with pytest.raises(Transient):
        await bench.worker.post_file(bench.org_id, bench.file_id)

    assert len(ended) == 1
    (stands,) = await bench.rows("select claims_posted, (select count(*) from remit_claim) as kept from remittance")
    assert (stands["claims_posted"], stands["kept"]) == (3, 3)
