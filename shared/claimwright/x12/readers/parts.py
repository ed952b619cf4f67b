"""The parts that many loops share: parties with their addresses and references, adjustments, procedures, amounts."""

from __future__ import annotations

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
    NO_QUANTITY,
    Address,
    Adjustment,
    Contact,
    Dated,
    Detail,
    FinerThanCents,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    Span,
    money,
    quantity,
    whole_cents,
)
from claimwright.x12.tokens import Segment

# Handlers read elements by place; padding spares them a length test each.
PAD = [""] * 22

Elements = list[str]
# Building through the tuple itself skips a Python frame for each of millions of values; the order is the fields'.
_new = tuple.__new__


def span_of(first: Segment, last: Segment) -> Span:
    return _new(Span, (first.ordinal, last.ordinal, first.offset, last.offset + last.length))


class Draft:
    """What has been read of one loop so far; the lists that nearly every loop has.

    `known` names the repeated segments that the loop's model has a field for; the others stay raw in its details.
    """

    known = frozenset({"REF", "DTP", "DTM", "AMT", "QTY", "NTE", "CAS"})

    __slots__ = ("adjustments", "amounts", "dates", "details", "first", "last", "notes", "quantities", "references")

    def __init__(self, segment: Segment) -> None:
        self.first = self.last = segment
        self.adjustments: list[Adjustment] = []
        self.amounts: list[tuple[str, Money]] = []
        self.dates: list[Dated] = []
        self.details: list[Detail] = []
        self.notes: list[tuple[str, str]] = []
        self.quantities: list[tuple[str, Quantity]] = []
        self.references: list[Reference] = []

    def span(self) -> Span:
        return span_of(self.first, self.last)


class PartyDraft:
    """NM1 or N1 with what has followed it."""

    __slots__ = (
        *("contacts", "dates", "details", "elements", "first", "last", "place", "person"),
        *("references", "street", "taxonomy"),
    )

    def __init__(self, segment: Segment, elements: Elements) -> None:
        self.first = self.last = segment
        self.elements = elements
        self.street: Elements | None = None
        self.place: Elements | None = None
        self.person = ("", "")
        self.taxonomy = ""
        self.references: list[Reference] = []
        self.contacts: list[Contact] = []
        self.dates: list[Dated] = []
        self.details: list[Detail] = []

    def party(self) -> Party:
        e = self.elements
        if e[0] == "N1":
            names = (e[1].strip(), e[2], "", "", "", "2", e[3], e[4].strip())
        else:
            names = (e[1].strip(), e[3], e[4], e[5], e[7], e[2], e[8].strip(), e[9].strip())
        address = None
        if self.street is not None or self.place is not None:
            n3, n4 = self.street or PAD, self.place or PAD
            address = _new(Address, (n3[1], n3[2], n4[1], n4[2], n4[3], n4[4], n4[7]))
        return _new(
            Party,
            (
                *names,
                address,
                *self.person,
                self.taxonomy,
                tuple(self.references),
                tuple(self.contacts),
                tuple(self.dates),
                tuple(self.details),
                span_of(self.first, self.last),
            ),
        )

    def take(self, segment: Segment, e: Elements, component: str) -> bool:
        """Take a segment that may follow NM1 or N1; return False for any other."""
        match segment.id:
            case "N3":
                self.street = e
            case "N4":
                self.place = e
            case "REF":
                self.references.append(reference_of(e, component))
            case "PRV":
                self.taxonomy = e[3]
            case "PER":
                self.contacts.append(contact_of(e))
            case "DMG":
                self.person = (e[2], e[3])
            case "N2":
                self.details.append(tuple(segment.elements))
            case _:
                return False
        self.last = segment
        return True


def reference_of(e: Elements, component: str) -> Reference:
    qualifier = e[1].strip()
    if not e[4]:
        return _new(Reference, (qualifier, e[2].strip(), e[3], ""))
    kind, _, value = e[4].partition(component)
    return Reference(qualifier, e[2].strip(), e[3], value if kind == "2U" else "")


def contact_of(e: Elements) -> Contact:
    numbers = tuple((e[place], e[place + 1]) for place in (3, 5, 7) if e[place] or e[place + 1])
    return Contact(e[1], e[2], numbers)


def procedure_of(text: str, component: str) -> Procedure:
    if not text:
        return NO_PROCEDURE
    parts = text.split(component)
    if len(parts) == 2:
        return _new(Procedure, (parts[0], parts[1], (), ""))
    modifiers = tuple([part for part in parts[2:6] if part])
    return Procedure(parts[0], parts[1] if len(parts) > 1 else "", modifiers, parts[6] if len(parts) > 6 else "")


class Numbers:
    """Reads amounts and counts, and finds fault with them where they stand."""

    __slots__ = ("claim", "envelope", "findings")

    def __init__(self, envelope: EnvelopeReader, findings: Findings) -> None:
        self.envelope = envelope
        self.findings = findings
        self.claim = 0

    def money(self, segment: Segment, text: str, element: int) -> Money:
        if not text:
            return NO_MONEY
        try:
            return whole_cents(text)
        except FinerThanCents:
            code = "x12.money_decimals"
        except ValueError:
            code = "x12.number"
        self.complain(code, segment, element)
        return money(text)

    def quantity(self, segment: Segment, text: str, element: int) -> Quantity:
        if not text:
            return NO_QUANTITY
        read = quantity(text)
        if read.value.is_nan():
            self.complain("x12.number", segment, element)
        return read

    def complain(self, code: str, segment: Segment, element: int) -> None:
        if self.findings.takes(code):
            self.findings.append(self.envelope.finding(code, segment, element, claim=self.claim))

    def adjustments(self, segment: Segment, e: Elements) -> list[Adjustment]:
        """Read CAS: up to six reasons of one group."""
        span = span_of(segment, segment)
        found = []
        for place in range(2, len(segment.elements), 3):
            reason, text, count = e[place], e[place + 1], e[place + 2]
            if reason or text:
                amount = self.money(segment, text, place + 1)
                units = self.quantity(segment, count, place + 2) if count else NO_QUANTITY
                found.append(_new(Adjustment, (e[1].strip(), reason.strip(), amount, units, span)))
        return found
