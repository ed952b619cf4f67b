"""Where a claim stands after the events that were told of it, kept so that later ones are taken from there on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from claimwright.events.lifecycle import ClaimEvent, Folding, in_order
from claimwright.events.lifecycle_words import Stage
from claimwright_console.domain.journey import Stay, journey


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a claim's fold and its journey have come."""

    folding: Folding
    entered_at: datetime
    stay_count: int
    first_at: datetime
    last_at: datetime
    event_count: int


@dataclass(frozen=True, slots=True)
class Told:
    """A claim after events.

    `stays` are those that began with them, after a stay in `came_from`; the first ones of all where that is None.
    `goes_on` is False where the events contradict each other, so that their order leaves some out: then all of them
    have to be folded again with whatever comes.
    """

    claim_id: UUID
    standing: Standing
    stays: Sequence[Stay]
    came_from: Stage | None
    goes_on: bool


def follow(claim_id: UUID, standing: Standing | None, events: Collection[ClaimEvent]) -> Told | None:
    """Return a claim after events that it had not been told of, or None where they do not come after all others.

    What is returned is what `fold_anew` returns of all events, but for the stays, which are the new ones alone. The
    standing that is given is used up.
    """
    ordered = in_order(events)
    if len(ordered) < len(events) or (standing is not None and not standing.folding.goes_on_with(ordered)):
        return None
    return _after(claim_id, standing, ordered, goes_on=True)


def fold_anew(claim_id: UUID, events: Collection[ClaimEvent]) -> Told:
    """Return a claim after all of its events."""
    ordered = in_order(events)
    return _after(claim_id, None, ordered, goes_on=len(ordered) == len(events))


def _after(claim_id: UUID, before: Standing | None, ordered: Sequence[ClaimEvent], *, goes_on: bool) -> Told:
    folding = Folding() if before is None else before.folding
    came_from = None if before is None else folding.stage
    stays = journey(ordered, [folding.take(event) for event in ordered], since=came_from)
    moments = [event.occurred_at for event in ordered]
    if before is None:
        entered_at, stay_count, event_count = stays[-1].entered_at, len(stays), len(ordered)
    else:
        moments += [before.first_at, before.last_at]
        entered_at = stays[-1].entered_at if stays else before.entered_at
        stay_count, event_count = before.stay_count + len(stays), before.event_count + len(ordered)
    after = Standing(folding, entered_at, stay_count, min(moments), max(moments), event_count)
    return Told(claim_id, after, stays, came_from, goes_on)
