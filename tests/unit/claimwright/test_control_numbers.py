"""The number on the wire: never twice, never misread, and telling nobody how many there are."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import control_numbers

KEY = b"of one deployment"
COUNTERS = st.integers(min_value=0, max_value=control_numbers.COUNTERS - 1)
ORDERS = st.integers(min_value=1, max_value=control_numbers.PAYERS_MOST)


@given(counter=COUNTERS, payer_order=ORDERS)
def test_a_number_has_twelve_letters_that_nobody_misreads_and_tells_its_payer_order(
    counter: int, payer_order: int
) -> None:
    number = control_numbers.mint(counter, payer_order=payer_order, key=KEY)

    assert len(number) == 12
    assert not set(number) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert control_numbers.is_valid(number)
    assert control_numbers.payer_order_of(number) == payer_order


@given(first=COUNTERS, second=COUNTERS)
def test_two_counters_never_give_one_number(first: int, second: int) -> None:
    numbers = {control_numbers.mint(each, payer_order=1, key=KEY) for each in (first, second)}

    assert len(numbers) == len({first, second})


def test_a_run_of_counters_gives_numbers_without_a_visible_order() -> None:
    numbers = [control_numbers.mint(counter, payer_order=1, key=KEY) for counter in range(2000)]

    rises = sum(earlier < later for earlier, later in itertools.pairwise(numbers))

    assert len(set(numbers)) == 2000
    # The bare counter rises 1,999 times; a shuffle about half as often. Without `_scatter` this fails.
    assert 850 < rises < 1150


def test_another_deployment_gives_other_numbers() -> None:
    ours = control_numbers.mint(1, payer_order=1, key=KEY)

    theirs = control_numbers.mint(1, payer_order=1, key=b"of another")

    assert ours != theirs


@given(counter=COUNTERS, payer_order=ORDERS, place=st.integers(0, 11), letter=st.sampled_from(control_numbers.ALPHABET))
def test_one_wrong_character_is_noticed(counter: int, payer_order: int, place: int, letter: str) -> None:
    number = control_numbers.mint(counter, payer_order=payer_order, key=KEY)

    changed = number[:place] + letter + number[place + 1 :]

    assert control_numbers.is_valid(changed) == (changed == number)


@given(counter=COUNTERS, payer_order=ORDERS, first=st.integers(0, 11), second=st.integers(0, 11))
def test_two_characters_that_changed_places_are_noticed(
    counter: int, payer_order: int, first: int, second: int
) -> None:
    # With all weights equal (a plain sum) every swap passes: seen by replacing `_double` with the identity.
    letters = list(control_numbers.mint(counter, payer_order=payer_order, key=KEY))

    number = "".join(letters)
    letters[first], letters[second] = letters[second], letters[first]
    swapped = "".join(letters)

    assert control_numbers.is_valid(swapped) == (swapped == number)


@pytest.mark.parametrize("text", ["", "PAT-1001", "0000000000", "ABCDEFGHIJKL", "abcdefghjkmn", "0" * 12, "١" * 12])
def test_a_number_of_somebody_else_is_not_ours(text: str) -> None:
    assert not control_numbers.is_valid(text)


def test_few_numbers_of_somebody_else_pass_by_chance() -> None:
    chance = random.Random(4)
    foreign = ["".join(chance.choices(control_numbers.ALPHABET, k=12)) for _ in range(4000)]

    passed = sum(control_numbers.is_valid(each) for each in foreign)

    assert passed < 4000 / 32 * 1.5


@pytest.mark.parametrize(("place", "digits"), [(1, "01"), (99, "99"), (100, "100"), (999, "999")])
def test_a_line_number_is_the_claims_number_and_its_place(place: int, digits: str) -> None:
    number = control_numbers.mint(7, payer_order=2, key=KEY)

    line = control_numbers.line_number(number, place)

    assert line == number + digits
    assert len(line) <= 15
    assert control_numbers.claim_and_place(line) == (number, place)


@pytest.mark.parametrize("ending", ["", "0", "00", "1", "0001", "1000", "x1", "01x"])
def test_what_we_never_wrote_is_no_line_number(ending: str) -> None:
    number = control_numbers.mint(7, payer_order=2, key=KEY)

    assert control_numbers.claim_and_place(number + ending) is None


@pytest.mark.parametrize(("counter", "payer_order"), [(-1, 1), (control_numbers.COUNTERS, 1), (0, 0), (0, 32)])
def test_a_number_past_the_end_is_refused_and_not_repeated(counter: int, payer_order: int) -> None:
    with pytest.raises(ValueError, match=r"payer order|counter"):
        control_numbers.mint(counter, payer_order=payer_order, key=KEY)


@pytest.mark.parametrize("place", [0, 1000])
def test_a_line_past_the_end_is_refused(place: int) -> None:
    with pytest.raises(ValueError, match="999"):
        control_numbers.line_number("0" * 12, place)
