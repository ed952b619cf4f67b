"""The stages that a claim went through, one after the other, as the fold of its events tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from claimwright.events.lifecycle import ClaimEvent
from claimwright.events.lifecycle_words import Stage


@dataclass(frozen=True, slots=True)
class Stay:
    """A claim's stay in one stage, and the event that brought it there."""

    stage: Stage
    entered_at: datetime
    event_id: UUID


def journey(ordered: Sequence[ClaimEvent], stages: Sequence[Stage], *, since: Stage | None = None) -> list[Stay]:
    """Return the stays that begin with events in their one order, from the stage after each.

    `since` is the stage that the claim was in before them, where they are not its first.
    """
    stays: list[Stay] = []
    here = since
    for event, stage in zip(ordered, stages, strict=True):
        if stage is not here:
            stays.append(Stay(stage, event.occurred_at, event.id))
            here = stage
    return stays
