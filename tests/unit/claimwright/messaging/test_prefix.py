"""Which rows are final, as numbers; the whole relay is in `test_relay_states.py`."""

import pytest

from claimwright.messaging.prefix import Fence, Prefix


def test_a_row_that_follows_its_forerunner_needs_no_fence() -> None:
    prefix = Prefix(cursor=4)

    assert prefix.count_final([5, 6, 7]) == 3


def test_a_hole_stops_the_reader() -> None:
    prefix = Prefix(cursor=4)

    assert prefix.count_final([5, 7, 8]) == 1


def test_a_hole_is_crossed_up_to_what_the_fence_has_proved() -> None:
    fenced = Prefix(cursor=5).raise_fence(Fence(last_seq=8, xid=900))

    assert fenced.observe(900).count_final([7, 8, 10]) == 0  # the fence's own transaction number may still be running
    assert fenced.observe(901).count_final([7, 8, 10]) == 2


def test_the_cursor_never_goes_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        Prefix(cursor=9).advance(8)
