"""Lag in seconds: how long the oldest record waits that is not handled yet.

Seen to fail: with `seconds` answering from `_since` alone, a batch in hand did not age; without `own` forgetting, a
partition that was given up went on telling.
"""

from collections.abc import Iterator

import pytest

from claimwright.messaging.envelope import Record
from claimwright.messaging.lag import Lag
from claimwright.telemetry import metrics

PARTITION = ("claimwright.intake", 3)


class Now:
    """A clock that a test moves, in milliseconds."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def lag(now: Now) -> Iterator[Lag]:
    made = Lag("test-lag", now_ms=now)
    made.own({PARTITION})
    yield made
    made.own(())


def a_record(position: int, *, stamped_ms: int | None) -> Record:
    topic, partition = PARTITION
    return Record(topic, partition, position, b"clm_1", b"{}", (), stamped_ms=stamped_ms)


def shown() -> float | None:
    labels = {"consumer": "test-lag", "topic": PARTITION[0], "partition": str(PARTITION[1])}
    return metrics.REGISTRY.get_sample_value("claimwright_consumer_lag_seconds", labels)


def test_nothing_that_waits_is_no_lag(lag: Lag) -> None:
    lag.took([])
    lag.behind({PARTITION: 0})

    assert lag.seconds(PARTITION) == 0


def test_a_batch_in_hand_ages_by_its_oldest_record_until_that_is_handled(lag: Lag, now: Now) -> None:
    records = [a_record(0, stamped_ms=now.ms - 9_000), a_record(1, stamped_ms=now.ms - 2_000)]

    lag.took(records)
    now.ms += 1_000
    before = lag.seconds(PARTITION)
    lag.handled(records[:1])

    assert before == 10
    assert lag.seconds(PARTITION) == 3


def test_what_waits_on_the_broker_is_no_older_than_the_last_that_was_handled(lag: Lag, now: Now) -> None:
    record = a_record(0, stamped_ms=now.ms - 4_000)

    lag.took([record])
    lag.handled([record])
    lag.behind({PARTITION: 7})
    waiting = lag.seconds(PARTITION)
    lag.behind({PARTITION: 0})

    assert waiting == 4
    assert lag.seconds(PARTITION) == 0


def test_records_that_nobody_reads_age_from_when_they_were_first_known_of(lag: Lag, now: Now) -> None:
    lag.behind({PARTITION: 1})
    now.ms += 30_000
    lag.behind({PARTITION: 2})

    assert lag.seconds(PARTITION) == 30


def test_seconds_go_on_while_nothing_happens_here(lag: Lag, now: Now) -> None:
    lag.took([a_record(0, stamped_ms=now.ms)])
    first = shown()
    now.ms += 60_000

    assert (first, shown()) == (0, 60)


def test_a_partition_that_was_given_up_tells_nothing_more(lag: Lag, now: Now) -> None:
    lag.took([a_record(0, stamped_ms=now.ms - 5_000)])
    before = shown()

    lag.own(())

    assert before == 5
    assert shown() is None


def test_a_broker_that_is_ahead_of_us_makes_no_negative_lag(lag: Lag, now: Now) -> None:
    lag.took([a_record(0, stamped_ms=now.ms + 5_000)])

    assert lag.seconds(PARTITION) == 0
