"""An 837 as values: the claim with everything that it stands in.

One model serves the professional, institutional and dental guides; what one of them does not use stays empty.
Loops are named in the docstrings; `docs/domain/vocabulary.md` ties the field names to elements.
"""

from __future__ import annotations

from typing import NamedTuple

from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
    NO_QUANTITY,
    NOWHERE,
    Adjustment,
    Amount,
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
)


class HealthCode(NamedTuple):
    """One composite of HI: ABK and ABF diagnoses; beside them ABJ, APR, ABN, DR, BBR, BE, BG, BH, BI."""

    qualifier: str
    code: str
    date_form: str = ""
    date: str = ""
    amount: Money = NO_MONEY
    quantity: Quantity = NO_QUANTITY
    present_on_admission: str = ""


class Note(NamedTuple):
    """NTE: free text of a claim or line. Confidential."""

    function: str
    text: str


class Drug(NamedTuple):
    """2410: the drug that a line stands for."""

    ndc: str
    quantity: Quantity = NO_QUANTITY
    unit: str = ""
    qualifier: str = "N4"
    references: tuple[Reference, ...] = ()


class LineAdjudication(NamedTuple):
    """2430: what another payer decided on a line."""

    payer_id: str
    paid: Money = NO_MONEY
    procedure: Procedure = NO_PROCEDURE
    revenue_code: str = ""
    units: Quantity = NO_QUANTITY
    bundled_into_line: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Amount, ...] = ()
    details: tuple[Detail, ...] = ()


