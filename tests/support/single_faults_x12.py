"""Valid files with one rule of their guide broken at a time, made from the guide tables themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from claimwright.x12 import tokens
from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.guides.notation import ElementUse, SegmentUse, guide
from claimwright.x12.guides.walker import GuideWalker
from claimwright.x12.tokens import Segment

# Where a change of one element is a change of another rule too: what the codec counts, links or balances.
_LINKED = {
    "HL": {1, 2, 4},
    "LX": {1},
    "CLM": {2},
    "SV1": {2},
    "SV2": {3},
    "SV3": {2},
    "SVD": {1, 2},
    "CAS": {3, 4, 6, 9, 12},
    "AMT": {2},
    "BPR": {1, 2, 4},
    "CLP": {3, 4, 5},
    "SVC": {2, 3},
    "PLB": {4},
}


@dataclass(frozen=True, slots=True)
class SingleFault:
    """One broken file, and the finding that names the fault."""

    rule: str
    data: bytes
    code: str
    segment_id: str
    element: int
    component: int = 0


def single_faults(name: str, data: bytes) -> Iterator[SingleFault]:
    """Yield a broken file for each rule of the guide that a single change breaks.

    Shape: `data` is one valid interchange with one transaction set, judged by the guide `name`.
    """
    seen: set[str] = set()
    for segment, use, loop in placed(name, data):
        for place, element in enumerate(use.elements, start=1):
            if place in _LINKED.get(segment.id, ()) or use.key == (place, 0):
                continue
            for fault in _element_faults(segment, use, place, element, data):
                rule = f"{name} {loop} {segment.id}*{'/'.join(sorted(use.key_codes))} {fault.rule}"
                if rule not in seen:
                    seen.add(rule)
                    yield SingleFault(rule, fault.data, fault.code, fault.segment_id, fault.element, fault.component)
        rule = f"{name} {loop} {segment.id}*{'/'.join(sorted(use.key_codes))} extra element"
        if rule not in seen:
            seen.add(rule)
            count = len(use.elements)
            many = [*segment.elements, *[""] * (count + 1 - len(segment.elements)), "X"]
            yield SingleFault(rule, _with(data, segment, many), "x12.element_many", segment.id, count + 1)


def placed(name: str, data: bytes) -> list[tuple[Segment, SegmentUse, str]]:
    """Return each segment with its use in the guide, as the walker finds them."""
    placed: list[tuple[Segment, SegmentUse, str]] = []
    envelope = EnvelopeReader()
    walker: GuideWalker | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            GuideWalker,
            "_judge_elements",
            lambda self, use, segment: placed.append((segment, use, self.frames[-1].loop.name)),
        )
        for segment in inside_sets(tokens(data), envelope):
            if segment.id == "ST":
                walker = GuideWalker(guide(name), segment, envelope, Findings())
            elif segment.id != "SE" and walker is not None:
                walker.take(segment)
    return placed


def _element_faults(
    segment: Segment, use: SegmentUse, place: int, element: ElementUse, data: bytes
) -> Iterator[SingleFault]:
    text = segment.element(place)

    def broken(what: str, value: str, code: str, component: int = 0) -> SingleFault:
        elements = [*segment.elements, *[""] * (place + 1 - len(segment.elements))]
        elements[place] = value
        while not elements[-1]:
            elements.pop()
        rule = f"{place:02d}{f'-{component}' if component else ''} {what}"
        return SingleFault(rule, _with(data, segment, elements), code, segment.id, place, component)

    if not text:
        if element.usage == "-" and not _is_noted(use, place):
            yield broken("not used", "X", "x12.element_unused")
        return
    if element.components:
        parts = text.split(":")
        for number, (part, inner) in enumerate(zip(parts, element.components, strict=False), start=1):
            for what, value, code in _wrong_values(part, inner):
                changed = ":".join([*parts[: number - 1], value, *parts[number:]])
                is_noted = any(number in places for _, places in element.form.notes)
                if use.key == (place, number) or (not value and (is_noted or number == len(parts))):
                    continue
                yield broken(what, changed, code, number)
        return
    for what, value, code in _wrong_values(text, element):
        if value or not _is_noted(use, place):
            yield broken(what, value, code)


def _wrong_values(text: str, element: ElementUse) -> Iterator[tuple[str, str, str]]:
    """Yield a name, a value and its code for each way in which the element can be wrong."""
    if not text:
        return
    form = element.form
    if element.usage == "R":
        yield "missing", "", "x12.element_missing"
    if element.codes is not None:
        yield "code", "?" * form.shortest, "x12.element_code"
    elif form.type in ("R", "N0"):
        yield "number", "1X", "x12.number"
        yield "too long", "1" * (form.longest + 1), "x12.element_long"
    elif form.type == "DT" or (form.number == "1251" and len(text) == 8):
        yield "date", "20261331", "x12.element_date"
    elif form.type == "TM":
        yield "time", "2561", "x12.element_time"
    elif form.number != "1251":
        yield "too long", "A" * (form.longest + 1), "x12.element_long"
        yield "character", text[:-1] + "\x07", "x12.element_characters"
        if form.shortest > 1:
            yield "too short", "A" * (form.shortest - 1), "x12.element_short"


def _is_noted(use: SegmentUse, place: int) -> bool:
    """Tell whether a syntax note ties the element to others, so that a change of it breaks that too."""
    return any(place in places for _, places in use.form.notes)


def _with(data: bytes, segment: Segment, elements: list[str]) -> bytes:
    row = (segment.delimiters.element.join(elements) + segment.tail).encode("latin-1")
    return data[: segment.offset] + row + data[segment.byte_end :]
