"""A person takes a remit claim off its claim: its money waits in suspense, and its postings are turned by new ones."""

from uuid import UUID

from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import ActKind, taken_off
from claimwright_remittance.usecases.keep_act import Deed, act_on_claim, on_claim
from claimwright_remittance.usecases.keep_changes import tell_unmatched


async def take_off_claim(work: Work, remit_claim_id: UUID, *, reason: str) -> UUID:
    """Take a remit claim off its claim, and return the act's id.

    Errors: RemitClaimUnknown; NotOnClaim, also where a reversal or its twin has been paired with it.
    """
    at = await on_claim(work, remit_claim_id)
    deed = Deed(ActKind.UNMATCH, remit_claim_id, reason)
    changes = taken_off(at.books, remit_claim_id)
    act_id = await act_on_claim(work, deed, at, changes)
    tell_unmatched(work, remit_claim_id, at.seat.claim, at.sources, changes[0][1].held_for)
    return act_id
