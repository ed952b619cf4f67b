"""An encounter as a partner says it: the shape, and what each field may hold.

The shape is that of `claimwright.events.parts`, so that a JSON Pointer in any service's finding points into the
partner's own document. What a bill needs beyond the shape is told by `domain.gaps`, not refused here.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from claimwright.events import parts
from claimwright_intake.domain.fields import (
    BirthDate,
    Cents,
    DiagnosisCode,
    NoteText,
    Npi,
    PastDay,
    ServiceDate,
    StateCode,
    TwoDigits,
    Units,
    WireText,
)

MOST_LINES = 50
"""A professional claim holds fifty lines; splitting an encounter over claims is coding's, later."""
MOST_DIAGNOSES = 12


class _Body(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


class PersonName(_Body, parts.PersonName):
    """A person's name in its parts."""

    last: Annotated[str, WireText(60)] = Field(examples=["Testcase"])
    first: Annotated[str, WireText(35)] = Field(examples=["Paula"])
    middle: Annotated[str, WireText(25)] | None = None
    suffix: Annotated[str, WireText(10)] | None = None


class Address(_Body, parts.Address):
    """A postal address. In the United States `state` and `zip` are needed to bill."""

    line1: Annotated[str, WireText(55)] = Field(examples=["1 Sample Street"])
    line2: Annotated[str, WireText(55)] | None = None
    city: Annotated[str, WireText(30)] = Field(examples=["Exampleton"])
    state: StateCode | None = None
    zip: str | None = Field(default=None, pattern=r"^[0-9]{5}([0-9]{4})?$", examples=["432151234"])
    """Five or nine digits without a hyphen; billing providers and facilities need nine."""
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """Only where it is not US."""


class Patient(_Body, parts.Patient):
    """Who was cared for."""

    name: PersonName
    birth_date: BirthDate = Field(examples=["1980-02-29"])
    sex: Literal["F", "M", "U"]
    """As the payer has it on file; U where it is unknown."""
    address: Address | None = None
    phone: str | None = Field(default=None, pattern=r"^[0-9]{10}$")
    medical_record_number: Annotated[str, WireText(50)] | None = None


class Subscriber(_Body, parts.Subscriber):
    """Who holds the policy, where that is not the patient."""

    name: PersonName
    birth_date: BirthDate | None = None
    sex: Literal["F", "M", "U"] | None = None
    address: Address | None = None


class Payer(_Body, parts.Payer):
    """One payer."""

    id: str = Field(pattern=r"^[0-9A-Za-z-]{2,80}$", examples=["SBXPY"])
    """The payer's identifier at your clearinghouse."""
    name: Annotated[str, WireText(60)] = Field(examples=["Sandbox Health Plan"])
    claim_filing_indicator: str = Field(pattern=r"^[0-9A-Z]{2}$", examples=["CI"])
    """The kind of plan as X12 codes it: CI commercial, MB Medicare Part B, MC Medicaid, BL Blue Cross …"""


class Coverage(_Body):
    """One policy that may pay."""

    payer: Payer
    member_id: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_-]{2,80}$", examples=["PAID0000001"])
    group_number: Annotated[str, WireText(50)] | None = None
    group_name: Annotated[str, WireText(60)] | None = None
    relationship: str = Field(default="18", pattern=r"^([0-9]{2}|G8)$", examples=["18"])
    """The patient to the subscriber as X12 codes it: 18 self, 01 spouse, 19 child, G8 other."""
    subscriber: Subscriber | None = None
    """Needed where `relationship` is not 18."""


class Provider(_Body, parts.Provider):
    """A provider: an organization by `organization_name`, a person by `person_name`."""

    npi: Npi | None = None
    organization_name: Annotated[str, WireText(60)] | None = Field(default=None, examples=["Sample Clinic"])
    person_name: PersonName | None = None
    tax_id: str | None = Field(default=None, pattern=r"^[0-9]{9}$", examples=["123456789"])
    tax_id_kind: Literal["EI", "SY"] | None = None
    """EI employer identification number, SY social security number; EI where it is not said."""
    taxonomy_code: str | None = Field(default=None, pattern=r"^[0-9]{3}[0-9A-Z]{6}X$", examples=["207Q00000X"])
    address: Address | None = None
    phone: str | None = Field(default=None, pattern=r"^[0-9]{10}$")


