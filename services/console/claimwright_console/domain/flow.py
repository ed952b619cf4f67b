"""How a stage flows: a word for where its backlog is going, made of a few looks at what waits and what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

STUCK_AFTER_SECONDS: Final = 10.0
"""A service takes a batch within a second or two; ten without any says that none will come."""
WINDOW_SECONDS: Final = 30.0
"""How far back looks count: long enough to tell a direction from a wave, short enough to be of now."""
_NOTICED_EVENTS: Final = 10
_NOTICED_SHARE: Final = 0.1


class Trend(StrEnum):
    """Where a backlog is going."""

    DRAINING = "draining"
    LEVEL = "level"
    GROWING = "growing"
    STUCK = "stuck"


_BADNESS: Final = (Trend.LEVEL, Trend.DRAINING, Trend.GROWING, Trend.STUCK)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a service found. `done` counts events handled and sent since its process began."""

    at: float
    waiting: int
    lag_seconds: float
    done: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A trend, and for a backlog that drains the seconds until it is gone at this pace."""

    trend: Trend
    seconds_left: float | None = None


def recent(looks: Sequence[Look]) -> list[Look]:
    """Return the looks that still count; a service that was started anew counts from its start."""
    if not looks:
        return []
    last = looks[-1]
    kept = [look for look in looks if last.at - look.at <= WINDOW_SECONDS]
    began = next((place for place in range(len(kept) - 1, 0, -1) if kept[place].done < kept[place - 1].done), 0)
    return kept[began:]


def flow_of(looks: Sequence[Look]) -> Flow | None:
    """Return how a service flows by its recent looks, or None while one look is all there is."""
    if len(looks) < 2:
        return None
    first, last = looks[0], looks[-1]
    seconds = last.at - first.at
    moved = last.waiting - first.waiting
    noticed = max(_NOTICED_EVENTS, _NOTICED_SHARE * first.waiting)
    still_since = next((look.at for look in looks if look.done == last.done), last.at)
    stands_for = min(last.at - still_since, last.lag_seconds)
    if last.waiting and stands_for >= STUCK_AFTER_SECONDS:
        return Flow(Trend.STUCK)
    if moved >= noticed:
        return Flow(Trend.GROWING)
    if -moved >= noticed and last.waiting:
        return Flow(Trend.DRAINING, seconds_left=last.waiting * seconds / -moved)
    return Flow(Trend.LEVEL)


def worst(flows: Iterable[Flow | None]) -> Flow | None:
    """Return the flow that somebody has to know of first, or None where nothing is known yet."""
    known = [flow for flow in flows if flow is not None]
    return max(known, key=lambda flow: (_BADNESS.index(flow.trend), flow.seconds_left or 0.0), default=None)
