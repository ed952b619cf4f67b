"""Whether a control number has come before is known, however they are ordered."""

from random import Random

from claimwright.x12.envelope import _SeenNumbers


def test_a_number_that_comes_again_is_known_in_any_order() -> None:
    random = Random(5)
    for _ in range(200):
        numbers = [random.choice(("7", "0007", "8", "9", "10", "11", "A7", "", "1" * 30, "٣")) for _ in range(15)]
        numbers += [f"{number:04d}" for number in random.choices(range(12), k=15)]
        random.shuffle(numbers)
        seen = _SeenNumbers()

        assert [seen.add("ST 1", number) for number in numbers] == [
            number in numbers[:place] for place, number in enumerate(numbers)
        ]


def test_numbers_that_count_up_are_not_kept_one_by_one() -> None:
    seen = _SeenNumbers()

    assert not any(seen.add("ST 1", f"{number:04d}") for number in range(1, 20_000))

    assert seen.add("ST 1", "0500")
    assert not seen.add("ST 2", "0500")
    assert not seen._others
    assert len(seen._runs) <= 3
