"""Which policy holds on a day, and for which differences it lets the balanced claims be posted."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from claimwright_remittance.domain.remits.acceptance import CLASH
from claimwright_remittance.domain.remits.balance import CLAIM, LINE, NEGATIVE, TRANSACTION, Difference
from claimwright_remittance.domain.remits.policy import PostingPolicy, Unbalanced, policy_on, posts_balanced
from claimwright_remittance.domain.remits.remittance import Place

PLACE = Place(1, 0, 9)


def a_policy(number: int, words: str) -> PostingPolicy:
    payer, day, unbalanced = words.split()
    return PostingPolicy(
        UUID(int=number),
        None if payer == "all" else payer,
        Unbalanced(unbalanced),
        date(2026, 3, int(day)),
        datetime(2026, 1, number, tzinfo=UTC),
    )


CASES = """
    said, in this order                                                on    holds
    all 1 hold_all                                                     2     1
    all 3 post_balanced                                                2     none
    all 1 hold_all, all 2 post_balanced                                2     2
    all 2 hold_all, all 1 post_balanced                                2     1
    all 1 hold_all, all 1 post_balanced                                2     2
    P1 1 post_balanced, all 2 hold_all                                 2     1
    P9 1 post_balanced, all 1 hold_all                                 2     2
    P9 1 post_balanced                                                 2     none
    P2 1 post_balanced                                                 2     1
"""


@pytest.mark.parametrize("row", CASES.strip().splitlines()[1:])
def test_the_policy_of_a_day(row: str) -> None:
    *_, day, holds = row.split()
    said = [a_policy(at, words) for at, words in enumerate(row[:70].strip().split(", "), 1)]

    found = policy_on(date(2026, 3, int(day)), ("P1", "P2"), said)

    assert (str(found.id.int) if found else "none") == holds


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({LINE}, True),
        ({LINE, CLAIM}, True),
        ({LINE, TRANSACTION}, False),
        ({NEGATIVE}, False),
        ({CLASH}, False),
        ({"x12.no_se"}, False),
        ({"remit.amount"}, False),
    ],
)
def test_only_what_is_wrong_in_claims_alone_lets_the_others_be_posted(codes: set[str], *, expected: bool) -> None:
    differences = [Difference(code, 1, PLACE) for code in sorted(codes)]

    assert posts_balanced(a_policy(1, "all 1 post_balanced"), differences) is expected
    assert not posts_balanced(a_policy(1, "all 1 hold_all"), differences)
    assert not posts_balanced(None, differences)
