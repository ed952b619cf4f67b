"""What people do about remit claims: give them to a claim, take them off, say how they count, and undo that.

An act changes standings and matches, and what it posts is the change from one state to the next, as with files. Each
step is kept with what stood before and after it, so that an act is undone by a new posting that names what it corrects.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.books import (
    ClaimBooks,
    Decision,
    Heeded,
    Posted,
    decision_of,
    posting_id_of,
    restated,
    settled,
    take_remit_claim,
)
from claimwright_remittance.domain.ledger.entries import CauseKind
from claimwright_remittance.domain.ledger.postings import posting_of_step
from claimwright_remittance.domain.remits.balance import is_unbalanced
from claimwright_remittance.domain.remits.matching import match_by_hand
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Move, Standing, is_answered, set_free

_ON_NO_CLAIM: Final = frozenset({HeldFor.UNMATCHED, HeldFor.OUT_OF_BALANCE})


class ActKind(StrEnum):
    """What a person may do about a remit claim."""

    MATCH = "match"
    MATCH_LINES = "match_lines"
    UNMATCH = "unmatch"
    SPLIT = "split"
    CORRECTION = "correction"
    ADDITIONAL = "additional"
    REVERSES = "reverses"
    NOTHING = "nothing"
    OUTSIDE = "outside"
    UNDO = "undo"


class NotOnClaim(Refusal):
    """A remit claim that is on no claim, or that another one has been paired with."""

    code: ClassVar[str] = "remit.not_on_claim"
    fix: ClassVar[str | None] = "Undo what paired it first; what only waits in suspense has nothing to be taken off."


class NotWaitingHere(Refusal):
    """A remit claim whose money does not wait for a decision of this kind."""

    code: ClassVar[str] = "remit.decided_already"
    fix: ClassVar[str | None] = "See where it is now; somebody may have decided it, or its other half may have come."


class NothingAnswered(Refusal):
    """A correction of lines that no decision that counts has answered."""

    code: ClassVar[str] = "remit.nothing_to_correct"
    fix: ClassVar[str | None] = "Let it count beside what is posted, or take it off the claim."


class NoSuchOriginal(Refusal):
    """An original that is none: not a posted decision of the same payer on the same claim."""

    code: ClassVar[str] = "remit.no_such_original"
    fix: ClassVar[str | None] = "Choose a decision of the same payer that is posted on the claim."


class MoneyWaits(Refusal):
    """A remit claim that brought money can't count as nothing."""

    code: ClassVar[str] = "remit.money_waits"
    fix: ClassVar[str | None] = "Let it count as a correction or beside the others, or book it outside."


class LineAnswered(Refusal):
    """A billed line that another decision of the payer has answered."""

    code: ClassVar[str] = "remit.line_answered"
    fix: ClassVar[str | None] = "Choose a line that is free, or take the other decision off first."


class LinesDiffer(Refusal):
    """Lines that the remit claim or the billed claim does not have, or not each of them once."""

    code: ClassVar[str] = "remit.lines_differ"
    fix: ClassVar[str | None] = "Name each line of the remit claim once, and only lines that were billed."


class BuiltUpon(Refusal):
    """An act after which something else happened to the same remit claims."""

    code: ClassVar[str] = "act.built_upon"
    fix: ClassVar[str | None] = "Undo the later acts first; what a payer's file changed since is taken off instead."


