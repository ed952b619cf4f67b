"""The small values that every transaction model is made of: money, dates, parties, references, places in a file.

All models are named tuples. Measured with 24 fields on CPython 3.11: 0.2 µs to build through `tuple.__new__`, against
4 µs for a frozen slotted dataclass; a file holds millions of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, TypeVar

from claimwright.money import cents_of

# X12 numbers: an optional minus, digits, an optional point. `Decimal` alone would also take NaN, 1E5 and 1_000.
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_CENTS = re.compile(r"-?(?:\d+(?:\.\d{0,2})?|\.\d{1,2})", re.ASCII)
# X12 allows 18 digits; more is no amount of anything.
_NUMBER_LENGTH = 20
_NOT_A_NUMBER = Decimal("NaN")
_ZERO = Decimal(0)

Detail = tuple[str, ...]
"""A segment that has no model of its own, kept as its elements; the segment id comes first."""


class Money(NamedTuple):
    """An amount as the file wrote it and as an exact number.

    An absent amount is zero with an empty text. Text that is no number has the value NaN, so that no sum over it can
    come out balanced; the reader adds the finding `x12.number`.
    """

    value: Decimal
    text: str

    @property
    def cents(self) -> int:
        """Return whole cents.

        Errors: `money.TooManyDecimals` when the amount is unreadable or finer than a cent.
        """
        return cents_of(self.value)

    @property
    def is_whole_cents(self) -> bool:
        return self.value.is_finite() and (self.value * 100) % 1 == 0


class Quantity(NamedTuple):
    """A count of units as the file wrote it and as an exact number; absent and unreadable as in `Money`."""

    value: Decimal
    text: str


NO_MONEY = Money(_ZERO, "")
NO_QUANTITY = Quantity(_ZERO, "")


class FinerThanCents(ValueError):
    """An amount with fractions of a cent; `decimal` still reads it."""


@lru_cache(maxsize=8192)
def _decimal(text: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None or len(text) > _NUMBER_LENGTH:
        # Raised, not returned: what is no number may be anything, and the cache must not keep it.
        raise ValueError
    return Decimal(text)


def decimal(text: str) -> Decimal:
    """Return the exact number, zero for an empty text, NaN for what is no X12 number."""
    if not text:
        return _ZERO
    try:
        return _decimal(text)
    except ValueError:
        stripped = text.strip()
        if stripped != text:
            return decimal(stripped)
        return _NOT_A_NUMBER


def cents_read(text: str) -> Money:
    """Return an amount in whole cents.

    Errors: ValueError for what is no number; FinerThanCents for fractions of a cent.
    """
    if _CENTS.fullmatch(text) is None or len(text) > _NUMBER_LENGTH:
        if _NUMBER.fullmatch(text) is None or len(text) > _NUMBER_LENGTH:
            raise ValueError
        raise FinerThanCents
    return tuple.__new__(Money, (Decimal(text), text))


whole_cents = lru_cache(maxsize=8192)(cents_read)
"""`cents_read` for amounts that come again; what is no amount may be anything and is not kept."""


def number_text(value: Decimal) -> str:
    """Write a number as X12 wants it: no plus, no exponent, no leading or needless trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def money(text: str) -> Money:
    """Read an amount."""
    return Money(decimal(text), text) if text else NO_MONEY


def money_of_cents(cents: int) -> Money:
    """Make the amount that `cents` is, with the text that the writer will put on the wire."""
    value = Decimal(cents).scaleb(-2)
    return Money(value, number_text(value))


def money_of(value: Decimal) -> Money:
    return Money(value, number_text(value))


def quantity(text: str) -> Quantity:
    return Quantity(decimal(text), text) if text else NO_QUANTITY


def quantity_of(value: Decimal | int) -> Quantity:
    value = Decimal(value)
    return Quantity(value, number_text(value))


