"""270 and 271 as values: whose coverage is asked about, and what the payer says of it."""

from __future__ import annotations

from typing import NamedTuple

from claimwright.x12.models.values import (
    NO_MONEY,
    NO_QUANTITY,
    NOWHERE,
    Dated,
    Detail,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    Span,
)


class EligibilityReject(NamedTuple):
    """AAA: why a question was not answered, and what to do."""

    is_valid: str
    reason: str
    action: str


class Inquiry(NamedTuple):
    """EQ of a 270: what is asked."""

    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    coverage_level: str = ""


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
    traces: tuple[tuple[str, str], ...] = ()
    """TRN: (trace number, originator); ours comes back in the answer."""
    relationship: str = ""
    """INS02."""
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
    receiver: Party
    """The provider who asks."""
    people: tuple[CoveredPerson, ...] = ()
    rejects: tuple[EligibilityReject, ...] = ()
    """Of the payer or provider: nobody below is answered."""
    reference: str = ""
    purpose: str = ""
    date: str = ""
    time: str = ""
    guide: str = ""
    control_number: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE
