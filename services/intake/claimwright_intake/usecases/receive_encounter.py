"""Take in encounters that a partner posted, or say everything that is wrong with each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from claimwright import ids
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright.pauses import with_pauses
from claimwright.security import audit
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.domain.refusals import ExternalIdTaken
from claimwright_intake.usecases.take_encounter import Given, Taken, take_encounters


@dataclass(frozen=True, slots=True)
class Posted:
    """One document as it was posted: its JSON and the bytes that said it."""

    work: Work
    document: object
    body: bytes
    by_person: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was kept; the findings say why."""

    findings: tuple[Finding, ...]


async def receive_encounters(posted: Sequence[Posted]) -> list[Taken | Refused | ExternalIdTaken]:
    """Keep posted encounters of one transaction, once an external id, and publish that they came.

    What became of each stands in its place; of one that is not kept nothing stays behind. A person's act is audited.
    """
    results: list[Taken | Refused | ExternalIdTaken | None] = []
    given: list[Given] = []
    async for one in with_pauses(posted):
        read = read_encounter(one.document, today=one.work.now.date())
        if read.encounter is None:
            results.append(Refused(read.findings))
        else:
            results.append(None)
            given.append(Given(one.work, read.encounter, hashlib.sha256(one.body).digest()))
    taken = iter(await take_encounters(given))
    told = [next(taken) if result is None else result for result in results]
    for one, result in zip(posted, told, strict=True):
        if one.by_person and isinstance(result, Taken):
            encounter_id = ids.text(ids.ENCOUNTER, result.encounter_id)
            await audit.record(one.work, action="encounter.posted", object=encounter_id)
    return told
