"""A copy of a file that can be shown around: people and their numbers replaced, structure and money kept.

One value is replaced by the same other value everywhere, so that claims, answers and remittances still belong together;
a key makes the replacement repeatable over several files. Letters stay letters and digits stay digits, in the same
number, so that lengths and forms stay valid; NPIs keep a right check digit. Dates of service and amounts stay. Of a
birth date the year stays, but nobody is left older than 89.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from functools import cache

from claimwright.x12.envelope import ENVELOPE_IDS
from claimwright.x12.guides.dictionary import Form, segment_forms
from claimwright.x12.models.values import day
from claimwright.x12.npi import is_npi
from claimwright.x12.tokens import Segment, Source, join, tokens

_Form = str | tuple[str, ...]
"""What is kept in an element, or in each component of a composite: a name of `_KEPT_FORMS`, `code` and how long a code
may be, or what replaces it: `hidden`, `text`, `tax`, `birth`."""

_BYTE_ORDER_MARK = "ï»¿"
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "0123456789"
_BIRTH_YEAR_FIRST = 1937
_TEXT = "NOTE"
# Bytes stay as many as they are stated to be.
_BINARY = "X"
_BYTES_PLACES = {"BIN": 2, "BDS": 3}
_HEADERS = frozenset({"ISA", "GS", "ST"})
_ISA_ELEMENTS = 16
_ISA_PASSWORDS = (2, 4)
_ID_LONGEST = 3
# Of texts that are replaced, so many are kept to be replaced alike without being worked out again.
_MADE_MOST = 20_000
_WORDS = re.compile(r"[^\x00- !-/:-@\[-`{-~\x85\xa0]")
_OPENED = re.compile(r"(?:GS|TA1|IEA)?")
_BIRTH = re.compile(r"[0-9]{8}")
# References that are codes or guides, not numbers of anybody.
_KEPT_REFERENCES = frozenset({"87", "X4", "P4", "4N", "EW"})
# Ids of companies that files are routed by.
_COMPANY_IDS = frozenset({"PI", "XV", "46"})
# Days of DTP and DTM that are those of a life: birth and death.
_LIFE_DAYS = frozenset({"222", "442"})

# What an element may hold to be kept as it is; whatever does not look so is replaced.
_KEPT_FORMS = {
    "number": r"-?[0-9]{1,18}|-?[0-9]{0,18}\.[0-9]{0,18}",
    "day": r"[0-9]{6}|[0-9]{8}",
    "time": r"[0-9]{4}|[0-9]{6,8}",
    "period": r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{12}|[0-9]{14}|[0-9]{6}-[0-9]{6}|[0-9]{8}-[0-9]{8}"
    r"|[0-9]{12}-[0-9]{12}",
    # Of procedures, drugs and stays; they all hold a digit.
    "service": r"(?=[^0-9]*[0-9])[A-Z0-9.\-]{1,15}",
    "listed": r"(?=[^0-9]*[0-9])[A-Z0-9.\-]{1,10}|[A-Z]{1,3}",
    "remark": r"[A-Z]{0,2}[0-9]{1,4}",
    "taxonomy": r"[A-Z0-9]{9}X",
    "guide": r"[0-9]{6}[A-Z0-9]{0,6}",
    "loop": r"[0-9]{4}[A-Z]{0,2}",
    "control": r"[0-9]{1,9}",
    "tooth": r"[0-9]{1,2}|[A-Z]{1,2}",
    "context": r"[A-Z0-9]{2,3}[0-9]{2}|SITUATIONAL TRIGGER",
    "any": r".*",
}
_BY_TYPE = {"N0": "number", "N2": "number", "R": "number", "DT": "day", "TM": "time"}
# Of elements by number: what their type does not tell. Words and numbers of all others are hidden.
_BY_NUMBER = {
    "116": "hidden",
    "234": "service",
    "1339": "code2",
    "1271": "listed",
    "1251": "period",
    "1331": "code2",
    "447": "loop",
    "480": "guide",
    "1705": "guide",
    "329": "control",
    "628": "number",
    "734": "number",
    "352": "text",
    "933": "text",
    "449": "text",
    "509": "tax",
    "9999": "context",
    "9998": "hidden",
    "142": "any",
    "812": "code3",
    "1034": "remark",
}
# Of single places.
_BY_PLACE = {
    **{("MIA", place): "remark" for place in (5, 20, 21, 22, 23)},
    **{("MOA", place): "remark" for place in (3, 4, 5, 6, 7)},
    ("PRV", 3): "taxonomy",
    ("DN2", 1): "tooth",
    ("SVD", 1): "any",
    ("DMG", 2): "birth",
    ("PAT", 6): "birth",
    ("INS", 12): "birth",
}
# Segments without a row in the dictionary.
_MORE = {
    "GS": "code2 any any day time control code2 guide",
    "ST": "code3 control guide",
    "SE": "number control",
    "GE": "number control",
    "IEA": "number control",
    "TA1": "control day time code1 code3",
    "UM": "code2 code1 code2 C023 C024 code2 code1 code2 code2 code2",
    "HCR": "code2 hidden listed code1",
    "BGN": "code2 hidden day time code2 hidden code2 code2",
    "CAT": "code2 code2 hidden code2 hidden",
    "EFI": "code2 text code2 hidden hidden hidden hidden hidden hidden hidden hidden code2 hidden hidden hidden hidden",
    "HD": "code3 code3 code3 hidden code3 number number code1 code1 hidden code1",
    "COB": "code1 hidden code1 code2",
    "ENT": "number code3 code2 hidden code3 code2 hidden",
    "RMR": "code3 hidden code2 number number number code2 number",
    "ADX": "number code2 code3 hidden",
}


def masked(source: Source, key: bytes) -> bytes:
    """Return the disguised copy.

    Shape: delimiters, counts, control numbers, codes, amounts, quantities and days stay byte for byte where they look
    like what they are. All else is replaced: words, numbers of people, whole segments that nobody knows, and what
    stands in front of the file and behind it.
    """
    disguise = _Disguise(key)
    return join(_masked(tokens(source), disguise))


class _Disguise:
    """Replaces texts, the same ones alike."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._made: dict[str, str] = {}

    def text(self, value: str) -> str:
        """Replace letters by letters and digits by digits; other signs stay."""
        made = self._made.get(value)
        if made is None:
            made = self._replaced(value)
            if len(self._made) < _MADE_MOST:
                self._made[value] = made
        return made

    def _replaced(self, value: str) -> str:
        plain = value.strip()
        if not plain.strip("0"):
            # Nothing, or the 0 that guides write where there is no number.
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
    before: tuple[str, ...] = ()
    for segment in segments:
        name = segment.id
        if name in _HEADERS:
            is_torn = False
        if is_torn and name and name not in ENVELOPE_IDS:
            elements = _torn(segment.elements, disguise)
        elif segment.elements:
            elements = _disguised(segment, disguise)
        else:
            elements = segment.elements
        if name in _BYTES_PLACES:
            is_torn = not _is_whole(segment)
        delimiters = segment.delimiters
        if delimiters.element.isalnum() or delimiters.segment.isalnum():
            elements = _spared(elements, {each for each in (delimiters.element, delimiters.segment) if each.isalnum()})
        # In front of an ISA that declares others, the delimiters that held till then may stand.
        gap = _blanked(segment.gap, (*before, *delimiters[:4])) if segment.gap else ""
        before = delimiters[:4]
        yield Segment(name, elements, *segment[2:6], gap, segment.tail)


