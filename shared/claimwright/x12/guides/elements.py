"""Level 2 inside a segment: usage, length, form and codes of each element, and the syntax notes."""

from __future__ import annotations

import re

from claimwright.x12.guides.dictionary import Form
from claimwright.x12.guides.notation import ElementUse, SegmentUse
from claimwright.x12.models.values import day

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{1,2})?)?", re.ASCII)
_UNFIT = re.compile(r"[^ -~]")
_PERIOD_FORM, _PERIOD = "1250", "1251"
_WORDS = frozenset({"AN", "ID"})

Fault = tuple[str, int, int]
"""Code, element, component."""


def element_faults(  # noqa: C901 (one pass in one frame: it runs for every segment)
    use: SegmentUse, elements: list[str], component: str, repetition: str
) -> list[Fault]:
    """Return what is wrong with the elements of a segment.

    Nearly every element is right, and nearly every text is short and plain: the loop passes those with few tests and
    asks `_element_fault` about the rest.
    """
    faults: list[Fault] = []
    count = len(elements)
    uses = use.elements
    period = ""
    for place in range(1, min(count, len(uses) + 1)):
        text = elements[place]
        usage, form, codes, components = uses[place - 1]
        if not text:
            if usage == "R":
                faults.append(("x12.element_missing", place, 0))
            continue
        if components and usage != "-":
            _composite_faults(faults, uses[place - 1], text, place, component)
            continue
        if usage == "-" or (text not in codes if codes is not None else not _is_plain(form, text)):
            code = _element_fault(uses[place - 1], text, component, repetition, period)
            if code:
                faults.append((code, place, 0))
        elif component in text or (repetition and repetition in text):
            faults.append(("x12.component_many" if component in text else "x12.repetition_many", place, 0))
        if form.number == _PERIOD_FORM:
            period = text
    if count <= use.last_required or count > len(uses) + 1 or not elements[-1]:
        faults += _length_faults(use, elements)
    for kind, places in use.form.notes:
        if kind == "R" or places[0] < count:
            code = _broken(kind, places, elements)
            if code:
                faults.append((code, _blamed(kind, places, elements), 0))
    return faults


def _length_faults(use: SegmentUse, elements: list[str]) -> list[Fault]:
    """Return what is missing at the end, or too much there."""
    uses, count = use.elements, len(elements)
    missing = range(max(count, 1), use.last_required + 1)
    faults = [("x12.element_missing", place, 0) for place in missing if uses[place - 1].usage == "R"]
    if count > len(uses) + 1:
        faults.append(("x12.element_many", len(uses) + 1, 0))
    if count > 1 and not elements[-1]:
        faults.append(("x12.trailing_separator", count - 1, 0))
    return faults


def _is_plain(form: Form, text: str) -> bool:
    """Tell quickly that a text is right; False only says that it has to be looked at."""
    return (
        form.type in _WORDS and form.number != _PERIOD and form.shortest <= len(text) <= form.longest and _is_fit(text)
    )


def _is_fit(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _element_fault(element: ElementUse, text: str, component: str, repetition: str, period: str) -> str:
    if element.usage == "-":
        return "x12.element_unused"
    if element.usage == "S+" and repetition and repetition in text:
        parts = text.split(repetition)
        return next(filter(None, (_element_fault(element, part, component, "", period) for part in parts)), "")
    if component in text:
        return "x12.component_many"
    if repetition and repetition in text:
        return "x12.repetition_many"
    return _simple_fault(element, text, period)


def _composite_faults(faults: list[Fault], element: ElementUse, text: str, place: int, component: str) -> None:
    parts = text.split(component)
    uses = element.components
    period = ""
    if len(parts) > len(uses):
        faults.append(("x12.component_many", place, len(uses) + 1))
    if not parts[-1]:
        faults.append(("x12.trailing_separator", place, len(parts)))
    for number, use in enumerate(uses, start=1):
        part = parts[number - 1] if number <= len(parts) else ""
        if not part:
            if use.usage == "R":
                faults.append(("x12.element_missing", place, number))
            continue
        if use.usage == "-":
            faults.append(("x12.element_unused", place, number))
        elif part not in use.codes if use.codes is not None else not _is_plain(use.form, part):
            code = _simple_fault(use, part, period)
            if code:
                faults.append((code, place, number))
        if use.form.number == _PERIOD_FORM:
            period = part
    for kind, places in element.form.notes:
        code = _broken(kind, places, ["", *parts])
        if code:
            faults.append((code, place, places[-1]))


def _simple_fault(use: ElementUse, text: str, period: str) -> str:
    """Return the first fault of a simple element, or an empty text."""
    if use.codes is not None and text.strip() not in use.codes:
        return "x12.element_code"
    form = use.form
    code = _form_fault(form, text)
    if not code and form.number == _PERIOD and period:
        code = _period_fault(text, period)
    return code


def _form_fault(form: Form, text: str) -> str:
    kind, length = form.type, len(text)
    if kind in {"R", "N0"}:
        if (_NUMBER if kind == "R" else _WHOLE).fullmatch(text) is None:
            return "x12.number"
        length -= text.count("-") + text.count(".")
    elif kind == "DT":
        return "" if length == 8 and _is_day(text) else "x12.element_date"
    elif kind == "TM":
        return "" if _TIME.fullmatch(text) else "x12.element_time"
    elif _UNFIT.search(text) is not None:
        return "x12.element_characters"
    if length > form.longest:
        return "x12.element_long"
    return "x12.element_short" if length < form.shortest else ""


def _period_fault(text: str, period: str) -> str:
    match period:
        case "D8":
            is_right = len(text) == 8 and _is_day(text)
        case "RD8":
            first, last = day(text[:8]), day(text[9:])
            is_right = len(text) == 17 and text[8] == "-" and first is not None and last is not None and first <= last
        case "DT":
            is_right = len(text) == 12 and day(text) is not None and _TIME.fullmatch(text[8:]) is not None
        case "TM":
            return "" if _TIME.fullmatch(text) else "x12.element_time"
        case _:
            is_right = True
    return "" if is_right else "x12.element_date"


def _is_day(text: str) -> bool:
    # Nobody who is claimed for was born before 1800: an earlier year is a mistake, or a filler.
    return text >= "1800" and day(text) is not None


def _broken(kind: str, places: tuple[int, ...], elements: list[str]) -> str:
    """Return the code of a broken syntax note, or an empty text."""
    count = len(elements)
    first = places[0]
    if kind in "CL":
        if first >= count or not elements[first]:
            return ""
        present = [place < count and elements[place] != "" for place in places[1:]]
        return "" if (all(present) if kind == "C" else any(present)) else "x12.element_conditional"
    if kind == "P" and first >= count:
        # Places of a pair come in their order: behind the end there is none of them.
        return ""
    present = [place < count and elements[place] != "" for place in places]
    if kind == "E":
        return "x12.element_exclusive" if sum(present) > 1 else ""
    is_broken = not any(present) if kind == "R" else any(present) and not all(present)
    return "x12.element_conditional" if is_broken else ""


def _blamed(kind: str, places: tuple[int, ...], elements: list[str]) -> int:
    """Return the element to name: the extra one of an exclusion, else the first that is missing."""
    if kind == "E":
        return places[-1]
    return next((place for place in places if place >= len(elements) or not elements[place]), places[0])
