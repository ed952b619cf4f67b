"""Queue a submission again whose file came back: new control numbers, the same patient control number."""

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events.lifecycle import REJECTED
from claimwright.events.submission import SubmissionRebuilt
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_submission.domain.routing import route_for
from claimwright_submission.domain.submission import Submission
from claimwright_submission.persistence import submissions
from claimwright_submission.usecases.queue_claims import ToQueue, queue
from claimwright_submission.usecases.told import head

_REASON: Final = "person"


class SubmissionNotRejected(Refusal):
    """Only what came back is sent again; while an answer can still come, a second file could bill twice."""

    code: ClassVar[str] = "submission.not_rejected"
    fix: ClassVar[str | None] = "Wait for the answer, or ask for a replacement or a void once the payer has the claim."


class SubmissionHasNoRoute(Refusal):
    """The organization has no route that this claim may take."""

    code: ClassVar[str] = "submission.no_route"
    fix: ClassVar[str | None] = "Add a route for the organization to the routes file."


async def rebuild_submission(
    work: Work, submission_id: UUID, *, routes: Sequence[Route], is_test: bool
) -> Submission | None:
    """Queue a rejected submission again, as a person wants it; None when there is no such submission.

    Errors: SubmissionNotRejected, SubmissionHasNoRoute.
    """
    submission = await submissions.get(work, submission_id)
    if submission is None:
        return None
    if submission.stage not in REJECTED:
        raise SubmissionNotRejected(f"the submission's stage is {submission.stage.value}")
    if submission.adjudicated_at is not None:
        raise SubmissionNotRejected("a payer has decided on the submission")
    route = route_for(routes, org_id=work.org_id, is_test=is_test)
    if route is None:
        raise SubmissionHasNoRoute("there is no route for this organization")
    content = await submissions.content_of(work, submission)
    work.publish(SubmissionRebuilt(**head(submission), reason=_REASON))
    (queued,) = await queue([ToQueue(work, submission, content)], route=route, is_test=is_test)
    await audit.record(work, action="submission.rebuilt", object=ids.text(ids.SUBMISSION, submission.id))
    return queued
