"""How stories say names, days, dollars and codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from claimwright.x12.models.values import Dated, Party, Procedure

T = TypeVar("T")
Lines = Iterator[str]
_INDENT = "  "


def indented(lines: Lines) -> Lines:
    for line in lines:
        yield _INDENT + line


def readable(value: T) -> T:
    """Return the value with its texts as people wrote them, to be shown.

    We read every byte as a sign of Latin-1, so that nothing is lost; many senders write UTF-8.
    """
    return _readable(value)  # type: ignore[no-any-return]


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _as_utf8(value)
    if isinstance(value, tuple):
        parts = [_readable(each) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def _as_utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def name_words(party: Party) -> str:
    return " ".join(part for part in (party.first_name, party.last_name) if part) or "somebody"


def code_words(procedure: Procedure) -> str:
    return "-".join([procedure.code or "?", *procedure.modifiers])


def dated_words(dated: Dated | None) -> str:
    first = dated.first_day if dated is not None else None
    last = dated.last_day if dated is not None else None
    if first is None:
        return ""
    return day_words(first) if last is None or last == first else f"{day_words(first)} to {day_words(last)}"


def day_words(of: date) -> str:
    return of.strftime("%b %-d, %Y")


def dollars(amount: Decimal) -> str:
    if not amount.is_finite():
        return "$?"
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"
