"""276 and 277 as values: which claims a provider asks about, and where the payer says that they are.

The 277CA, which no question precedes, is in `acknowledgments`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
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
    reference,
)


class StatusCode(NamedTuple):
    """One of the up to three codes of a status."""

    category: str
    """A acknowledged, P pending, F finalized, R more is needed, E error, D data search."""
    status: str
    entity: str = ""
    """Of whom the status speaks."""
    code_list: str = ""
    """RX when `status` is a reject code of pharmacies."""


class StatusReport(NamedTuple):
    """STC: where a claim, line or question is."""

    codes: tuple[StatusCode, ...]
    date: str = ""
    charge: Money = NO_MONEY
    paid: Money = NO_MONEY
    decided_on: str = ""
    payment_method: str = ""
    payment_date: str = ""
    payment_number: str = ""
    action: str = ""
    """STC03, in files that are made like a 277CA."""
    message: str = ""
    """STC12: free text. Confidential."""

    @property
    def category(self) -> str:
        return self.codes[0].category if self.codes else ""

    @property
    def is_final(self) -> bool:
        return self.category.startswith("F")


class StatusLine(NamedTuple):
    """2210 or 2220: a line that is asked about, or answered."""

    procedure: Procedure = NO_PROCEDURE
    charge: Money = NO_MONEY
    paid: Money = NO_MONEY
    revenue_code: str = ""
    units: Quantity = NO_QUANTITY
    statuses: tuple[StatusReport, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE

    @property
    def line_control_number(self) -> str:
        return reference(self.references, "FJ")


class StatusClaim(NamedTuple):
    """2200D or 2200E: one claim."""

    trace_number: str
    """TRN02: the question's number; the answer repeats it."""
    charge: Money = NO_MONEY
    """AMT*T3 of a question."""
    statuses: tuple[StatusReport, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    lines: tuple[StatusLine, ...] = ()
    details: tuple[Detail, ...] = ()
    claim_ordinal: int = 0
    """In its transaction, from 1."""
    span: Span = NOWHERE

    @property
    def patient_control_number(self) -> str:
        return reference(self.references, "EJ")

    @property
    def payer_claim_control_number(self) -> str:
        return reference(self.references, "1K")

    @property
    def service_date(self) -> Dated | None:
        return next((each for each in self.dates if each.qualifier == "472"), None)


class StatusPerson(NamedTuple):
    """2000D or 2000E: a subscriber or a dependent."""

    is_dependent: bool
    party: Party
    claims: tuple[StatusClaim, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE


class StatusProvider(NamedTuple):
    """2000C: a provider whose claims are asked about."""

    parties: tuple[Party, ...]
    """NM1*1P: one, or two when the claims were billed under a legacy number too."""
    trace_number: str = ""
    statuses: tuple[StatusReport, ...] = ()
    """Why none of its claims is answered."""
    people: tuple[StatusPerson, ...] = ()
    """Each subscriber, with the dependents behind it."""
    span: Span = NOWHERE


class StatusExchange(NamedTuple):
    """One pair of payer and receiver of a 276 or 277."""

    set_id: str
    """276 or 277."""
    source: Party
    """The payer."""
    receiver: Party
    """Who asks."""
    providers: tuple[StatusProvider, ...] = ()
    trace_number: str = ""
    statuses: tuple[StatusReport, ...] = ()
    """Why nothing below is answered."""
    wants_more: bool = False
    """BHT06 RQ: a 277 that no question precedes; the payer wants attachments, and its statuses say which."""
    reference: str = ""
    """BHT03."""
    date: str = ""
    time: str = ""
    guide: str = ""
    control_number: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    def claims(self) -> Iterator[tuple[StatusProvider, StatusPerson, StatusClaim]]:
        """Yield each claim with its provider and patient."""
        for provider in self.providers:
            for person in provider.people:
                for claim in person.claims:
                    yield provider, person, claim
