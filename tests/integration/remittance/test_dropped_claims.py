"""A claim that was queued and is sent to nobody: what its queueing charged is taken back, and nothing is lost by it."""

from claimwright import control_numbers, ids
from claimwright.events.submission import ClaimDropped, ClaimQueued
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.usecases.drop_claim import drop_claim
from tests.support.remittance import RemittanceBench, a_queued
from tests.support.tables import KEY, run

NUMBER = control_numbers.mint(0, payer_order=1, key=KEY)


def a_drop(queued: ClaimQueued) -> ClaimDropped:
    return ClaimDropped(
        claim_id=queued.claim_id,
        submission_id=queued.submission_id,
        encounter_id=queued.encounter_id,
        reason="withdrawn",
    )


async def drop(bench: RemittanceBench, queued: ClaimQueued) -> None:
    async with bench.transactions.begin(org_id=bench.org_id, actor="consumer:remittance") as work:
        await drop_claim(work, a_drop(queued), event_id=ids.new())


async def test_a_dropped_claim_owes_nothing_until_it_is_queued_again(bench: RemittanceBench) -> None:
    """Seen to fail while nobody read the event: 100.00 stayed open in the ledger for ever."""
    bench.claims["A"] = claim_id = ids.new()
    queued, parties, part = a_queued(NUMBER, claim_id=claim_id)
    await bench.queue(queued, parties, part)

    await drop(bench, queued)
    await drop(bench, queued)

    seen = await bench.see()
    assert (seen.claims["A"], seen.states["A"]) == ({}, ("closed", 0))
    assert await bench.faults() == []
    postings = await bench.rows("select cause_kind from posting order by id")
    assert [row["cause_kind"] for row in postings] == ["billed_claim", "dropped_claim"]

    await bench.queue(queued, parties, part)

    seen = await bench.see()
    assert seen.claims["A"] == {Account.CHARGES: -100_00, Account.RECEIVABLE_INSURANCE: 100_00}
    assert seen.states["A"] == ("open", 0)
    assert await bench.faults() == []


async def test_a_payer_that_answers_a_dropped_claim_is_held_until_a_claim_is_there_again(
    bench: RemittanceBench,
) -> None:
    bench.claims["A"] = claim_id = ids.new()
    queued, parties, part = a_queued(NUMBER, claim_id=claim_id)
    await bench.queue(queued, parties, part)
    await drop(bench, queued)

    await run(
        """
        day  file  does                                      expect
        9    F     pay A 80.00 CO-45 20.00                   suspense -80.00, holds claim_dropped, A open 0.00
        """,
        bench,
    )
    await bench.queue(queued.model_copy(update={"encounter_version": 2}), parties, part)

    seen = await bench.see()
    assert (seen.states["A"], seen.organization, seen.held_for) == (("closed", 0), {}, ())
    assert seen.claims["A"][Account.PAYMENTS] == 80_00
    assert await bench.faults() == []


async def test_a_claim_that_a_payer_decided_keeps_its_charge(bench: RemittanceBench) -> None:
    bench.claims["A"] = claim_id = ids.new()
    queued, parties, part = a_queued(NUMBER, claim_id=claim_id)
    await bench.queue(queued, parties, part)
    await run("day  file  does                     expect\n9    F     pay A 80.00 PR-2 20.00   A released 20.00", bench)
    before = await bench.see()

    await drop(bench, queued)

    assert await bench.see() == before
    assert await bench.rows("select from claim_drop") == []


async def test_a_claim_that_was_never_queued_here_is_dropped_without_a_trace(bench: RemittanceBench) -> None:
    queued, _, _ = a_queued(NUMBER, claim_id=ids.new())

    await drop(bench, queued)

    assert await bench.rows("select from posting") == []
    assert await bench.rows("select from claim_account") == []
