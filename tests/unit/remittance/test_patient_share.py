"""What a patient is told of each line adds up, is explained to the cent, and is asked for only when it is due."""

import pytest

from claimwright_remittance.domain.patients.share import LineShare, Why, shares_of, why_of
from claimwright_remittance.domain.remits.reasons import KIND_OF
from claimwright_remittance.domain.remits.standing import Standing
from claimwright_remittance.formats.reason_words import reason_words, words_of
from tests.support.books_in_memory import BooksInMemory
from tests.support.tables import run


async def shared(table: str) -> tuple[LineShare, ...]:
    bench = BooksInMemory()
    await run(table, bench)
    books = bench.books["A"]
    assert books.billed is not None
    counting = [each for each in books.heard if each.standing is Standing.POSTED]
    found = shares_of(books.billed, counting, books.balances)
    for each in found:
        parts = each.plan_discount_cents + each.plan_paid_cents + each.yours_cents + each.with_payers_cents
        assert each.charged_cents == parts
        assert sum(reason.cents for reason in each.reasons) == each.yours_cents
    return found


def yours(found: tuple[LineShare, ...]) -> list[tuple[int | None, int, list[tuple[str, str, int]]]]:
    return [(each.line, each.yours_cents, [(r.code, r.why.value, r.cents) for r in each.reasons]) for each in found]


async def test_each_line_says_what_was_charged_taken_off_paid_and_left_and_why() -> None:
    found = await shared(
        """
        day  file  does                                               expect
        1          bill A 100.00+50.00+30.00
        9    F     pay A 40.00 CO-45 20.00 PR-1 25.00 PR-2 15.00
                   / 35.00 CO-45 5.00 PR-3 10.00
                   / 0.00 PR-96 30.00                                 A released 80.00
        """
    )

    assert [(e.charged_cents, e.plan_discount_cents, e.plan_paid_cents) for e in found] == [
        (100_00, 20_00, 40_00), (50_00, 5_00, 35_00), (30_00, 0, 0),
    ]  # fmt: skip
    assert yours(found) == [
        (1, 40_00, [("PR-1", "deductible", 25_00), ("PR-2", "coinsurance", 15_00)]),
        (2, 10_00, [("PR-3", "copay", 10_00)]),
        (3, 30_00, [("PR-96", "not_covered", 30_00)]),
    ]


async def test_nothing_is_the_patients_while_the_second_payer_is_open() -> None:
    (line,) = await shared(
        """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-2 20.00        A working, patient 0.00
        """
    )

    assert (line.yours_cents, line.with_payers_cents, line.reasons) == (0, 20_00, ())


async def test_the_last_payers_reasons_count_as_far_as_something_is_open() -> None:
    (line,) = await shared(
        """
        day  file  does                                                 expect
        1          bill A 100.00 payers 2
        9    F     pay A 60.00 CO-45 20.00 PR-1 20.00
        12         bill A@2
        30   G     pay A@2 12.00 OA-23 60.00 PR-3 5.00 PR-2 23.00       A released 8.00
        """
    )

    assert yours((line,)) == [(1, 8_00, [("PR-3", "copay", 5_00), ("PR-2", "coinsurance", 3_00)])]


async def test_what_is_said_of_the_claim_as_a_whole_stands_on_no_line() -> None:
    found = await shared(
        """
        day  file  does                                      expect
        1          bill A 100.00+50.00
        9    F     pay A none & CO-45 30.00 PR-1 20.00       A released 20.00
        """
    )

    assert [(each.line, each.charged_cents) for each in found] == [(1, 100_00), (2, 50_00), (None, 0)]
    assert yours(found)[-1] == (None, 20_00, [("PR-1", "deductible", 20_00)])


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("pay A 80.00 PR-2 20.00", "released 20.00"),
        ("pay A 60.00 PR-2 20.00 CO-50 20.00", "working"),
        ("pay A 60.00 PR-2 20.00 CO-Q99 20.00", "working"),
        ("deny A 0.00 PR-27 100.00", "working"),
        ("deny A 0.00 PR-204 100.00", "released 100.00"),
        ("deny A 0.00 PR-100 100.00", "released 100.00"),
        ("pay A 80.00 CO-2 20.00", "working"),
        ("pay A 80.00 CO-45 20.00", "closed"),
    ],
)
async def test_a_share_is_released_only_when_nobody_else_has_to_act(decision: str, state: str) -> None:
    table = "day  file  does{0}expect\n1          bill A 100.00\n9    F     {1}  A {2}"
    await run(table.format(" " * (len(decision) - 2), decision, state), BooksInMemory())


async def test_a_reversal_recalls_what_was_released_and_the_correction_releases_anew() -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00                    A released 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A working, patient 0.00, insurance 100.00
        30   H     pay A 75.00 PR-2 25.00 icn 2              A released 25.00
        37   I     pay A 70.00 PR-2 30.00 icn 3              A released 25.00, holds answered_before
        """,
        BooksInMemory(),
    )


def test_every_reason_that_posting_knows_has_our_words_or_shows_its_code() -> None:
    without = {reason for reason in KIND_OF if words_of(reason) is None}

    assert without == {"161", "241", "P12", "P13"}
    assert all(1 < len(says) < 120 for says in reason_words().values())
    assert words_of("01") == words_of("1")
    assert words_of("Q99") is None


def test_cost_shares_are_told_apart() -> None:
    whys = {reason: why_of(reason) for reason in ("1", "02", "3", "241", "247", "248", "96", "100", "45", "zz")}

    assert whys == {
        "1": Why.DEDUCTIBLE, "02": Why.COINSURANCE, "3": Why.COPAY, "241": Why.COPAY, "247": Why.DEDUCTIBLE,
        "248": Why.COINSURANCE, "96": Why.NOT_COVERED, "100": Why.PAID_TO_YOU, "45": Why.OTHER, "zz": Why.OTHER,
    }  # fmt: skip
