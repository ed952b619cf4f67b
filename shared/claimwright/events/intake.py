"""What intake publishes: encounters as partners gave them, and what is missing from them."""

from datetime import datetime
from typing import ClassVar, Literal

from claimwright.events.envelope import EventData, Part, Value
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.topics import INTAKE

_WHOLE_ENCOUNTER: tuple[type[Part], ...] = (EncounterIdentity, EncounterClinical, EncounterFinancial)


class Gap(Value):
    """One thing that is missing or contradicts another: its code, where, and whom to ask."""

    code: str
    pointer: str
    ask: Literal["partner", "patient"]


class _EncounterContent(EventData):
    TOPIC: ClassVar[str] = INTAKE
    KEY: ClassVar[str] = "claim_id"
    PARTS: ClassVar[tuple[type[Part], ...]] = _WHOLE_ENCOUNTER

    encounter_id: str
    claim_id: str
    encounter_version: int
    charge_cents: int
    line_count: int
    payer_count: int


class EncounterReceived(_EncounterContent):
    """An encounter came in. `is_complete` is false where an `encounter.incomplete` follows in the same transaction.

    `duplicate_suspect`: the same patient account number came before in this file; it is common, and only looked at.
    """

    TYPE: ClassVar[str] = "encounter.received.v1"

    source: Literal["api", "file"]
    is_complete: bool
    file_id: str | None = None
    duplicate_suspect: bool = False


class EncounterIncomplete(EventData):
    """Billing facts are missing or contradict each other; the encounter waits for the party named in each gap."""

    TYPE: ClassVar[str] = "encounter.incomplete.v1"
    TOPIC: ClassVar[str] = INTAKE
    KEY: ClassVar[str] = "claim_id"

    encounter_id: str
    claim_id: str
    encounter_version: int
    gaps: tuple[Gap, ...]
    owner: str
    due_at: datetime


class EncounterCompleted(_EncounterContent):
    """The last gap is closed."""

    TYPE: ClassVar[str] = "encounter.completed.v1"


class EncounterAmended(_EncounterContent):
    """The partner changed an encounter; `changed` holds JSON Pointers to the top-level members that differ.

    `is_complete` is false where the encounter (still or again) has gaps.
    """

    TYPE: ClassVar[str] = "encounter.amended.v1"

    changed: tuple[str, ...]
    is_complete: bool


class EncounterNotBillable(EventData):
    """An encounter that will not be billed, by rule or by a person, with the reason's code."""

    TYPE: ClassVar[str] = "encounter.not_billable.v1"
    TOPIC: ClassVar[str] = INTAKE
    KEY: ClassVar[str] = "claim_id"

    encounter_id: str
    claim_id: str
    reason: str
