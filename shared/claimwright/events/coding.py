"""What coding publishes: claims whose codes are right on the day of service, or what stops them."""

from datetime import datetime
from typing import ClassVar

from claimwright.events.envelope import EventData, Part, Value
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.topics import CODING


class ScrubFinding(Value):
    """One edit that a claim hit: a stable code, a JSON Pointer into the encounter, and our own plain words."""

    code: str
    pointer: str
    says: str
    fix: str | None = None


class _ClaimOfEncounter(EventData):
    TOPIC: ClassVar[str] = CODING
    KEY: ClassVar[str] = "claim_id"

    claim_id: str
    encounter_id: str
    encounter_version: int


class CodingStarted(_ClaimOfEncounter):
    """Coding took up a version of an encounter."""

    TYPE: ClassVar[str] = "coding.started.v1"


class ClaimCoded(_ClaimOfEncounter):
    """All codes are good on the day of service; the claim is ready to be sent.

    `code_set` names the release that the codes were checked against.
    """

    TYPE: ClassVar[str] = "claim.coded.v1"
    PARTS: ClassVar[tuple[type[Part], ...]] = (EncounterIdentity, EncounterClinical, EncounterFinancial)

    charge_cents: int
    line_count: int
    payer_count: int
    code_set: str


class ClaimScrubFailed(_ClaimOfEncounter):
    """Edits stop the claim; it goes on by itself when the encounter is amended."""

    TYPE: ClassVar[str] = "claim.scrub_failed.v1"

    findings: tuple[ScrubFinding, ...]
    code_set: str
    owner: str
    due_at: datetime


class ClaimScrubPassed(_ClaimOfEncounter):
    """A claim that had failed passes now; `claim.coded` follows in the same transaction."""

    TYPE: ClassVar[str] = "claim.scrub_passed.v1"

    code_set: str


class ClaimWithdrawn(_ClaimOfEncounter):
    """The encounter will not be billed: what was coded of it, up to this version, is not to be sent any more."""

    TYPE: ClassVar[str] = "claim.withdrawn.v1"

    reason: str
