"""What a coded version of a claim leads to, and lines that keep their numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import control_numbers
from claimwright.events.lifecycle_words import Stage
from claimwright_submission.domain.claim import Next, Standing, known_lines, next_for, number_lines
from tests.support.builders_submission import a_line

PCN = control_numbers.mint(1, payer_order=1, key=b"a key")


def standing(stage: str, *, version: int = 1, is_waiting: bool = False) -> Standing:
    return Standing(stage=Stage(stage), encounter_version=version, is_waiting=is_waiting)


def test_a_new_claim_is_queued_and_held_without_a_route() -> None:
    assert next_for(None, encounter_version=1, has_route=True) is Next.QUEUE
    assert next_for(None, encounter_version=1, has_route=False) is Next.HOLD


@pytest.mark.parametrize("stage", ["FILE_REJECTED", "CH_REJECTED", "PAYER_REJECTED", "SCRUB_FAILED", "HELD"])
@pytest.mark.parametrize("version", [1, 2])
def test_a_claim_that_came_back_is_queued_again(stage: str, version: int) -> None:
    assert next_for(standing(stage), encounter_version=version, has_route=True) is Next.QUEUE


@pytest.mark.parametrize(
    "stage",
    ["QUEUED", "TRANSMITTED", "TRANSMIT_UNKNOWN", "CH_ACCEPTED", "PAYER_RECEIVED", "PAYER_ACCEPTED", "ADJUDICATED"],
)
def test_a_claim_that_is_on_its_way_or_decided_is_left_to_a_person(stage: str) -> None:
    assert next_for(standing(stage), encounter_version=2, has_route=True) is Next.TELL_BILLED


def test_a_claim_that_still_waits_takes_the_new_version_along() -> None:
    assert next_for(standing("QUEUED", is_waiting=True), encounter_version=2, has_route=True) is Next.QUEUE


@pytest.mark.parametrize("stage", ["QUEUED", "TRANSMITTED", "PAYER_ACCEPTED", "ADJUDICATED"])
def test_the_same_version_again_changes_nothing(stage: str) -> None:
    assert next_for(standing(stage), encounter_version=1, has_route=True) is Next.NOTHING


def test_an_older_version_changes_nothing_even_of_a_rejected_claim() -> None:
    assert next_for(standing("CH_REJECTED", version=3), encounter_version=2, has_route=True) is Next.NOTHING


def test_lines_are_numbered_in_their_order() -> None:
    numbered = number_lines([a_line(), a_line(procedure_code="36415")], before=(), minted=0, patient_control_number=PCN)

    assert [line.line_control_number for line in numbered.lines] == [f"{PCN}01", f"{PCN}02"]
    assert numbered.minted == 2


def test_a_line_keeps_its_number_where_it_moves_and_a_new_one_takes_the_next() -> None:
    before = number_lines([a_line(), a_line(procedure_code="36415")], before=(), minted=0, patient_control_number=PCN)

    amended = [a_line(procedure_code="85025"), a_line(procedure_code="36415", charge_cents=12_00), a_line()]
    after = number_lines(amended, before=before.lines, minted=before.minted, patient_control_number=PCN)

    assert [line.line_control_number for line in after.lines] == [f"{PCN}03", f"{PCN}02", f"{PCN}01"]
    assert after.minted == 3


def test_a_number_of_a_dropped_line_is_never_given_again() -> None:
    before = number_lines([a_line(), a_line(procedure_code="36415")], before=(), minted=0, patient_control_number=PCN)

    without = number_lines([a_line()], before=before.lines, minted=before.minted, patient_control_number=PCN)
    again = number_lines(
        [a_line(), a_line(procedure_code="36415")],
        before=without.lines,
        minted=without.minted,
        patient_control_number=PCN,
    )

    assert [line.line_control_number for line in again.lines] == [f"{PCN}01", f"{PCN}03"]


def test_a_line_whose_code_was_wrong_keeps_its_number_by_its_place() -> None:
    before = number_lines([a_line(), a_line(procedure_code="36415")], before=(), minted=0, patient_control_number=PCN)

    corrected = [a_line(), a_line(procedure_code="36416", service_date=date(2026, 3, 3))]
    after = known_lines(corrected, before=before.lines)

    assert [line.line_control_number for line in after] == [f"{PCN}01", f"{PCN}02"]


LINES = st.lists(
    st.builds(
        a_line,
        procedure_code=st.sampled_from(["99213", "36415", "85025"]),
        charge_cents=st.sampled_from([10_00, 20_00]),
        service_date=st.sampled_from([date(2026, 3, 2), date(2026, 3, 3)]),
    ),
    min_size=1,
    max_size=6,
)


# Seen to fail by giving new lines the number of their place.
@given(versions=st.lists(LINES, min_size=1, max_size=5))
def test_over_any_amendments_no_number_stands_for_two_lines(versions: list[list[object]]) -> None:
    before: tuple[object, ...] = ()
    minted, given_before = 0, set[str]()
    for lines in versions:
        numbered = number_lines(lines, before=before, minted=minted, patient_control_number=PCN)  # type: ignore[arg-type]
        numbers = [str(line.line_control_number) for line in numbered.lines]
        kept = {line.line_control_number for line in before}  # type: ignore[attr-defined]

        assert len(set(numbers)) == len(numbers)
        assert not (set(numbers) - kept) & given_before
        given_before |= set(numbers)
        before, minted = numbered.lines, numbered.minted
