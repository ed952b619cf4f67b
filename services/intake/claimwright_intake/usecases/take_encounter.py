"""Keep encounters that were read, make their first claims, and tell what is missing from them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import EventData
from claimwright.messaging.work import Work
from claimwright.pauses import with_pauses
from claimwright_intake.domain.answer import EncounterAnswer
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.gaps import gaps_of
from claimwright_intake.domain.parts import event_parts
from claimwright_intake.domain.received import Source, Version, events_of_receipt
from claimwright_intake.domain.refusals import ExternalIdTaken
from claimwright_intake.persistence import claim_events, encounters
from claimwright_intake.persistence.encounters import New

_API = Source()


@dataclass(frozen=True, slots=True)
class Given:
    """An encounter to be kept, with the work of whoever gave it and the hash of the document as it came."""

    work: Work
    encounter: Encounter
    body_sha256: bytes


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
    (taken,) = await take_encounters([Given(work, encounter, body_sha256)], source=source, file_id=file_id)
    if isinstance(taken, ExternalIdTaken):
        raise taken
    return taken


async def take_encounters(
    given: Sequence[Given], *, source: Source = _API, file_id: UUID | None = None
) -> list[Taken | ExternalIdTaken]:
    """Keep encounters of one transaction and publish that they came, each once an external id.

    Of two with the same external id the first counts. What is refused stands in its place, and nothing was done for it.
    """
    if not given:
        return []
    work = given[0].work
    first: dict[str, tuple[Given, New]] = {}
    async for one in with_pauses(given):
        if one.encounter.external_id not in first:
            first[one.encounter.external_id] = (one, _new(one, source))
    free = await encounters.add(work, [new for _, new in first.values()], source=source.kind, file_id=file_id)
    fresh = [(one, new) for one, new in first.values() if new.id in free]
    for one, new in fresh:
        _publish(one.work, new.version, new.events)
    standing = {
        one.encounter.external_id: (one.body_sha256, Taken(new.id, new.claim_id, new.answer, is_new=True))
        for one, new in fresh
    }
    standing |= await _taken_before(work, first.keys() - standing.keys())
    return [_outcome(one, *standing[one.encounter.external_id], came_first=first) for one in given]


async def publish(work: Work, claim_id: UUID, version: Version, events: list[EventData]) -> None:
    """Publish what is true of a version, with its content sealed into those events that carry it, and keep it too."""
    named = [(ids.new(), data) for data in events]
    _publish(work, version, named)
    await claim_events.keep_own(work, claim_id, named)


def _new(given: Given, source: Source) -> New:
    encounter_id, claim_id = ids.new(), ids.new()
    version = Version(
        encounter_id=ids.text(ids.ENCOUNTER, encounter_id),
        claim_id=ids.text(ids.CLAIM, claim_id),
        number=1,
        encounter=given.encounter,
        gaps=gaps_of(given.encounter),
    )
    return New(
        id=encounter_id,
        claim_id=claim_id,
        encounter=given.encounter,
        body_sha256=given.body_sha256,
        answer=EncounterAnswer.of(version).model_dump_json().encode(),
        version=version,
        events=tuple((ids.new(), data) for data in events_of_receipt(version, source, now=given.work.now)),
        cause=None if given.work.cause is None else given.work.cause.id,
    )


def _publish(work: Work, version: Version, events: Iterable[tuple[UUID, EventData]]) -> None:
    parts = event_parts(version.encounter).all
    for event_id, data in events:
        work.publish(data, *(parts if data.PARTS else ()), event_id=event_id)


async def _taken_before(work: Work, external_ids: Collection[str]) -> dict[str, tuple[bytes, Taken]]:
    """Return what was taken under these external ids by earlier requests, with the hash of what they brought."""
    if not external_ids:
        return {}
    found = await encounters.of_external_ids(work, external_ids)
    if found.keys() != set(external_ids):
        raise LookupError("an external id is taken by no encounter that can be seen")
    taken = {}
    for external_id, kept in found.items():
        claim_id, *_ = await encounters.claim_ids(work, kept.id)
        taken[external_id] = (kept.body_sha256, Taken(kept.id, claim_id, kept.answer, is_new=False))
    return taken


def _outcome(
    given: Given, body_sha256: bytes, taken: Taken, *, came_first: Mapping[str, tuple[Given, New]]
) -> Taken | ExternalIdTaken:
    external_id = given.encounter.external_id
    if body_sha256 != given.body_sha256:
        return ExternalIdTaken(external_id=external_id, encounter_id=ids.text(ids.ENCOUNTER, taken.encounter_id))
    return taken if came_first[external_id][0] is given else replace(taken, is_new=False)
