"""Keep what other services say of a claim, for its axes and for the partner's feed."""

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import ClaimEvent
from claimwright.messaging.work import Work
from claimwright_intake.persistence import claim_events


async def keep_claim_event(work: Work, received: Received) -> None:
    """Keep one event of a claim, in whatever order it comes."""
    await claim_events.keep(work, ids.parse(ids.CLAIM, received.key), ClaimEvent.of(received))
