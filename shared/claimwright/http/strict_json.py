"""JSON as RFC 8259 and I-JSON mean it: UTF-8, no key twice, no NaN, no endless nesting, no half characters.

Python's own reader lets the last of two equal keys win and takes NaN; both would bill something that nobody wrote.
"""

import json
from math import isinf
from typing import Any, Final, NoReturn

DEEPEST: Final = 32
"""Levels of nesting; the deepest body of our own has eight."""


class NotStrictJson(ValueError):
    """A body that is not JSON as we take it. `code` and `says` are our own words; nothing of the body is in them."""

    def __init__(self, code: str, says: str, fix: str) -> None:
        super().__init__(code)
        self.code = code
        self.says = says
        self.fix = fix


def loads(raw: bytes) -> Any:
    """Return the value that a body holds.

    Errors: NotStrictJson.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NotStrictJson("body_not_utf8", "The body is not UTF-8.", "Send JSON in UTF-8.") from None
    try:
        value = _DECODER.decode(text)
    except NotStrictJson:
        raise
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as wrong:
        raise NotStrictJson(
            "body_not_json",
            f"The body is not JSON; reading stopped at line {wrong.lineno}, column {wrong.colno}.",
            "Send one JSON document.",
        ) from None
    except ValueError:
        raise NotStrictJson(
            "number_not_usable", "The body holds a number of too many digits.", "Send money in whole cents."
        ) from None
    if text.count("{") + text.count("[") > DEEPEST and _depth(value) > DEEPEST:
        raise _too_deep()
    if "\\u" in text:
        _check_escaped(value)
    return value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotStrictJson(
            "duplicate_key", "An object of the body has a key twice.", "Send each key of an object once."
        )
    return value


def _no_constant(_name: str) -> NoReturn:
    raise NotStrictJson(
        "number_not_usable", "The body holds NaN or Infinity, which are no JSON.", "Send money in whole cents."
    )


def _finite_float(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise NotStrictJson(
            "number_not_usable", "The body holds a number that is too large.", "Send money in whole cents."
        )
    return number


def _check_escaped(value: Any) -> None:
    """Refuse what only an escape can bring into a text: NUL, which no database keeps, and half a surrogate pair."""
    level = [value]
    while level:
        for item in level:
            if isinstance(item, str) and any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in item):
                raise NotStrictJson(
                    "text_not_usable", "A text of the body holds NUL or half a character.", "Send whole characters."
                )
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in ((*item, *item.values()) if isinstance(item, dict) else item)
        ]


def _too_deep() -> NotStrictJson:
    return NotStrictJson(
        "body_too_deep",
        f"The body is nested deeper than {DEEPEST} levels.",
        "Send the document as the API describes it.",
    )


def _depth(value: Any) -> int:
    """Return how many levels of objects and lists a value has, level by level, without recursion."""
    depth = 0
    level = [value]
    while containers := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
    return depth


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_key_twice, parse_constant=_no_constant, parse_float=_finite_float
)
