"""The rule that never bends: the farthest speaker's latest word counts, in whatever order the words reach us."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.events.lifecycle_words import Stage
from claimwright_submission.domain.stage import Evidence, stage_of, strongest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

TA1_REJECTS = "ack.interchange_rejected.v1"
SET_ACCEPTED = "ack.set_accepted.v1"
SET_REJECTED = "ack.set_rejected.v1"
CH_ACCEPTS = "ack.clearinghouse_accepted.v1"
CH_REJECTS = "ack.clearinghouse_rejected.v1"
PAYER_HAS = "ack.payer_received.v1"
PAYER_ACCEPTS = "ack.payer_accepted.v1"
PAYER_REJECTS = "ack.payer_rejected.v1"
DECIDED = "claim.adjudicated.v1"
EVERYTHING = (
    TA1_REJECTS, SET_ACCEPTED, SET_REJECTED, CH_ACCEPTS, CH_REJECTS, PAYER_HAS, PAYER_ACCEPTS, PAYER_REJECTS, DECIDED,
)  # fmt: skip


def said(event_type: str, minutes: int = 0, *, answer: str = "art") -> Evidence:
    return Evidence(event_type, NOON + timedelta(minutes=minutes), answer)


@pytest.mark.parametrize(
    ("what", "stage"),
    [
        ([], "TRANSMITTED"),
        ([said(SET_ACCEPTED)], "TRANSMITTED"),
        ([said(SET_REJECTED)], "FILE_REJECTED"),
        ([said(TA1_REJECTS)], "FILE_REJECTED"),
        ([said(SET_ACCEPTED, 1), said(CH_ACCEPTS, 2)], "CH_ACCEPTED"),
        ([said(CH_ACCEPTS, 1), said(CH_REJECTS, 2)], "CH_REJECTED"),
        ([said(CH_REJECTS, 1), said(CH_ACCEPTS, 2)], "CH_ACCEPTED"),
        ([said(CH_REJECTS, 9), said(PAYER_HAS, 1)], "PAYER_RECEIVED"),
        ([said(PAYER_ACCEPTS, 1), said(PAYER_HAS, 9)], "PAYER_ACCEPTED"),
        ([said(PAYER_ACCEPTS, 1), said(PAYER_REJECTS, 2)], "PAYER_REJECTED"),
        ([said(PAYER_REJECTS, 2), said(PAYER_ACCEPTS, 1)], "PAYER_REJECTED"),
        ([said(PAYER_ACCEPTS, 1), said(SET_REJECTED, 9), said(TA1_REJECTS, 9)], "PAYER_ACCEPTED"),
        ([said(DECIDED, 1), said(PAYER_REJECTS, 9)], "ADJUDICATED"),
    ],
)
def test_the_farthest_speakers_latest_word_counts(what: list[Evidence], stage: str) -> None:
    for order in permutations(what):
        assert stage_of(Stage.TRANSMITTED, order) is Stage(stage)


def test_of_two_answers_of_one_moment_the_rejection_counts() -> None:
    both = [said(PAYER_ACCEPTS), said(PAYER_REJECTS)]

    assert stage_of(Stage.TRANSMITTED, both) is Stage.PAYER_REJECTED
    assert stage_of(Stage.TRANSMITTED, reversed(both)) is Stage.PAYER_REJECTED


@pytest.mark.parametrize("transport", [Stage.QUEUED, Stage.TRANSMIT_UNKNOWN, Stage.TRANSMITTED, Stage.FILE_REJECTED])
def test_without_an_answer_the_transport_tells(transport: Stage) -> None:
    assert stage_of(transport, []) is transport


WORDS = st.lists(
    st.builds(
        said,
        st.sampled_from(EVERYTHING),
        st.integers(min_value=0, max_value=3),
        answer=st.sampled_from(["art_1", "art_2"]),
    ),
    max_size=6,
)


# Seen to fail with "the last that came" in place of `max` over weights.
@given(words=WORDS, data=st.data())
def test_any_order_and_any_repetition_of_answers_ends_in_the_same_stage(
    words: list[Evidence], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(words + data.draw(st.lists(st.sampled_from(words))) if words else words))

    assert stage_of(Stage.TRANSMITTED, shuffled) is stage_of(Stage.TRANSMITTED, words)


@given(words=WORDS)
def test_nothing_of_a_lower_rank_moves_a_decided_claim(words: list[Evidence]) -> None:
    decided = [said(DECIDED), *words]

    assert stage_of(Stage.TRANSMITTED, decided) is Stage.ADJUDICATED


@given(words=WORDS, later=WORDS)
def test_one_more_word_never_weakens_what_stands(words: list[Evidence], later: list[Evidence]) -> None:
    before, after = strongest(words), strongest([*words, *later])

    assert before is None or (after is not None and after.weight >= before.weight)
