"""Which billed line each remit line answers: a ladder of steps, the surest first, each match with its step and reasons.

Source: docs/domain/remittance-cases.md, cases 15 to 22.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from claimwright_remittance.domain.billing import BilledLine
from claimwright_remittance.domain.remits.remittance import RemitClaim, RemitLine


class Rung(StrEnum):
    """A step of the ladder, or that none held."""

    LINE_CONTROL_NUMBER = "line_control_number"
    CODE_MODIFIERS_DATE_CHARGE = "code_modifiers_date_charge"
    CODE_CHARGE = "code_charge"
    CODE_SHARED = "code_shared"
    CODE_ALONE = "code_alone"
    CLAIM = "claim"
    BY_HAND = "by_hand"
    NONE = "none"


SCORE: Final = {
    Rung.LINE_CONTROL_NUMBER: 100,
    Rung.CODE_MODIFIERS_DATE_CHARGE: 90,
    Rung.CODE_CHARGE: 75,
    Rung.CODE_SHARED: 70,
    Rung.CODE_ALONE: 60,
    Rung.CLAIM: 50,
    Rung.BY_HAND: 100,
    Rung.NONE: 0,
}
"""How sure a step is, of 100: an order to sort by, not a probability."""


@dataclass(frozen=True, slots=True)
class LineMatch:
    """What one remit line answers. `line` is None for a line that the payer added; `notes` say what was odd."""

    line: int | None
    rung: Rung
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        return SCORE[self.rung]


def match_lines(claim: RemitClaim, billed: Sequence[BilledLine]) -> tuple[LineMatch, ...]:
    """Return a match for each remit line, in their order.

    Shape: several remit lines may answer one billed line, which then was split or unbundled; a line that nothing
    answers is no concern of this claim's. No step takes a line that a surer step has taken.
    """
    found: list[tuple[int, Rung] | None] = [None] * len(claim.lines)
    by_number = {line.line_control_number: line.line for line in billed}
    for at, line in enumerate(claim.lines):
        if line.line_control_number in by_number:
            found[at] = by_number[line.line_control_number], Rung.LINE_CONTROL_NUMBER

    if None in found:  # most often each line has its number
        for rung, fits in ((Rung.CODE_MODIFIERS_DATE_CHARGE, _fits_wholly), (Rung.CODE_CHARGE, _fits_charge)):
            _pair_off(claim, billed, found, rung, fits)
        _share(claim, billed, found)

    return tuple(
        LineMatch(*at, _notes(line, _line(billed, at[0]))) if at else LineMatch(None, Rung.NONE)
        for line, at in zip(claim.lines, found, strict=True)
    )


def weakest(matches: Sequence[LineMatch]) -> Rung:
    """Return the least sure step that a claim's lines needed; a claim without lines was found by its number alone."""
    return min((match.rung for match in matches), key=SCORE.__getitem__, default=Rung.CLAIM)


_Fits = Callable[[RemitClaim, RemitLine, BilledLine], bool]


def _pair_off(
    claim: RemitClaim,
    billed: Sequence[BilledLine],
    found: list[tuple[int, Rung] | None],
    rung: Rung,
    fits: _Fits,
) -> None:
    """Give each remit line that is still open the first free billed line of its code that fits it."""
    free: defaultdict[str, list[BilledLine]] = defaultdict(list)
    for each in _free(billed, found):
        free[each.procedure_code].append(each)
    for at, line in enumerate(claim.lines):
        if found[at] is not None:
            continue
        of_code = free[_billed_code(line)]
        fitting = next((each for each in of_code if fits(claim, line, each)), None)
        if fitting is not None:
            found[at] = fitting.line, rung
            of_code.remove(fitting)


def _share(claim: RemitClaim, billed: Sequence[BilledLine], found: list[tuple[int, Rung] | None]) -> None:
    """Give the open remit lines of one code to the only free billed line of that code.

    Several of them must add up to its charge: then the payer split the line. A single one may differ in its charge.
    """
    for each in _free(billed, found):
        same_code = [other for other in _free(billed, found) if other.procedure_code == each.procedure_code]
        open_lines = [
            at
            for at, line in enumerate(claim.lines)
            if found[at] is None and _billed_code(line) == each.procedure_code and _fits_date(claim, line, each)
        ]
        if len(same_code) != 1 or not open_lines:
            continue
        is_shared = len(open_lines) > 1
        charged_cents = abs(sum(claim.lines[at].charge_cents for at in open_lines))
        if is_shared and charged_cents != each.charge_cents:
            continue
        for at in open_lines:
            found[at] = each.line, Rung.CODE_SHARED if is_shared else Rung.CODE_ALONE


def _free(billed: Sequence[BilledLine], found: Sequence[tuple[int, Rung] | None]) -> list[BilledLine]:
    taken = {at[0] for at in found if at}
    return [line for line in billed if line.line not in taken]


def _line(billed: Sequence[BilledLine], line: int) -> BilledLine:
    return next(each for each in billed if each.line == line)


def _billed_code(line: RemitLine) -> str:
    return line.submitted_code or line.procedure_code


def _billed_modifiers(line: RemitLine) -> tuple[str, ...]:
    return line.submitted_modifiers if line.submitted_code else line.modifiers


def _fits_wholly(claim: RemitClaim, line: RemitLine, billed: BilledLine) -> bool:
    return (
        _fits_charge(claim, line, billed)
        and sorted(_billed_modifiers(line)) == sorted(billed.modifiers)
        and line.service_date is not None
    )


def _fits_charge(claim: RemitClaim, line: RemitLine, billed: BilledLine) -> bool:
    return abs(line.charge_cents) == billed.charge_cents and _fits_date(claim, line, billed)


def _fits_date(claim: RemitClaim, line: RemitLine, billed: BilledLine) -> bool:
    """Return whether nothing that the payer says of dates speaks against the line.

    Without a date of its own a line lies in the claim's period.
    """
    if line.service_date is not None:
        return _is_served_on(line.service_date, billed)
    last = billed.service_date_to or billed.service_date
    starts_late = claim.service_from is not None and last < claim.service_from
    ends_early = claim.service_to is not None and billed.service_date > claim.service_to
    return not (starts_late or ends_early)


def _is_served_on(day: date, billed: BilledLine) -> bool:
    return billed.service_date <= day <= (billed.service_date_to or billed.service_date)


def match_by_hand(
    claim: RemitClaim, billed: Sequence[BilledLine], lines: Sequence[int | None]
) -> tuple[LineMatch, ...]:
    """Return what a person says that each remit line answers, with what is odd about it.

    Shape: `lines` has a place for each remit line, in their order; None is a line that is none of the claim's.
    """
    return tuple(
        LineMatch(None, Rung.NONE) if line is None else LineMatch(line, Rung.BY_HAND, _notes(said, _line(billed, line)))
        for said, line in zip(claim.lines, lines, strict=True)
    )


def _notes(line: RemitLine, billed: BilledLine) -> tuple[str, ...]:
    notes: list[str] = []
    if line.procedure_code != billed.procedure_code:
        notes.append("recoded")
    if sorted(line.modifiers) != sorted(billed.modifiers):
        notes.append("modifiers_differ")
    if abs(line.charge_cents) != billed.charge_cents:
        notes.append("charge_differs")
    if line.service_date is None:
        notes.append("no_date")
    elif not _is_served_on(line.service_date, billed):
        notes.append("date_differs")
    if line.line_control_number and line.line_control_number != billed.line_control_number:
        notes.append("line_control_number_differs")
    return tuple(notes)
