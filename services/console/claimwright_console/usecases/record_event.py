"""Take one event into the read models: keep it, and fold its claim again."""

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import fold, in_order
from claimwright.messaging.work import Work
from claimwright_console.domain.journey import journey
from claimwright_console.persistence import claims, events


async def record_event(work: Work, received: Received) -> None:
    """Keep an event; where it is a claim's, fold the claim's axes and stays again from the set of its events.

    The same event twice, late or before its cause ends in the same rows.
    """
    if not await events.add(work, received) or not received.key.startswith(f"{ids.CLAIM}_"):
        return
    claim_id = ids.parse(ids.CLAIM, received.key)
    ordered = in_order(row.for_fold() for row in await events.of_key(work, received.key))
    known = await claims.stays_of(work, claim_id)
    axes = fold(ordered)
    await claims.save(
        work,
        claim_id,
        axes,
        stays=journey(ordered, known=known, axes=axes, came_last=ordered[-1].id == received.id),
        known=known,
        first_at=min(one.occurred_at for one in ordered),
        last_at=max(one.occurred_at for one in ordered),
        event_count=len(ordered),
    )
