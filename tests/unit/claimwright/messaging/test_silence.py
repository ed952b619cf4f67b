"""When a silent reader is called stuck: only over what waited at the look before."""

from claimwright.messaging.consumer import behind

ONE = ("claimwright.intake", 0)
OTHER = ("claimwright.intake", 1)


# Seen to fail in a whole run: a record that came during a look at the silence ended the process.
def test_what_has_just_come_is_no_sign_of_a_stuck_reader() -> None:
    at_the_last_look = behind(reached={ONE: 5}, ends={ONE: 5})

    assert behind(reached={ONE: 5}, ends=at_the_last_look) == {}


def test_what_still_waits_at_the_next_look_is() -> None:
    at_the_last_look = behind(reached={ONE: 4, OTHER: 9}, ends={ONE: 5, OTHER: 9})

    assert behind(reached={ONE: 4, OTHER: 9}, ends=at_the_last_look) == {ONE: 5}
    assert behind(reached={ONE: 5, OTHER: 9}, ends=at_the_last_look) == {}


def test_a_partition_of_which_nothing_was_read_stands_at_its_beginning() -> None:
    assert behind(reached={}, ends={ONE: 1, OTHER: 0}) == {ONE: 1}
