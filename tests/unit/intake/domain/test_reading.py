"""A posted document is an encounter, or all that is wrong with it at once."""

from typing import Any

import pytest

from claimwright_intake.domain.reading import read_encounter
from tests.support.builders_intake import (
    TODAY,
    a_billing_provider,
    a_coverage,
    a_line,
    a_patient,
    an_encounter_document,
)


def found(document: object) -> dict[str, str]:
    """Return the findings of a document: pointer → code."""
    read = read_encounter(document, today=TODAY)
    assert (read.encounter is None) == bool(read.findings)
    return {finding.where.pointer or "": finding.code for finding in read.findings}


def test_the_smallest_encounter_is_read() -> None:
    assert found(an_encounter_document()) == {}


def test_all_findings_come_at_once_also_those_between_fields() -> None:
    document = an_encounter_document(
        patient=a_patient(sex="X", birth_date="2027-01-01"),
        billing_provider=a_billing_provider(npi="1003000127"),
        lines=[a_line(charge_cents="12.50", diagnosis_pointers=[2]), a_line(service_date="2026-13-01")],
        colour="blue",
    )

    assert found(document) == {
        "/patient/sex": "encounter.choice_unknown",
        "/patient/birth_date": "encounter.day_in_future",
        "/billing_provider/npi": "encounter.npi_check_digit",
        "/lines/0/charge_cents": "encounter.whole_number_expected",
        "/lines/0/diagnosis_pointers/0": "encounter.pointer_past_list",
        "/lines/1/service_date": "encounter.day_does_not_exist",
        "/colour": "encounter.field_unknown",
    }


@pytest.mark.parametrize(
    ("line", "pointer", "code"),
    [
        ({"charge_cents": 125.5}, "/lines/0/charge_cents", "whole_number_expected"),
        ({"charge_cents": 1e4}, "/lines/0/charge_cents", "whole_number_expected"),
        ({"charge_cents": float("nan")}, "/lines/0/charge_cents", "whole_number_expected"),
        ({"charge_cents": True}, "/lines/0/charge_cents", "whole_number_expected"),
        ({"charge_cents": -1}, "/lines/0/charge_cents", "number_too_small"),
        ({"charge_cents": 10**12}, "/lines/0/charge_cents", "number_too_large"),
        ({"units": 0}, "/lines/0/units", "units_zero"),
        ({"units": "1E+40000000"}, "/lines/0/units", "units_form"),
        ({"units": "1_000"}, "/lines/0/units", "units_form"),
        ({"units": "٣"}, "/lines/0/units", "units_form"),
        ({"units": True}, "/lines/0/units", "units_form"),
        ({"units": 1.0005}, "/lines/0/units", "units_form"),
        ({"service_date": "2026-11-03"}, "/lines/0/service_date", "day_in_future"),
        ({"service_date": "20261005"}, "/lines/0/service_date", "day_form"),
        ({"service_date": "2026-10-05T10:00:00"}, "/lines/0/service_date", "day_form"),
        ({"service_date": 1760000000}, "/lines/0/service_date", "day_form"),
        ({"service_date": "1926-10-05"}, "/lines/0/service_date", "day_too_long_ago"),
        ({"service_date_to": "2026-10-04"}, "/lines/0/service_date_to", "days_reversed"),
        ({"diagnosis_pointers": [0]}, "/lines/0/diagnosis_pointers/0", "number_too_small"),
        ({"diagnosis_pointers": ["1"]}, "/lines/0/diagnosis_pointers/0", "whole_number_expected"),
        ({"modifiers": "25"}, "/lines/0/modifiers", "list_expected"),
        ({"place_of_service": "١١"}, "/lines/0/place_of_service", "form_wrong"),
    ],
)
def test_an_impossible_value_of_a_line_is_refused(line: dict[str, Any], pointer: str, code: str) -> None:
    document = an_encounter_document(lines=[a_line(**line)])

    assert found(document) == {pointer: f"encounter.{code}"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DOE~CLM*FORGED*99999.00", "text_has_delimiters"),
        ("Doe:Roe", "text_has_delimiters"),
        ("Doe^Roe", "text_has_delimiters"),
        ("Doe\nRoe", "text_has_controls"),
        ("Doe\x00", "text_has_controls"),
        ("Do\u202ee", "text_has_controls"),
        ("   ", "text_is_blank"),
        ("測試", "text_not_latin"),
        ("D" * 61, "text_too_long"),
        (None, "text_expected"),
    ],
)
def test_a_name_that_would_break_a_file_is_refused(name: str | None, code: str) -> None:
    document = an_encounter_document(patient=a_patient(name={"last": name, "first": "Paula"}))

    assert found(document) == {"/patient/name/last": f"encounter.{code}"}


def test_the_fifty_first_line_is_one_finding_and_hides_no_other() -> None:
    document = an_encounter_document(lines=[a_line(units=0), *[a_line() for _ in range(50)]])

    assert found(document) == {"/lines": "encounter.lines_too_many", "/lines/0/units": "encounter.units_zero"}


def test_fifty_lines_are_taken() -> None:
    assert found(an_encounter_document(lines=[a_line() for _ in range(50)])) == {}


@pytest.mark.parametrize("document", [[], "encounter", 1, None, True])
def test_what_is_no_object_is_one_finding(document: object) -> None:
    assert found(document) == {"": "encounter.object_expected"}


def test_no_finding_repeats_what_was_posted() -> None:
    secret = "Canary~Value"
    document = an_encounter_document(
        external_id=secret,
        patient=a_patient(name={"last": secret, "first": secret}, birth_date=secret, sex=secret),
        coverages=[a_coverage(member_id=f"{secret} {secret}")],
        notes=[secret, 7],
        **{secret: secret},
    )

    read = read_encounter(document, today=TODAY)

    assert len(read.findings) >= 7
    assert "Canary" not in repr(read.findings)


def test_the_name_of_an_unknown_field_is_shown_only_where_it_looks_like_one() -> None:
    # Seen to fail once: without `_SHOWABLE` the second pointer was "/Canary Value".
    assert found(an_encounter_document(birthDate="x")) == {"/birthDate": "encounter.field_unknown"}
    assert found(an_encounter_document(**{"Canary Value": "x"})) == {"": "encounter.field_unknown"}


def test_a_diagnosis_is_kept_without_its_point_and_in_upper_case() -> None:
    read = read_encounter(an_encounter_document(diagnoses=[{"code": "e11.9"}]), today=TODAY)

    assert read.encounter is not None
    assert read.encounter.diagnoses[0].code == "E119"


def test_texts_are_kept_composed_and_without_blanks_at_the_ends() -> None:
    decomposed = "  Pe\u0301rez "
    read = read_encounter(
        an_encounter_document(patient=a_patient(name={"last": decomposed, "first": "Ana"})), today=TODAY
    )

    assert read.encounter is not None
    assert read.encounter.patient.name.last == "P\u00e9rez"


def test_a_note_may_have_several_lines() -> None:
    assert found(an_encounter_document(notes=["First line.\nSecond line."])) == {}


def test_every_finding_says_what_would_mend_it() -> None:
    document = an_encounter_document(patient=3, lines=[], diagnoses={}, place_of_service="1", flags={"x": 1})

    read = read_encounter(document, today=TODAY)

    assert read.findings
    assert all(finding.says and finding.fix for finding in read.findings)
