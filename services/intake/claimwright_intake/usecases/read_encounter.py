"""Show an encounter as the partner said it."""

from uuid import UUID

from claimwright import ids
from claimwright.http.problems import NotFound
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_intake.persistence import encounters
from claimwright_intake.persistence.encounters import Opened


async def read_encounter(work: Work, encounter_id: UUID, *, by_person: bool) -> tuple[Opened, list[UUID]]:
    """Return the present version, opened, and its claims. A person's look is written into the audit trail.

    Errors: NotFound.
    """
    kept = await encounters.find(work, encounter_id)
    if kept is None:
        raise NotFound(ids.ENCOUNTER)
    opened = await encounters.open_version(work, kept)
    if by_person:
        await audit.record(
            work,
            action="encounter.opened",
            object=ids.text(ids.ENCOUNTER, encounter_id),
            fields=("identity", "clinical", "financial"),
        )
    return opened, await encounters.claim_ids(work, encounter_id)
