"""Let go of a claim whose encounter will not be billed: coding keeps nothing of it, and whoever has it is told."""

from claimwright import ids
from claimwright.events.coding import ClaimWithdrawn
from claimwright.events.intake import EncounterNotBillable
from claimwright.messaging.work import Work
from claimwright_coding.persistence import cases


async def withdraw_claim(work: Work, closed: EncounterNotBillable) -> None:
    """Drop a claim's case and say so; a claim that never came this far is nobody's yet.

    One that is stopped now may have been coded before, so it is told of like any other.
    """
    claim_id = ids.parse(ids.CLAIM, closed.claim_id)
    case = (await cases.find_to_change(work, [claim_id])).get(claim_id)
    if case is None:
        return
    await cases.drop(work, claim_id)
    work.publish(
        ClaimWithdrawn(
            claim_id=closed.claim_id,
            encounter_id=closed.encounter_id,
            encounter_version=case.encounter_version,
            reason=closed.reason,
        )
    )
