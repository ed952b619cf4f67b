"""The claims of an 835, each read in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from claimwright.x12.models.remittances import RemitClaim, RemitLine
from claimwright.x12.models.values import (
    NO_QUANTITY,
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
    Span,
)
from claimwright.x12.readers.parts import PAD, contact_of
from claimwright.x12.readers.quick import Memo, Odd, Quick, SmallReaders
from claimwright.x12.readers.reading import Pass
from claimwright.x12.tokens import Stretch

if TYPE_CHECKING:
    from claimwright.x12.readers.remittances import RemittancesReader

_new = tuple.__new__
_OPENER_BYTES = len("CLP") + 1
_LineReader = Callable[[str, int, int], tuple[RemitLine, int, int]]
_ClaimReader = Callable[[str, int, int, int], tuple[RemitClaim, int, int]]
_Service = tuple[Procedure, Money, Money, str, Quantity, Procedure | None, Quantity]


T = TypeVar("T")


class QuickRemittances(Quick[T]):
    """Reads CLP with all that follows it; what stands around the claims of a set is left to the careful reader."""

    opener = "CLP"
    ends = "LX|PLB|SE"

    def __init__(self, careful: Pass[T], reader: RemittancesReader) -> None:
        super().__init__(careful)
        self.reader = reader

    def adopt(self, stretch: Stretch) -> None:
        self.claim = _claim_reader(stretch)

    def whole(self, text: str, start: int, ordinal: int) -> tuple[int, int]:
        reader = self.reader
        if not reader.is_open:
            raise Odd
        claim, start, ordinal = self.claim(text, start, ordinal, reader.claim_count + 1)
        reader.take_claim(claim)
        return start, ordinal


def _claim_reader(stretch: Stretch) -> _ClaimReader:
    """Return what reads the text behind `CLP*` at its place, given the ordinal of the claim.

    Places are counted as in `Quick.whole`; so they are in all readers here.
    """
    terminator, separator = stretch.delimiters.segment, stretch.delimiters.element
    gap = len(stretch.gap)
    stride = 1 + gap
    line_mark = terminator + "SVC" + separator
    small = SmallReaders(stretch.delimiters)
    money, quantity, amounts_of, quantities_of = small.money, small.quantity, small.amounts, small.quantities
    references_of, adjustments_of, detail = small.references, small.adjustments, small.detail
    dates_of = _dates(small)
    line_of = _line_reader(stretch, small, dates_of)

    def party_of(text: str, start: int, ordinal: int) -> tuple[Party, ...]:
        e = text.split(separator)
        if e[0] != "NM1" or len(e) > 13:
            raise Odd
        if len(e) < 10:
            e += PAD
        span = _new(Span, (ordinal, ordinal, start, start + len(text) + 1))
        party = _new(Party, (
            e[1].strip(), e[3], e[4], e[5], e[7], e[2], e[8].strip(), e[9].strip(), None, "", "", "",
            (), (), (), (), span,
        ))  # fmt: skip
        return (party,)

    def claim_of(text: str, start: int, ordinal: int, claim_ordinal: int) -> tuple[RemitClaim, int, int]:
        services = text.split(line_mark)
        parts = services[0].split(terminator)
        head = parts[0]
        e = head.split(separator)
        if len(e) > 14:
            raise Odd
        if len(e) < 13:
            e += PAD
        begin, first = start, ordinal + 1
        start += len(head) + _OPENER_BYTES + stride
        ordinal = first
        dates: tuple[Dated, ...] = ()
        adjustments: tuple[Adjustment, ...] = ()
        references: tuple[Reference, ...] = ()
        amounts: tuple[Amount, ...] = ()
        quantities: tuple[Counted, ...] = ()
        parties: tuple[Party, ...] = ()
        contacts: tuple[Contact, ...] = ()
        inpatient: Detail = ()
        outpatient: Detail = ()
        del parts[0], services[0]
        for part in parts:
            ordinal += 1
            name = part[:3]
            if name == "NM1":
                parties += party_of(part, start, ordinal)
            elif name == "DTM":
                dates += dates_of[part]
            elif name == "CAS":
                adjustments += adjustments_of(part, start, ordinal)
            elif name == "REF":
                references += references_of(part)
            elif name == "AMT":
                amounts += amounts_of[part]
            elif name == "QTY":
                quantities += quantities_of[part]
            elif name == "PER":
                contacts += (contact_of(small.elements(part, name, 9)),)
            elif name == "MOA":
                outpatient = detail(part, "MOA")
            elif name == "MIA":
                inpatient = detail(part, "MIA")
            else:
                raise Odd
            start += len(part) + stride
        lines = []
        for each in services:
            line, start, ordinal = line_of(each, start, ordinal)
            lines.append(line)
        span = _new(Span, (first, ordinal, begin, start - gap))
        claim = _new(RemitClaim, (
            e[0].strip(), e[1].strip(), money[e[2]], money[e[3]], money[e[4]], e[5], e[6].strip(), e[7], e[8], e[9],
            e[10], quantity[e[11]] if e[11] else NO_QUANTITY, quantity[e[12]] if e[12] else NO_QUANTITY, adjustments,
            parties, inpatient, outpatient, references, dates, contacts, amounts, quantities, tuple(lines), (),
            claim_ordinal, span,
        ))  # fmt: skip
        return claim, start, ordinal

    return claim_of


def _line_reader(stretch: Stretch, small: SmallReaders, dates_of: Memo[tuple[Dated, ...]]) -> _LineReader:
    """Return what reads the text behind `SVC*` at its place."""
    terminator = stretch.delimiters.segment
    gap = len(stretch.gap)
    stride = 1 + gap
    services, remarks_of = _services(small), _remarks(small)
    amounts_of, quantities_of = small.amounts, small.quantities
    references_of, adjustments_of = small.references, small.adjustments

    def line_of(text: str, start: int, ordinal: int) -> tuple[RemitLine, int, int]:
        parts = text.split(terminator)
        head = parts[0]
        service = services[head]
        begin, first = start, ordinal + 1
        start += len(head) + _OPENER_BYTES + stride
        ordinal = first
        dates: tuple[Dated, ...] = ()
        adjustments: tuple[Adjustment, ...] = ()
        references: tuple[Reference, ...] = ()
        amounts: tuple[Amount, ...] = ()
        quantities: tuple[Counted, ...] = ()
        remarks: tuple[tuple[str, str], ...] = ()
        del parts[0]
        for part in parts:
            ordinal += 1
            name = part[:3]
            if name == "DTM":
                dates += dates_of[part]
            elif name == "CAS":
                adjustments += adjustments_of(part, start, ordinal)
            elif name == "REF":
                references += references_of(part)
            elif name == "AMT":
                amounts += amounts_of[part]
            elif name == "QTY":
                quantities += quantities_of[part]
            else:
                remarks += remarks_of[part]
            start += len(part) + stride
        span = _new(Span, (first, ordinal, begin, start - gap))
        told = (dates, adjustments, references, amounts, quantities, remarks, (), span)
        return _new(RemitLine, service + told), start, ordinal

    return line_of


def _services(small: SmallReaders) -> Memo[_Service]:
    """Return what reads an SVC, its id left out."""
    separator = small.separator
    procedures, money, quantity = small.procedures, small.money, small.quantity

    def read(text: str) -> _Service:
        e = text.split(separator)
        if len(e) > 7:
            raise Odd
        if len(e) < 7:
            e += PAD
        submitted = procedures[e[5]] if e[5] else None
        return (procedures[e[0]], money[e[1]], money[e[2]], e[3], quantity[e[4]], submitted, quantity[e[6]])

    return Memo(read)


def _dates(small: SmallReaders) -> Memo[tuple[Dated, ...]]:
    def read(text: str) -> tuple[Dated, ...]:
        e = small.elements(text, "DTM", 6)
        if not e[2]:
            raise Odd
        return (Dated(e[1].strip(), "D8", e[2].strip()),)

    return Memo(read)


def _remarks(small: SmallReaders) -> Memo[tuple[tuple[str, str], ...]]:
    def read(text: str) -> tuple[tuple[str, str], ...]:
        e = small.elements(text, "LQ", 2)
        return ((e[1], e[2].strip()),)

    return Memo(read)
