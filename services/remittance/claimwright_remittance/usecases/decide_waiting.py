"""A person says how a remit claim counts whose money waits although its claim is known."""

from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import (
    ActKind,
    NoSuchOriginal,
    corrected,
    counted_beside,
    noted,
    reversing,
)
from claimwright_remittance.usecases.keep_act import Deed, act_alone, act_on_claim, on_claim, seat_of


async def decide_waiting(
    work: Work, remit_claim_id: UUID, kind: ActKind, *, original_id: UUID | None = None, reason: str
) -> UUID:
    """Let a waiting remit claim count as a correction, beside the others, as a reversal, or as nothing.

    Returns the act's id. Errors: RemitClaimUnknown; NotOnClaim; NotWaitingHere; NothingAnswered; NoSuchOriginal;
    MoneyWaits; ValueError for another kind of act.
    """
    deed = Deed(kind, remit_claim_id, reason)
    if kind is ActKind.NOTHING and (await seat_of(work, remit_claim_id)).claim_id is None:
        return await act_alone(work, deed)
    at = await on_claim(work, remit_claim_id)
    match kind:
        case ActKind.CORRECTION:
            changes = corrected(at.books, remit_claim_id)
        case ActKind.ADDITIONAL:
            changes = counted_beside(at.books, remit_claim_id)
        case ActKind.REVERSES if original_id is not None:
            changes = reversing(at.books, remit_claim_id, original_id)
        case ActKind.REVERSES:
            raise NoSuchOriginal(ids.text(ids.REMIT_CLAIM, remit_claim_id))
        case ActKind.NOTHING:
            changes = noted(at.seat.heard())
        case _:
            raise ValueError(kind)
    return await act_on_claim(work, deed, at, changes)