@dataclass(frozen=True, slots=True)
class Shift:
    """One remit claim as it stood before and after an act; `id` is the cause of what that posts.

    `joins` and `leaves` say that it came to the claim by it, or went from it.
    """

    id: UUID
    before: Heard
    after: Heard
    joins: bool = False
    leaves: bool = False

    @property
    def remit_claim_id(self) -> UUID:
        return self.after.remit_claim_id


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act came to: its shifts in order, and what they changed."""

    shifts: tuple[Shift, ...]
    heeded: Heeded


def heard_by_id(books: ClaimBooks, remit_claim_id: UUID) -> Heard:
    """Return one remit claim of a claim.

    Errors: NotOnClaim.
    """
    for each in books.heard:
        if each.remit_claim_id == remit_claim_id:
            return each
    raise NotOnClaim


def matched(
    books: ClaimBooks,
    new: Heard,
    *,
    files: Callable[[UUID], UUID],
    new_id: Callable[[], UUID],
    now: datetime,
) -> Acted:
    """Return what follows when waiting money is given to a claim: all that would have, had the number been right.

    Where its lines are answered already it goes on waiting, on the claim, for a person to say how it counts.
    """
    heeded = take_remit_claim(books, new, files=files, new_id=new_id, now=now)
    heeded = _answered_by_hand(heeded, new.remit_claim_id)
    before = {each.remit_claim_id: each for each in (*books.heard, new)}
    shifts = tuple(
        Shift(new_id(), before[each.remit_claim_id], each, joins=each.remit_claim_id == new.remit_claim_id)
        for each in heeded.books.heard
        if before[each.remit_claim_id] != each or each.remit_claim_id == new.remit_claim_id
    )
    return Acted(shifts, _caused_by(heeded, {each.remit_claim_id: each.id for each in shifts}))


def taken_off(books: ClaimBooks, remit_claim_id: UUID) -> list[tuple[Heard, Heard]]:
    """Return what changes when a remit claim is taken off its claim: its money waits, and what it held back counts.

    What does not add up waits for two people again. Errors: NotOnClaim.
    """
    heard = heard_by_id(books, remit_claim_id)
    if heard.standing not in {Standing.POSTED, Standing.HELD}:
        raise NotOnClaim
    reason = HeldFor.OUT_OF_BALANCE if is_unbalanced(heard.claim) else HeldFor.UNMATCHED
    off = replace(heard, standing=Standing.HELD, held_for=reason, pairs_with=None)
    return [(heard, off), *_set_free(books, [off])]


def corrected(books: ClaimBooks, remit_claim_id: UUID) -> list[tuple[Heard, Heard]]:
    """Return what changes when a waiting decision takes the place of those that answered its lines before.

    Their money waits for the reversal that the payer left out, and is netted with it when that comes.
    Errors: NotOnClaim; NotWaitingHere; NothingAnswered.
    """
    new = _waiting_decision(books, remit_claim_id)
    earlier = [each for each in books.heard if each is not new and is_answered(new, [each])]
    if not earlier:
        raise NothingAnswered
    put_off = [
        (each, replace(each, standing=Standing.HELD, held_for=HeldFor.REPLACED, pairs_with=new.remit_claim_id))
        for each in earlier
    ]
    return [*put_off, (new, _posted(new))]


def counted_beside(books: ClaimBooks, remit_claim_id: UUID) -> list[tuple[Heard, Heard]]:
    """Return what changes when a waiting decision counts beside those that answered its lines before.

    Errors: NotOnClaim; NotWaitingHere.
    """
    new = _waiting_decision(books, remit_claim_id)
    return [(new, _posted(new))]


def reversing(books: ClaimBooks, remit_claim_id: UUID, original_id: UUID) -> list[tuple[Heard, Heard]]:
    """Return what changes when a person says which decision a waiting reversal takes back.

    Our own entries of the original are reversed; what the payer's amounts differ by stays in suspense.
    Errors: NotOnClaim; NotWaitingHere; NoSuchOriginal.
    """
    reversal = heard_by_id(books, remit_claim_id)
    if reversal.standing is not Standing.HELD or not reversal.claim.is_reversal:
        raise NotWaitingHere
    original = next((each for each in books.heard if each.remit_claim_id == original_id), None)
    if original is None or original.standing is not Standing.POSTED or original.payer_order != reversal.payer_order:
        raise NoSuchOriginal
    pair = [
        (reversal, replace(reversal, standing=Standing.REVERSAL, held_for=None, pairs_with=original_id)),
        (original, replace(original, standing=Standing.REVERSED, held_for=None, pairs_with=remit_claim_id)),
    ]
    return [*pair, *_set_free(books, [after for _, after in pair])]


def noted(heard: Heard) -> list[tuple[Heard, Heard]]:
    """Return what changes when a waiting remit claim that brought no money counts as nothing.

    Errors: NotWaitingHere; MoneyWaits.
    """
    _refuse_unless_waiting(heard)
    if heard.claim.paid_cents != 0:
        raise MoneyWaits
    return [(heard, replace(heard, standing=Standing.NOTED, held_for=None))]


def booked_outside(heard: Heard) -> list[tuple[Heard, Heard]]:
    """Return what changes when waiting money is about something that was never in these books.

    Errors: NotWaitingHere.
    """
    _refuse_unless_waiting(heard)
    return [(heard, replace(heard, standing=Standing.OUTSIDE, held_for=None))]


def _refuse_unless_waiting(heard: Heard) -> None:
    """Refuse what does not wait, and what does not add up: that takes two people."""
    if heard.standing is not Standing.HELD or heard.held_for is HeldFor.OUT_OF_BALANCE:
        raise NotWaitingHere


def matched_by_line(
    books: ClaimBooks, remit_claim_id: UUID, lines: Mapping[int, int | None]
) -> list[tuple[Heard, Heard]]:
    """Return what changes when a person says which billed line each remit line answers.

    Shape: `lines` from the remit line's place, counted from 1, to the billed line's, or None for a line that the payer
    added. Errors: NotOnClaim; LinesDiffer; LineAnswered.
    """
    heard = heard_by_id(books, remit_claim_id)
    billed = books.billed
    places = {line.line for line in billed.lines} if billed else set[int]()
    wanted = range(1, len(heard.claim.lines) + 1)
    if billed is None or sorted(lines) != list(wanted) or not wanted or not {*lines.values()} - {None} <= places:
        raise LinesDiffer
    if heard.standing not in {Standing.POSTED, Standing.HELD} or heard.claim.is_reversal:
        raise NotOnClaim
    after = replace(heard, matches=match_by_hand(heard.claim, billed.lines, [lines[at] for at in wanted]))
    others = [each for each in books.heard if each.remit_claim_id != remit_claim_id]
    is_taken = is_answered(after, others)
    if heard.standing is Standing.POSTED:
        if is_taken:
            raise LineAnswered
        return [(heard, after), *_set_free(books, [after])]
    is_free = not is_taken and heard.held_for in {HeldFor.ANSWERED_BEFORE, HeldFor.LINES_ANSWERED}
    return [(heard, _posted(after) if is_free else after)]


def shifts_of(changes: Iterable[tuple[Heard, Heard]], *, new_id: Callable[[], UUID]) -> tuple[Shift, ...]:
    """Return changes with an id each, by which the ledger names what they post."""
    return tuple(Shift(new_id(), before, after, leaves=after.held_for in _ON_NO_CLAIM) for before, after in changes)


def turned(shifts: Sequence[Shift], *, new_id: Callable[[], UUID]) -> tuple[Shift, ...]:
    """Return the shifts that undo these, the last first."""
    return tuple(
        Shift(new_id(), each.after, each.before, joins=each.leaves, leaves=each.joins) for each in reversed(shifts)
    )


def take_act(
    books: ClaimBooks,
    shifts: Sequence[Shift],
    *,
    files: Callable[[UUID], UUID],
    new_id: Callable[[], UUID],
    now: datetime,
) -> Heeded:
    """Return the books after a person's act, with what it posts, decides, and makes due next."""
    standing = {each.remit_claim_id: each for each in (*books.heard, *(each.before for each in shifts if each.joins))}
    after = books
    postings: list[Posted] = []
    decisions: list[Decision] = []
    for shift, changed in _steps(sorted(shifts, key=_turn), standing):
        before_step = list(standing.values())
        was = standing[shift.remit_claim_id]
        standing.update({each.remit_claim_id: each for each in changed})
        mover = standing[shift.remit_claim_id]
        posting = posting_of_step(books.billed, before_step, list(standing.values()), mover)
        decided = _decided(was, changed)
        if not posting.entries and decided is None:
            continue
        posted = Posted(
            id=new_id(),
            posting=replace(posting, cause_id=shift.id),
            posted_at=now,
            artifact_id=files(shift.remit_claim_id),
            corrects=posting_id_of(books.postings, postings, shift.remit_claim_id),
            remit_claim_id=shift.remit_claim_id,
        )
        postings.append(posted)
        after = replace(after, heard=tuple(standing.values()), postings=(*after.postings, posted))
        if decided is not None:
            decision = decision_of(after, after.balances, posted, decided, now=now)
            decisions.append(decision)
            after = replace(after, outcomes=(*after.outcomes, (decided.payer_order, decision.outcome)))
    gone = {each.remit_claim_id for each in shifts if each.leaves}
    after = replace(after, heard=tuple(each for each_id, each in standing.items() if each_id not in gone))
    moves = tuple(Move(each.after, each.before.standing) for each in shifts)
    balances = after.balances
    if decisions:
        decisions += restated(books, after, balances, decisions[-1], now=now)
    after, step = settled(after, balances, decisions)
    return Heeded(after, moves, tuple(postings), tuple(decisions), step, was=books.state)


