"""A person says which billed line each line of a remit claim answers; what that changes is posted."""

from collections.abc import Mapping
from uuid import UUID

from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import ActKind, matched_by_line
from claimwright_remittance.usecases.keep_act import Deed, act_on_claim, on_claim


async def match_lines(work: Work, remit_claim_id: UUID, lines: Mapping[int, int | None], *, reason: str) -> UUID:
    """Match the lines of a remit claim as a person says, and return the act's id.

    Shape: from each remit line, counted from 1, to the billed line that it answers; None for a line that was added.
    Errors: RemitClaimUnknown; NotOnClaim; LinesDiffer; LineAnswered.
    """
    at = await on_claim(work, remit_claim_id)
    deed = Deed(ActKind.MATCH_LINES, remit_claim_id, reason)
    return await act_on_claim(work, deed, at, matched_by_line(at.books, remit_claim_id, lines))