class Span(NamedTuple):
    """Where a value stands in its file: segment ordinals from 1, both inclusive; bytes from 0, `byte_end` exclusive."""

    first_segment: int
    last_segment: int
    byte_start: int
    byte_end: int


NOWHERE = Span(0, 0, 0, 0)


class Reference(NamedTuple):
    """REF: an identifier and what it identifies."""

    qualifier: str
    value: str
    description: str = ""
    payer_id: str = ""
    """REF04 with 2U: the other payer to whom the identifier belongs."""


class Dated(NamedTuple):
    """DTP or DTM: one day or a period, as written."""

    qualifier: str
    form: str
    text: str

    @property
    def first_day(self) -> date | None:
        """Return the day, or the first of the period; None when the text is no date."""
        return day(self.text.partition("-")[0])

    @property
    def last_day(self) -> date | None:
        head, _, tail = self.text.partition("-")
        return day(tail or head)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    if len(text) < 8 or not (text.isascii() and text.isdigit()):
        raise ValueError
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def day(text: str) -> date | None:
    """Read CCYYMMDD, with or without a time behind it."""
    try:
        return _day(text)
    except ValueError:
        return None


class Address(NamedTuple):
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    subdivision: str = ""


class Contact(NamedTuple):
    """PER: whom to ask. `numbers` holds up to three (qualifier, number): TE telephone, EM mail, FX fax, UR web."""

    function: str
    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


class Party(NamedTuple):
    """A person or organization with a role: NM1 or N1 with all that follows it in its loop."""

    role: str
    last_name: str = ""
    """The family name of a person (`kind` 1) or the whole name of an organization (`kind` 2)."""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    kind: str = "2"
    id_qualifier: str = ""
    id: str = ""
    address: Address | None = None
    birth_date: str = ""
    """CCYYMMDD as written in DMG02; `values.day` reads it."""
    gender: str = ""
    taxonomy: str = ""
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[Dated, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE

    def reference(self, qualifier: str) -> str:
        """Return the first reference with this qualifier, or an empty text."""
        return reference(self.references, qualifier)


class Amount(NamedTuple):
    """AMT: money beside the balance."""

    qualifier: str
    amount: Money


class Counted(NamedTuple):
    """QTY: a count beside the balance."""

    qualifier: str
    quantity: Quantity


class Procedure(NamedTuple):
    """A composite medical procedure identifier: SV101, SVC01, SVC06, SVD03."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""


NO_PROCEDURE = Procedure("", "")


class Adjustment(NamedTuple):
    """One reason of a CAS segment. Positive lowers the payment, negative raises it."""

    group: str
    """Who bears it: CO, PR, OA, PI; CR in 4010 files and coordination of benefits."""
    reason: str
    amount: Money
    quantity: Quantity = NO_QUANTITY
    span: Span = NOWHERE


def reference(references: Iterable[Reference], qualifier: str) -> str:
    for each in references:
        if each.qualifier == qualifier:
            return each.value
    return ""


def references_of(references: Iterable[Reference], qualifier: str) -> tuple[str, ...]:
    return tuple(each.value for each in references if each.qualifier == qualifier)


T = TypeVar("T")


def without_places(value: T) -> T:
    """Return the value with every `span` and ordinal in the file cleared, to compare by meaning."""
    if not isinstance(value, tuple):
        return value
    fields = getattr(value, "_fields", None)
    if fields is None:
        return tuple(without_places(each) for each in value)  # type: ignore[return-value]
    kept = {name: without_places(each) for name, each in zip(fields, value, strict=True) if name not in PLACES}
    return value._replace(**kept, **{name: PLACES[name] for name in fields if name in PLACES})  # type: ignore[no-any-return, attr-defined]


PLACES: dict[str, object] = {
    "span": NOWHERE,
    "set_ordinal": 0,
    "claim_ordinal": 0,
    "interchange_ordinal": 0,
    "group_ordinal": 0,
}
