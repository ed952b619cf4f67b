"""Note that payers have decided on submissions: from then on no acknowledgment moves these."""

from collections.abc import Sequence

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle_words import Stage
from claimwright.events.remittance import ClaimAdjudicated
from claimwright.messaging.work import Work
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.submissions import Standing


async def note_adjudications(work: Work, told: Sequence[tuple[Received, ClaimAdjudicated]]) -> None:
    """Take over that decisions on submissions were posted; a submission of another deployment is none of ours."""
    decided = [(ids.parse(ids.SUBMISSION, data.submission_id), event) for event, data in told]
    ours = await submissions.lock(work, {submission_id for submission_id, _ in decided})
    known = [(submission_id, event) for submission_id, event in decided if submission_id in ours]
    await submissions.note_adjudicated(
        work, [(submission_id, event.occurred_at, event.id) for submission_id, event in known]
    )
    await submissions.put(
        work, [Standing(each, Stage.ADJUDICATED) for each in dict.fromkeys(each for each, _ in known)]
    )
