"""The dated ICD-10-CM codes answer the X12 codec, and say nothing of what they do not know."""

from datetime import date

import pytest

from claimwright.x12.code_sets import CodeSet, CodeStanding
from claimwright_coding.gateways.x12_codes import DatedDiagnoses, icd10_codes


@pytest.fixture(scope="module")
def codes() -> DatedDiagnoses:
    return icd10_codes()


@pytest.mark.parametrize(
    ("code", "day", "wanted"),
    [
        ("J0190", date(2026, 11, 1), CodeStanding.GOOD),
        ("M722", date(2026, 9, 30), CodeStanding.GOOD),
        ("M722", date(2026, 10, 1), CodeStanding.NOT_ON_DAY),
        ("J01", date(2026, 11, 1), CodeStanding.NOT_ON_DAY),
        ("QQQ99", date(2026, 11, 1), CodeStanding.UNKNOWN),
        ("J0190", date(2015, 9, 30), CodeStanding.NOT_LOADED),
        ("J0190", date(2099, 1, 1), CodeStanding.NOT_LOADED),
        ("J0190", None, CodeStanding.NOT_LOADED),
    ],
)
def test_a_diagnosis_has_a_standing_on_a_day(
    codes: DatedDiagnoses, code: str, day: date | None, wanted: CodeStanding
) -> None:
    assert codes.standing(CodeSet.DIAGNOSES, code, day) is wanted


def test_other_sets_are_not_loaded(codes: DatedDiagnoses) -> None:
    assert codes.standing(CodeSet.CPT, "99213", date(2026, 11, 1)) is CodeStanding.NOT_LOADED
