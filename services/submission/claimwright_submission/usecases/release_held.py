"""Let held claims go once the organization has a route for them."""

from typing import Final

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events.submission import ClaimReleased
from claimwright.messaging.work import Work
from claimwright_submission.persistence import submissions
from claimwright_submission.usecases.queue_claim import queue

_AT_ONCE: Final = 100


async def release_held(work: Work, route: Route, *, is_test: bool) -> bool:
    """Queue some of the organization's held claims for its route; return whether more may be held."""
    held = await submissions.held(work, most=_AT_ONCE)
    for submission in held:
        work.publish(ClaimReleased(claim_id=ids.text(ids.CLAIM, submission.claim_id), reason="route.configured"))
        content = await submissions.content_of(work, submission)
        await queue(work, submission, content, route=route, is_test=is_test)
    return len(held) == _AT_ONCE