class Diagnosis(_Body, parts.Diagnosis):
    """One ICD-10-CM code, with or without its point; it is kept without."""

    code: DiagnosisCode


class Icd11Entry(_Body, parts.Icd11Entry):
    """An ICD-11 code or cluster beside the ICD-10-CM codes. It never leaves on a claim."""

    code: str = Field(pattern=r"^[!-~]{1,200}$", examples=["2A00.00"])
    release: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2024-01"])


class Accident(_Body):
    """What caused the condition."""

    cause: Literal["AA", "EM", "OA"]
    """AA automobile, EM employment, OA other."""
    state: StateCode | None = None
    """Where an automobile accident happened."""
    date: PastDay | None = None


class DrugLine(_Body, parts.DrugLine):
    """A drug by its national drug code."""

    ndc: str = Field(pattern=r"^[0-9]{11}$")
    """Eleven digits, 5-4-2, without hyphens."""
    quantity: Units
    unit: Literal["F2", "GR", "ME", "ML", "UN"]


class ServiceLine(_Body):
    """One service that is billed."""

    procedure_code: str = Field(pattern=r"^[0-9A-Za-z]{1,8}$", examples=["99213"])
    """CPT or HCPCS. Whether it is one is coding's to say."""
    modifiers: list[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,4}$")]] = Field(default=[], max_length=4)
    description: Annotated[str, WireText(80)] | None = None
    """For unlisted procedures."""
    charge_cents: Cents = Field(examples=[12500])
    unit: Literal["UN", "MJ"] = "UN"
    """UN units, MJ minutes."""
    units: Units
    diagnosis_pointers: list[Annotated[int, Field(strict=True, ge=1, le=MOST_DIAGNOSES)]] = Field(max_length=12)
    """Places in `diagnoses`, counted from 1, most important first."""
    service_date: ServiceDate = Field(examples=["2026-10-05"])
    service_date_to: ServiceDate | None = None
    """The last day, where a line spans several."""
    place_of_service: TwoDigits | None = None
    """Only where it is not the encounter's."""
    drug: DrugLine | None = None


class Flags(_Body):
    """What the patient signed and the provider accepts; the usual answers hold where nothing is said."""

    accept_assignment: Literal["A", "B", "C"] = "A"
    assignment_of_benefits: Literal["N", "W", "Y"] = "Y"
    release_of_information: Literal["I", "Y"] = "Y"
    signature_on_file: bool = True


class Encounter(_Body):
    """One encounter: who was cared for by whom, why, what was done, and who may pay."""

    external_id: str = Field(pattern=r"^[0-9A-Za-z._:/#-]{1,80}$", examples=["visit-2026-0001"])
    """Your own id. The same document under it again gives the same answer; another document is refused."""
    patient: Patient
    coverages: list[Coverage] = Field(default=[], max_length=5)
    """In payer order. None leaves the encounter incomplete."""
    billing_provider: Provider
    rendering_provider: Provider | None = None
    """Where it is not the billing provider."""
    referring_provider: Provider | None = None
    supervising_provider: Provider | None = None
    service_facility: Provider | None = None
    """Where care was given, if not at the billing provider's address."""
    prior_authorization_number: Annotated[str, WireText(50)] | None = None
    referral_number: Annotated[str, WireText(50)] | None = None
    clia_number: str | None = Field(default=None, pattern=r"^[0-9]{2}D[0-9]{7}$")
    diagnoses: list[Diagnosis] = Field(min_length=1, max_length=MOST_DIAGNOSES)
    """ICD-10-CM, the principal diagnosis first."""
    icd11: list[Icd11Entry] = Field(default=[], max_length=MOST_DIAGNOSES)
    accident: Accident | None = None
    notes: list[NoteText] = Field(default=[], max_length=20)
    place_of_service: TwoDigits = Field(examples=["11"])
    lines: list[ServiceLine] = Field(min_length=1, max_length=MOST_LINES)
    charge_cents: Cents | None = None
    """The total as you have it. Where it is given and differs from the lines, the encounter is incomplete."""
    patient_paid_cents: Cents = 0
    """What the patient has paid already."""
    flags: Flags = Flags()

    @property
    def lines_charge_cents(self) -> int:
        """Return the sum of the lines' charges."""
        return sum(line.charge_cents for line in self.lines)
