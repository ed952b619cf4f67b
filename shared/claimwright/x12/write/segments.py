"""Segments of one transaction while they are being written: cleaned, trimmed, counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
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

_REASONS_A_SEGMENT = 6
_DIGITS_MOST = 18


class Policy(StrEnum):
    """What becomes of a delimiter, a control sign or a letter that X12 does not have, in a value."""

    REFUSE = "refuse"
    REPLACE = "replace"
    """By a blank; accented letters by their plain ones."""


class Written(NamedTuple):
    """The bytes of an interchange, or none and the findings that say why."""

    data: bytes
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=64)
def _unfit(delimiters: Delimiters) -> re.Pattern[str]:
    """Match what no value may hold: signs outside printable ASCII, the delimiters, blanks at the edges."""
    signs = re.escape("".join(delimiters[:4]))
    return re.compile(rf"[^ -~]|[{signs}]|^ | $")


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

    def add(self, name: str, *elements: Element) -> None:
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
        return self.delimiters.component.join(cleaned)

    def _clean(self, name: str, text: str, place: int) -> str:
        if self.policy is Policy.REFUSE:
            self.say("x12.value_characters", name, place)
            return ""
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        return " ".join(self._unfit.sub(" ", plain).split())

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
        if not amount.text:
            return ""
        if not amount.is_whole_cents:
            self.say("x12.money_decimals" if amount.value.is_finite() else "x12.value_number", name, element)
            return ""
        return self._number(name, amount, element)

    def quantity(self, name: str, count: Quantity, element: int = 0) -> str:
        return self._number(name, count, element) if count.text else ""

    def _number(self, name: str, number: Money | Quantity, element: int) -> str:
        if not number.value.is_finite():
            self.say("x12.value_number", name, element)
            return ""
        text = number_text(number.value)
        if len(text.replace("-", "").replace(".", "")) > _DIGITS_MOST:
            self.say("x12.value_number", name, element)
            return ""
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
            numbers = [text for pair in contact.numbers[:3] for text in pair]
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

    def procedure(self, procedure: Procedure) -> Element:
        if not procedure.code and not procedure.qualifier:
            return ""
        modifiers = [*procedure.modifiers, "", "", "", ""][:4]
        return (procedure.qualifier, procedure.code, *modifiers, procedure.description)


TAXONOMY_ROLES = {"85": "BI", "82": "PE", "71": "AT", "DN": "RF", "P3": "RF", "DD": "AS"}
"""PRV01 by NM101."""
