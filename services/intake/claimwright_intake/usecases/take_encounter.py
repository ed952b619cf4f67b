"""Keep an encounter that was read, make its first claim, and tell what is missing from it."""

from dataclasses import dataclass
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import EventData
from claimwright.messaging.work import Work
from claimwright_intake.domain.answer import EncounterAnswer
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.gaps import gaps_of
from claimwright_intake.domain.parts import event_parts
from claimwright_intake.domain.received import Source, Version, events_of_receipt
from claimwright_intake.domain.refusals import ExternalIdTaken
from claimwright_intake.persistence import claim_events, encounters

_API = Source()


@dataclass(frozen=True, slots=True)
class Taken:
    """An encounter that is kept: now, or by an earlier request with the same body. `answer` is the first answer."""

    encounter_id: UUID
    claim_id: UUID
    answer: bytes
    is_new: bool


async def take_encounter(
    work: Work, encounter: Encounter, *, body_sha256: bytes, source: Source = _API, file_id: UUID | None = None
) -> Taken:
    """Keep an encounter and publish that it came, once an external id.

    Errors: ExternalIdTaken when another document came under its external id.
    """
    encounter_id, claim_id = ids.new(), ids.new()
    version = Version(
        encounter_id=ids.text(ids.ENCOUNTER, encounter_id),
        claim_id=ids.text(ids.CLAIM, claim_id),
        number=1,
        encounter=encounter,
        gaps=gaps_of(encounter),
    )
    answer = EncounterAnswer.of(version).model_dump_json().encode()
    is_new = await encounters.add(
        work,
        encounter,
        encounter_id=encounter_id,
        source=source,
        file_id=file_id,
        body_sha256=body_sha256,
        answer=answer,
        is_complete=not version.gaps,
    )
    if not is_new:
        return await _taken_before(work, encounter.external_id, body_sha256)
    await encounters.add_version(work, encounter, encounter_id=encounter_id, version=1, gaps=version.gaps)
    await encounters.add_claim(work, claim_id=claim_id, encounter_id=encounter_id)
    await publish(work, claim_id, version, list(events_of_receipt(version, source, now=work.now)))
    return Taken(encounter_id, claim_id, answer, is_new=True)


async def publish(work: Work, claim_id: UUID, version: Version, events: list[EventData]) -> None:
    """Publish what is true of a version, with its content sealed into those events that carry it, and keep it too."""
    parts = event_parts(version.encounter)
    published = [(work.publish(data, *(parts.all if data.PARTS else ())), data) for data in events]
    await claim_events.keep_own(work, claim_id, published)


async def _taken_before(work: Work, external_id: str, body_sha256: bytes) -> Taken:
    first = await encounters.of_external_id(work, external_id)
    if first is None:
        raise LookupError("an external id is taken by no encounter that can be seen")
    if first.body_sha256 != body_sha256:
        raise ExternalIdTaken(external_id=external_id, encounter_id=ids.text(ids.ENCOUNTER, first.id))
    claim_id, *_ = await encounters.claim_ids(work, first.id)
    return Taken(first.id, claim_id, first.answer, is_new=False)
