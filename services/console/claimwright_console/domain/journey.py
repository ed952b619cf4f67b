"""The stages that a claim went through, one after the other, as the fold of its events tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from claimwright.events.lifecycle import Axes, ClaimEvent, fold
from claimwright.events.lifecycle_words import Stage


@dataclass(frozen=True, slots=True)
class Stay:
    """A claim's stay in one stage, and the event that brought it there."""

    stage: Stage
    entered_at: datetime
    event_id: UUID


def journey(ordered: Sequence[ClaimEvent], *, known: Sequence[Stay], axes: Axes, came_last: bool) -> list[Stay]:
    """Return all stays of a claim, from its events in their one order.

    Where the newest event came last in that order, only the last stay can be new; else the stages are folded again
    from the first event on. Both give the same, since the beginning of an order does not depend on its end.

    Shape: `axes` is the fold of all events; `known` are the stays before the newest event came.
    """
    if came_last and known:
        return [*known] if known[-1].stage is axes.stage else [*known, _stay(axes.stage, ordered[-1])]
    stays: list[Stay] = []
    for count in range(1, len(ordered) + 1):
        stage = fold(ordered[:count]).stage
        if not stays or stays[-1].stage is not stage:
            stays.append(_stay(stage, ordered[count - 1]))
    return stays


def _stay(stage: Stage, event: ClaimEvent) -> Stay:
    return Stay(stage, event.occurred_at, event.id)
