"""What a case says, in which order, and until when it waits."""

from datetime import UTC, datetime

from claimwright_coding.domain.case import Take, events_of_scrub
from claimwright_coding.domain.scrub import scrub
from claimwright_coding.domain.working_days import after_working_days
from tests.support.builders_coding import a_content, the_codes

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
TAKE = Take(claim_id="clm_x", encounter_id="enc_x", encounter_version=1)


def told(*diagnoses: str, was_stopped: bool) -> list[str]:
    """Return the types of the events in order."""
    content = a_content(diagnoses=diagnoses)
    findings = scrub(content, the_codes())
    events = events_of_scrub(TAKE, content, findings, code_set="test", was_stopped=was_stopped, now=NOW)
    return [event.TYPE for event in events]


def test_a_good_claim_is_started_and_coded() -> None:
    assert told("E11.9", was_stopped=False) == ["coding.started.v1", "claim.coded.v1"]


def test_a_bad_claim_is_started_and_stopped() -> None:
    assert told("E11", was_stopped=False) == ["coding.started.v1", "claim.scrub_failed.v1"]


def test_a_mended_claim_passes_and_is_coded() -> None:
    assert told("E11.9", was_stopped=True) == ["claim.scrub_passed.v1", "claim.coded.v1"]


def test_a_claim_that_is_still_bad_stays_stopped() -> None:
    assert told("E11", was_stopped=True) == ["claim.scrub_failed.v1"]


def test_two_working_days_pass_over_a_weekend() -> None:
    friday = datetime(2026, 11, 6, 9, 30, tzinfo=UTC)

    assert after_working_days(friday, 2) == datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
    assert after_working_days(NOW, 2) == datetime(2026, 11, 4, 9, tzinfo=UTC)
