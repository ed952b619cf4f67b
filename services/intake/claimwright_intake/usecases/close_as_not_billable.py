"""Close an encounter that will not be billed, before its claim is ready to be sent."""

from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.intake import EncounterNotBillable
from claimwright.events.lifecycle import fold
from claimwright.events.lifecycle_words import Stage
from claimwright.http.problems import NotFound
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_intake.domain.refusals import ClaimOnItsWay
from claimwright_intake.persistence import claim_events, encounters

STILL_HERE: Final = frozenset({Stage.RECEIVED, Stage.INCOMPLETE, Stage.CODING, Stage.CODING_QUERY, Stage.SCRUB_FAILED})
"""Once a claim is coded, submission may queue it at any moment, and nothing that is said here reaches it in time."""


async def close_as_not_billable(work: Work, encounter_id: UUID, *, reason: str) -> None:
    """Publish that an encounter will not be billed; a second time with the same reason changes nothing.

    Errors: NotFound; ClaimOnItsWay once the claim is coded.
    """
    kept = await encounters.find(work, encounter_id, to_change=True)
    if kept is None:
        raise NotFound(ids.ENCOUNTER)
    if kept.not_billable_reason == reason:
        return
    claim_id, *_ = await encounters.claim_ids(work, encounter_id)
    axes = fold(await claim_events.of_claim(work, claim_id))
    if kept.not_billable_reason is None and axes.stage not in STILL_HERE:
        raise ClaimOnItsWay("the claim is ready, queued or sent")

    await encounters.close_as_not_billable(work, encounter_id, reason=reason)
    encounter = ids.text(ids.ENCOUNTER, encounter_id)
    data = EncounterNotBillable(encounter_id=encounter, claim_id=ids.text(ids.CLAIM, claim_id), reason=reason)
    await claim_events.keep_own(work, claim_id, [(work.publish(data), data)])
    await audit.record(work, action="encounter.closed_as_not_billable", object=encounter, reason=reason)
