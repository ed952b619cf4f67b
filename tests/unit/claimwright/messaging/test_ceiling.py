"""Parking stops being the answer when too much of one partition fails."""

from claimwright.messaging.ceiling import RUN, Ceiling, Reached

HERE = ("claimwright.intake", 3)
THERE = ("claimwright.intake", 4)


def test_events_that_fail_one_after_the_other_reach_it() -> None:
    ceiling = Ceiling()

    for _ in range(RUN - 1):
        ceiling.note(HERE, failed=True)

    assert ceiling.reached is None
    ceiling.note(HERE, failed=True)
    assert ceiling.reached == Reached(HERE, failed=RUN, looked_at=RUN)


def test_one_event_that_works_begins_the_run_anew() -> None:
    ceiling = Ceiling()

    for _ in range(3):
        for _ in range(RUN - 1):
            ceiling.note(HERE, failed=True)
        ceiling.note(HERE, failed=False)
        for _ in range(8 * RUN):
            ceiling.note(HERE, failed=False)

    assert ceiling.reached is None


def test_a_quarter_of_the_last_thousand_reaches_it() -> None:
    ceiling = Ceiling()

    for number in range(1000):
        ceiling.note(HERE, failed=number % 3 == 0)

    assert ceiling.reached is not None
    assert ceiling.reached.partition == HERE


def test_failures_of_several_partitions_are_not_added_up() -> None:
    ceiling = Ceiling()

    for number in range(2 * RUN - 2):
        ceiling.note(HERE if number % 2 else THERE, failed=True)

    assert ceiling.reached is None


def test_a_person_lets_it_go_on_and_it_counts_from_nothing() -> None:
    ceiling = Ceiling()
    for _ in range(RUN):
        ceiling.note(HERE, failed=True)

    ceiling.go_on()
    for _ in range(RUN - 1):
        ceiling.note(HERE, failed=True)

    assert ceiling.reached is None
