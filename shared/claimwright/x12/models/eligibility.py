"""270 and 271 as values: whose coverage is asked about, and what the payer says of it."""

from __future__ import annotations

from typing import NamedTuple

from claimwright.x12.models.claims import HealthCode
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_QUANTITY,
    NOWHERE,
    Amount,
    Dated,
    Detail,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    Span,
)


class Trace(NamedTuple):
    """TRN: the number of a question, and who gave it; a payer returns it and may add its own."""

    trace_number: str
    originator: str = ""
    """TRN03: ten characters, mostly a digit and a tax id."""
    kind: str = "1"
    """TRN01: 1 the sender's own, 2 the number of the question that is answered."""
    division: str = ""


class EligibilityReject(NamedTuple):
    """AAA: why a question was not answered, and what to do."""

    is_valid: str
    reason: str
    action: str


class Inquiry(NamedTuple):
    """EQ of a 270 with what follows it: what is asked."""

    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    coverage_level: str = ""
    diagnosis_pointers: tuple[int, ...] = ()
    amounts: tuple[Amount, ...] = ()
    """AMT: R spend down, PB billed, for Medicaid's spend down only."""
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE


class Benefit(NamedTuple):
    """EB of a 271 with what follows it: one statement about the coverage."""

    information: str
    """EB01: 1 active, 6 inactive, A coinsurance, B copay, C deductible, G out of pocket, I not covered, …"""
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount: Money = NO_MONEY
    percent: Quantity = NO_QUANTITY
    """EB08 as a fraction: .2 is 20 percent."""
    quantity_kind: str = ""
    quantity: Quantity = NO_QUANTITY
    needs_authorization: str = ""
    in_network: str = ""
    """EB12: Y, N, U unknown, W both."""
    procedure: Procedure | None = None
    procedure_last: str = ""
    """EB13-8: the end of a range of codes that starts with the procedure's."""
    diagnosis_pointers: tuple[int, ...] = ()
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    messages: tuple[str, ...] = ()
    rejects: tuple[EligibilityReject, ...] = ()
    parties: tuple[Party, ...] = ()
    """LS to LE: who else is concerned, such as the primary care provider or another payer."""
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE


class CoveredPerson(NamedTuple):
    """2000C or 2000D: a subscriber or a dependent."""

    is_dependent: bool
    party: Party
    """A PRV of a person names a provider, and stands in the party's details."""
    traces: tuple[Trace, ...] = ()
    relationship: str = ""
    """INS02: 18 for a subscriber; empty without INS."""
    maintenance_reason: str = ""
    """INS04: 25 says that the payer corrected what was asked with."""
    birth_sequence: str = ""
    diagnoses: tuple[HealthCode, ...] = ()
    dates: tuple[Dated, ...] = ()
    rejects: tuple[EligibilityReject, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE


class Eligibility(NamedTuple):
    """One pair of payer and provider of a 270 or 271, with the people asked about."""

    set_id: str
    """270 or 271."""
    source: Party
    """The payer."""
    receiver: Party | None
    """The provider who asks; None in an answer that goes no further than the payer's own refusal."""
    people: tuple[CoveredPerson, ...] = ()
    """Each subscriber, with the dependents behind it."""
    system_rejects: tuple[EligibilityReject, ...] = ()
    """AAA in front of the payer's name: the system could not take the question."""
    source_rejects: tuple[EligibilityReject, ...] = ()
    receiver_rejects: tuple[EligibilityReject, ...] = ()
    reference: str = ""
    """BHT03; comes back in the answer."""
    purpose: str = ""
    """BHT02: 13 question, 01 cancellation, 11 answer, 06 confirmation."""
    transaction_type: str = ""
    """BHT06: RT for Medicaid's spend down."""
    date: str = ""
    time: str = ""
    guide: str = ""
    control_number: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def rejects(self) -> tuple[EligibilityReject, ...]:
        """Return why nobody below is answered, whoever is the reason: system, payer or provider."""
        return (*self.system_rejects, *self.source_rejects, *self.receiver_rejects)
