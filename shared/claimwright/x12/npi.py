"""The check digit of a National Provider Identifier."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=8192)
def is_npi(text: str) -> bool:
    """Tell whether a text is ten digits with a right check digit (Luhn over 80840 and the first nine)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    # 24 is what the prefix 80840 adds to the sum.
    total = 24
    for place, digit in enumerate(map(int, text)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
