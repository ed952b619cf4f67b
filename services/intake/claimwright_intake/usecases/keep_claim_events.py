"""Keep what other services say of claims, for their axes and for the partner's feed."""

from collections.abc import Sequence

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import ClaimEvent
from claimwright.messaging.work import Work
from claimwright_intake.persistence import claim_events


async def keep_claim_events(taken: Sequence[tuple[Work, Received]]) -> None:
    """Keep events of claims, in whatever order they come."""
    told = [(ids.parse(ids.CLAIM, received.key), ClaimEvent.of(received)) for _, received in taken]
    await claim_events.keep(taken[0][0], told)
