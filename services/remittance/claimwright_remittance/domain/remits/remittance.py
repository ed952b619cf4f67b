"""The 835 as values of this service: amounts in cents, codes as they came, and the place behind each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

REVERSAL: Final = "22"
NOT_RECOGNISED: Final = "4"
NOT_OUR_CLAIM: Final = "23"
PREDETERMINATION: Final = "25"
FORWARDED: Final = frozenset({"19", "20", "21"})
ORDER_SAID: Final = {"1": 1, "2": 2, "3": 3, "19": 1, "20": 2, "21": 3}
"""The payer order that a claim outcome code says the payer took; it need not be the one that we billed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an amount stands in its file: the segment's ordinal from 1 and its bytes, `byte_end` exclusive."""

    segment: int
    byte_start: int
    byte_end: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One group and reason with its cents. Positive lowers the payment, negative raises it."""

    group: str
    reason: str
    cents: int
    place: Place

    @property
    def code(self) -> str:
        """Return group and reason as billing writes them: `CO-45`."""
        return f"{self.group}-{self.reason}"


@dataclass(frozen=True, slots=True)
class RemitLine:
    """One adjudicated service. `submitted_code` is the billed procedure where the payer changed it."""

    procedure_code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    paid_cents: int
    place: Place
    adjustments: tuple[Adjustment, ...] = ()
    submitted_code: str | None = None
    submitted_modifiers: tuple[str, ...] = ()
    line_control_number: str = ""
    service_date: date | None = None
    remark_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemitClaim:
    """One CLP. `ordinal` counts the claims of its transaction from 1; `whole` is all of its loop.

    `place` is where its own amounts stand: a line of a paper entry, and all of its loop in an 835.

    `is_under_capitation` is ours: a contract with the payer paid by head on the day of service.
    """

    ordinal: int
    patient_control_number: str
    claim_outcome_code: str
    charge_cents: int
    paid_cents: int
    place: Place
    whole: Place
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[RemitLine, ...] = ()
    payer_claim_control_number: str = ""
    earlier_claim_number: str = ""
    interest_cents: int = 0
    remark_codes: tuple[str, ...] = ()
    service_from: date | None = None
    service_to: date | None = None
    is_crossed_over: bool = False
    has_corrected_insured: bool = False
    is_under_capitation: bool = False

    @property
    def is_reversal(self) -> bool:
        return self.claim_outcome_code == REVERSAL

    @property
    def all_adjustments(self) -> Iterator[Adjustment]:
        """Every adjustment of the claim and of its lines."""
        yield from self.adjustments
        for line in self.lines:
            yield from line.adjustments


@dataclass(frozen=True, slots=True)
class ProviderItem:
    """One pair of PLB. Positive takes from the payment, negative adds to it, whatever the code."""

    ordinal: int
    provider_id: str
    fiscal_year_end: str
    code: str
    reference: str
    cents: int
    place: Place


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction: who paid how much by which trace number, for which claims, with what set off.

    `payer_ids` holds every id that the payer gives itself; the first is the one that keys the payment.
    """

    set_ordinal: int
    control_number: str
    handling: str
    payment_cents: int
    payment_method: str
    payment_date: date | None
    trace_number: str
    trace_payer_id: str
    payer_ids: tuple[str, ...]
    payee_id: str
    claims: Sequence[RemitClaim]
    provider_items: tuple[ProviderItem, ...]
    place: Place
    summed_cents: int | None = None
    """What the claims pay, where that was summed up while they were read; None where they are at hand."""

    @property
    def payer_id(self) -> str:
        """Return the payer's own id, or that of its trace where it names none."""
        return self.payer_ids[0] if self.payer_ids else self.trace_payer_id

    @property
    def claims_paid_cents(self) -> int:
        """Return what the claims pay, all together."""
        if self.summed_cents is not None:
            return self.summed_cents
        return sum(claim.paid_cents for claim in self.claims)
