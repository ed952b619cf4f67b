"""The order of a key decides what becomes of its next event."""

import pytest

from claimwright.messaging.verdicts import Verdict, judge


@pytest.mark.parametrize(
    ("version", "seen", "floor", "parked_from", "verdict"),
    [
        pytest.param(1, 0, 1, None, Verdict.HANDLE, id="the first event of a key"),
        pytest.param(6, 5, 1, None, Verdict.HANDLE, id="the next one"),
        pytest.param(5, 5, 1, None, Verdict.SEEN, id="the last one again"),
        pytest.param(2, 5, 1, None, Verdict.SEEN, id="an older one"),
        pytest.param(7, 5, 1, None, Verdict.GAP, id="one after a missing one"),
        pytest.param(4, 0, 1, None, Verdict.GAP, id="a first one that is not the first"),
        pytest.param(4, 0, 4, None, Verdict.HANDLE, id="the first that its publisher still has"),
        pytest.param(9, 5, 9, None, Verdict.GAP, id="a floor above what was seen, which is a loss"),
        pytest.param(7, 5, 1, 6, Verdict.QUEUE, id="one behind a parked one"),
        pytest.param(6, 5, 1, 7, Verdict.HANDLE, id="the missing one that a parked one waits for"),
        pytest.param(7, 5, 1, 9, Verdict.GAP, id="a second gap before a parked one"),
    ],
)
def test_the_next_event_of_a_key(
    version: int, seen: int, floor: int, parked_from: int | None, verdict: Verdict
) -> None:
    assert judge(version, seen=seen, floor=floor, parked_from=parked_from) is verdict
