"""Read what waits to be read, one file a transaction; one that the reader stumbles over holds up nobody."""

from uuid import UUID

from claimwright.database.engine import SYSTEM
from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.messaging.work import Transactions
from claimwright_submission.persistence import answers
from claimwright_submission.persistence.answers import Unread
from claimwright_submission.usecases.take_acknowledgement import set_acknowledgement_aside, take_acknowledgement


async def read_next_answer(transactions: Transactions, org_id: UUID) -> bool:
    """Read the oldest file of an organization that waits; return whether others wait, too.

    Errors: whatever the world does, to be tried again. What the file itself makes fail sets it aside with its code.
    """
    waiting: Unread | None = None
    try:
        async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
            waiting = await answers.oldest_unread(work)
            if waiting is None:
                return False
            await take_acknowledgement(work, waiting)
    except Exception as error:
        if waiting is None or fault_of(error) in (Fault.WORLD, Fault.PASSING):
            raise
        reason = reason_of(error)
    else:
        return waiting.has_followers
    async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
        await set_acknowledgement_aside(work, waiting.id, reason=reason)
    return waiting.has_followers
