"""What was billed, as remittance keeps it: one submission with its lines, which remittances are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from claimwright import control_numbers


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line as it was sent. `line` is the place in its control number and stays with it when the claim changes."""

    line: int
    line_control_number: str
    procedure_code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    units: Decimal
    service_date: date
    service_date_to: date | None = None


@dataclass(frozen=True, slots=True)
class BilledClaim:
    """One submission of a claim to one payer order, with all that a remittance may answer.

    One that is dropped was queued and is sent to nobody: it charges nothing.
    """

    claim_id: UUID
    submission_id: UUID
    patient_control_number: str
    payer_order: int
    payer_count: int
    payer_id: str
    frequency: str
    lines: tuple[BilledLine, ...]
    is_dropped: bool = False

    @property
    def charge_cents(self) -> int:
        return sum(line.charge_cents for line in self.lines)


def line_places(line_control_numbers: Sequence[str]) -> tuple[int, ...]:
    """Return by which place each line is known: the one in its control number, which no other line ever gets.

    Lines that have no numbers of ours are known by their order.
    """
    places = [known[1] for each in line_control_numbers if (known := control_numbers.claim_and_place(each))]
    if len(places) < len(line_control_numbers) or len(set(places)) < len(places):
        return tuple(range(1, len(line_control_numbers) + 1))
    return tuple(places)


def at_places_of(earlier: BilledClaim | None, billed: BilledClaim) -> BilledClaim:
    """Return a submission with its lines at the places that they have in one to another payer.

    Each payer order numbers the lines from 1 on; where a line was dropped before, the same line would have two places.
    """
    if earlier is None or earlier.payer_order == billed.payer_order:
        return billed
    if [_said(line) for line in earlier.lines] != [_said(line) for line in billed.lines]:
        return billed
    pairs = zip(billed.lines, earlier.lines, strict=True)
    return replace(billed, lines=tuple(replace(line, line=known.line) for line, known in pairs))


def _said(line: BilledLine) -> object:
    return replace(line, line=0, line_control_number="")
