"""A person undoes what somebody did about a remit claim: new postings bring back what stood before it."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import Acted, ActKind, BuiltUpon, Shift, take_act, taken_alone
from claimwright_remittance.persistence import acts, claims, ledger
from claimwright_remittance.persistence.acts import KnownAct, NewAct, Seat
from claimwright_remittance.usecases.keep_act import Deed, keep_act, record


class ActUnknown(Refusal):
    """An act that is not here, or that is an undoing itself."""

    code: ClassVar[str] = "act.unknown"
    fix: ClassVar[str | None] = "See the acts of the remit claim; what was undone is done again by a new act."


class UndoneBefore(Refusal):
    """An act that somebody has undone."""

    code: ClassVar[str] = "act.undone_before"
    fix: ClassVar[str | None] = "See how the remit claim stands now."


async def undo_act(work: Work, act_id: UUID, *, reason: str) -> UUID:
    """Undo an act where nothing was built upon it, and return the id of the undoing.

    Errors: ActUnknown; UndoneBefore; BuiltUpon.
    """
    seen = await _known(work, act_id)
    moved = [remit_claim_id for remit_claim_id, _, _ in seen.shifts]
    numbers = {seat.number for seat in (await acts.seats(work, moved)).values() if seat.number}
    await claims.lock_numbers(work, numbers)
    books, sources = await claims.load(work, [seen.claim_id] if seen.claim_id else [])
    seats = await acts.seats(work, moved, lock=True)
    known = await _known(work, act_id)
    if any(seats[remit_claim_id].state != after for remit_claim_id, _, after in known.shifts):
        raise BuiltUpon(ids.text(ids.ACT, act_id))
    shifts = [_turned(seats[each], before, after) for each, before, after in reversed(known.shifts)]
    states = {remit_claim_id: before for remit_claim_id, before, _ in known.shifts}
    deed = Deed(ActKind.UNDO, known.remit_claim_id, reason, undoes=act_id)
    if known.claim_id is None:
        return await _undo_alone(work, deed, known, shifts, seats)
    on_claim = books[known.claim_id]
    billed = on_claim.billed
    if billed is None:
        raise BuiltUpon(ids.text(ids.ACT, act_id))
    files = {**sources, **{each: seat.source for each, seat in seats.items()}}
    heeded = take_act(on_claim, shifts, files=lambda each: files[each].file_id, new_id=ids.new, now=work.now)
    return await keep_act(work, deed, Acted(tuple(shifts), heeded), billed, files, states=states)


async def _known(work: Work, act_id: UUID) -> KnownAct:
    known = await acts.find(work, act_id)
    if known is None or known.kind is ActKind.UNDO:
        raise ActUnknown(ids.text(ids.ACT, act_id))
    if known.is_undone:
        raise UndoneBefore(ids.text(ids.ACT, act_id))
    return known


def _turned(seat: Seat, before: acts.State, after: acts.State) -> Shift:
    return Shift(
        ids.new(),
        seat.heard(after, otherwise=before),
        seat.heard(before, otherwise=after),
        joins=after["claim_id"] is None and before["claim_id"] is not None,
        leaves=after["claim_id"] is not None and before["claim_id"] is None,
    )


async def _undo_alone(work: Work, deed: Deed, known: KnownAct, shifts: list[Shift], seats: dict[UUID, Seat]) -> UUID:
    before = {remit_claim_id: state for remit_claim_id, state, _ in known.shifts}
    rows = [acts.shift_row(each, seats[each.remit_claim_id].state, before[each.remit_claim_id]) for each in shifts]
    undo_id = shifts[0].id
    await acts.add(work, NewAct(undo_id, deed.kind, deed.remit_claim_id, None, known.id), rows)
    await acts.move(work, before)
    if known.kind is not ActKind.SPLIT:  # a split posts nothing, and nor does putting it together again
        postings = [
            taken_alone(each, files=lambda at: seats[at].source.file_id, new_id=ids.new, now=work.now)
            for each in shifts
        ]
        await ledger.add(work, [posted for posted in postings if posted is not None])
    await record(work, deed)
    return undo_id
