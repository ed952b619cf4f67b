"""Take in that a claim is sent to nobody after all: what its queueing charged is taken back by a posting."""

from uuid import UUID

from claimwright import ids
from claimwright.events.submission import ClaimDropped
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import take_dropped
from claimwright_remittance.persistence import claims, ledger


async def drop_claim(work: Work, dropped: ClaimDropped, *, event_id: UUID) -> None:
    """Take the opening charge of a dropped submission back.

    Where a payer has decided the claim all the same, its charge stays. A submission that is queued again charges again,
    as a later version of itself. One that was never queued here, and one that is dropped already, change nothing.
    """
    claim_id = ids.parse(ids.CLAIM, dropped.claim_id)
    submission_id = ids.parse(ids.SUBMISSION, dropped.submission_id)
    if not await claims.versions_of(work, [submission_id]):
        return
    await claims.lock_numbers(work, await claims.numbers_of(work, submission_id))
    books, _ = await claims.load(work, [claim_id])
    taken = take_dropped(books[claim_id], submission_id, drop_id=event_id, new_id=ids.new, now=work.now)
    if taken is None:
        return
    await claims.drop_submission(work, submission_id, event_id=event_id, reason=dropped.reason)
    await ledger.add(work, taken.postings)
    await claims.keep_state(work, [taken.books])
