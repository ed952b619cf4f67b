"""Is this code good on this day? The published yearly changes are the judge."""

from datetime import date, timedelta

import pytest

from claimwright_coding.domain.code_sets import DatedCodes, Flag, Standing, UnreadableMaster
from tests.support.builders_coding import the_codes

FISCAL_2024 = date(2023, 10, 1)
FISCAL_2025 = date(2024, 10, 1)
FISCAL_2026 = date(2025, 10, 1)
APRIL_2026 = date(2026, 4, 1)
FISCAL_2027 = date(2026, 10, 1)


def standing(code: str, on: date) -> Standing:
    return the_codes().judge(code, on).standing


def good_codes(on: date) -> set[str]:
    """Return all codes that are good on a day, row by row; to judge each of them takes ten times as long."""
    codes, day = the_codes(), int(f"{on:%Y%m%d}")
    rows = ((codes._code_at(place), codes._row_at(place)) for place in range(codes.count))
    return {code.decode() for code, row in rows if row.first_day <= day <= row.last_day}


@pytest.mark.parametrize(
    ("day", "count", "added", "ended"),
    [(FISCAL_2024, 74_044, 395, 25), (FISCAL_2026, 74_719, 487, 28), (FISCAL_2027, 74_879, 190, 30)],
)
def test_a_release_has_the_published_counts(day: date, count: int, added: int, ended: int) -> None:
    # The yearly order files and their addenda: billable codes, added, and no longer valid.
    before, after = good_codes(day - timedelta(days=1)), good_codes(day)

    assert (len(after), len(after - before), len(before - after)) == (count, added, ended)
    assert all(standing(code, day) is Standing.GOOD for code in after - before)
    assert all(standing(code, day) in {Standing.ENDED, Standing.HEADER} for code in before - after)


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("E119", FISCAL_2026, Standing.GOOD),
        ("E11", FISCAL_2026, Standing.HEADER),
        ("A00", FISCAL_2026, Standing.HEADER),
        ("I10", FISCAL_2026, Standing.GOOD),
        ("M722", date(2026, 9, 30), Standing.GOOD),
        ("M722", FISCAL_2027, Standing.HEADER),  # got a fifth character that day
        ("M67A01", date(2026, 9, 30), Standing.NOT_YET),
        ("U071", date(2020, 3, 31), Standing.NOT_YET),
        ("U071", date(2020, 4, 1), Standing.GOOD),
        ("ZZZ", FISCAL_2026, Standing.UNKNOWN),
        ("", FISCAL_2026, Standing.HEADER),
        ("E1199999", FISCAL_2026, Standing.UNKNOWN),
        ("Ä11", FISCAL_2026, Standing.UNKNOWN),
        ("E119", date(2027, 4, 1), Standing.BEYOND_RELEASE),
        ("E119", date(2015, 9, 30), Standing.NOT_YET),
    ],
)
def test_a_code_stands_as_it_did_on_the_day(code: str, on: date, expected: Standing) -> None:
    assert standing(code, on) is expected


@pytest.mark.parametrize("code", ["B20", "F99", "P84", "R99", "Z66"])
def test_categories_that_are_billable_codes_themselves_are_good(code: str) -> None:
    assert standing(code, FISCAL_2026) is Standing.GOOD


@pytest.mark.parametrize("code", ["S065X7D", "S065X8S", "S061X7S"])
def test_seventh_characters_that_a_note_forbids_are_no_codes(code: str) -> None:
    assert standing(code, FISCAL_2026) is not Standing.GOOD


def test_the_sex_of_a_code_ends_with_fiscal_year_2024() -> None:
    assert Flag.MALE in the_codes().judge("N400", date(2024, 9, 30)).flags
    assert Flag.MALE not in the_codes().judge("N400", FISCAL_2025).flags


def test_the_april_release_changed_nothing() -> None:
    assert good_codes(APRIL_2026) == good_codes(FISCAL_2026)


@pytest.mark.parametrize("blob", [b"", b"DECM", b"XXXX" + bytes(28), b"DECM" + b"\xff" * 16])
def test_bytes_of_another_layout_are_refused(blob: bytes) -> None:
    with pytest.raises(UnreadableMaster):
        DatedCodes.read(blob, release="test")
