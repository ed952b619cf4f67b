"""Values that sealed parts carry: people, providers, coverages, diagnoses, lines, ledger entries.

Field names and nesting follow the encounter as partners post it, so that a JSON Pointer in a finding of any service
points into the partner's own document.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from claimwright.events.envelope import Part, Purpose, Value

Sex = Literal["F", "M", "U"]


class PersonName(Value):
    """A person's name in its parts."""

    last: str
    first: str
    middle: str | None = None
    suffix: str | None = None


class Address(Value):
    """A postal address; `zip` has five or nine digits without a hyphen in the US."""

    line1: str
    line2: str | None = None
    city: str
    state: str | None = None
    zip: str | None = None
    country: str | None = None


class Patient(Value):
    """Who was cared for."""

    name: PersonName
    birth_date: date
    sex: Sex
    address: Address | None = None
    phone: str | None = None
    medical_record_number: str | None = None


class Subscriber(Value):
    """Who holds a policy, where that is not the patient."""

    name: PersonName
    birth_date: date | None = None
    sex: Sex | None = None
    address: Address | None = None


class Membership(Value):
    """The numbers of one coverage that belong to people. Stands at the place of its coverage in payer order.

    `relationship`: X12 individual relationship code of the patient to the subscriber, 18 for self.
    """

    member_id: str
    group_number: str | None = None
    group_name: str | None = None
    relationship: str = "18"
    subscriber: Subscriber | None = None


class Provider(Value):
    """Who billed, rendered, referred, or where care was given: an organization's name or a person's."""

    npi: str | None = None
    organization_name: str | None = None
    person_name: PersonName | None = None
    tax_id: str | None = None
    tax_id_kind: Literal["EI", "SY"] | None = None
    taxonomy_code: str | None = None
    address: Address | None = None
    phone: str | None = None


class EncounterIdentity(Part):
    """Who: the patient, the memberships in payer order, the providers, and the partner's own numbers."""

    PURPOSE: ClassVar[Purpose] = Purpose.IDENTITY

    external_id: str
    patient: Patient
    memberships: tuple[Membership, ...] = ()
    billing_provider: Provider
    rendering_provider: Provider | None = None
    referring_provider: Provider | None = None
    supervising_provider: Provider | None = None
    service_facility: Provider | None = None
    prior_authorization_number: str | None = None
    referral_number: str | None = None
    clia_number: str | None = None


class Diagnosis(Value):
    """One ICD-10-CM code without its point; the first of the list is the principal one."""

    code: str


class Icd11Entry(Value):
    """An ICD-11 code or cluster, kept beside the ICD-10-CM codes; it never leaves on a US claim."""

    code: str
    release: str | None = None


class Accident(Value):
    """What caused the condition; `date` is needed for an automobile or other accident."""

    cause: Literal["AA", "EM", "OA"]
    state: str | None = None
    date: date


class EncounterClinical(Part):
    """What was wrong: diagnoses in order, ICD-11 beside them, and notes."""

    PURPOSE: ClassVar[Purpose] = Purpose.CLINICAL

    diagnoses: tuple[Diagnosis, ...]
    icd11: tuple[Icd11Entry, ...] = ()
    accident: Accident | None = None
    notes: tuple[str, ...] = ()


class Payer(Value):
    """One payer in order. `claim_filing_indicator` is the X12 code for the kind of plan (CI, MB, MC, BL …)."""

    id: str
    name: str
    claim_filing_indicator: str


class DrugLine(Value):
    """A drug by its national drug code (eleven digits), quantity and unit (F2, GR, ME, ML, UN)."""

    ndc: str
    quantity: Decimal
    unit: str


class ServiceLine(Value):
    """One line of the bill. `diagnosis_pointers` count the diagnoses from 1.

    `line_control_number` is given by submission, and stays with the line in replacements.
    """

    procedure_code: str
    modifiers: tuple[str, ...] = ()
    description: str | None = None
    charge_cents: int
    unit: Literal["UN", "MJ"] = "UN"
    units: Decimal
    diagnosis_pointers: tuple[int, ...]
    service_date: date
    service_date_to: date | None = None
    place_of_service: str | None = None
    drug: DrugLine | None = None
    line_control_number: str | None = None


class EncounterFinancial(Part):
    """What is billed to whom: payers in order, and the lines."""

    PURPOSE: ClassVar[Purpose] = Purpose.FINANCIAL

    payers: tuple[Payer, ...] = ()
    place_of_service: str
    lines: tuple[ServiceLine, ...]
    accept_assignment: Literal["A", "B", "C"] = "A"
    assignment_of_benefits: Literal["N", "W", "Y"] = "Y"
    release_of_information: Literal["I", "Y"] = "Y"
    signature_on_file: bool = True
    patient_paid_cents: int = 0


class BilledParties(Part):
    """The people of one submission: what a remittance is compared with by name or member id."""

    PURPOSE: ClassVar[Purpose] = Purpose.IDENTITY

    patient: PersonName
    member_id: str
    billing_npi: str
    billing_tax_id: str


class BilledClaim(Part):
    """The lines of one submission as they were sent, with their line control numbers, and its payer."""

    PURPOSE: ClassVar[Purpose] = Purpose.FINANCIAL

    payer: Payer
    payer_count: int
    lines: tuple[ServiceLine, ...]


class Entry(Value):
    """One ledger entry; `account` is the chart's name. The byte range is that of the file named by `artifact_id`.

    Positive cents are debits, negative ones credits; a posting's entries sum to zero.
    """

    account: str
    cents: int
    payer_order: int | None = None
    line: int | None = None
    artifact_id: str | None = None
    segment: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


class PostingEntries(Value):
    """The entries of one posting of a claim."""

    posting_id: str
    cause_kind: str
    day: date
    entries: tuple[Entry, ...]


class LineDecision(Value):
    """What a payer decided for one billed line. `reasons` are group and reason, as in `CO-45`, with their cents."""

    line: int
    charge_cents: int
    paid_cents: int
    patient_cents: int
    reasons: tuple[tuple[str, int], ...] = ()
    remark_codes: tuple[str, ...] = ()
    rung: str = Field(description="By which step of the matching ladder the line was found.")


class ClaimLedger(Part):
    """All postings of a claim so far, and the payer's decision by line."""

    PURPOSE: ClassVar[Purpose] = Purpose.FINANCIAL

    lines: tuple[LineDecision, ...]
    postings: tuple[PostingEntries, ...]
