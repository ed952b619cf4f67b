"""What is exact in trace number, amount and day is matched by itself; all else is a suggestion or nothing."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from claimwright_remittance.domain.deposits.ageing import Expects, expects, latest_day_overdue
from claimwright_remittance.domain.deposits.matching import (
    Awaited,
    Credit,
    exact_pairs,
    is_exact,
    is_mismatch,
    mismatches,
    reasons_of,
    suggest,
)
from claimwright_remittance.domain.deposits.postings import posting_of_match, posting_of_unmatch
from claimwright_remittance.domain.ledger.entries import balances_of
from claimwright_remittance.domain.remits.remittance import Place
from tests.support.tables import cents_of

WEEK = timedelta(days=7)
DAY = date(2026, 3, 2)

CASES = """
    deposit                    remittance                 is        reasons
    T1 1999999999  80.00  0    T1  1999999999  80.00  exact     trace_equals payer_equals amount_equals date_near
    T1 -           80.00  7    T1  1999999999  80.00  exact     trace_equals amount_equals date_near
    T1 -           80.00  -7   T1  -           80.00  exact     trace_equals amount_equals date_near
    T1 999999999   80.00  0    T1  1999999999  80.00  exact     trace_equals payer_equals amount_equals date_near
    T1 1999999999  80.00  8    T1  1999999999  80.00  mismatch  trace_equals payer_equals amount_equals date_far
    T1 1999999999  80.01  0    T1  1999999999  80.00  mismatch  trace_equals payer_equals amount_differs date_near
    T1 1888888888  80.00  0    T1  1999999999  80.00  mismatch  trace_equals payer_differs amount_equals date_near
    01 -           80.00  0    1   -           80.00  neither   trace_similar amount_equals date_near
    -  -           80.00  0    T1  -           80.00  neither   trace_missing amount_equals date_near
    T2 -           80.00  0    T1  -           80.00  neither   trace_differs amount_equals date_near
"""


def given(word: str) -> str | None:
    return None if word == "-" else word


def a_credit(number: int = 1, *, trace: str | None = "T1", cents: int = 80_00, day: date = DAY) -> Credit:
    return Credit(UUID(int=number), day, cents, trace)


def an_awaited(number: int = 1, *, trace: str = "T1", cents: int = 80_00, day: date | None = DAY) -> Awaited:
    return Awaited(UUID(int=number), UUID(int=99), "PAYER1", trace, "", day, cents, "ACH")


@pytest.mark.parametrize("row", CASES.strip().splitlines()[1:])
def test_reasons(row: str) -> None:
    trace, payer, amount, days, awaited_trace, awaited_payer, awaited_amount, verdict, *said = row.split()
    credit = Credit(UUID(int=1), DAY + timedelta(days=int(days)), cents_of(amount), given(trace), given(payer))
    awaited = Awaited(
        UUID(int=2), UUID(int=3), "P", awaited_trace, given(awaited_payer) or "", DAY, cents_of(awaited_amount), "ACH"
    )

    reasons = reasons_of(credit, awaited, window=WEEK)

    assert [each.value for each in reasons] == said
    assert (is_exact(reasons), is_mismatch(reasons)) == (verdict == "exact", verdict == "mismatch")


def test_a_remittance_without_a_payment_date_is_never_exact() -> None:
    assert exact_pairs([a_credit()], [an_awaited(day=None)], window=WEEK) == []


def test_what_fits_two_is_left_to_a_person() -> None:
    twice = [a_credit(1), a_credit(2)]

    assert exact_pairs(twice, [an_awaited()], window=WEEK) == []
    assert exact_pairs([a_credit()], [an_awaited(1), an_awaited(2)], window=WEEK) == []
    both = exact_pairs([a_credit(), a_credit(2, trace="T2")], [an_awaited(), an_awaited(2, trace="T2")], window=WEEK)
    assert len(both) == 2


def test_one_payment_with_two_amounts_is_a_mismatch() -> None:
    (pair,) = mismatches([a_credit(cents=79_00)], [an_awaited(), an_awaited(2, trace="T2")], window=WEEK)

    assert pair.awaited.remittance_id == UUID(int=1)


def test_suggestions_come_likeliest_first_and_unlikely_ones_not() -> None:
    awaited = [
        an_awaited(1, trace="OTHER"),
        an_awaited(2, trace="T-1"),
        an_awaited(3, cents=1_00),
        an_awaited(4, trace="OTHER", day=date(2026, 1, 1)),
        an_awaited(5),
    ]

    found = suggest(a_credit(), awaited, window=WEEK)

    assert [(each.awaited.remittance_id.int, each.score) for each in found] == [(5, 90), (2, 70), (3, 60), (1, 40)]


@pytest.mark.parametrize(
    ("method", "cents", "expected"),
    [
        ("ACH", 1, Expects.EFT),
        ("FWT", 1, Expects.EFT),
        ("BOP", 1, Expects.EFT),
        ("CHK", 1, Expects.CHECK),
        ("NON", 0, Expects.NOTHING),
        ("NON", 1, Expects.NOTHING),
        ("ACH", 0, Expects.NOTHING),
        ("CHK", 0, Expects.NOTHING),
    ],
)
def test_what_pays_nothing_expects_nothing(method: str, cents: int, expected: Expects) -> None:
    assert expects(method, cents) is expected


def test_a_payment_is_overdue_when_more_than_its_days_have_passed() -> None:
    assert latest_day_overdue(WEEK, today=date(2026, 3, 10)) == DAY
    assert latest_day_overdue(WEEK, today=date(2026, 3, 9)) < DAY


def test_a_match_and_its_undoing_net_to_zero() -> None:
    place = Place(2, 10, 20)
    match = posting_of_match(UUID(int=1), [50_00, 30_00], place)
    undone = posting_of_unmatch(UUID(int=1), [50_00, 30_00], place)

    assert match.is_balanced
    assert undone.is_balanced
    assert balances_of((entry.spot, entry.cents) for entry in (*match.entries, *undone.entries)) == {}
    assert {entry.place for entry in match.entries} == {place}
