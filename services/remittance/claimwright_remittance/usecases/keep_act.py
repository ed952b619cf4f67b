"""Keep what a person did about remit claims: the act, what it moved and posted, what follows, and who did it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.claims.acts import (
    Acted,
    ActKind,
    NotOnClaim,
    NotWaitingHere,
    booked_outside,
    noted,
    shifts_of,
    take_act,
    taken_alone,
)
from claimwright_remittance.domain.claims.books import ClaimBooks
from claimwright_remittance.domain.remits.standing import Heard
from claimwright_remittance.persistence import acts, claims, ledger
from claimwright_remittance.persistence.acts import Seat, State
from claimwright_remittance.persistence.claims import Source
from claimwright_remittance.usecases.keep_changes import Change, keep_and_tell


class RemitClaimUnknown(Refusal):
    """A remit claim that is not here."""

    code: ClassVar[str] = "remit.unknown"
    fix: ClassVar[str | None] = "Look for it among the claims of its file."


async def seat_of(work: Work, remit_claim_id: UUID) -> Seat:
    """Return a remit claim where it is, not locked.

    Errors: RemitClaimUnknown.
    """
    found = await acts.seats(work, [remit_claim_id])
    if remit_claim_id not in found:
        raise RemitClaimUnknown(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    return found[remit_claim_id]


async def seat_alone(work: Work, remit_claim_id: UUID) -> Seat:
    """Return a remit claim where it is, locked with its number: a claim that just comes has it by then, or waits.

    Errors: RemitClaimUnknown.
    """
    seen = await seat_of(work, remit_claim_id)
    await claims.lock_numbers(work, [seen.number] if seen.number else [])
    return (await acts.seats(work, [remit_claim_id], lock=True))[remit_claim_id]


@dataclass(frozen=True, slots=True)
class OnClaim:
    """A remit claim on a claim: its seat, the claim's books, what was billed, and where its remit claims came from."""

    seat: Seat
    books: ClaimBooks
    billed: BilledClaim
    sources: Mapping[UUID, Source]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did: the kind, to which remit claim, why, and which act it undoes, if any."""

    kind: ActKind
    remit_claim_id: UUID
    reason: str
    undoes: UUID | None = None


async def on_claim(work: Work, remit_claim_id: UUID) -> OnClaim:
    """Return a remit claim that is on a claim with the claim's books, locked until the transaction ends.

    Errors: RemitClaimUnknown; NotOnClaim.
    """
    seen = await seat_of(work, remit_claim_id)
    if seen.claim_id is None:
        raise NotOnClaim(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    # The number, the claim, the remit claim: whoever posts locks in this order, and neither waits for ever.
    await claims.lock_numbers(work, [seen.number] if seen.number else [])
    books, sources = await claims.load(work, [seen.claim_id])
    seat = (await acts.seats(work, [remit_claim_id], lock=True))[remit_claim_id]
    billed = books[seen.claim_id].billed
    if seat.claim_id != seen.claim_id or billed is None:
        raise NotOnClaim(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    return OnClaim(seat, books[seen.claim_id], billed, sources)


async def act_on_claim(work: Work, deed: Deed, at: OnClaim, changes: Iterable[tuple[Heard, Heard]]) -> UUID:
    """Post and keep what a person did about a remit claim that is on a claim, and return the act's id."""
    shifts = shifts_of(changes, new_id=ids.new)
    heeded = take_act(at.books, shifts, files=lambda each: at.sources[each].file_id, new_id=ids.new, now=work.now)
    return await keep_act(work, deed, Acted(shifts, heeded), at.billed, at.sources)


async def keep_act(
    work: Work,
    deed: Deed,
    acted: Acted,
    billed: BilledClaim,
    sources: Mapping[UUID, Source],
    *,
    states: Mapping[UUID, State] | None = None,
) -> UUID:
    """Keep an act with what it came to, and return its id; `states` are what an undo brings back as it was."""
    act_id = acted.shifts[0].id
    claim_id = acted.heeded.books.claim_id
    before = await acts.seats(work, [each.remit_claim_id for each in acted.shifts], lock=True)
    on = {"claim_id": claim_id, "submission_id": billed.submission_id}
    after = states or {
        each.remit_claim_id: acts.state_after(
            before[each.remit_claim_id].state, each.after, on=on if each.joins else None, leaves=each.leaves
        )
        for each in acted.shifts
    }
    rows = [
        acts.shift_row(each, before[each.remit_claim_id].state, after[each.remit_claim_id]) for each in acted.shifts
    ]
    known = acts.NewAct(act_id, deed.kind, deed.remit_claim_id, claim_id, deed.undoes)
    await acts.add(work, known, rows)
    await acts.move(work, after)
    change = Change(acted.heeded, billed, from_suspense=deed.kind is ActKind.MATCH, is_act=True)
    await keep_and_tell(work, [change], sources)
    await record(work, deed)
    return act_id


async def act_alone(work: Work, deed: Deed) -> UUID:
    """Let a remit claim that is on no claim count as nothing or as money from outside, and return the act's id.

    Errors: RemitClaimUnknown; NotWaitingHere, also where its claim has just come; MoneyWaits.
    """
    seat = await seat_alone(work, deed.remit_claim_id)
    if seat.claim_id is not None:
        raise NotWaitingHere(ids.text(ids.REMIT_CLAIM, deed.remit_claim_id))
    heard = seat.heard()
    changes = noted(heard) if deed.kind is ActKind.NOTHING else booked_outside(heard)
    (shift,) = shifts_of(changes, new_id=ids.new)
    after = acts.state_after(seat.state, shift.after, on=None, leaves=False)
    known = acts.NewAct(shift.id, deed.kind, deed.remit_claim_id, None)
    await acts.add(work, known, [acts.shift_row(shift, seat.state, after)])
    await acts.move(work, {deed.remit_claim_id: after})
    posted = taken_alone(shift, files=lambda _: seat.source.file_id, new_id=ids.new, now=work.now)
    await ledger.add(work, [] if posted is None else [posted])
    await record(work, deed)
    return shift.id


async def record(work: Work, deed: Deed) -> None:
    """Write into the audit trail who did what to a remit claim, and why."""
    is_match = deed.kind is ActKind.MATCH
    await audit.record(
        work,
        action="remit_claim.matched" if is_match else f"remit_claim.{deed.kind.value}",
        object=ids.text(ids.REMIT_CLAIM, deed.remit_claim_id),
        fields=("claim_id",) if is_match else ("standing",),
        reason=deed.reason,
    )
