"""Level 5 asks whoever the caller hands in; unknown codes warn, and a set that is not loaded says nothing."""

from datetime import date

import pytest

from claimwright.x12 import CodeSet, CodeStanding, CodeTables, FirstThatKnows, HealthCode, judge, write_837p
from tests.support.builders_x12 import SENT, a_batch, a_claim

DAY = date(2026, 11, 1)
FILE = b"""set,code,from,until
icd10cm,J01.90,2015-10-01,
icd10cm,M722,2015-10-01,2026-09-30
carc,45,,
"""


def tables(data: bytes = FILE) -> CodeTables:
    made = CodeTables()
    assert made.read(data) == []
    return made


@pytest.mark.parametrize(
    ("code_set", "code", "day", "wanted"),
    [
        (CodeSet.DIAGNOSES, "J0190", DAY, CodeStanding.GOOD),
        (CodeSet.DIAGNOSES, "M722", date(2026, 9, 30), CodeStanding.GOOD),
        (CodeSet.DIAGNOSES, "M722", date(2026, 10, 1), CodeStanding.NOT_ON_DAY),
        (CodeSet.DIAGNOSES, "M722", None, CodeStanding.GOOD),
        (CodeSet.DIAGNOSES, "X999", DAY, CodeStanding.UNKNOWN),
        (CodeSet.ADJUSTMENT_REASONS, "45", date(1990, 1, 1), CodeStanding.GOOD),
        (CodeSet.REMARKS, "N130", DAY, CodeStanding.NOT_LOADED),
    ],
)
def test_a_code_has_a_standing_on_a_day(code_set: CodeSet, code: str, day: date | None, wanted: CodeStanding) -> None:
    assert tables().standing(code_set, code, day) is wanted


def test_an_unknown_diagnosis_warns_and_never_rejects() -> None:
    data = write_837p(a_batch(a_claim(diagnoses=(HealthCode("ABK", "X999"),))), **SENT).data

    assert judge(data) == []
    (finding,) = judge(data, codes=tables())
    assert (finding.code, finding.level, finding.blocks) == ("x12.diagnosis_unknown", 5, False)


def test_a_set_that_is_not_loaded_says_nothing() -> None:
    data = write_837p(a_batch(), **SENT).data

    assert judge(data, codes=CodeTables()) == []


def test_the_first_answer_that_has_the_set_loaded_counts() -> None:
    mine, theirs = CodeTables(), tables()
    mine.add(CodeSet.REMARKS, "N1")
    both = FirstThatKnows([mine, theirs])

    assert both.standing(CodeSet.DIAGNOSES, "J0190", DAY) is CodeStanding.GOOD
    assert both.standing(CodeSet.REMARKS, "N1", DAY) is CodeStanding.GOOD
    assert both.standing(CodeSet.CPT, "99213", DAY) is CodeStanding.NOT_LOADED


@pytest.mark.parametrize(
    ("data", "code", "pointer"),
    [
        (b"code,from\n1,\n", "codes.columns", None),
        (b"", "codes.columns", None),
        (b"\xff\xfe", "codes.file", None),
        (b'set,code\n"carc,45', "codes.file", None),
        (b"set,code\nicd9,4019\n", "codes.set", "/2/set"),
        (b"set,code\ncarc,\n", "codes.code", "/2/code"),
        (b"set,code,from\ncarc,45,\ncarc,1,soon\n", "codes.day", "/3/from"),
    ],
)
def test_what_is_wrong_with_a_file_of_codes_is_named(data: bytes, code: str, pointer: str | None) -> None:
    wrong = CodeTables().read(data)

    assert [(each.code, each.where.pointer) for each in wrong] == [(code, pointer)]


def test_a_wrong_row_leaves_the_others() -> None:
    made = CodeTables()

    made.read(b"set,code,until\ncarc,45,2026-13-01\ncarc,1,\n")

    assert made.standing(CodeSet.ADJUSTMENT_REASONS, "1", DAY) is CodeStanding.GOOD
    assert made.standing(CodeSet.ADJUSTMENT_REASONS, "45", DAY) is CodeStanding.UNKNOWN
