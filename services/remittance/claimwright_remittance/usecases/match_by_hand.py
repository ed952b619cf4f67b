"""A person says which claim waiting money belongs to; what follows is posted as if the number had been right."""

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import ActKind, matched
from claimwright_remittance.domain.claims.books import heard_of
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import acts, claims
from claimwright_remittance.persistence.acts import Seat
from claimwright_remittance.usecases.compare_payments import pays_by_head, terms_of
from claimwright_remittance.usecases.keep_act import Deed, keep_act


class NotWaiting(Refusal):
    """A remit claim that does not wait in suspense for a claim."""

    code: ClassVar[str] = "remit.not_waiting"
    fix: ClassVar[str | None] = "See where it is now; somebody may have matched it, or its claim may have come."


class ClaimNotBilled(Refusal):
    """A claim that remittance has not heard of as billed, or that was dropped."""

    code: ClassVar[str] = "remit.claim_not_billed"
    fix: ClassVar[str | None] = "Choose a claim that was sent to a payer."


class OutOfBalance(Refusal):
    """A remit claim that does not add up; that takes two people."""

    code: ClassVar[str] = "remit.out_of_balance"
    fix: ClassVar[str | None] = "Propose it with its claim, and let another person approve it."


async def match_by_hand(
    work: Work, remit_claim_id: UUID, claim_id: UUID, *, reason: str, accepts_difference: bool = False
) -> UUID:
    """Give a waiting remit claim to a claim, with who did it and why, and return the act's id.

    The submission is the claim's to its first payer, unless the file's payer is a later one's.
    Errors: NotWaiting; ClaimNotBilled; OutOfBalance unless two people accept the difference.
    """
    seen = _waiting(await acts.seats(work, [remit_claim_id]), remit_claim_id)
    # The number, the claim, the remit claim: who keeps a billed claim locks in this order, and neither waits for ever.
    await claims.lock_numbers(work, [seen.number] if seen.number else [])
    books, sources = await claims.load(work, [claim_id])
    seat = _waiting(await acts.seats(work, [remit_claim_id], lock=True), remit_claim_id)
    submissions = books[claim_id].submissions
    if not submissions or books[claim_id].is_dropped:
        raise ClaimNotBilled(ids.text(ids.CLAIM, claim_id))
    billed = next((each for each in submissions if each.payer_id in seat.source.payer_ids), submissions[0])
    known = {**sources, remit_claim_id: seat.source}
    held_for = HeldFor(seat.state["held_for"])
    if held_for is HeldFor.OUT_OF_BALANCE and not accepts_difference:
        raise OutOfBalance(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    claim = replace(seat.claim, is_under_capitation=pays_by_head(await terms_of(work, [billed]), billed))
    await claims.keep_capitation(work, [(remit_claim_id, seat.claim, claim)])
    heard = heard_of(remit_claim_id, claim, billed, seat.source.payer_ids, standing=Standing.HELD, held_for=held_for)
    acted = matched(books[claim_id], heard, files=lambda each: known[each].file_id, new_id=ids.new, now=work.now)
    return await keep_act(work, Deed(ActKind.MATCH, remit_claim_id, reason), acted, billed, known)


def _waiting(found: dict[UUID, Seat], remit_claim_id: UUID) -> Seat:
    seat = found.get(remit_claim_id)
    if seat is None or seat.claim_id is not None or seat.state["standing"] != Standing.HELD.value:
        raise NotWaiting(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    return seat
