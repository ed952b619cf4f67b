"""What is offered about a remit claim is what would not be refused, in whatever state it is."""

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import control_numbers
from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import (
    booked_outside,
    corrected,
    counted_beside,
    noted,
    reversing,
    taken_off,
)
from claimwright_remittance.domain.claims.possible import Possible, possible_alone, possible_on_claim
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from tests.support.books_in_memory import BooksInMemory
from tests.support.remits import a_billed, a_remit_claim, a_remit_line, heard
from tests.support.tables import KEY
from tests.unit.remittance.test_histories import Story, files_of, stories


def allowed(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refusal:
        return False
    return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories(0), st.integers(0, 2**32))
async def test_on_any_claim_an_act_is_offered_just_where_it_is_not_refused(story: Story, seed: int) -> None:
    bench = BooksInMemory()
    for order in range(1, len(story.decisions) + 1):
        await bench.bill(
            control_numbers.mint(0, payer_order=order, key=KEY),
            name="A",
            payer_order=order,
            payer_count=len(story.decisions),
            charges=story.charges,
        )
    files = files_of(story)
    random.Random(seed).shuffle(files)
    for content in files:
        await bench.send(content)
    books = bench.books["A"]

    for each in books.heard:
        one = each.remit_claim_id
        offered = possible_on_claim(books, each)

        assert (Possible.CORRECTION in offered) == allowed(lambda one=one: corrected(books, one))  # type: ignore[misc]
        assert (Possible.ADDITIONAL in offered) == allowed(lambda one=one: counted_beside(books, one))  # type: ignore[misc]
        assert (Possible.UNMATCH in offered) == allowed(lambda one=one: taken_off(books, one))  # type: ignore[misc]
        assert (Possible.NOTHING in offered) == allowed(lambda each=each: noted(each))  # type: ignore[misc]
        assert (Possible.OUTSIDE in offered) == allowed(lambda each=each: booked_outside(each))  # type: ignore[misc]
        assert (Possible.REVERSES in offered) == any(
            allowed(lambda one=one, other=other: reversing(books, one, other.remit_claim_id))  # type: ignore[misc]
            for other in books.heard
        )
        assert len(offered) == len(set(offered))


@pytest.mark.parametrize(
    ("held_for", "paid_cents", "is_part", "offered"),
    [
        (HeldFor.NUMBER_UNKNOWN, 60_00, False, "match split outside"),
        (HeldFor.NUMBER_UNKNOWN, 0, False, "match split nothing outside"),
        (HeldFor.PART, 60_00, True, "match outside"),
        (HeldFor.OUT_OF_BALANCE, 60_00, False, "propose"),
        (HeldFor.OUT_OF_BALANCE, 0, False, "propose"),
    ],
)
def test_what_is_on_no_claim_is_offered_what_its_reason_allows(
    held_for: HeldFor, paid_cents: int, is_part: bool, offered: str
) -> None:
    claim = a_remit_claim(a_remit_line(paid=paid_cents), a_remit_line(paid=0, line=2))
    waiting = heard(claim, a_billed(100_00, 50_00))
    held = type(waiting)(waiting.remit_claim_id, 1, claim, (), Standing.HELD, held_for)

    assert " ".join(possible_alone(held, is_part=is_part)) == offered
    noticed = type(waiting)(waiting.remit_claim_id, 1, claim, (), Standing.NOTED)
    assert possible_alone(noticed, is_part=is_part) == []