def _disguised(segment: Segment, disguise: _Disguise) -> list[str]:
    elements = segment.elements
    name = segment.id
    if name == "ISA":
        places = (*_ISA_PASSWORDS, *range(_ISA_ELEMENTS + 1, len(elements)))
        return [disguise.text(each) if at in places else each for at, each in enumerate(elements)]
    if name in _BYTES_PLACES:
        first = _BYTES_PLACES[name]
        stated = [_kept(each, "number", disguise) if at == first - 1 else each for at, each in enumerate(elements)]
        return [_BINARY * len(each) if at >= first else each for at, each in enumerate(stated)]
    forms = _forms(name)
    if not forms:
        return _torn(elements, disguise)
    made = elements[:1]
    for place, text in enumerate(elements[1:], start=1):
        form = _form(segment, place, forms)
        made.append(_kept_element(text, form, segment, disguise) if text else text)
    return made


def _form(segment: Segment, place: int, forms: Sequence[_Form]) -> _Form:
    """Return what is kept at a place, where that hangs on what stands beside it too."""
    match segment.id, place:
        case "REF", 2 if segment.element(1).strip() in _KEPT_REFERENCES:
            return "service"
        case "NM1", 9 if segment.element(8).strip() in _COMPANY_IDS and segment.element(2).strip() != "1":
            return "any"
        case ("DTP", 3) | ("DTM", 2 | 6) if segment.element(1).strip() in _LIFE_DAYS:
            return "birth"
    return forms[place - 1] if place <= len(forms) else "hidden"


