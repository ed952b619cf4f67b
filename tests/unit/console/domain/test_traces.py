"""Spans as bars: children under their parents, places in thousandths."""

from claimwright_console.domain.traces import Span, bars, outline


def a_span(
    span_id: str, parent: str | None = None, *, started: int = 0, ended: int = 1_000_000, service: str = "intake"
) -> Span:
    return Span("t", span_id, parent, service, f"span {span_id}", started, ended, failed=False)


def test_children_stand_under_their_parent_in_the_order_they_began() -> None:
    spans = [
        a_span("c", "a", started=600_000),
        a_span("a"),
        a_span("b", "a", started=200_000),
        a_span("d", "b", started=300_000),
    ]

    assert [(bar.span.span_id, bar.depth) for bar in bars(spans)] == [("a", 0), ("b", 1), ("d", 2), ("c", 1)]


def test_a_span_whose_parent_never_came_starts_a_branch() -> None:
    assert [(bar.span.span_id, bar.depth) for bar in bars([a_span("a"), a_span("b", "gone", started=5)])] == [
        ("a", 0),
        ("b", 0),
    ]


def test_a_bar_has_its_place_and_is_never_too_thin_to_see() -> None:
    long, short = bars([a_span("a", ended=10_000_000), a_span("b", "a", started=5_000_000, ended=5_000_100)])

    assert (long.left, long.width, long.microseconds) == (0, 1000, 10_000)
    assert (short.left, short.width) == (500, 2)


def test_an_outline_names_the_root_and_every_service_once() -> None:
    spans = [a_span("b", "a", service="coding", started=10), a_span("a"), a_span("c", "a", started=20)]

    found = outline(spans)

    assert (found.root, found.services, found.span_count, found.microseconds) == (
        "span a",
        ("intake", "coding"),
        3,
        1_000,
    )


def test_no_spans_are_no_bars() -> None:
    assert bars([]) == []
