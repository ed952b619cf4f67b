"""A person says which claim waiting money belongs to; what follows is posted as if the number had been right."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.claims.books import heard_of, take_remit_claim
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import claims
from claimwright_remittance.usecases.keep_changes import Change, keep_and_tell


class NotWaiting(Refusal):
    """A remit claim that does not wait in suspense for a claim."""

    code: ClassVar[str] = "remit.not_waiting"
    fix: ClassVar[str | None] = "See where it is now; somebody may have matched it, or its claim may have come."


class ClaimNotBilled(Refusal):
    """A claim that remittance has not heard of as billed."""

    code: ClassVar[str] = "remit.claim_not_billed"
    fix: ClassVar[str | None] = "Choose a claim that was sent to a payer."


async def match_by_hand(work: Work, remit_claim_id: UUID, claim_id: UUID, *, reason: str) -> None:
    """Give a waiting remit claim to a claim, with who did it and why.

    The submission is the claim's to its first payer, unless the file's payer is a later one's.
    Errors: NotWaiting; ClaimNotBilled.
    """
    seen = await claims.held_alone(work, remit_claim_id, lock=False)
    if seen is None:
        raise NotWaiting(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    # The number, the claim, the remit claim: who keeps a billed claim locks in this order, and neither waits for ever.
    number = seen[0].patient_control_number
    await claims.lock_numbers(work, [number] if number else [])
    books, sources = await claims.load(work, [claim_id])
    waiting = await claims.held_alone(work, remit_claim_id, lock=True)
    if waiting is None:
        raise NotWaiting(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    claim, source = waiting
    submissions = books[claim_id].submissions
    if not submissions:
        raise ClaimNotBilled(ids.text(ids.CLAIM, claim_id))
    billed = next((each for each in submissions if each.payer_id in source.payer_ids), submissions[0])
    known = {**sources, remit_claim_id: source}
    heard = heard_of(
        remit_claim_id,
        claim,
        billed,
        source.payer_ids,
        standing=Standing.HELD,
        held_for=HeldFor.NUMBER_NOT_OURS,
    )
    heeded = take_remit_claim(
        books[claim_id], heard, files=lambda each: known[each].file_id, new_id=ids.new, now=work.now
    )
    await keep_and_tell(work, [Change(heeded, billed, from_suspense=True)], known)
    await audit.record(
        work,
        action="remit_claim.matched",
        object=ids.text(ids.REMIT_CLAIM, remit_claim_id),
        fields=("claim_id",),
        reason=reason,
    )
