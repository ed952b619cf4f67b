"""What is said of an encounter when it comes in and when it changes: the events, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from claimwright.events.envelope import EventData
from claimwright.events.intake import (
    EncounterAmended,
    EncounterCompleted,
    EncounterIncomplete,
    EncounterReceived,
    Gap,
)
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.gaps import answer_due_at

OWNER: Final = "intake"
"""Who looks after an encounter that waits for an answer."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which road an encounter came by."""

    kind: Literal["api", "file"] = "api"
    file_id: str | None = None
    is_repeated_number: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an encounter, with its ids as text."""

    encounter_id: str
    claim_id: str
    number: int
    encounter: Encounter
    gaps: tuple[Gap, ...]


def events_of_receipt(version: Version, source: Source, *, now: datetime) -> Iterator[EventData]:
    """Yield what is true once an encounter is kept."""
    encounter = version.encounter
    yield EncounterReceived(
        encounter_id=version.encounter_id,
        claim_id=version.claim_id,
        encounter_version=version.number,
        charge_cents=encounter.lines_charge_cents,
        line_count=len(encounter.lines),
        payer_count=len(encounter.coverages),
        source=source.kind,
        is_complete=not version.gaps,
        file_id=source.file_id,
        duplicate_suspect=source.is_repeated_number,
    )
    if version.gaps:
        yield _incomplete(version, now)


def events_of_amendment(
    version: Version, *, changed: tuple[str, ...], was_complete: bool, now: datetime
) -> Iterator[EventData]:
    """Yield what is true once a new version is kept."""
    encounter = version.encounter
    yield EncounterAmended(
        encounter_id=version.encounter_id,
        claim_id=version.claim_id,
        encounter_version=version.number,
        charge_cents=encounter.lines_charge_cents,
        line_count=len(encounter.lines),
        payer_count=len(encounter.coverages),
        changed=changed,
        is_complete=not version.gaps,
    )
    if version.gaps:
        yield _incomplete(version, now)
    elif not was_complete:
        yield EncounterCompleted(
            encounter_id=version.encounter_id,
            claim_id=version.claim_id,
            encounter_version=version.number,
            charge_cents=encounter.lines_charge_cents,
            line_count=len(encounter.lines),
            payer_count=len(encounter.coverages),
        )


def _incomplete(version: Version, now: datetime) -> EncounterIncomplete:
    return EncounterIncomplete(
        encounter_id=version.encounter_id,
        claim_id=version.claim_id,
        encounter_version=version.number,
        gaps=version.gaps,
        owner=OWNER,
        due_at=answer_due_at(now),
    )
