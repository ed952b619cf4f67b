"""What can be said of a set that has no guide here: the segments every such set has, levels, days, times and numbers.

Nothing of it stops anything: without a guide nobody knows what the sender was bound to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import ENVELOPE_IDS, EnvelopeReader
from claimwright.x12.guides.dictionary import segment_forms
from claimwright.x12.guides.elements import element_faults
from claimwright.x12.guides.notation import ElementUse, SegmentUse
from claimwright.x12.guides.walker import Rows
from claimwright.x12.tokens import Segment

_NEEDED = {
    "270": ("BHT", "HL"),
    "271": ("BHT", "HL"),
    "275": ("BGN",),
    "276": ("BHT", "HL"),
    "277": ("BHT", "HL"),
    "278": ("BHT", "HL"),
    "820": ("BPR",),
    "834": ("BGN",),
    "835": ("BPR", "TRN"),
    "837": ("BHT", "HL"),
    "999": ("AK1", "AK9"),
}
# Their elements have kept their form since this version.
_KNOWN_SINCE = "004010"
_LOOKED_AT = frozenset({"HL", "DTP", "DTM", "DMG", "BHT", "BIN", "PO1", "IT1", "CTT"})
_SAID = frozenset({"x12.element_date", "x12.element_time", "x12.number", "x12.trailing_separator"})
_LENGTHS = frozenset({"x12.element_short", "x12.element_long"})
# Units of measure: codes of two letters in every version.
_UNIT = "355"
# What CTT01 counts, in the sets that end with it.
_COUNTED = {"810": "IT1", "850": "PO1", "855": "PO1"}
_PRICED = frozenset({"PO1", "IT1"})
_PRICE = 4
_DIGITS_MOST = 17
_CENTS_OF_A_DOLLAR = 100


class PlainWalker:
    """Looks through one transaction set that has no guide."""

    def __init__(self, opened: Segment, envelope: EnvelopeReader, findings: Findings) -> None:
        self.place = envelope.place()
        self.findings = findings
        set_id = opened.element(1).strip()
        self._needed = _NEEDED.get(set_id, ())
        # Who reads these judges their levels.
        self._has_reader = set_id in _NEEDED
        self._has_known_form = envelope.guide()[:6] >= _KNOWN_SINCE
        self._counted = _COUNTED.get(set_id, "")
        self._count = 0
        self._prices: list[str] = []
        self._first_priced: Segment | None = None
        self._seen: set[str] = set()
        self._levels: set[str] = set()
        self._last = opened

    def take_rows(self, rows: Rows, at: int) -> int:
        """Take the segments from `at` to the next one of the envelope; return the place of that."""
        separator = rows.stretch.delimiters.element
        texts = rows.texts
        while at < len(texts):
            name = texts[at].partition(separator)[0]
            if name in ENVELOPE_IDS:
                return at
            if name in _LOOKED_AT:
                self.take(rows.segment(at))
            else:
                self._seen.add(name) if name in self._needed else None
            at += 1
        if at:
            self._last = rows.segment(at - 1)
        return at

    def take(self, segment: Segment) -> None:
        """Take the next segment."""
        name = segment.id
        self._last = segment
        if name in self._needed:
            self._seen.add(name)
        self._count += name == self._counted
        if name == "CTT":
            self._judge_count(segment)
        elif name in _PRICED:
            self._first_priced = self._first_priced or segment
            self._prices.append(segment.element(_PRICE).strip())
        if name == "HL":
            if not self._has_reader:
                self._judge_level(segment)
        elif name in _LOOKED_AT and self._has_known_form:
            delimiters = segment.delimiters
            for code, element, component in element_faults(
                _loose(name), segment.elements, delimiters.component, delimiters.repetition
            ):
                if code in _SAID or (code in _LENGTHS and _is_unit(name, element)):
                    self._say(code, segment, element, component)

    def close(self) -> None:
        """End the set: say which of its segments never came."""
        for name in self._needed:
            if name not in self._seen:
                self._say("x12.segment_missing", self._last, name=name)
        if self._first_priced is not None and _have_implied_decimals(self._prices):
            self._say("x12.decimals_implied", self._first_priced, _PRICE)

    def _judge_count(self, segment: Segment) -> None:
        stated = segment.element(1).strip()
        if self._counted and stated.isascii() and stated.isdigit() and stated.lstrip("0") != str(self._count or ""):
            self._say("x12.detail_count", segment, 1)

    def _judge_level(self, segment: Segment) -> None:
        number, parent = segment.element(1).strip(), segment.element(2).strip()
        if number in self._levels:
            self._say("x12.hl_number", segment, 1)
        if parent and parent not in self._levels:
            self._say("x12.hl_parent", segment, 2)
        self._levels.add(number)

    def _say(self, code: str, segment: Segment, element: int = 0, component: int = 0, *, name: str = "") -> None:
        if not self.findings.takes(code, is_toned_down=True):
            return
        self.findings.append(self.place.finding(code, segment, element, component, name=name, is_toned_down=True))


def _is_unit(name: str, element: int) -> bool:
    elements = segment_forms()[name].elements
    return 0 < element <= len(elements) and elements[element - 1].number == _UNIT


def _have_implied_decimals(prices: Sequence[str]) -> bool:
    """Tell whether prices look like cents: several, all whole, none below a dollar then, not all in even dollars."""
    if len(prices) < 2 or not all(each.isascii() and each.isdigit() and len(each) <= _DIGITS_MOST for each in prices):
        return False
    cents = [int(each) for each in prices]
    return min(cents) >= _CENTS_OF_A_DOLLAR and any(each % _CENTS_OF_A_DOLLAR for each in cents)


@cache
def _loose(name: str) -> SegmentUse:
    """Return a use of a segment that demands nothing but the form of what is there."""
    form = segment_forms()[name]
    uses = tuple(
        ElementUse("S", each, None, tuple(ElementUse("S", part) for part in each.components)) for each in form.elements
    )
    return SegmentUse(name, "S", 1, uses, form._replace(notes=()), 0, (0, 0), frozenset(), 0)
