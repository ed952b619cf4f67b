"""Change an encounter by a merge patch: a new version, with what it now lacks."""

from dataclasses import dataclass
from uuid import UUID

from claimwright import ids
from claimwright.findings import Finding, at
from claimwright.http.problems import NotFound
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_intake.domain.gaps import gaps_of
from claimwright_intake.domain.merge_patch import changed_members, merge
from claimwright_intake.domain.parts import document_of
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.domain.received import Version, events_of_amendment
from claimwright_intake.domain.refusals import EncounterVersionStale, NotBillableAlready
from claimwright_intake.persistence import encounters
from claimwright_intake.usecases.receive_encounter import Refused
from claimwright_intake.usecases.take_encounter import publish

_EXTERNAL_ID_FIXED = Finding(
    "encounter.external_id_fixed",
    "An encounter keeps its external id.",
    where=at("/external_id"),
    fix="Leave the field out of the patch, or send a new encounter.",
)


@dataclass(frozen=True, slots=True)
class Amended:
    """The encounter as it stands after the patch; `is_new` is false where the patch changed nothing."""

    version: Version
    is_new: bool


async def amend_encounter(
    work: Work, encounter_id: UUID, patch: dict[str, object], *, seen_version: int
) -> Amended | Refused:
    """Lay a merge patch over the present version, and publish what is true of the new one.

    Errors: NotFound; EncounterVersionStale when the caller saw another version; NotBillableAlready.
    """
    kept = await encounters.find(work, encounter_id, to_change=True)
    if kept is None:
        raise NotFound(ids.ENCOUNTER)
    if kept.version != seen_version:
        raise EncounterVersionStale(kept.version)
    if kept.not_billable_reason is not None:
        raise NotBillableAlready("the encounter is closed as not billable")

    before = (await encounters.open_version(work, kept)).document
    read = read_encounter(merge(before, patch), today=work.now.date())
    findings = read.findings
    if patch.get("external_id", before["external_id"]) != before["external_id"]:
        findings = (_EXTERNAL_ID_FIXED, *findings)
    if read.encounter is None or findings:
        return Refused(findings)

    claim_id, *_ = await encounters.claim_ids(work, encounter_id)
    changed = changed_members(before, document_of(read.encounter))
    version = Version(
        encounter_id=ids.text(ids.ENCOUNTER, encounter_id),
        claim_id=ids.text(ids.CLAIM, claim_id),
        number=kept.version + 1 if changed else kept.version,
        encounter=read.encounter,
        gaps=gaps_of(read.encounter),
    )
    if not changed:
        return Amended(version, is_new=False)
    await encounters.add_version(
        work, read.encounter, encounter_id=encounter_id, version=version.number, gaps=version.gaps
    )
    await encounters.move_to_version(work, encounter_id, version=version.number, is_complete=not version.gaps)
    events = events_of_amendment(version, changed=changed, was_complete=kept.is_complete, now=work.now)
    await publish(work, claim_id, version, list(events))
    await audit.record(work, action="encounter.amended", object=version.encounter_id, fields=changed)
    return Amended(version, is_new=True)
