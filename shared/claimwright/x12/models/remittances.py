"""An 835 as values: one remittance for each ST, with the place in the file behind each amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
    NO_QUANTITY,
    NOWHERE,
    Adjustment,
    Amount,
    Contact,
    Counted,
    Dated,
    Detail,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    Span,
    reference,
    references_of,
)


class RemitLine(NamedTuple):
    """2110: one adjudicated service."""

    procedure: Procedure = NO_PROCEDURE
    """SVC01: what the payer paid for."""
    charge: Money = NO_MONEY
    paid: Money = NO_MONEY
    revenue_code: str = ""
    units: Quantity = NO_QUANTITY
    """SVC05; an absent count means one."""
    submitted: Procedure | None = None
    """SVC06: what was billed, where the payer changed it."""
    submitted_units: Quantity = NO_QUANTITY
    dates: tuple[Dated, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Counted, ...] = ()
    remark_codes: tuple[tuple[str, str], ...] = ()
    """LQ: (list, code); HE is the list of remark codes."""
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE

    @property
    def line_control_number(self) -> str:
        return reference(self.references, "6R")

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(code for kind, code in self.remark_codes if kind == "HE")


class RemitClaim(NamedTuple):
    """2100: one adjudicated claim."""

    patient_control_number: str
    claim_outcome_code: str
    charge: Money
    paid: Money
    patient_responsibility: Money = NO_MONEY
    claim_filing_indicator: str = ""
    payer_claim_control_number: str = ""
    facility_code: str = ""
    claim_frequency_code: str = ""
    patient_status: str = ""
    drg: str = ""
    drg_weight: Quantity = NO_QUANTITY
    discharge_fraction: Quantity = NO_QUANTITY
    adjustments: tuple[Adjustment, ...] = ()
    parties: tuple[Party, ...] = ()
    """NM1 in file order: QC, IL, 74, 82, TT, PR, GB."""
    inpatient: Detail = ()
    """MIA whole, when present."""
    outpatient: Detail = ()
    """MOA whole, when present."""
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    contacts: tuple[Contact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Counted, ...] = ()
    lines: tuple[RemitLine, ...] = ()
    details: tuple[Detail, ...] = ()
    claim_ordinal: int = 0
    """The CLP in its ST, from 1."""
    span: Span = NOWHERE

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remark codes of the claim: MIA05 and MIA20 to 23, MOA03 to 07."""
        found = [*self.inpatient[5:6], *self.inpatient[20:24], *self.outpatient[3:8]]
        return tuple(code for code in found if code)

    @property
    def patient(self) -> Party | None:
        return self.party("QC")

    @property
    def subscriber(self) -> Party | None:
        return self.party("IL")

    @property
    def corrected_insured(self) -> Party | None:
        return self.party("74")

    @property
    def crossover_payer(self) -> Party | None:
        return self.party("TT")

    @property
    def corrected_priority_payer(self) -> Party | None:
        return self.party("PR")

    @property
    def rendering_provider(self) -> Party | None:
        return self.party("82")

    def party(self, role: str) -> Party | None:
        for each in self.parties:
            if each.role == role:
                return each
        return None


class ClaimGroup(NamedTuple):
    """2000: the claims below one LX. `summaries` holds TS3 and TS2, which take no part in the balance."""

    number: str
    claims: tuple[RemitClaim, ...]
    summaries: tuple[Detail, ...] = ()


class ProviderAdjustment(NamedTuple):
    """One pair of PLB. Positive takes from the payment, negative adds to it, whatever the code."""

    provider_id: str
    fiscal_year_end: str
    code: str
    reference: str
    amount: Money
    span: Span = NOWHERE


class Remittance(NamedTuple):
    """One 835 transaction."""

    control_number: str = ""
    handling: str = ""
    """BPR01: I, H, C, D, P, U, X."""
    payment: Money = NO_MONEY
    credit_debit: str = ""
    payment_method: str = ""
    payment_details: tuple[str, ...] = ()
    """BPR05 to BPR15 as written: format, banks and accounts. Confidential."""
    payment_date: str = ""
    trace_number: str = ""
    """TRN02: the check or EFT number."""
    trace_payer_id: str = ""
    """TRN03: 1 and the payer's tax number."""
    trace_supplement: str = ""
    currency: Detail = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    payer: Party = Party("PR")
    payee: Party = Party("PE")
    groups: tuple[ClaimGroup, ...] = ()
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    details: tuple[Detail, ...] = ()
    guide: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def claims(self) -> Iterator[RemitClaim]:
        for group in self.groups:
            yield from group.claims

    @property
    def payer_ids(self) -> tuple[str, ...]:
        """Return every id that the payer gives itself: N104, then REF*2U."""
        own = (self.payer.id,) if self.payer.id else ()
        return own + references_of(self.payer.references, "2U")
