"""The trend word of a backlog, made of looks that a test draws as a table.

Seen to fail: with `done` left out of the rule, the consumer that works slowly was called stuck; without `recent`
cutting at a restart, the new process was.
"""

import pytest

from claimwright_console.domain.flow import Flow, Look, Trend, flow_of, recent, worst


def looks(*rows: tuple[float, int, float, int]) -> list[Look]:
    return [Look(at=at, waiting=waiting, lag_seconds=lag, done=done) for at, waiting, lag, done in rows]


@pytest.mark.parametrize(
    ("drawn", "trend"),
    [
        (looks((0, 0, 0, 5), (20, 0, 0, 5)), Trend.LEVEL),  # nothing waits, nothing comes
        (looks((0, 3, 0.1, 5), (20, 4, 0.1, 90)), Trend.LEVEL),  # a few in flight
        (looks((0, 100, 1, 5), (20, 400, 4, 90)), Trend.GROWING),
        (looks((0, 400, 4, 5), (20, 100, 1, 90)), Trend.DRAINING),
        (looks((0, 400, 4, 5), (20, 380, 4, 90)), Trend.LEVEL),  # less than a tenth
        (looks((0, 1, 1, 5), (6, 1, 7, 5), (12, 1, 13, 5)), Trend.STUCK),  # one event, and nobody takes it
        (looks((0, 50, 1, 5), (6, 90, 7, 5), (12, 130, 13, 5)), Trend.STUCK),  # it grows since nobody takes it
        (looks((0, 50, 60, 5), (6, 50, 66, 6), (12, 50, 72, 7)), Trend.LEVEL),  # slow is not stuck
        (looks((0, 0, 0, 5), (12, 1, 0.5, 5)), Trend.LEVEL),  # it has only just come
    ],
)
def test_a_backlog_is_called_by_where_it_goes(drawn: list[Look], trend: Trend) -> None:
    flow = flow_of(drawn)

    assert flow is not None
    assert flow.trend is trend


def test_a_backlog_that_drains_says_when_it_is_gone() -> None:
    assert flow_of(looks((0, 400, 4, 0), (20, 100, 1, 300))) == Flow(Trend.DRAINING, seconds_left=100 * 20 / 300)


def test_one_look_tells_no_direction() -> None:
    assert flow_of(looks((0, 400, 4, 5))) is None
    assert flow_of([]) is None


def test_old_looks_and_those_of_an_earlier_process_do_not_count() -> None:
    drawn = looks((0, 9, 9, 500), (40, 8, 8, 600), (50, 7, 7, 10), (52, 6, 6, 20))

    assert [look.at for look in recent(drawn)] == [50, 52]


def test_of_a_services_parts_the_worst_is_shown() -> None:
    draining = [Flow(Trend.DRAINING, seconds_left=3.0), Flow(Trend.DRAINING, seconds_left=40.0)]

    assert worst([Flow(Trend.LEVEL), *draining, None]) == draining[1]
    assert worst([*draining, Flow(Trend.STUCK)]) == Flow(Trend.STUCK)
    assert worst([None]) is None
