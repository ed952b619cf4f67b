"""Spans of the last traces, as bars: where each starts, how long it took, and what called it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """One span as a service reported it; moments are nanoseconds since 1970, texts hold ids and codes."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    started: int
    ended: int
    failed: bool
    attributes: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    """Trace ids that this span names as related: the batches that a span worked on."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as it is drawn: its depth, and its place in the trace in thousandths of the whole."""

    span: Span
    depth: int
    left: int
    width: int
    microseconds: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace's outline."""

    trace_id: str
    root: str
    services: tuple[str, ...]
    started: int
    microseconds: int
    span_count: int
    failed: bool


def outline(spans: Iterable[Span]) -> Trace:
    """Return a trace's outline.

    Shape: at least one span, all of one trace.
    """
    ordered = sorted(spans, key=lambda span: span.started)
    known = {span.span_id for span in ordered}
    root = next((span for span in ordered if span.parent_id not in known), ordered[0])
    return Trace(
        trace_id=root.trace_id,
        root=root.name,
        services=tuple(dict.fromkeys(span.service for span in ordered)),
        started=ordered[0].started,
        microseconds=(max(span.ended for span in ordered) - ordered[0].started) // 1000,
        span_count=len(ordered),
        failed=any(span.failed for span in ordered),
    )


def bars(spans: Iterable[Span]) -> list[Bar]:
    """Return the bars of a trace, each parent above its children, the earlier first.

    A span whose parent was never reported starts a branch of its own: spans come from several processes, in any order.
    """
    ordered = sorted(spans, key=lambda span: (span.started, span.span_id))
    if not ordered:
        return []
    known = {span.span_id for span in ordered}
    children: dict[str | None, list[Span]] = {}
    for span in ordered:
        children.setdefault(span.parent_id if span.parent_id in known else None, []).append(span)
    start = ordered[0].started
    whole = max(max(span.ended for span in ordered) - start, 1)

    drawn: list[Bar] = []
    waiting = [(span, 0) for span in reversed(children.get(None, []))]
    while waiting:
        span, depth = waiting.pop()
        left = (span.started - start) * 1000 // whole
        width = max((span.ended - span.started) * 1000 // whole, 2)
        drawn.append(Bar(span, depth, left, min(width, 1000 - left), (span.ended - span.started) // 1000))
        waiting.extend((child, depth + 1) for child in reversed(children.get(span.span_id, [])))
    return drawn
