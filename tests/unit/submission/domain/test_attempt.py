"""One live try; unknown is not failed; nothing is sent twice on a guess."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright_submission.domain.attempt import News, Step, Told, Transport, after, wait_before_next_try

# state      news           to         told
CASES = """
ready        started        sending    -
sending      accepted       sent       sent
sending      refused        refused    refused
sending      unreached      ready      transport_failed
sending      no_answer      unknown    outcome_unknown
sending      sender_lost    unknown    outcome_unknown
sending      acknowledged   sent       sent
unknown      seen           sent       resolved_as_sent
unknown      not_seen       ready      resolved_as_not_sent
unknown      acknowledged   sent       resolved_as_sent
unknown      accepted       sent       resolved_as_sent
unknown      refused        refused    refused
unknown      unreached      ready      resolved_as_not_sent
ready        acknowledged   sent       sent
ready        accepted       sent       sent
refused      acknowledged   sent       sent
refused      seen           sent       sent
"""
TABLE = [line.split() for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(("state", "news", "to", "told"), TABLE)
def test_each_news_moves_a_file_as_the_table_says(state: str, news: str, to: str, told: str) -> None:
    step = after(Transport(state), News(news))

    assert step == Step(Transport(to), None if told == "-" else Told(told))


def test_news_that_the_table_does_not_name_changes_nothing() -> None:
    named = {(Transport(state), News(news)) for state, news, _, _ in TABLE}

    assert all(after(state, news) is None for state in Transport for news in News if (state, news) not in named)


# Seen to fail with a step (unknown, started) → sending, which is how a blind re-send would look.
@pytest.mark.parametrize("state", [Transport.SENDING, Transport.UNKNOWN, Transport.SENT, Transport.REFUSED])
def test_only_a_ready_file_may_be_sent(state: Transport) -> None:
    assert after(state, News.STARTED) is None


@given(news=st.lists(st.sampled_from(list(News))))
def test_a_file_that_was_sent_stays_sent_whatever_is_heard_afterwards(news: list[News]) -> None:
    state = Transport.SENT
    for each in news:
        step = after(state, each)
        state = step.to if step else state

    assert state is Transport.SENT


def test_the_wait_doubles_up_to_five_minutes() -> None:
    waits = [wait_before_next_try(tries).total_seconds() for tries in (0, 1, 2, 3, 9, 10, 1000)]

    assert waits == [1, 1, 2, 4, 256, 300, 300]
    assert wait_before_next_try(40) == timedelta(minutes=5)
