"""Note that a payer knows nobody of a claim: nothing is decided, and the mended claim may be sent to it again."""

from claimwright import ids
from claimwright.events.lifecycle_words import Stage
from claimwright.events.remittance import ClaimNotRecognised
from claimwright.messaging.work import Work
from claimwright_submission.domain.duties import Duty, Owner
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.submissions import Standing


async def note_not_recognised(work: Work, said: ClaimNotRecognised) -> None:
    """Take over that the payer sent a submission back; one that is queued again or decided stays where it is."""
    submission = await submissions.get(work, ids.parse(ids.SUBMISSION, said.submission_id))
    if submission is None or work.cause is None or submission.adjudicated_at is not None:
        return
    if submission.stage is Stage.QUEUED or submission.stage is Stage.NOT_BILLABLE:
        # What it waits with has not reached the payer, who speaks of an earlier try.
        return
    await submissions.note_not_recognised(work, submission.id, at=work.cause.occurred_at, by=work.cause.id)
    duty = Duty(Owner.REGISTRATION, said.due_at)
    await submissions.put(work, [Standing(submission.id, Stage.PAYER_REJECTED, "claim.not_recognised", duty)])
