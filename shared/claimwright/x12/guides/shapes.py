"""What clean segments look like: one regular expression for each use of a segment, learned from those that came by.

Whether elements are missing, too many or at odds with each other depends only on which of them are filled. So a segment
without a fault vouches for every other that fills the same elements and components, as long as each text has the form,
or is one of the codes, that the guide wants there; this is what the expression asks. A clean segment that it does not
know is looked at element by element; a fault never passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from claimwright.x12.guides.dictionary import Form
from claimwright.x12.guides.notation import ElementUse, SegmentUse
from claimwright.x12.models.envelopes import Delimiters

# Compiling a shape takes as long as 200 looks: it pays for itself in files that go on and on.
LEARNS_EVERY = 32
_SHAPES_MOST = 8
_FRACTION_MOST = 4
_PERIOD_FORM, _PERIOD = "1250", "1251"
_WORDS = frozenset({"AN", "ID"})

# 29 February is left to the calendar.
_DATE = (
    r"(?:1[89]|2[0-9])[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?"
_PERIODS = {"D8": _DATE, "DT": rf"{_DATE}(?:[01][0-9]|2[0-3])[0-5][0-9]", "TM": _TIME}


class _Unlearnable(Exception):
    """An element whose form no expression can tell."""


class Shapes:
    """The shapes of one use of a segment that were learned, for files with the same delimiters."""

    __slots__ = ("_delimiters", "_patterns", "_seen", "fits", "use")

    def __init__(self, use: SegmentUse, delimiters: Delimiters) -> None:
        self.use = use
        self._delimiters = delimiters
        self._patterns: list[str] = []
        self._seen = 0
        self.fits: Callable[[str], Any] | None = None
        """Tells whether a segment, as it stands in its file without the terminator, is clean; None before any shape."""

    def learn(self, elements: list[str]) -> None:
        """Take note of a segment that has no fault."""
        self._seen += 1
        if self._seen % LEARNS_EVERY or len(self._patterns) >= _SHAPES_MOST:
            return
        try:
            pattern = _segment(self.use, elements, self._delimiters)
        except _Unlearnable:
            return
        if pattern not in self._patterns and re.fullmatch(pattern, self._delimiters.element.join(elements)):
            self._patterns.append(pattern)
            self.fits = re.compile("|".join(self._patterns)).fullmatch


def _segment(use: SegmentUse, elements: list[str], delimiters: Delimiters) -> str:
    """Return the expression of the segments that fill the same places."""
    signs = frozenset("".join(delimiters[:4]))
    if any(sign.isalnum() or sign in "-." for sign in signs):
        # Codes and numbers would fall apart.
        raise _Unlearnable
    found = [re.escape(elements[0])]
    period = ""
    for text, element in zip(elements[1:], use.elements, strict=False):
        if element.components and text:
            found.append(_composite(element, text, delimiters.component, signs))
        else:
            found.append(_simple(element, text, period, signs))
        if text and element.form.number == _PERIOD_FORM:
            period = text
    return re.escape(delimiters.element).join(found)


def _composite(element: ElementUse, text: str, component: str, signs: frozenset[str]) -> str:
    found = []
    period = ""
    for part, use in zip(text.split(component), element.components, strict=False):
        found.append(_simple(use, part, period, signs))
        if part and use.form.number == _PERIOD_FORM:
            period = part
    return re.escape(component).join(found)


def _simple(use: ElementUse, text: str, period: str, signs: frozenset[str]) -> str:
    form = use.form
    if not text:
        return ""
    if form.number == _PERIOD_FORM:
        # The form of what follows hangs on it, so it has to be the same.
        if text not in _PERIODS or (use.codes is not None and text not in use.codes):
            raise _Unlearnable
        return text
    if use.codes is not None:
        codes = [re.escape(code) for code in sorted(use.codes) if signs.isdisjoint(code)]
        return f"(?:{'|'.join(codes)})"
    if form.number == _PERIOD and period:
        return _PERIODS[period]
    return _free(form, signs)


def _free(form: Form, signs: frozenset[str]) -> str:
    """Return the expression of texts that a guide has no list for."""
    least, most = form.shortest, form.longest
    if form.type in _WORDS:
        letters = "".join(re.escape(letter) for letter in map(chr, range(32, 127)) if letter not in signs)
        return f"[{letters}]{{{least},{most}}}"
    if form.type == "DT":
        return _DATE
    if form.type == "TM":
        return _TIME
    if form.type == "N0":
        return f"-?[0-9]{{{least},{most}}}"
    if form.type == "R" and least <= 1:
        digits = min(_FRACTION_MOST, most - 1)
        if not digits:
            return "-?[0-9]"
        return rf"-?(?:[0-9]{{1,{most - digits}}}(?:\.[0-9]{{1,{digits}}})?|\.[0-9]{{1,{digits}}})"
    raise _Unlearnable
