"""Take in an encounter that a partner posted, or say everything that is wrong with it."""

import hashlib
from dataclasses import dataclass

from claimwright import ids
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.usecases.take_encounter import Taken, take_encounter


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was kept; the findings say why."""

    findings: tuple[Finding, ...]


async def receive_encounter(work: Work, document: object, *, body: bytes, by_person: bool) -> Taken | Refused:
    """Keep a posted encounter once an external id, and publish that it came. A person's act is audited.

    Errors: ExternalIdTaken when another body came under its external id.
    """
    read = read_encounter(document, today=work.now.date())
    if read.encounter is None:
        return Refused(read.findings)
    taken = await take_encounter(work, read.encounter, body_sha256=hashlib.sha256(body).digest())
    if by_person:
        await audit.record(work, action="encounter.posted", object=ids.text(ids.ENCOUNTER, taken.encounter_id))
    return taken