class ServiceLine(NamedTuple):
    """2400: one service. The writer numbers the lines of a claim itself."""

    procedure: Procedure = NO_PROCEDURE
    charge: Money = NO_MONEY
    unit: str = ""
    quantity: Quantity = NO_QUANTITY
    place_of_service: str = ""
    """Only where it differs from the claim's."""
    diagnosis_pointers: tuple[int, ...] = ()
    """Places in the claim's `diagnoses` from 1, most important first; 0 stands for a pointer that is no number."""
    emergency: str = ""
    epsdt: str = ""
    family_planning: str = ""
    copay_exempt: str = ""
    revenue_code: str = ""
    non_covered: Money = NO_MONEY
    oral_cavity: tuple[str, ...] = ()
    prosthesis: str = ""
    teeth: tuple[tuple[str, ...], ...] = ()
    """Dental TOO: the tooth, then its surfaces."""
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Counted, ...] = ()
    notes: tuple[Note, ...] = ()
    drug: Drug | None = None
    providers: tuple[Party, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    details: tuple[Detail, ...] = ()
    number: str = ""
    """LX01 as read."""
    span: Span = NOWHERE

    @property
    def line_control_number(self) -> str:
        """REF*6R; it comes back in the 835."""
        return reference(self.references, "6R")

    @property
    def service_date(self) -> Dated | None:
        return _dated(self.dates, "472")

    def provider(self, role: str) -> Party | None:
        return _party(self.providers, role)


class OtherCoverage(NamedTuple):
    """2320 and 2330: another payer of the same claim."""

    payer_responsibility_sequence: str
    patient_relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    claim_filing_indicator: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    assignment_of_benefits: str = ""
    patient_signature_source: str = ""
    release_of_information: str = ""
    subscriber: Party = Party("IL")
    payer: Party = Party("PR")
    """Its `references` hold F8 (that payer's claim number), its `dates` 573."""
    providers: tuple[Party, ...] = ()
    details: tuple[Detail, ...] = ()


class BillingProvider(NamedTuple):
    """2000A: who bills."""

    party: Party
    pay_to_address: Party | None = None
    pay_to_plan: Party | None = None
    details: tuple[Detail, ...] = ()


class Subscriber(NamedTuple):
    """2000B: whose policy is billed, and the payer."""

    payer_responsibility_sequence: str
    party: Party
    payer: Party
    patient_relationship: str = ""
    """18 when the patient is the subscriber, else empty: `Patient.relationship` says it."""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    claim_filing_indicator: str = ""
    others: tuple[Party, ...] = ()
    details: tuple[Detail, ...] = ()
    """PAT of a subscriber who is the patient, among others."""


class Patient(NamedTuple):
    """2000C: the patient, where that is not the subscriber."""

    relationship: str
    party: Party
    others: tuple[Party, ...] = ()
    details: tuple[Detail, ...] = ()
    """PAT whole, when it says more than the relationship."""


class Claim(NamedTuple):
    """2300 with its context: one bill to one payer."""

    patient_control_number: str
    charge: Money
    billing: BillingProvider
    subscriber: Subscriber
    patient: Patient | None = None
    place_of_service: str = ""
    facility_qualifier: str = "B"
    claim_frequency_code: str = "1"
    signature_on_file: str = ""
    accept_assignment: str = ""
    assignment_of_benefits: str = ""
    release_of_information: str = ""
    patient_signature_source: str = ""
    accident_causes: tuple[str, ...] = ()
    accident_state: str = ""
    accident_country: str = ""
    special_program: str = ""
    delay_reason_code: str = ""
    submission_reason: str = ""
    """CLM19: PB asks a dental payer for a predetermination."""
    admission_type: str = ""
    admission_source: str = ""
    discharge_status: str = ""
    diagnoses: tuple[HealthCode, ...] = ()
    """Principal first; the lines point into this list from 1."""
    health_codes: tuple[HealthCode, ...] = ()
    """All other HI composites, in file order."""
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Counted, ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    providers: tuple[Party, ...] = ()
    """2310: DN and P3 referring, 82 rendering, 77 facility, DQ supervising, 71 attending, 72, ZZ, PW, 45."""
    other_coverages: tuple[OtherCoverage, ...] = ()
    lines: tuple[ServiceLine, ...] = ()
    details: tuple[Detail, ...] = ()
    set_ordinal: int = 0
    """The ST in its file, from 1."""
    claim_ordinal: int = 0
    """The CLM in its ST, from 1."""
    span: Span = NOWHERE

    @property
    def patient_party(self) -> Party:
        return self.patient.party if self.patient is not None else self.subscriber.party

    @property
    def payer_claim_control_number(self) -> str:
        """REF*F8, for frequencies 7 and 8."""
        return reference(self.references, "F8")

    @property
    def prior_authorization(self) -> str:
        return reference(self.references, "G1")

    @property
    def referral_number(self) -> str:
        return reference(self.references, "9F")

    @property
    def clia_number(self) -> str:
        return reference(self.references, "X4")

    @property
    def medical_record_number(self) -> str:
        return reference(self.references, "EA")

    @property
    def clearinghouse_trace_number(self) -> str:
        return reference(self.references, "D9")

    @property
    def rendering_provider(self) -> Party | None:
        return _party(self.providers, "82")

    @property
    def referring_provider(self) -> Party | None:
        return _party(self.providers, "DN")

    @property
    def supervising_provider(self) -> Party | None:
        return _party(self.providers, "DQ")

    @property
    def service_facility(self) -> Party | None:
        return _party(self.providers, "77")

    @property
    def attending_provider(self) -> Party | None:
        return _party(self.providers, "71")

    def dated(self, qualifier: str) -> Dated | None:
        return _dated(self.dates, qualifier)


class ClaimsHeader(NamedTuple):
    """What an 837 says of all its claims: ST, BHT, 1000A, 1000B."""

    submitter: Party = Party("41")
    receiver: Party = Party("40")
    reference: str = ""
    """BHT03: the batch id, returned in the 277CA."""
    purpose: str = "00"
    usage: str = "CH"
    date: str = ""
    time: str = ""
    structure: str = "0019"
    guide: str = ""
    control_number: str = ""
    references: tuple[Reference, ...] = ()
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def kind(self) -> str:
        """P, I or D; empty when the guide does not tell."""
        return kind_of(self.guide)


class ClaimSet(NamedTuple):
    """One 837 transaction."""

    header: ClaimsHeader
    claims: tuple[Claim, ...]


_KINDS = {
    "X222": "P",
    "X223": "I",
    "X224": "D",
    "X098": "P",
    "X096": "I",
    "X097": "D",
    "X291": "P",
    "X292": "I",
    "X293": "D",
    "X298": "P",
    "X299": "I",
    "X300": "D",
}


def kind_of(guide: str) -> str:
    return _KINDS.get(guide[6:10], "")


def _party(parties: tuple[Party, ...], role: str) -> Party | None:
    for each in parties:
        if each.role == role:
            return each
    return None


def _dated(dates: tuple[Dated, ...], qualifier: str) -> Dated | None:
    for each in dates:
        if each.qualifier == qualifier:
            return each
    return None
