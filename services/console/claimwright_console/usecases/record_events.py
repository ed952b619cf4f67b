"""Take events into the read models: keep them, and fold their claims again."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import fold_by_steps, in_order
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_console.domain.journey import journey
from claimwright_console.persistence import claims, events
from claimwright_console.persistence.claims import Folded

TOLD_AT_ONCE: Final = timedelta(hours=1)
"""What comes later than this after it happened was told again, and how old the claim was then says nothing of now."""


async def record_events(taken: Sequence[tuple[Work, Received]]) -> None:
    """Keep events; where they are of claims, fold the axes and stays of each anew from the set of its events.

    The same event twice, late or before its cause ends in the same rows.
    """
    work = taken[0][0]
    new = await events.add(work, [received for _, received in taken])
    fresh = [received for _, received in taken if received.id in new and received.key.startswith(f"{ids.CLAIM}_")]
    if not fresh:
        return
    folded = []
    for key, kept in sorted((await events.for_fold(work, {received.key for received in fresh})).items()):
        ordered = in_order(kept)
        axes, stages = fold_by_steps(ordered)
        folded.append(
            Folded(
                claim_id=ids.parse(ids.CLAIM, key),
                axes=axes,
                stays=journey(ordered, stages),
                first_at=min(one.occurred_at for one in ordered),
                last_at=max(one.occurred_at for one in ordered),
                event_count=len(ordered),
            )
        )
    await claims.save(work, folded)
    told_now = {received.id for received in fresh if work.now - received.occurred_at < TOLD_AT_ONCE}
    for one in folded:
        _show_ages(one, told_now)


def _show_ages(folded: Folded, told_now: Collection[UUID]) -> None:
    """Show how long after it was taken a claim entered the stages that these events moved it to."""
    for stay in folded.stays:
        if stay.event_id in told_now:
            age = (stay.entered_at - folded.first_at).total_seconds()
            metrics.of(metrics.CLAIM_AGE_SECONDS, stay.stage.value).observe(age)
