"""A party of an 837 with its address, references and contacts, read in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claimwright.x12.models.values import Address, Contact, Dated, Detail, Party, Reference, Span
from claimwright.x12.readers.parts import PAD, contact_of
from claimwright.x12.readers.quick import Memo, Odd, SmallReaders
from claimwright.x12.tokens import Stretch

PartyReader = Callable[[str, int, int], tuple[Party, int, int]]
_OPENER_BYTES = len("NM1") + 1
# Hardly two of these are alike; payers and providers come again and again.
_PEOPLE = frozenset({"IL", "QC"})

_new = tuple.__new__


def party_reader(stretch: Stretch, small: SmallReaders) -> PartyReader:
    """Return what reads the text behind `NM1*` at its place, counted as in `Quick.whole`."""
    gap = len(stretch.gap)
    fields_of = _fields_reader(stretch, small)
    known = Memo(fields_of)

    def party_of(text: str, start: int, ordinal: int) -> tuple[Party, int, int]:
        fields, count = fields_of(text) if text[:2] in _PEOPLE else known[text]
        last = ordinal + count
        following = start + len(text) + _OPENER_BYTES + 1 + gap * count
        span = _new(Span, (ordinal + 1, last, start, following - gap))
        return _new(Party, (*fields, span)), following, last

    return party_of


def _fields_reader(stretch: Stretch, small: SmallReaders) -> Callable[[str], tuple[tuple[Any, ...], int]]:
    """Return what reads all fields of a party but its span, and counts its segments."""
    terminator, separator = stretch.delimiters.segment, stretch.delimiters.element
    street_start, place_start, names_start = "N3" + separator, "N4" + separator, "N2" + separator
    references_of, elements_of, dates_of = small.references, small.elements, small.periods

    def fields_of(text: str) -> tuple[tuple[Any, ...], int]:
        parts = text.split(terminator)
        e = parts[0].split(separator)
        if len(e) > 12:
            raise Odd
        if len(e) < 9:
            e += PAD
        street = place = None
        born = gender = taxonomy = ""
        references: tuple[Reference, ...] = ()
        contacts: tuple[Contact, ...] = ()
        dates: tuple[Dated, ...] = ()
        details: tuple[Detail, ...] = ()
        count = len(parts)
        del parts[0]
        for part in parts:
            name = part[:3]
            if name == street_start:
                street = elements_of(part, "N3", 2)
            elif name == place_start:
                place = elements_of(part, "N4", 7)
            elif name == "DMG":
                told = elements_of(part, name, 11)
                born, gender = told[2], told[3]
            elif name == "REF":
                references += references_of(part)
            elif name == "PRV":
                taxonomy = elements_of(part, name, 6)[3]
            elif name == "PER":
                contacts += (contact_of(elements_of(part, name, 9)),)
            elif name == "DTP":
                dates += dates_of[part]
            elif name == names_start:
                details += (small.detail(part, "N2"),)
            else:
                raise Odd
        address = None
        if street is not None or place is not None:
            n3, n4 = street or PAD, place or PAD
            address = _new(Address, (n3[1], n3[2], n4[1], n4[2], n4[3], n4[4], n4[7]))
        return (
            e[0].strip(), e[2], e[3], e[4], e[6], e[1], e[7].strip(), e[8].strip(), address, born, gender, taxonomy,
            references, contacts, dates, details,
        ), count  # fmt: skip

    return fields_of