def taken_alone(
    shift: Shift, *, files: Callable[[UUID], UUID], new_id: Callable[[], UUID], now: datetime
) -> Posted | None:
    """Return what an act posts about a remit claim that is on no claim; None where its money stays where it is."""
    posting = posting_of_step(None, [shift.before], [shift.after], shift.after)
    if not posting.entries:
        return None
    caused = replace(posting, cause_id=shift.id)
    return Posted(new_id(), caused, now, files(shift.remit_claim_id), remit_claim_id=shift.remit_claim_id)


def _turn(shift: Shift) -> int:
    """Return when a shift has its turn: what counts no more first, then reversals that do not, then all others."""
    if shift.before.standing is Standing.POSTED and shift.after.standing not in {Standing.POSTED, Standing.REVERSED}:
        return 0
    return 1 if shift.before.standing is Standing.REVERSAL else 2


def _steps(shifts: Sequence[Shift], standing: Mapping[UUID, Heard]) -> Iterator[tuple[Shift, list[Heard]]]:
    """Yield each shift with what changes by it; a reversal and its original change together.

    Where a reversal counts no more, its original counts again first, whatever else becomes of it then.
    """
    done: set[UUID] = set()
    by_id = {each.remit_claim_id: each for each in shifts}
    for shift in shifts:
        if shift.id in done or standing[shift.remit_claim_id] == shift.after:
            continue
        if shift.after.standing is Standing.REVERSAL:
            partner = by_id[_partner(shift.after)]
            done.add(partner.id)
            yield shift, [shift.after, partner.after]
        elif shift.before.standing is Standing.REVERSAL:
            original = replace(standing[_partner(shift.before)], standing=Standing.POSTED, pairs_with=None)
            yield shift, [shift.after, original]
        else:
            yield shift, [shift.after]


