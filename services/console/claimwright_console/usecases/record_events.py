"""Take events into the read models: keep them, and let their claims follow them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.events.lifecycle import ClaimEvent
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_console.domain.standing import Told, fold_anew, follow
from claimwright_console.persistence import claims, events

TOLD_AT_ONCE: Final = timedelta(hours=1)
"""What comes later than this after it happened was told again, and how old the claim was then says nothing of now."""
_OF_CLAIMS: Final = f"{ids.CLAIM}_"


async def record_events(taken: Sequence[tuple[Work, Received]]) -> None:
    """Keep events; where they are of claims, bring the axes and stays of each to what the set of its events tells.

    The same event twice, late or before its cause ends in the same rows.
    """
    work = taken[0][0]
    came = {received.id: ClaimEvent.of(received) for _, received in taken}
    new = await events.add(work, [received for _, received in taken], [event.data for event in came.values()])
    fresh: defaultdict[UUID, list[ClaimEvent]] = defaultdict(list)
    for _, received in taken:
        if received.id in new and received.key.startswith(_OF_CLAIMS):
            fresh[ids.parse(ids.CLAIM, received.key)].append(came[received.id])
    if not fresh:
        return
    kept = await claims.standings(work, fresh)
    told, anew = [], []
    for claim_id, of_claim in fresh.items():
        is_unsure = claim_id in kept and kept[claim_id] is None
        followed = None if is_unsure else follow(claim_id, kept.get(claim_id), of_claim)
        if followed is None:
            anew.append(claim_id)
        else:
            told.append(followed)
    if anew:
        of_claims = await events.for_fold(work, [ids.text(ids.CLAIM, claim_id) for claim_id in anew])
        told += [fold_anew(ids.parse(ids.CLAIM, key), of_claim) for key, of_claim in of_claims.items()]
    await claims.save(work, told, anew=anew)
    told_now = {
        event.id for of_claim in fresh.values() for event in of_claim if work.now - event.occurred_at < TOLD_AT_ONCE
    }
    for one in told:
        _show_ages(one, told_now)


def _show_ages(told: Told, told_now: Collection[UUID]) -> None:
    """Show how long after it was taken a claim entered the stages that these events moved it to."""
    for stay in told.stays:
        if stay.event_id in told_now:
            age = (stay.entered_at - told.standing.first_at).total_seconds()
            metrics.of(metrics.CLAIM_AGE_SECONDS, stay.stage.value).observe(age)
