"""What was billed, as remittance keeps it: one submission with its lines, which remittances are compared with."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line as it was sent. `line` counts from 1 and, like the control number, stays with it in replacements."""

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
    """One submission of a claim to one payer order, with all that a remittance may answer."""

    claim_id: UUID
    submission_id: UUID
    patient_control_number: str
    payer_order: int
    payer_count: int
    payer_id: str
    frequency: str
    lines: tuple[BilledLine, ...]

    @property
    def charge_cents(self) -> int:
        return sum(line.charge_cents for line in self.lines)
