"""The lines of an 837, each read in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claimwright.x12.models.claims import Note, ServiceLine
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
    NO_QUANTITY,
    Amount,
    Counted,
    Dated,
    Detail,
    Party,
    Reference,
    Span,
)
from claimwright.x12.readers.parts import PAD
from claimwright.x12.readers.quick import Memo, Odd, SmallReaders
from claimwright.x12.readers.quick_parties import PartyReader
from claimwright.x12.tokens import Stretch

LineReader = Callable[[str, int, int], tuple[ServiceLine, int, int]]
_Service = tuple[Any, ...]
"""The fields of a line from its procedure to its prosthesis: those that its service segment tells."""
_OPENER_BYTES = len("LX") + 1
_NO_SERVICE: _Service = (NO_PROCEDURE, NO_MONEY, "", NO_QUANTITY, "", (), *[""] * 5, NO_MONEY, (), "")
# What no field of a line knows; it is kept whole.
_KEPT = frozenset({"PWK", "CRC", "CR1", "CR3", "CR5", "CN1", "K3", "MEA", "PS1", "HCP"})

_new = tuple.__new__


def line_reader(stretch: Stretch, small: SmallReaders, party_of: PartyReader) -> LineReader:
    """Return what reads the text behind `LX*` at its place, counted as in `Quick.whole`."""
    terminator, separator = stretch.delimiters.segment, stretch.delimiters.element
    party_mark = terminator + "NM1" + separator
    gap = len(stretch.gap)
    services = _services(stretch, small)
    dates_of, amounts_of, quantities_of = small.periods, small.amounts, small.quantities
    references_of, notes_of = small.references, small.notes

    def line_of(text: str, start: int, ordinal: int) -> tuple[ServiceLine, int, int]:
        begin, first = start, ordinal + 1
        party_texts = text.split(party_mark)
        own = party_texts[0]
        parts = own.split(terminator)
        number = parts[0]
        if separator in number:
            raise Odd
        count = len(parts)
        start += len(own) + _OPENER_BYTES + 1 + gap * count
        ordinal += count
        service = _NO_SERVICE
        dates: tuple[Dated, ...] = ()
        references: tuple[Reference, ...] = ()
        amounts: tuple[Amount, ...] = ()
        quantities: tuple[Counted, ...] = ()
        notes: tuple[Note, ...] = ()
        details: tuple[Detail, ...] = ()
        providers: tuple[Party, ...] = ()
        del parts[0], party_texts[0]
        for part in parts:
            name = part[:3]
            if name == "DTP":
                dates += dates_of[part]
            elif name == "REF":
                references += references_of(part)
            elif name[:2] == "SV" and service is _NO_SERVICE:
                service = services[part]
            elif name == "AMT":
                amounts += amounts_of[part]
            elif name == "QTY":
                quantities += quantities_of[part]
            elif name == "NTE":
                notes += notes_of(part)
            else:
                details += small.kept(part, _KEPT)
        for each in party_texts:
            party, start, ordinal = party_of(each, start, ordinal)
            providers += (party,)
        span = _new(Span, (first, ordinal, begin, start - gap))
        told = (
            (), dates, references, amounts, quantities, notes, None, providers, (), details, number.strip(), span,
        )  # fmt: skip
        return _new(ServiceLine, service + told), start, ordinal

    return line_of


def _services(stretch: Stretch, small: SmallReaders) -> Memo[_Service]:
    """Return what reads SV1, SV2 and SV3."""
    separator, component = stretch.delimiters.element, stretch.delimiters.component
    procedures, money, quantity = small.procedures, small.money, small.quantity

    def pointers(text: str) -> tuple[int, ...]:
        found = [part for part in text.split(component) if part]
        if not all(part.isascii() and part.isdigit() and len(part) < 5 and int(part) for part in found):
            raise Odd
        return tuple([int(part) for part in found])

    def read(text: str) -> _Service:
        e = text.split(separator)
        if len(e) > 24:
            raise Odd
        e += PAD
        match e[0]:
            case "SV1":
                return (
                    *(procedures[e[1]], money[e[2]], e[3], quantity[e[4]], e[5]),
                    *(pointers(e[7]), e[9], e[11], e[12], e[15], "", NO_MONEY, (), ""),
                )
            case "SV2":
                return (
                    *(procedures[e[2]], money[e[3]], e[4], quantity[e[5]], "", ()),
                    *("", "", "", "", e[1], money[e[7]], (), ""),
                )
            case "SV3":
                cavity = tuple(e[4].split(component)) if e[4] else ()
                return (
                    *(procedures[e[1]], money[e[2]], "", quantity[e[6]], e[3]),
                    *(pointers(e[11]), "", "", "", "", "", NO_MONEY, cavity, e[5]),
                )
        raise Odd

    return Memo(read)
