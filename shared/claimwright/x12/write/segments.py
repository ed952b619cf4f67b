"""Segments of one transaction while they are being written: cleaned, trimmed, counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.models.envelopes import Delimiters
from claimwright.x12.models.values import (
    Address,
    Adjustment,
    Amount,
    Contact,
    Counted,
    Dated,
    Detail,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    number_text,
)

Element = str | Sequence[str]
"""A simple element, or the components of a composite."""


class Repeated(tuple[str, ...]):
    """The repetitions of an element that repeats."""

    __slots__ = ()


_REASONS_A_SEGMENT = 6
_NUMBERS_MOST = 3
_MODIFIERS_MOST = 4
_DIGITS_MOST = 18
# How numbers are written, by the text that they came with; the same few charges and counts come again and again.
_NUMBERS_KEPT = 8192
_WRITTEN: dict[str, tuple[Decimal, str]] = {}
_WRITTEN_COUNTS: dict[str, tuple[Decimal, str]] = {}


# Latin letters that are no plain letter with an accent, and the apostrophes and dashes of typesetters.
_PLAIN_LETTERS = str.maketrans(
    {
        **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
        **dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}", "-"),
        "ß": "ss",
        "ẞ": "SS",
        "Æ": "AE",
        "æ": "ae",
        "Œ": "OE",
        "œ": "oe",
        "Ø": "O",
        "ø": "o",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "Ð": "D",
        "ð": "d",
        "Þ": "Th",
        "þ": "th",
        "Ħ": "H",
        "ħ": "h",
        "ı": "i",
    }
)


# A power would be another number: 10² is not 102.
_RAISED = re.compile(r"[0-9][\u2070\u00b9\u00b2\u00b3\u2074-\u2079]")


class Policy(StrEnum):
    """What becomes of a delimiter, a control sign or a letter that X12 does not have, in a value."""

    REFUSE = "refuse"
    REPLACE = "replace"
    """By a blank; accented letters by their plain ones. What has no plain letters is refused all the same."""


class Written(NamedTuple):
    """The bytes of an interchange, or none and the findings that say why."""

    data: bytes
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=64)
def _unfit(delimiters: Delimiters) -> re.Pattern[str]:
    """Match what no value may hold: signs outside printable ASCII, the delimiters, blanks at the edges."""
    signs = re.escape("".join(delimiters[:4]))
    return re.compile(rf"[^ -~]|[{signs}]|^ | $")


def plain_text(text: str, delimiters: Delimiters) -> str:
    """Return what `Policy.REPLACE` writes of a text; a text that is fit stays as it is."""
    unfit = _unfit(delimiters)
    if not text or unfit.search(text) is None:
        return text
    return " ".join(unfit.sub(" ", _plain_letters(text).encode("ascii", "ignore").decode()).split())


def _plain_letters(text: str) -> str:
    return unicodedata.normalize("NFKD", text.translate(_PLAIN_LETTERS))


def _is_lost(text: str, plain: str) -> bool:
    """Tell whether a text says less once it is plain: a letter, digit or sign of arithmetic is gone, or all of it."""
    if not plain:
        return bool(text.strip())
    if _RAISED.search(text) is not None:
        return True
    # Letters that only modify, such as the ʻokina, are left out as accents are.
    return any(_tells(sign) for sign in _plain_letters(text) if not sign.isascii())


def _tells(sign: str) -> bool:
    # Without the stroke of a fraction, ½ would be 12; without its sign, ≤5 would be 5.
    category = unicodedata.category(sign)
    return category == "Sm" or (sign.isalnum() and category != "Lm")


class _Signs(NamedTuple):
    """What tells that no value of many segments is unfit, without a look at each."""

    delimiters: Delimiters
    edges: tuple[str, ...]
    """A blank beside a delimiter: at the edge of a value."""

    def are_fit(self, rows: list[str], components: int, repetitions: int) -> bool:
        """Tell whether the rows hold nothing but the delimiters that were put there between parts of elements."""
        _, component, repetition, terminator, _ = self.delimiters
        text = terminator.join(rows)
        return (
            text.isascii()
            and text.isprintable()
            and text.count(terminator) == len(rows) - 1
            and text.count(component) == components
            and text.count(repetition) == repetitions
            and text[-1:] != " "
            and not any(edge in text for edge in self.edges)
        )


@lru_cache(maxsize=64)
def _signs(delimiters: Delimiters) -> _Signs | None:
    """Return nothing for delimiters that are no signs, or not told from each other by themselves."""
    signs = delimiters[:4]
    if len(set(signs)) < len(signs) or not all(len(sign) == 1 and "!" <= sign <= "~" for sign in signs):
        return None
    between = signs
    return _Signs(delimiters, tuple(edge for sign in between for edge in (f" {sign}", f"{sign} ")))


class SegmentWriter:
    """Collects the segments of one transaction set.

    Empty elements and components at the end are left out. What can't be written becomes a finding with its place.
    """

    def __init__(self, delimiters: Delimiters, policy: Policy) -> None:
        self.delimiters = delimiters
        self.policy = policy
        self.rows: list[str] = []
        self.findings: list[Finding] = []
        self.claim = 0
        self._unfit = _unfit(delimiters)
        self._signs = _signs(delimiters)
        self._separator, self._component = delimiters.element, delimiters.component
        self._is_quick = self._is_wrong = False
        self._components = self._repetitions = 0

    def add(self, name: str, *elements: Element) -> None:
        """Write a segment: its id, its elements; a composite is given as its components."""
        separator = self._separator
        if not self._is_quick:
            self._add_carefully(name, elements)
            return
        try:
            row = separator.join((name, *elements))  # type: ignore[arg-type]
        except TypeError:
            joined = [each if isinstance(each, str) else self._joined(each) for each in elements]
            row = separator.join((name, *joined))
        if row.count(separator) != len(elements):
            self._is_wrong = True
        self.rows.append(row.rstrip(separator))

    def quickly(self, build: Callable[[], None]) -> None:
        """Write the segments that `build` adds, and look at their values all at once.

        Only if one of them is unfit they are written again, value by value: so it is found and named, or replaced.
        """
        if self._signs is None:
            build()
            return
        start, found = len(self.rows), len(self.findings)
        self._is_quick, self._is_wrong = True, False
        self._components = self._repetitions = 0
        try:
            build()
        finally:
            self._is_quick = False
        if self._is_wrong or not self._signs.are_fit(self.rows[start:], self._components, self._repetitions):
            del self.rows[start:], self.findings[found:]
            build()

    def composite(self, parts: Sequence[str]) -> Element:
        """Return what `add` takes for a composite: written already where its values are looked at later."""
        return self._joined(parts) if self._is_quick else parts

    def _joined(self, parts: Sequence[str]) -> str:
        if not parts:
            return ""
        is_repeated = isinstance(parts, Repeated)
        sign = self.delimiters.repetition if is_repeated else self._component
        text = sign.join(parts)
        if text.count(sign) != len(parts) - 1:
            self._is_wrong = True
        text = text.rstrip(sign)
        if is_repeated:
            self._repetitions += text.count(sign)
        else:
            self._components += text.count(sign)
        return text

    def _add_carefully(self, name: str, elements: Sequence[Element]) -> None:
        unfit = self._unfit.search
        row = [name]
        for element in elements:
            if isinstance(element, str):
                row.append(element if not element or unfit(element) is None else self._clean(name, element, len(row)))
            else:
                row.append(self._composite(name, element, len(row)))
        while len(row) > 1 and not row[-1]:
            row.pop()
        self.rows.append(self.delimiters.element.join(row))

    def _composite(self, name: str, parts: Sequence[str], place: int) -> str:
        unfit = self._unfit.search
        cleaned = [part if not part or unfit(part) is None else self._clean(name, part, place) for part in parts]
        while cleaned and not cleaned[-1]:
            cleaned.pop()
        sign = self.delimiters.repetition if isinstance(parts, Repeated) else self._component
        return sign.join(cleaned)

    def _clean(self, name: str, text: str, place: int) -> str:
        if self.policy is Policy.REFUSE:
            self.say("x12.value_characters", name, place)
            return ""
        plain = plain_text(text, self.delimiters)
        if _is_lost(text, plain):
            self.say("x12.value_lost", name, place)
        return plain

    def check(self, name: str, element: int, text: str) -> None:
        """Find fault with a text that is written elsewhere."""
        if self._unfit.search(text) is not None:
            self.say("x12.value_characters", name, element)

    def say(self, code: str, name: str, element: int = 0, *, severity: Severity | None = None) -> None:
        fault = FAULTS[code]
        self.findings.append(
            Finding(
                code,
                fault.level,
                severity or Severity(fault.severity),
                position=len(self.rows) + 1,
                segment_id=name,
                element=element,
                claim=self.claim,
            )
        )

    def money(self, name: str, amount: Money, element: int = 0) -> str:
        """Return the text of an amount; an absent one stays absent, zero is written."""
        value, text = amount
        if not text:
            return ""
        known = _WRITTEN.get(text)
        if known is not None and known[0] == value:
            return known[1]
        if not amount.is_whole_cents:
            self.say("x12.money_decimals" if value.is_finite() else "x12.value_number", name, element)
            return ""
        return self._number(name, amount, element, _WRITTEN)

    def quantity(self, name: str, count: Quantity, element: int = 0) -> str:
        value, text = count
        if not text:
            return ""
        known = _WRITTEN_COUNTS.get(text)
        if known is not None and known[0] == value:
            return known[1]
        return self._number(name, count, element, _WRITTEN_COUNTS)

    def _number(
        self, name: str, number: Money | Quantity, element: int, written: dict[str, tuple[Decimal, str]]
    ) -> str:
        if not number.value.is_finite():
            self.say("x12.value_number", name, element)
            return ""
        text = number_text(number.value)
        if len(text.replace("-", "").replace(".", "")) > _DIGITS_MOST:
            self.say("x12.value_number", name, element)
            return ""
        if len(written) >= _NUMBERS_KEPT:
            written.clear()
        written[number.text] = (number.value, text)
        return text

    # Segments that stand in many loops

    def party(self, party: Party, *, dates_as: str = "DTP", first: Iterable[str] = ()) -> None:
        """Write NM1 and what says more of the party; `first` are roles whose PRV stands right behind NM1."""
        self.add(
            "NM1",
            party.role,
            party.kind,
            party.last_name,
            party.first_name,
            party.middle_name,
            "",
            party.suffix,
            party.id_qualifier if party.id else "",
            party.id,
        )
        if party.taxonomy and party.role in first:
            self.add("PRV", TAXONOMY_ROLES.get(party.role, "PE"), "PXC", party.taxonomy)
        self.details(party.details)
        self.address(party.address)
        if party.birth_date or party.gender:
            self.add("DMG", "D8" if party.birth_date else "", party.birth_date, party.gender)
        self.dates(party.dates, dates_as)
        self.references(party.references)
        self.contacts(party.contacts)

    def address(self, address: Address | None) -> None:
        if address is None:
            return
        self.add("N3", address.line1, address.line2)
        tail = (address.country, "", "", address.subdivision)
        self.add("N4", address.city, address.state, address.postal_code, *tail)

    def contacts(self, contacts: Iterable[Contact]) -> None:
        for contact in contacts:
            if len(contact.numbers) > _NUMBERS_MOST:
                self.say("x12.element_many", "PER", 9)
            numbers = [text for pair in contact.numbers[:_NUMBERS_MOST] for text in pair]
            self.add("PER", contact.function, contact.name, *numbers)

    def references(self, references: Iterable[Reference]) -> None:
        for each in references:
            payer = ("2U", each.payer_id) if each.payer_id else ""
            self.add("REF", each.qualifier, each.value, each.description, payer)

    def dates(self, dates: Iterable[Dated], name: str = "DTP") -> None:
        for each in dates:
            if name == "DTP":
                self.add("DTP", each.qualifier, each.form, each.text)
            else:
                self.add("DTM", each.qualifier, each.text)

    def amounts(self, amounts: Iterable[Amount]) -> None:
        for each in amounts:
            self.add("AMT", each.qualifier, self.money("AMT", each.amount, 2))

    def quantities(self, quantities: Iterable[Counted]) -> None:
        for each in quantities:
            self.add("QTY", each.qualifier, self.quantity("QTY", each.quantity, 2))

    def adjustments(self, adjustments: Iterable[Adjustment]) -> None:
        """Write one CAS for each group, with up to six reasons; a second one only beyond six."""
        groups: dict[str, list[Adjustment]] = {}
        for each in adjustments:
            groups.setdefault(each.group, []).append(each)
        for group, reasons in groups.items():
            for start in range(0, len(reasons), _REASONS_A_SEGMENT):
                elements: list[str] = []
                for each in reasons[start : start + _REASONS_A_SEGMENT]:
                    place = len(elements) + 3
                    amount = self.money("CAS", each.amount, place)
                    elements += (each.reason, amount, self.quantity("CAS", each.quantity, place + 1))
                self.add("CAS", group, *elements)

    def details(self, details: Iterable[Detail], *names: str) -> None:
        """Write raw segments, all or those of the given names in their order.

        A composite in one of them was read with its component separator; a detail that is built uses `:`.
        """
        for name in names or ("",):
            for detail in details:
                if detail and (not name or detail[0] == name):
                    self.add(detail[0], *[self._raw(element) for element in detail[1:]])

    def _raw(self, element: str) -> Element:
        return element.split(":") if ":" in element else element

    def procedure(self, procedure: Procedure, name: str = "SVC", element: int = 1) -> Element:
        """Return a procedure as a composite; the place is where a finding says that it does not fit."""
        if not procedure.code and not procedure.qualifier:
            return ""
        if not procedure.modifiers and not procedure.description:
            return self.composite(procedure[:2])
        if len(procedure.modifiers) > _MODIFIERS_MOST:
            self.say("x12.component_many", name, element)
        modifiers = [*procedure.modifiers, "", "", "", ""][:_MODIFIERS_MOST]
        return self.composite((procedure.qualifier, procedure.code, *modifiers, procedure.description))


TAXONOMY_ROLES = {"85": "BI", "82": "PE", "71": "AT", "DN": "RF", "P3": "RF", "DD": "AS"}
"""PRV01 by NM101."""
