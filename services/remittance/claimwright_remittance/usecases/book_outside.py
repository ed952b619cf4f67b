"""A person says that waiting money is about something that was never in these books: it leaves suspense for good."""

from uuid import UUID

from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import ActKind, booked_outside
from claimwright_remittance.usecases.keep_act import Deed, act_alone, act_on_claim, on_claim, seat_of


async def book_outside(work: Work, remit_claim_id: UUID, *, reason: str) -> UUID:
    """Book waiting money at provider level as none of our claims', and return the act's id.

    Errors: RemitClaimUnknown; NotWaitingHere.
    """
    deed = Deed(ActKind.OUTSIDE, remit_claim_id, reason)
    if (await seat_of(work, remit_claim_id)).claim_id is None:
        return await act_alone(work, deed)
    at = await on_claim(work, remit_claim_id)
    return await act_on_claim(work, deed, at, booked_outside(at.seat.heard()))
