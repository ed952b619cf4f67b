"""Let held claims go once the organization has a route for them."""

from typing import Final

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events.submission import ClaimReleased
from claimwright.messaging.work import Work
from claimwright_submission.persistence import submissions
from claimwright_submission.usecases.queue_claims import ToQueue, queue

_AT_ONCE: Final = 100


async def release_held(work: Work, route: Route, *, is_test: bool) -> bool:
    """Queue some of the organization's held claims for its route; return whether more may be held."""
    held = await submissions.held(work, most=_AT_ONCE)
    if not held:
        return False
    for submission in held:
        work.publish(ClaimReleased(claim_id=ids.text(ids.CLAIM, submission.claim_id), reason="route.configured"))
    sealed = await submissions.sealed_contents(work, [each.id for each in held])
    to_queue = [ToQueue(work, each, await submissions.opened(work, each, sealed[each.id])) for each in held]
    await queue(to_queue, route=route, is_test=is_test)
    return len(held) == _AT_ONCE
