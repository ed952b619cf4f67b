"""Which of a claim's remit claims count: posted, reversed, held, or only noted, whatever order they came in.

What was posted stays posted until a reversal of it comes. A second decision on lines that were answered before is held,
since nobody can tell a correction whose reversal is late from a mistake; a reversal whose original is not here is held
as well. Either goes on by itself when its other half arrives.

Source: docs/domain/remittance-cases.md, cases 3, 4, 5, 15, 39, 40 and 46.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from claimwright_remittance.domain.remits.matching import LineMatch
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.remittance import NOT_OUR_CLAIM, PREDETERMINATION, RemitClaim


class Standing(StrEnum):
    """How one remit claim counts.

    The last three are people's doing: split into parts that count instead of it, a part that was put together again,
    and money about something that was never in these books.
    """

    POSTED = "posted"
    REVERSED = "reversed"
    REVERSAL = "reversal"
    HELD = "held"
    NETTED = "netted"
    NOTED = "noted"
    SPLIT = "split"
    DISSOLVED = "dissolved"
    OUTSIDE = "outside"


class HeldFor(StrEnum):
    """Why the money of a remit claim waits in suspense.

    The last four follow an act of a person: taken off its claim, part of a split, replaced by a correction whose
    reversal is awaited, and given to a claim whose lines were answered before.
    """

    NUMBER_UNKNOWN = "number_unknown"
    NUMBER_NOT_OURS = "number_not_ours"
    ANSWERED_BEFORE = "answered_before"
    ORIGINAL_UNKNOWN = "original_unknown"
    OUT_OF_BALANCE = "out_of_balance"
    CLAIM_DROPPED = "claim_dropped"
    UNMATCHED = "unmatched"
    PART = "part"
    REPLACED = "replaced"
    LINES_ANSWERED = "lines_answered"


@dataclass(frozen=True, slots=True)
class Heard:
    """One remit claim of a claim that we billed. `pairs_with` is its reversal's, its original's or its twin's id."""

    remit_claim_id: UUID
    payer_order: int
    claim: RemitClaim
    matches: tuple[LineMatch, ...]
    standing: Standing | None = None
    held_for: HeldFor | None = None
    pairs_with: UUID | None = None

    @property
    def lines_answered(self) -> frozenset[int | None]:
        """Return the billed lines that this decides; a claim without lines decides them all and says so by None."""
        if not self.claim.lines:
            return frozenset({None})
        return frozenset(match.line for match in self.matches if match.line is not None)


@dataclass(frozen=True, slots=True)
class Move:
    """One remit claim takes a standing; `was` is the one it had, None for the one that has just arrived."""

    heard: Heard
    was: Standing | None


def arrive(before: Sequence[Heard], new: Heard) -> tuple[Move, ...]:
    """Return what one more remit claim of a claim changes, in the order in which it is to be posted.

    Shape: `before` in order of arrival, each with its standing; `new` has none yet. The first move is the new one's.
    """
    if _only_informs(new.claim):
        return (_move(new, Standing.NOTED),)
    twin = _twin_of(new, before)
    if twin is not None:
        return (_move(new, Standing.NOTED, pairs_with=twin.remit_claim_id),)
    if new.claim.is_reversal:
        return _reversal_arrives(before, new)
    return _decision_arrives(before, new)


def _reversal_arrives(before: Sequence[Heard], new: Heard) -> tuple[Move, ...]:
    original = _original_of(new, before)
    if original is None:
        return (_move(new, Standing.HELD, held_for=HeldFor.ORIGINAL_UNKNOWN),)
    if original.standing is Standing.HELD:
        return (
            _move(new, Standing.NETTED, pairs_with=original.remit_claim_id),
            _move(original, Standing.NETTED, pairs_with=new.remit_claim_id),
        )
    moves = [
        _move(new, Standing.REVERSAL, pairs_with=original.remit_claim_id),
        _move(original, Standing.REVERSED, pairs_with=new.remit_claim_id),
    ]
    return (*moves, *set_free(_after(before, moves)))


def _decision_arrives(before: Sequence[Heard], new: Heard) -> tuple[Move, ...]:
    repeats = [each for each in before if _counts(each, new.payer_order) and _says_duplicate(each.claim)]
    if repeats and not _says_duplicate(new.claim):
        # What it repeats has come after it: it only informs from here on.
        first, *rest = _decision_arrives([each for each in before if each not in repeats], new)
        if first.heard.standing is Standing.POSTED:
            informs = (_move(each, Standing.NOTED, pairs_with=new.remit_claim_id) for each in repeats)
            return (first, *informs, *rest)
    waiting = [
        each for each in before if each.claim.is_reversal and each.standing is Standing.HELD and _is_mirror(each, new)
    ]
    if is_answered(new, before):
        if waiting:
            return (
                _move(new, Standing.NETTED, pairs_with=waiting[0].remit_claim_id),
                _move(waiting[0], Standing.NETTED, pairs_with=new.remit_claim_id),
            )
        return (_move(new, Standing.HELD, held_for=HeldFor.ANSWERED_BEFORE),)
    posted = _move(new, Standing.POSTED)
    if not waiting:
        return (posted,)
    moves = [
        posted,
        _move(waiting[0], Standing.REVERSAL, pairs_with=new.remit_claim_id),
        Move(replace(posted.heard, standing=Standing.REVERSED, pairs_with=waiting[0].remit_claim_id), Standing.POSTED),
    ]
    return (*moves, *set_free(_after(before, moves)))


