"""Note that payers have decided on submissions: from then on no acknowledgment moves these."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.remittance import ClaimAdjudicated
from claimwright.messaging.work import Work
from claimwright_submission.persistence import submissions


async def note_adjudications(work: Work, told: Sequence[tuple[Received, ClaimAdjudicated]]) -> None:
    """Take over that decisions on submissions were posted; a submission of another deployment is none of ours."""
    first: dict[UUID, tuple[datetime, UUID]] = {}
    for event, data in told:
        first.setdefault(ids.parse(ids.SUBMISSION, data.submission_id), (event.occurred_at, event.id))
    await submissions.decide(work, first)
