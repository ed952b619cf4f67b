"""A copy of a file that can be shown around: people and their numbers replaced, structure and money kept.

One value is replaced by the same other value everywhere, so that claims, answers and remittances still belong together;
a key makes the replacement repeatable over several files. Letters stay letters and digits stay digits, in the same
number, so that lengths and forms stay valid; NPIs keep a right check digit. Dates of service and amounts stay. Of a
birth date the year stays, but nobody is left older than 89.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from claimwright.x12.envelope import ENVELOPE_IDS
from claimwright.x12.npi import is_npi
from claimwright.x12.tokens import Segment, Source, join, tokens

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "0123456789"
_BIRTH_YEAR_FIRST = 1937
_TEXT = "NOTE"
# Which elements of which segments hold a person's words or numbers, and which hold text.
_NUMBERS = {
    "CLM": (1,),
    "CLP": (1, 7),
    "SBR": (3, 4),
    "N3": (1, 2),
    "PER": (2, 4, 6, 8),
    "BPR": (7, 9, 13, 15),
    "N2": (1, 2),
    "N4": (1, 3),
    "TRN": (2, 3),
    "PWK": (6,),
    "STC": (9,),
    "ENT": (4,),
    "RMR": (2,),
    "HCR": (2,),
    "COB": (2,),
    "ACT": (1,),
}
_TEXTS = {"NTE": (2,), "K3": (1,), "MSG": (1,), "STC": (12,), "EFI": (2,), "III": (4,), "MPI": (4,)}
# Bytes stay as many as they are stated to be.
_BINARY = "X"
_BYTES_PLACES = {"BIN": 2, "BDS": 3}
_HEADERS = frozenset({"ISA", "GS", "ST"})
_ID_LONGEST = 3
# References that are codes or guides, not numbers of anybody.
_KEPT_REFERENCES = frozenset({"87", "LU", "X4", "P4", "4N", "EW", "LX"})


def masked(source: Source, key: bytes) -> bytes:
    """Return the disguised copy.

    Shape: delimiters, counts, control numbers and everything not named above stay byte for byte.
    """
    disguise = _Disguise(key)
    return join(_masked(tokens(source), disguise))


class _Disguise:
    """Replaces texts, the same ones alike."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def text(self, value: str) -> str:
        """Replace letters by letters and digits by digits; other signs stay."""
        plain = value.strip()
        if not plain:
            return value
        if is_npi(plain):
            return value.replace(plain, self._npi(plain))
        stream = self._stream(plain)
        made = "".join(
            _DIGITS[next(stream) % 10] if sign.isdigit() else _LETTERS[next(stream) % 23] if sign.isalpha() else sign
            for sign in plain
        )
        return value.replace(plain, made)

    def _npi(self, value: str) -> str:
        stream = self._stream(value)
        body = value[0] + "".join(_DIGITS[next(stream) % 10] for _ in range(8))
        return next(body + digit for digit in _DIGITS if is_npi(body + digit))

    def _stream(self, value: str) -> Iterator[int]:
        count = 0
        while True:
            yield from hmac.digest(self.key, f"{count}:{value.upper()}".encode(), hashlib.sha256)
            count += 1


def _masked(segments: Iterator[Segment], disguise: _Disguise) -> Iterator[Segment]:
    is_torn = False
    for segment in segments:
        name = segment.id
        if name in _HEADERS:
            is_torn = False
        if is_torn and name and name not in ENVELOPE_IDS:
            elements = _torn(segment.elements, disguise)
        else:
            elements = _disguised(segment, disguise)
        if name in _BYTES_PLACES:
            is_torn = not _is_whole(segment)
        barred = {each for each in segment.delimiters[:1] + segment.delimiters[3:4] if each.isalnum()}
        if barred:
            elements = _spared(elements, barred)
        yield segment._replace(elements=elements)


def _disguised(segment: Segment, disguise: _Disguise) -> list[str]:
    elements = segment.elements
    name = segment.id
    if name in ("NM1", "N1"):
        elements = _party(segment, disguise)
    elif name in _NUMBERS or name in _TEXTS:
        elements = _replaced(elements, _NUMBERS.get(name, ()), disguise)
        texts = _TEXTS.get(name, ())
        elements = [_TEXT if at in texts and each else each for at, each in enumerate(elements)]
        if name == "TRN" and segment.element(3).startswith("1"):
            # A payer's tax number behind a 1, which is no part of it.
            elements[3] = "1" + elements[3][1:]
    elif name in _BYTES_PLACES:
        first = _BYTES_PLACES[name]
        elements = [_BINARY * len(each) if at >= first else each for at, each in enumerate(elements)]
    elif name == "REF" and segment.element(1).strip() not in _KEPT_REFERENCES:
        elements = _replaced(elements, (2,), disguise)
    elif name == "DMG":
        elements = _born(elements, 2)
    elif name == "PAT":
        elements = _born(elements, 6)
    elif name == "PLB":
        elements = _provider_level(segment, disguise)
    return elements


def _is_whole(segment: Segment) -> bool:
    """Tell whether BIN or BDS holds as many bytes as it states.

    Else they fell apart at delimiters, and what follows may be of them.
    """
    first = _BYTES_PLACES[segment.id]
    stated = segment.element(first - 1)
    return len(segment.elements) == first + 1 and stated.lstrip("0") == str(len(segment.element(first))).lstrip("0")


def _torn(elements: list[str], disguise: _Disguise) -> list[str]:
    """Disguise all of a segment but an id that may be one."""
    first = elements[:1] if len(elements[0]) <= _ID_LONGEST else [disguise.text(elements[0])]
    made = [*first, *(disguise.text(each) for each in elements[1:])]
    length = _BYTES_PLACES.get(elements[0], 0) - 1
    if 0 < length < len(elements) and elements[length].isdigit():
        # It says where the bytes end, and with them the segment.
        made[length] = elements[length]
    return made


def _spared(elements: list[str], barred: set[str]) -> list[str]:
    """Keep made texts free of delimiters that are letters or digits, as broken files have them."""
    free = next(sign for sign in _LETTERS if sign not in barred)
    return ["".join(free if sign in barred else sign for sign in each) for each in elements]


def _replaced(elements: list[str], places: tuple[int, ...], disguise: _Disguise) -> list[str]:
    return [disguise.text(each) if at in places else each for at, each in enumerate(elements)]


def _party(segment: Segment, disguise: _Disguise) -> list[str]:
    elements = segment.elements
    if segment.id == "N1":
        return _replaced(elements, (2, 4), disguise)
    # Payer ids name a company; routing by them is part of the structure.
    is_company = segment.element(8).strip() in ("PI", "XV", "46")
    return _replaced(elements, (3, 4, 5) if is_company else (3, 4, 5, 9), disguise)


def _born(elements: list[str], place: int) -> list[str]:
    text = elements[place] if place < len(elements) else ""
    if len(text) < 8 or not text[:4].isdigit():
        return elements
    year = max(int(text[:4]), _BIRTH_YEAR_FIRST)
    return [f"{year}0101{text[8:]}" if at == place else each for at, each in enumerate(elements)]


def _provider_level(segment: Segment, disguise: _Disguise) -> list[str]:
    component = segment.delimiters.component
    made = []
    for at, each in enumerate(segment.elements):
        if at == 1:
            made.append(disguise.text(each))
        elif at >= 3 and at % 2 and component in each:
            code, _, reference = each.partition(component)
            made.append(code + component + disguise.text(reference))
        else:
            made.append(each)
    return made