def _kept_element(text: str, form: _Form, segment: Segment, disguise: _Disguise) -> str:
    """Keep or replace one element, repetition by repetition and component by component."""
    delimiters = segment.delimiters
    if isinstance(form, str):
        if form in ("text", "hidden") or not delimiters.repetition:
            return _kept(text, form, disguise)
        return delimiters.repetition.join(_kept(each, form, disguise) for each in text.split(delimiters.repetition))
    repeated = text.split(delimiters.repetition) if delimiters.repetition else [text]
    made = []
    for one in repeated:
        parts = one.split(delimiters.component)
        inner = [*form, *["hidden"] * len(parts)]
        made.append(delimiters.component.join(_kept(each, inner[at], disguise) for at, each in enumerate(parts)))
    return delimiters.repetition.join(made)


def _kept(text: str, form: str, disguise: _Disguise) -> str:
    plain = text.strip()
    if not plain:
        return text
    match form:
        case "text":
            return _TEXT
        case "birth":
            return _born(text, disguise)
        case "tax":
            # A payer's tax number behind a 1, which is no part of it.
            return ("1" if text.startswith("1") else disguise.text(text)[:1]) + disguise.text(text)[1:]
        case "hidden":
            return disguise.text(text)
    return text if _pattern(form).fullmatch(plain) else disguise.text(text)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    if form.startswith("code"):
        return re.compile(f"[A-Za-z0-9]{{1,{form.removeprefix('code')}}}")
    return re.compile(_KEPT_FORMS[form])


@cache
def _forms(name: str) -> tuple[_Form, ...]:
    """Return what is kept in each element of a segment; nothing for one that nobody knows."""
    known = segment_forms()
    if name in _MORE:
        composites = {each: tuple(map(_simple, known[each].elements)) for each in ("C023", "C024")}
        return tuple(composites.get(each, each) for each in _MORE[name].split())
    if name not in known or len(name) > _ID_LONGEST:
        return ()
    made: list[_Form] = []
    for place, form in enumerate(known[name].elements, start=1):
        if form.components:
            made.append(tuple(map(_simple, form.components)))
        else:
            made.append(_BY_PLACE.get((name, place)) or _simple(form))
    return tuple(made)


def _simple(form: Form) -> str:
    if form.number in _BY_NUMBER:
        return _BY_NUMBER[form.number]
    return f"code{form.longest}" if form.type == "ID" else _BY_TYPE.get(form.type, "hidden")


def _blanked(gap: str, signs: tuple[str, ...]) -> str:
    """Return a gap of the same length without words; letters that are delimiters, as broken files have them, stay."""
    mark = _BYTE_ORDER_MARK if gap.startswith(_BYTE_ORDER_MARK) else ""
    return mark + _WORDS.sub(lambda each: each[0] if each[0] in signs else "X", gap[len(mark) :])


def _is_whole(segment: Segment) -> bool:
    """Tell whether BIN or BDS holds as many bytes as it states.

    Else they fell apart at delimiters, and what follows may be of them.
    """
    first = _BYTES_PLACES[segment.id]
    stated = segment.element(first - 1)
    return len(segment.elements) == first + 1 and stated.lstrip("0") == str(len(segment.element(first))).lstrip("0")


def _torn(elements: list[str], disguise: _Disguise) -> list[str]:
    """Disguise all of a segment but an id that may be one."""
    # Signs around an id are of a file that is cut at the wrong places.
    is_short = sum(map(str.isalnum, elements[0])) <= _ID_LONGEST
    # What follows an ISA tells how segments end.
    opened = len(_OPENED.match(elements[0])[0])  # type: ignore[index]
    first = elements[:1] if is_short else [elements[0][:opened] + disguise.text(elements[0][opened:])]
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


def _born(text: str, disguise: _Disguise) -> str:
    plain = text.strip()
    if not _BIRTH.fullmatch(plain):
        return disguise.text(text)
    year = max(int(plain[:4]), _BIRTH_YEAR_FIRST)
    # What is no day is none in the copy either.
    return text.replace(plain, f"{year}{'0101' if day(plain) else '0000'}")
