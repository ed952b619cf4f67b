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


def journey(ordered: Sequence[ClaimEvent], stages: Sequence[Stage]) -> list[Stay]:
    """Return all stays of a claim, from its events in their one order and the stage after each."""
    stays: list[Stay] = []
    for event, stage in zip(ordered, stages, strict=True):
        if not stays or stays[-1].stage is not stage:
            stays.append(Stay(stage, event.occurred_at, event.id))
    return stays