def _partner(heard: Heard) -> UUID:
    if heard.pairs_with is None:
        raise ValueError("a reversal that counts has its original")
    return heard.pairs_with


def _decided(was: Heard, changed: Sequence[Heard]) -> Heard | None:
    """Return the remit claim by which a payer order stands otherwise after a step, or None where none does."""
    now = changed[0]
    if now.standing in {Standing.POSTED, Standing.REVERSAL}:
        return now
    if was.standing is Standing.REVERSAL:
        return changed[-1]
    return now if was.standing is Standing.POSTED else None


def _waiting_decision(books: ClaimBooks, remit_claim_id: UUID) -> Heard:
    heard = heard_by_id(books, remit_claim_id)
    if heard.standing is not Standing.HELD or heard.claim.is_reversal:
        raise NotWaitingHere
    return heard


def _posted(heard: Heard) -> Heard:
    return replace(heard, standing=Standing.POSTED, held_for=None, pairs_with=None)


def _set_free(books: ClaimBooks, changed: Sequence[Heard]) -> list[tuple[Heard, Heard]]:
    """Return the held decisions whose lines nobody answers once these have changed."""
    now = {each.remit_claim_id: each for each in changed}
    standing = [now.get(each.remit_claim_id, each) for each in books.heard]
    before = {each.remit_claim_id: each for each in books.heard}
    return [(before[move.heard.remit_claim_id], move.heard) for move in set_free(standing)]


def _answered_by_hand(heeded: Heeded, remit_claim_id: UUID) -> Heeded:
    """Keep what a person matched to answered lines waiting for a person, and not for the next reversal that frees it.

    It may have been released once before, and a release is posted once.
    """

    def kept(heard: Heard) -> Heard:
        is_it = heard.remit_claim_id == remit_claim_id and heard.held_for is HeldFor.ANSWERED_BEFORE
        return replace(heard, held_for=HeldFor.LINES_ANSWERED) if is_it else heard

    return replace(
        heeded,
        books=replace(heeded.books, heard=tuple(kept(each) for each in heeded.books.heard)),
        moves=tuple(replace(move, heard=kept(move.heard)) for move in heeded.moves),
    )


def _caused_by(heeded: Heeded, shift_of: Mapping[UUID, UUID]) -> Heeded:
    """Return the same with postings that name the act's shifts as their causes."""
    mine = {each.id for each in heeded.postings}

    def caused(posted: Posted) -> Posted:
        if posted.id not in mine:
            return posted
        cause_id = shift_of[posted.posting.cause_id]
        caused = replace(posted.posting, cause_kind=CauseKind.PERSON_ACT, cause_id=cause_id)
        return replace(posted, posting=caused, remit_claim_id=posted.posting.cause_id)

    return replace(
        heeded,
        books=replace(heeded.books, postings=tuple(caused(each) for each in heeded.books.postings)),
        postings=tuple(caused(each) for each in heeded.postings),
        decisions=tuple(replace(each, posted=caused(each.posted)) for each in heeded.decisions),
    )
