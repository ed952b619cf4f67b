"""Note that a payer has decided on a submission: from then on no acknowledgment moves it."""

from claimwright import ids
from claimwright.events.lifecycle_words import Stage
from claimwright.events.remittance import ClaimAdjudicated
from claimwright.messaging.work import Work
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.submissions import Standing


async def note_adjudication(work: Work, adjudicated: ClaimAdjudicated) -> None:
    """Take over that the decision on a submission was posted; a submission of another deployment is none of ours."""
    submission = await submissions.get(work, ids.parse(ids.SUBMISSION, adjudicated.submission_id))
    if submission is None or work.cause is None:
        return
    await submissions.note_adjudicated(work, submission.id, at=work.cause.occurred_at, by=work.cause.id)
    await submissions.put(work, [Standing(submission.id, Stage.ADJUDICATED)])
