"""The remittance comes before remittance has heard of the claim: money waits in suspense and finds its claim."""

import asyncio

from tests.support.checker import End, what_is_wrong
from tests.support.journey import Journey, a_visit, types_in


async def test_an_835_that_comes_before_its_claim_is_matched_when_the_claim_arrives(journey: Journey) -> None:
    blocker = await journey.stack.connect("postgres")
    transaction = blocker.transaction()
    await transaction.start()
    # Held, the lock keeps the consumer from taking in `claim.queued`, while callbacks and posting go on.
    await blocker.execute("lock table remittance.inbox in exclusive mode")
    try:
        claim_id = await journey.claim_of(a_visit(member_id="PAID0000077"))
        number = await the_number_of(journey, claim_id)
        await until_in_suspense(journey, number)
        unmatched = await journey.claim(claim_id)
    finally:
        await transaction.rollback()
        await blocker.close()
    view = await journey.until_stage(claim_id, "CLOSED", telling={"remit.matched.v1"}, within=90)

    assert "claim.adjudicated.v1" not in types_in(unmatched)
    matched = next(event for event in view["timeline"] if event["type"] == "remit.matched.v1")
    assert matched["data"]["from_suspense"] is True
    assert view["open_cents"] == 0
    assert await what_is_wrong(journey.stack, {claim_id: End.PAID}) == []


async def the_number_of(journey: Journey, claim_id: str) -> str:
    """Return the claim's patient control number, once it is queued."""
    view = await journey.until(claim_id, lambda view: "claim.queued.v1" in types_in(view))
    queued = next(event for event in view["timeline"] if event["type"] == "claim.queued.v1")
    number: str = queued["data"]["patient_control_number"]
    return number


async def until_in_suspense(journey: Journey, number: str) -> None:
    """Wait until the remittance stands in suspense under this number."""
    connection = await journey.stack.connect("postgres")
    try:
        for _ in range(600):
            if await connection.fetchval(
                "select exists (select from remittance.remit_claim "
                "where patient_control_number = $1 and claim_id is null)",
                number,
            ):
                return
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise AssertionError("the remittance never came into suspense")
