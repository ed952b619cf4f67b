"""Claims that will not be billed, and claims that a payer knows nobody of."""

from tests.support.answers import a_277ca, a_claim_ack
from tests.support.submission import SubmissionBench


# Seen to fail without a handler of `claim.withdrawn`: the claim left with the next file.
async def test_a_claim_that_waits_is_dropped_and_never_sent(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()

    await bench.withdrawn(claim_id)
    await bench.withdrawn(claim_id)
    await bench.send()

    assert await bench.types_told(claim_id) == ["claim.queued", "claim.dropped"]
    assert await bench.stage_of(claim_id) == "NOT_BILLABLE"
    assert not bench.clearinghouse.far_end.arrivals


async def test_a_claim_that_came_back_is_dropped_and_late_answers_do_not_wake_it(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()
    number = await bench.number_of(claim_id)
    await bench.answered(a_277ca(1, [a_claim_ack(number, "A3")]))

    await bench.withdrawn(claim_id)
    await bench.answered(a_277ca(1, [a_claim_ack(number, "A3")], source="PR"))

    assert await bench.stage_of(claim_id) == "NOT_BILLABLE"
    (late,) = await bench.told("ack.payer_rejected.v1", claim_id)
    assert late.data["attempt_is_over"] is True


async def test_a_claim_that_has_left_is_a_persons_to_take_back(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()

    await bench.withdrawn(claim_id)

    (told,) = await bench.told("claim.withdrawn_after_billing.v1", claim_id)
    assert (told.data["reason"], told.data["owner"]) == ("duplicate", "submission")
    assert await bench.stage_of(claim_id) == "TRANSMITTED"
    ((reason,),) = await bench.rows("select reason from submission")
    assert reason == "claim.withdrawn_after_billing"


# Seen to fail without a handler of `claim.not_recognised`: the mended claim was left to a person as billed.
async def test_a_claim_that_the_payer_knows_nobody_of_is_sent_again_once_it_is_mended(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()
    number = await bench.number_of(claim_id)

    await bench.not_recognised(claim_id)
    await bench.answered(a_277ca(1, [a_claim_ack(number, "A1")], source="PR"))
    sent_back = await bench.stage_of(claim_id)
    ((owner,),) = await bench.rows("select owner from submission")
    await bench.coded(claim_id=claim_id, version=2)
    await bench.send()

    assert (sent_back, owner) == ("PAYER_REJECTED", "registration")
    assert len(bench.clearinghouse.far_end.arrivals) == 2
    assert await bench.number_of(claim_id) == number
    assert await bench.stage_of(claim_id) == "TRANSMITTED"


async def test_a_decision_outweighs_that_the_payer_knew_nobody(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()

    await bench.adjudicated(claim_id)
    await bench.not_recognised(claim_id)

    assert await bench.stage_of(claim_id) == "ADJUDICATED"
