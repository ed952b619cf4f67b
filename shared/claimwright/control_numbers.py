"""The patient control number, by which every answer finds its claim, and the line control numbers under it.

Twelve characters of `0-9A-Z` without I, L, O and U, so that none is misread: ten from one counter of the deployment,
one for the payer order, one to check the rest. The counter is put through a keyed bijection, so that a number tells
nobody how many came before it and two counters never give one number.

Submission mints them; remittance tells by the check character whether a number can be one of ours at all.
"""

import hashlib
from functools import lru_cache
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
COUNTERS: Final = 32**10
"""How many numbers one deployment has."""
PAYERS_MOST: Final = 31
LINES_MOST: Final = 999

_VALUE_OF: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_HALF_BITS: Final = 25
_HALF: Final = (1 << _HALF_BITS) - 1
_ROUNDS: Final = 6


def mint(counter: int, *, payer_order: int, key: bytes) -> str:
    """Return the patient control number of one counter value and payer order.

    Shape: `key` is the deployment's own and stays the same for its life; another key could repeat a number.
    Errors: ValueError when the counter or the payer order is used up.
    """
    if not 0 <= counter < COUNTERS:
        raise ValueError("the counter of patient control numbers is outside its range")
    if not 1 <= payer_order <= PAYERS_MOST:
        raise ValueError("a payer order is from 1 to 31")
    number = _scatter(counter, key)
    letters = [ALPHABET[(number >> shift) & 31] for shift in range(45, -1, -5)]
    body = "".join(letters) + ALPHABET[payer_order]
    return body + ALPHABET[_check(body)]


@lru_cache(maxsize=1024)
def is_valid(text: str) -> bool:
    """Return whether a text has the form of our numbers and its check character fits.

    One wrong character, and any two characters swapped, are always noticed.
    """
    if len(text) != LENGTH or any(letter not in _VALUE_OF for letter in text):
        return False
    return text[10] != ALPHABET[0] and _check(text[:-1]) == _VALUE_OF[text[-1]]


def payer_order_of(number: str) -> int:
    """Return the payer order that a valid number was minted for."""
    return _VALUE_OF[number[10]]


def line_number(patient_control_number: str, place: int) -> str:
    """Return the line control number of one line: the claim's number and two digits, three from 100 on.

    Shape: `place` counts the lines of a claim and payer order from 1 and is never used again.
    Errors: ValueError for a place that three digits can't hold.
    """
    if not 1 <= place <= LINES_MOST:
        raise ValueError("a claim has at most 999 line numbers")
    return f"{patient_control_number}{place:02d}"


def claim_and_place(line_control_number: str) -> tuple[str, int] | None:
    """Return the patient control number and place in a line control number, or None when it is not one of ours."""
    number, place = line_control_number[:LENGTH], line_control_number[LENGTH:]
    if not is_valid(number) or not (place.isascii() and place.isdigit()):
        return None
    counted = int(place)
    is_as_written = counted > 0 and len(place) <= 3 and line_number(number, counted) == line_control_number
    return (number, counted) if is_as_written else None


def _scatter(counter: int, key: bytes) -> int:
    """Map the counters onto themselves: a Feistel network over two halves of 25 bits."""
    left, right = counter >> _HALF_BITS, counter & _HALF
    for turn in range(_ROUNDS):
        mixed = hashlib.blake2b(right.to_bytes(4, "big"), digest_size=4, key=key, salt=bytes([turn])).digest()
        left, right = right, left ^ (int.from_bytes(mixed, "big") & _HALF)
    return (left << _HALF_BITS) | right


def _check(body: str) -> int:
    """Return the check value: a weighted sum in the field of 32 elements, each place with a weight of its own.

    Different weights that are not zero notice every single wrong character; that they differ from each other, and from
    the check character's own weight of one, notices every swap.
    """
    total = 0
    for letter in body:
        total = _double(total ^ _VALUE_OF[letter])
    return total


def _double(value: int) -> int:
    """Multiply by the generator of the field, modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
