"""Splitting a remit claim that answers several of our claims: parts of whole lines that together say what it said.

No amount is made up: a part holds lines as they came. What was said of the claim as a whole goes with the first part.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from claimwright.refusals import Refusal
from claimwright_remittance.domain.remits.remittance import RemitClaim


class PartsDiffer(Refusal):
    """Parts that do not hold each line of the remit claim once, or fewer than two parts."""

    code: ClassVar[str] = "remit.parts_differ"
    fix: ClassVar[str | None] = "Put each line into one part, and make two parts at least."


def split(claim: RemitClaim, parts: Sequence[Sequence[int]]) -> tuple[RemitClaim, ...]:
    """Return the parts of a remit claim; charges and payments add up to its own.

    Shape: the places of the lines of each part, counted from 1. Errors: PartsDiffer.
    """
    said = sorted(at for part in parts for at in part)
    if len(parts) < 2 or not all(parts) or said != list(range(1, len(claim.lines) + 1)):
        raise PartsDiffer
    rest = [_part(claim, part) for part in parts[1:]]
    first = replace(
        _part(claim, parts[0]),
        charge_cents=claim.charge_cents - sum(each.charge_cents for each in rest),
        paid_cents=claim.paid_cents - sum(each.paid_cents for each in rest),
        adjustments=claim.adjustments,
        interest_cents=claim.interest_cents,
        remark_codes=claim.remark_codes,
    )
    return (first, *rest)


def _part(claim: RemitClaim, places: Sequence[int]) -> RemitClaim:
    lines = tuple(claim.lines[at - 1] for at in places)
    return replace(
        claim,
        lines=lines,
        charge_cents=sum(line.charge_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines),
        adjustments=(),
        interest_cents=0,
        remark_codes=(),
    )