def set_free(heard: Sequence[Heard]) -> Iterator[Move]:
    """Post the held decisions, the earliest first, whose lines nobody answers any more."""
    standing = list(heard)
    for at, each in enumerate(standing):
        if each.held_for is HeldFor.ANSWERED_BEFORE and not is_answered(each, standing):
            move = _move(each, Standing.POSTED)
            standing[at] = move.heard
            yield move


def _after(before: Sequence[Heard], moves: Sequence[Move]) -> list[Heard]:
    changed = {move.heard.remit_claim_id: move.heard for move in moves}
    known = {each.remit_claim_id for each in before}
    kept = [changed.get(each.remit_claim_id, each) for each in before]
    return [*kept, *(each for each_id, each in changed.items() if each_id not in known)]


def _move(heard: Heard, standing: Standing, *, held_for: HeldFor | None = None, pairs_with: UUID | None = None) -> Move:
    moved = Heard(
        remit_claim_id=heard.remit_claim_id,
        payer_order=heard.payer_order,
        claim=heard.claim,
        matches=heard.matches,
        standing=standing,
        held_for=held_for,
        pairs_with=pairs_with,
    )
    return Move(moved, heard.standing)


def _only_informs(claim: RemitClaim) -> bool:
    """A predetermination, and a claim passed on to another payer, decide nothing about money."""
    return claim.claim_outcome_code in {PREDETERMINATION, NOT_OUR_CLAIM} and claim.paid_cents == 0


def _twin_of(new: Heard, before: Sequence[Heard]) -> Heard | None:
    """Return the decision that this only repeats, where the payer says no more than that it has decided before."""
    if not _says_duplicate(new.claim):
        return None
    return next((each for each in before if _counts(each, new.payer_order)), None)


def _says_duplicate(claim: RemitClaim) -> bool:
    adjustments = list(claim.all_adjustments)
    repeats = bool(adjustments) and all(kind_of(each.reason) is ReasonKind.DUPLICATE for each in adjustments)
    return repeats and claim.paid_cents == 0


def _counts(heard: Heard, payer_order: int) -> bool:
    return heard.standing is Standing.POSTED and heard.payer_order == payer_order


def is_answered(new: Heard, before: Sequence[Heard]) -> bool:
    """Return whether what counts of the same payer has decided any of these lines already."""
    for each in before:
        if each.remit_claim_id == new.remit_claim_id or not _counts(each, new.payer_order):
            continue
        if None in each.lines_answered or None in new.lines_answered or each.lines_answered & new.lines_answered:
            return True
    return False


def _original_of(reversal: Heard, before: Sequence[Heard]) -> Heard | None:
    """Return the decision that a reversal takes back: the money must net to zero, then the surest tie counts.

    A full mirror comes first, then the payer's claim number, then the earlier number that the reversal names. Among
    equals a posted one comes before a held one, and the latest before the earlier.
    """
    ranked = [
        (_tie(reversal.claim, each.claim), each.standing is Standing.POSTED, at)
        for at, each in enumerate(before)
        if each.payer_order == reversal.payer_order
        and not each.claim.is_reversal
        and each.standing in {Standing.POSTED, Standing.HELD}
        and _nets_to_zero(reversal.claim, each.claim)
    ]
    return before[max(ranked)[2]] if ranked else None


def _nets_to_zero(reversal: RemitClaim, original: RemitClaim) -> bool:
    return reversal.paid_cents == -original.paid_cents and abs(reversal.charge_cents) == abs(original.charge_cents)


def _tie(reversal: RemitClaim, original: RemitClaim) -> tuple[bool, bool, bool]:
    number = original.payer_claim_control_number
    return (
        _adjustments_mirror(reversal, original),
        bool(number) and number == reversal.payer_claim_control_number,
        bool(number) and number == reversal.earlier_claim_number,
    )


def _is_mirror(reversal: Heard, original: Heard) -> bool:
    """Return whether a held reversal is the mirror of a decision that came after it.

    Only a full mirror, or the same number of the payer's, ties them: a correction follows its reversal too.
    """
    if reversal.payer_order != original.payer_order or not _nets_to_zero(reversal.claim, original.claim):
        return False
    mirrors, same_number, earlier_number = _tie(reversal.claim, original.claim)
    return mirrors or same_number or earlier_number


def _adjustments_mirror(reversal: RemitClaim, original: RemitClaim) -> bool:
    turned = sorted((each.code, -each.cents) for each in reversal.all_adjustments if each.cents)
    return turned == sorted((each.code, each.cents) for each in original.all_adjustments if each.cents)
