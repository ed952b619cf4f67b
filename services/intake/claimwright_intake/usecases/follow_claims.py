"""Show what happened to claims: one claim's events, and the feed of all."""

from uuid import UUID

from claimwright.events.lifecycle import ClaimEvent
from claimwright.messaging.work import Work
from claimwright_intake.persistence import claim_events
from claimwright_intake.persistence.claim_events import FeedRow


async def claim_events_of(work: Work, claim_id: UUID) -> list[ClaimEvent]:
    """Return the events of one claim; none where there is no such claim."""
    return await claim_events.of_claim(work, claim_id)


async def feed_page(work: Work, *, after: int, limit: int) -> list[FeedRow]:
    """Return the next final events of the organization's claims."""
    return await claim_events.feed(work, after=after, limit=limit)
