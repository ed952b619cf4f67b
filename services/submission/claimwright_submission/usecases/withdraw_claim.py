"""Take in that a claim's encounter will not be billed: what still waits is dropped, what has left is a person's."""

from typing import Final

from claimwright import ids
from claimwright.events.coding import ClaimWithdrawn
from claimwright.events.lifecycle_words import Stage
from claimwright.events.submission import ClaimDropped, ClaimWithdrawnAfterBilling
from claimwright.messaging.work import Work
from claimwright_submission.domain.claim import ORIGINAL, may_change
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.submission import Submission
from claimwright_submission.persistence import artifacts, submissions
from claimwright_submission.persistence.submissions import Standing
from claimwright_submission.usecases.queue_claims import FIRST_PAYER
from claimwright_submission.usecases.told import head

_BILLED: Final = "claim.withdrawn_after_billing"


async def withdraw_claim(work: Work, withdrawn: ClaimWithdrawn) -> None:
    """Drop a claim's submission, or open work for a person where a payer may have it."""
    claim_id = ids.parse(ids.CLAIM, withdrawn.claim_id)
    submission = await submissions.find(work, claim_id, payer_order=FIRST_PAYER, frequency=ORIGINAL)
    if submission is None or submission.stage is Stage.NOT_BILLABLE:
        return
    if submission.waiting_since is not None or may_change(submission.stage):
        await _drop(work, submission, withdrawn)
    else:
        await _tell_billed(work, submission, withdrawn)


async def _drop(work: Work, submission: Submission, withdrawn: ClaimWithdrawn) -> None:
    """Take it out of the queue; answers to a try that came back are shown from now on and move nothing."""
    await artifacts.end_attempts(work, [submission.id])
    await submissions.stop_waiting(work, Standing(submission.id, Stage.NOT_BILLABLE, withdrawn.reason))
    work.publish(
        ClaimDropped(
            claim_id=withdrawn.claim_id,
            submission_id=ids.text(ids.SUBMISSION, submission.id),
            encounter_id=withdrawn.encounter_id,
            reason=withdrawn.reason,
        )
    )


async def _tell_billed(work: Work, submission: Submission, withdrawn: ClaimWithdrawn) -> None:
    duty = duty_for(_BILLED, now=work.now)
    await submissions.put(work, [Standing(submission.id, submission.stage, _BILLED, duty)])
    work.publish(
        ClaimWithdrawnAfterBilling(**head(submission), reason=withdrawn.reason, owner=duty.owner, due_at=duty.due_at)
    )
