"""Two people give a claim of a remittance that does not add up to its claim: one proposes, another approves."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import acts, claim_acceptances, claims
from claimwright_remittance.usecases.accept_difference import NotProposed, SamePerson
from claimwright_remittance.usecases.match_by_hand import ClaimNotBilled, match_by_hand


class NotOutOfBalance(Refusal):
    """A remit claim that does not wait because it does not add up."""

    code: ClassVar[str] = "remit.not_out_of_balance"
    fix: ClassVar[str | None] = "See where it is now; what waits for another reason one person can match."


async def propose_unbalanced(work: Work, remit_claim_id: UUID, claim_id: UUID, *, reason: str) -> None:
    """Propose that a remit claim counts for a claim although it does not add up; nothing is posted yet.

    It takes the place of an earlier proposal that nobody has approved: whoever approves agrees with the latest.
    Errors: NotOutOfBalance; ClaimNotBilled.
    """
    await claim_acceptances.find(work, remit_claim_id)  # an approval that is under way comes first
    await _refuse_others(work, remit_claim_id)
    billed = (await claims.seen(work, claim_id)).billed
    if billed is None or billed.is_dropped:
        raise ClaimNotBilled(ids.text(ids.CLAIM, claim_id))
    await claim_acceptances.propose(work, remit_claim_id, claim_id, reason)
    await _record(work, "remit_claim.acceptance_proposed", remit_claim_id, reason)


async def approve_unbalanced(
    work: Work, remit_claim_id: UUID, *, seen_claim_id: UUID | None = None, reason: str
) -> None:
    """Approve what another person proposed: it is posted as it stands, and what it leaves unexplained stays open.

    Errors: NotOutOfBalance; NotProposed, also where another claim than `seen_claim_id` is proposed since; SamePerson;
    ClaimNotBilled.
    """
    await _refuse_others(work, remit_claim_id)
    proposed = await claim_acceptances.find(work, remit_claim_id)
    if proposed is None or seen_claim_id not in {None, proposed.claim_id}:
        raise NotProposed(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    if proposed.proposed_by == work.actor:
        raise SamePerson(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    await claim_acceptances.approve(work, remit_claim_id, reason)
    await match_by_hand(work, remit_claim_id, proposed.claim_id, reason=reason, accepts_difference=True)
    await _record(work, "remit_claim.acceptance_approved", remit_claim_id, reason)


async def _refuse_others(work: Work, remit_claim_id: UUID) -> None:
    seat = (await acts.seats(work, [remit_claim_id])).get(remit_claim_id)
    state = {} if seat is None else seat.state
    if state.get("standing") != Standing.HELD.value or state.get("held_for") != HeldFor.OUT_OF_BALANCE.value:
        raise NotOutOfBalance(ids.text(ids.REMIT_CLAIM, remit_claim_id))


async def _record(work: Work, action: str, remit_claim_id: UUID, reason: str) -> None:
    await audit.record(work, action=action, object=ids.text(ids.REMIT_CLAIM, remit_claim_id), reason=reason)
