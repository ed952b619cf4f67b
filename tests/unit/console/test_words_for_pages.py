"""How pages write moments, ids and data."""

from datetime import UTC, datetime, timedelta

import pytest

from claimwright.events.lifecycle_words import Outcome, Stage
from claimwright_console.pages.words_for_pages import due, fields_of, outcome_tone, short, span, tone, took, where

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=12), "12 s"),
        (timedelta(minutes=4, seconds=59), "4 min"),
        (timedelta(hours=30), "1 d"),
        (timedelta(hours=3), "3 h"),
        (timedelta(seconds=-3), "0 s"),
        (0.4, "0 s"),
    ],
)
def test_a_length_of_time_is_told_by_its_largest_unit(length: timedelta | float, text: str) -> None:
    assert span(length) == text


def test_a_due_moment_is_ahead_or_late() -> None:
    assert due(NOON + timedelta(hours=2), NOON) == "in 2 h"
    assert due(NOON - timedelta(days=2), NOON) == "2 d late"


def test_an_id_is_short_by_its_end_since_ids_of_one_moment_begin_alike() -> None:
    assert short("clm_01m8dft24cfed8b0mdvb022dkj") == "clm_…vb022dkj"
    assert short("raw:topic:3:17") == "raw:topic:3:17"


def test_only_ids_with_a_page_lead_somewhere() -> None:
    assert where("clm_01m8") == "/claims/clm_01m8"
    assert where("fil_01m8") == "/files/fil_01m8"
    assert where("enc_01m8") is None


def test_every_stage_and_outcome_has_a_tone() -> None:
    assert {tone(stage) for stage in Stage} == {"good", "bad", "warn", "accent"}
    assert {outcome_tone(outcome) for outcome in Outcome} == {"good", "bad", "warn"}


def test_data_is_laid_flat_with_money_as_money() -> None:
    data = {
        "a": 1,
        "file": {"id": "art_1"},
        "gaps": [{"code": "x"}],
        "reasons": ["CO-45", "PR-1"],
        "paid_cents": 1234,
        "none": None,
    }

    assert fields_of(data) == [
        ("a", "1"), ("file.id", "art_1"), ("gaps[0].code", "x"), ("paid_cents", "$12.34"), ("reasons", "CO-45, PR-1"),
    ]  # fmt: skip


def test_a_span_took_milliseconds_or_seconds() -> None:
    assert (took(1_500), took(2_340_000)) == ("1.5 ms", "2.34 s")
