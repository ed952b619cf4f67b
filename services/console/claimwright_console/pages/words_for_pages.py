"""How templates write moments, spans of time, ids and stages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from claimwright import ids, money
from claimwright.events.lifecycle_words import Flag, Outcome, Stage
from claimwright_console.domain import payment_words, words
from claimwright_console.domain.flow import Trend
from claimwright_console.domain.pipeline import FINISHED

_PLACES: Final = {ids.CLAIM: "/claims/", ids.ARTIFACT: "/files/", ids.FILE: "/files/", ids.EVENT: "/events/"}
_GOOD: Final = FINISHED
_BAD: Final = frozenset(
    {Stage.SCRUB_FAILED, Stage.FILE_REJECTED, Stage.CH_REJECTED, Stage.PAYER_REJECTED, Stage.TRANSMIT_UNKNOWN}
)
_WARN: Final = frozenset(
    {Stage.INCOMPLETE, Stage.CODING_QUERY, Stage.HELD, Stage.PENDED, Stage.INFO_REQUESTED, Stage.VOID_PENDING}
)
_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def span(length: timedelta | float) -> str:
    """Return a length of time by its largest unit: `12 s`, `4 min`, `3 h`, `2 d`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} s"


def due(at: datetime, now: datetime) -> str:
    """Return how far off a due moment is, or how long it has passed."""
    return f"in {span(at - now)}" if at >= now else f"{span(now - at)} late"


def short(text: str) -> str:
    """Return an id as far as the eye needs it: the prefix and the last eight characters, which differ most."""
    head, line, tail = text.rpartition("_")
    return f"{head}{line}…{tail[-8:]}" if line and len(tail) > 12 else text


def where(key: str) -> str | None:
    """Return the page of what an id names, or None where there is none."""
    place = _PLACES.get(key.rpartition("_")[0])
    return f"{place}{key}" if place else None


def tone(stage: Stage) -> str:
    """Return how a stage is colored: work that is over, that waits for a person, that went wrong, or that moves."""
    if stage in _GOOD:
        return "good"
    if stage in _BAD:
        return "bad"
    return "warn" if stage in _WARN else "accent"


def outcome_tone(outcome: Outcome) -> str:
    """Return how a payer's decision is colored."""
    if outcome in {Outcome.PAID_FULL, Outcome.ZERO_PAY_EXPECTED}:
        return "good"
    return "bad" if outcome in {Outcome.DENIED, Outcome.NOT_RECOGNISED, Outcome.NOT_OUR_CLAIM} else "warn"


def lag(seconds: float) -> str:
    """Return a lag as seconds, with a decimal while it is short."""
    return f"{seconds:.1f} s" if 0 < seconds < 10 else f"{seconds:,.0f} s"


def trend_tone(trend: Trend) -> str:
    """Return how the way of a backlog is colored."""
    return {Trend.STUCK: "bad", Trend.GROWING: "warn", Trend.DRAINING: "good"}.get(trend, "")


def took(microseconds: int) -> str:
    """Return how long a span took."""
    return f"{microseconds / 1000:,.1f} ms" if microseconds < 1_000_000 else f"{microseconds / 1_000_000:,.2f} s"


def fields_of(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return an event's clear data as names and texts, the inner ones by their path."""
    return sorted(_fields(data, ""))


def _fields(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _fields(inner, f"{name}.{key}" if name else key)]
    if isinstance(value, list):
        if any(isinstance(one, Mapping | list) for one in value):
            return [pair for place, inner in enumerate(value) for pair in _fields(inner, f"{name}[{place}]")]
        return [(name, ", ".join(map(str, value)))] if value else []
    if value is None:
        return []
    return [(name, money.dollars(value) if name.endswith("_cents") and isinstance(value, int) else str(value))]


def _nanoseconds(at: int) -> str:
    return datetime.fromtimestamp(at / 1e9, UTC).strftime("%H:%M:%S.%f")[:-3]


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "dollars": money.dollars,
    "full": lambda at: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    "day_and_time": lambda at: at.astimezone(UTC).strftime("%b %-d %H:%M"),
    "day": lambda at: at.astimezone(UTC).strftime("%A, %B %-d"),
    "span": span,
    "due": due,
    "short": short,
    "where": where,
    "tone": tone,
    "outcome_tone": outcome_tone,
    "state_tone": payment_words.tone_of,
    "payer_said": payment_words.payer_said,
    "lag": lag,
    "trend_tone": trend_tone,
    "took": took,
    "plain": words.plain,
    "flag": lambda flag: words.FLAG[Flag(flag)],
    "event_id": lambda event_id: ids.text(ids.EVENT, UUID(str(event_id))),
    "nanoseconds": _nanoseconds,
}
