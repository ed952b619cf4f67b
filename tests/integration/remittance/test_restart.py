"""A posting that is killed anywhere goes on behind its last claim; no entry is lost and none comes twice."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from claimwright import control_numbers, ids
from claimwright_remittance.usecases.keep_billed_claim import keep_billed_claim
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


@pytest.mark.parametrize("failpoint", ["posting.before_commit", "posting.after_commit"])
async def test_a_posting_killed_at_any_batch_ends_as_one_that_ran_through(
    bench: RemittanceBench, failpoint: str
) -> None:
    content = await a_file_of_claims(bench)
    bench.file_id = (await bench.receive(content)).file_id

    for passing in (1, 2, 1):
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


async def test_two_workers_at_one_file_post_it_once(bench: RemittanceBench) -> None:
    content = await a_file_of_claims(bench)
    bench.file_id = (await bench.receive(content)).file_id

    await asyncio.gather(*(bench.worker.post_file(bench.org_id, bench.file_id) for _ in range(4)))

    assert (await bench.see()).file_state == "posted"
    assert await bench.faults() == []
    (events,) = await bench.rows("select count(*) as n from outbox where type = 'remit.file_posted.v1'")
    assert events["n"] == 1


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
        await keep_billed_claim(work, *a_queued(number, claim_id=claim_id), event_id=ids.new(), traceparent=None)
        answering = asyncio.create_task(bench.worker.post_file(bench.org_id, taken.file_id))
        await asyncio.wait({answering}, timeout=0.5)
    await answering

    seen = await bench.see()
    assert seen.organization == {}
    assert seen.held_for == ()
    assert seen.states["A"] == ("closed", 0)
