"""Take one event into the read models: keep it, and fold its claim again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import fold, in_order
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_console.domain.journey import Stay, journey
from claimwright_console.persistence import claims, events

TOLD_AT_ONCE: Final = timedelta(hours=1)
"""What comes later than this after it happened was told again, and how old the claim was then says nothing of now."""


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
    stays = journey(ordered, known=known, axes=axes, came_last=ordered[-1].id == received.id)
    first_at = min(one.occurred_at for one in ordered)
    await claims.save(
        work,
        claim_id,
        axes,
        stays=stays,
        known=known,
        first_at=first_at,
        last_at=max(one.occurred_at for one in ordered),
        event_count=len(ordered),
    )
    if work.now - received.occurred_at < TOLD_AT_ONCE:
        _show_age(received, stays, first_at)


def _show_age(received: Received, stays: Sequence[Stay], first_at: datetime) -> None:
    """Show how long after it was taken a claim entered the stage that this event moved it to."""
    for stay in stays:
        if stay.event_id == received.id:
            age = (stay.entered_at - first_at).total_seconds()
            metrics.of(metrics.CLAIM_AGE_SECONDS, stay.stage.value).observe(age)
