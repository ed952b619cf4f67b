"""Requests and answers of intake's API beside the encounter itself."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from claimwright.events.lifecycle_words import Balance, ClosedReason, Flag, Outcome, Stage
from claimwright.http.models import Body
from claimwright_intake.domain.answer import ClaimOfEncounter, NamedGap
from claimwright_intake.domain.encounter import Encounter


class PostedEncounter(RootModel[dict[str, Any]]):
    """An encounter as it was posted. It is described here and judged in `domain.reading`, which finds all at once."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _own: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the body as an encounter."""
        return handler(Encounter.__pydantic_core_schema__)


class EncounterPatch(RootModel[dict[str, Any]]):
    """A JSON merge patch (RFC 7396): members replace those of the encounter, null removes one, lists come whole."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={"examples": [{"patient": {"address": {"line1": "1 Sample Street", "city": "Exampleton"}}}]}
    )


class _Answer(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EncounterView(_Answer):
    """An encounter as it stands, with the partner's own content."""

    id: str
    version: int
    etag: str
    is_complete: bool
    not_billable_reason: str | None
    claims: list[ClaimOfEncounter]
    gaps: list[NamedGap]
    encounter: dict[str, Any]
    """What was posted, with what was amended since."""


class NotBillable(Body):
    """Why an encounter will not be billed."""

    reason: Literal["duplicate", "no_charge", "courtesy", "research", "self_pay_settled", "documentation_missing"]


class PayerOutcome(_Answer):
    """What one payer decided; later decisions come behind earlier ones."""

    payer_order: int
    outcomes: list[Outcome]


class DenialView(_Answer):
    """A denial that somebody works on."""

    id: str
    payer_order: int
    state: str


class TimelineEvent(_Answer):
    """One thing that happened to a claim."""

    id: str = Field(examples=["evt_01hzy3v8k5e0p9x7r2m4n6q8st"])
    type: str = Field(examples=["claim.queued.v1"])
    occurred_at: datetime
    caused_by: str | None
    """The event that this one answers."""
    data: dict[str, Any]
    """Ids, codes, counts and cents; who the patient is, is not in it."""


class ClaimView(_Answer):
    """Where a claim stands, on its five axes, and what brought it there."""

    id: str
    encounter_id: str | None
    stage: Stage
    closed_reason: ClosedReason | None
    outcomes: list[PayerOutcome]
    balance: Balance
    denials: list[DenialView]
    flags: list[Flag]
    owner: str | None
    """Who acts next; null when nobody has to."""
    due_at: datetime | None
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    open_cents: int
    timeline: list[TimelineEvent]


class FeedEvent(TimelineEvent):
    """One event of the feed."""

    claim_id: str


class Feed(_Answer):
    """The next events of your organization. Ask again with `next`; it stays the same while nothing new is there."""

    items: list[FeedEvent]
    next: str | None


class FilePlace(_Answer):
    """Where in the file, or in the encounter that was made of its claim, a finding is."""

    pointer: str | None = None
    segment: int | None = None
    segment_id: str | None = None
    element: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


class FileFinding(_Answer):
    """One thing that is wrong in a file."""

    code: str
    says: str
    severity: Literal["blocks", "warns", "notes"]
    where: FilePlace
    fix: str | None


class ClaimOfFile(_Answer):
    """What became of one claim: an encounter, or findings that say why not."""

    set_ordinal: int
    """The ST in the file, from 1."""
    claim_ordinal: int
    """The CLM in its ST, from 1."""
    segment: int
    byte_start: int
    byte_end: int
    encounter_id: str | None
    claim_id: str | None
    findings: list[FileFinding]


class FileAnswer(_Answer):
    """A file that is kept."""

    id: str = Field(examples=["fil_01hzy3v8k5e0p9x7r2m4n6q8st"])
    sha256: str
    byte_count: int
    state: Literal["received", "reading", "read"]
    received_at: datetime


class FileView(FileAnswer):
    """A file with what became of its claims; they are all there once `state` is `read`."""

    read_at: datetime | None
    claim_count: int
    encounter_count: int
    findings: list[FileFinding]
    """What is wrong with the file itself, beside its claims."""
    claims: list[ClaimOfFile]
    next: str | None
    """Send it as `after` for the claims behind these; null at the end."""
