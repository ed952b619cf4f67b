"""Level 2 inside a segment: usage, length, form and codes of each element, and the syntax notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimwright.x12.guides.dictionary import Form
from claimwright.x12.guides.notation import ElementUse, SegmentUse
from claimwright.x12.models.values import day

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{1,2})?)?", re.ASCII)
_UNFIT = re.compile(r"[^ -~]")
_PERIOD_FORM, _PERIOD = "1250", "1251"

Fault = tuple[str, int, int]
"""Code, element, component."""


def element_faults(use: SegmentUse, elements: list[str], component: str, repetition: str) -> Iterator[Fault]:
    """Yield what is wrong with the elements of a segment."""
    count = len(elements)
    period = ""
    for place, element in enumerate(use.elements, start=1):
        text = elements[place] if place < count else ""
        if not text:
            if element.usage == "R":
                yield "x12.element_missing", place, 0
            continue
        if element.components and element.usage != "-":
            yield from _composite_faults(element, text, place, component)
        else:
            code = _element_fault(element, text, component, repetition, period)
            if code:
                yield code, place, 0
        if element.form.number == _PERIOD_FORM:
            period = text
    if count > len(use.elements) + 1:
        yield "x12.element_many", len(use.elements) + 1, 0
    if count > 1 and not elements[-1]:
        yield "x12.trailing_separator", count - 1, 0
    for kind, places in use.form.notes:
        code = _broken(kind, [bool(place < count and elements[place]) for place in places])
        if code:
            yield code, _blamed(kind, places, elements), 0


def _element_fault(element: ElementUse, text: str, component: str, repetition: str, period: str) -> str:
    if element.usage == "-":
        return "x12.element_unused"
    if component in text:
        return "x12.component_many"
    if repetition and repetition in text:
        return "x12.repetition_many"
    return _simple_fault(element, text, period)


def _composite_faults(element: ElementUse, text: str, place: int, component: str) -> Iterator[Fault]:
    parts = text.split(component)
    period = ""
    if len(parts) > len(element.components):
        yield "x12.component_many", place, len(element.components) + 1
    if not parts[-1]:
        yield "x12.trailing_separator", place, len(parts)
    for number, use in enumerate(element.components, start=1):
        part = parts[number - 1] if number <= len(parts) else ""
        if not part:
            if use.usage == "R":
                yield "x12.element_missing", place, number
        elif use.usage == "-":
            yield "x12.element_unused", place, number
        else:
            code = _simple_fault(use, part, period)
            if code:
                yield code, place, number
            if use.form.number == _PERIOD_FORM:
                period = part
    for kind, places in element.form.notes:
        code = _broken(kind, [bool(each <= len(parts) and parts[each - 1]) for each in places])
        if code:
            yield code, place, places[-1]


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
        return "" if length == 8 and day(text) is not None else "x12.element_date"
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
            is_right = len(text) == 8 and day(text) is not None
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


def _broken(kind: str, present: list[bool]) -> str:
    """Return the code of a broken syntax note, or an empty text."""
    match kind:
        case "P":
            is_broken = any(present) and not all(present)
        case "R":
            is_broken = not any(present)
        case "E":
            return "x12.element_exclusive" if sum(present) > 1 else ""
        case "C":
            is_broken = present[0] and not all(present)
        case _:
            is_broken = present[0] and not any(present[1:])
    return "x12.element_conditional" if is_broken else ""


def _blamed(kind: str, places: tuple[int, ...], elements: list[str]) -> int:
    """Return the element to name: the extra one of an exclusion, else the first that is missing."""
    if kind == "E":
        return places[-1]
    return next((place for place in places if place >= len(elements) or not elements[place]), places[0])
