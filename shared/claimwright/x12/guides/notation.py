"""The notation of the guide tables, and the tables compiled for quick look-up.

A section `[name]` is a loop: its segments and the loops inside it, in the order of the guide. A loop is defined once
and named wherever it may stand. A row is

    id usage most  element element …      a segment
    name usage most                       a loop, told by the first segment of its own section

Usage is R (required), S (situational), S+ (situational, may repeat) or - (not used); `most` is a count or `*`. An
element is its usage, `=codes`
where the guide has its own list, and `(…;…)` with the components of a composite; `11x` in front repeats it. Elements
that a row leaves out are not used. Rows of the same segment, and loops that start with the same segment, may come in
any order among themselves. `$NAME` stands for a list of codes or a run of elements, a row `+name` for the rows of the
section `[+name]`. What the guides of claims share is in `claims`; a loop of the same name in a guide goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from claimwright.x12.guides import (
    acknowledgment,
    claims,
    dental,
    eligibility,
    former,
    institutional,
    professional,
    remittance,
    status,
)
from claimwright.x12.guides.dictionary import Form, SegmentForm, segment_forms

# Where a segment says which of several uses it is; elsewhere it is the first element, if that has a list of codes.
_KEYS = {"HL": (3, 0), "HI": (1, 1), "PWK": (2, 0), "SV1": (0, 0), "SV2": (0, 0), "SVC": (0, 0), "SBR": (0, 0)}
_UNKEYED = frozenset(
    {
        *("BHT", "CLM", "CLP", "BPR", "TRN", "CAS", "CR1", "CR3", "CN1", "PAT", "OI", "LIN", "SVD", "STC"),
        *("AAA", "EB", "EQ", "HSD", "III", "INS", "MPI", "LS", "LE", "AK5", "AK9", "IK5"),
    }
)
_REPEATED = re.compile(r"(\d+)x")


class ElementUse(NamedTuple):
    """How a guide uses one element."""

    usage: str
    form: Form
    codes: frozenset[str] | None = None
    components: tuple[ElementUse, ...] = ()


class SegmentUse(NamedTuple):
    """How a guide uses a segment at one place."""

    id: str
    usage: str
    most: int
    elements: tuple[ElementUse, ...]
    form: SegmentForm
    position: int
    key: tuple[int, int]
    """Element and component that tell this use from others; (0, 0) when the segment id does."""
    key_codes: frozenset[str]
    last_required: int
    """The last place that must be filled; a segment at least this long needs no look behind its end."""


class LoopUse(NamedTuple):
    """A loop inside another."""

    name: str
    usage: str
    most: int
    position: int


class Match(NamedTuple):
    """What a segment may be in a loop."""

    place: int
    """In the loop's items."""
    position: int
    use: SegmentUse
    opens: LoopUse | None


class Loop:
    """One loop of a guide."""

    __slots__ = ("asked", "by_id", "by_key", "claims", "first", "items", "name", "opened", "required")

    def __init__(self, name: str, items: list[SegmentUse | LoopUse]) -> None:
        self.name = name
        self.items = items
        self.first: SegmentUse | None = items[0] if items and isinstance(items[0], SegmentUse) else None
        self.by_id: dict[str, list[Match]] = {}
        """What a segment id may be in this loop."""
        self.by_key: dict[str, dict[str, list[Match]]] = {}
        """The same, then by the code that tells the uses apart; an empty code where the id alone does."""
        self.required: list[int] = [place for place, item in enumerate(items) if item.usage == "R"]
        self.claims: list[int] = [
            place
            for place, item in enumerate(items)
            if name == "2000B" and isinstance(item, LoopUse) and item.name in {"2300", "2000C"}
        ]
        """Of a subscriber: the items of which one must stand, the claim itself or a patient with it."""
        self.asked = [*self.required, *self.claims]
        self.opened = [1, *[0] * (len(items) - 1)]
        """How often its items stood when it has just been opened by the first of them."""

    def is_whole(self, counts: Sequence[int]) -> bool:
        """Tell whether the loop may end when its items have stood so often."""
        return all(counts[place] for place in self.required) and self.has_claim(counts)

    def has_claim(self, counts: Sequence[int]) -> bool:
        return not self.claims or any(counts[place] for place in self.claims)


class Guide:
    """A compiled guide."""

    def __init__(self, name: str, loops: dict[str, Loop]) -> None:
        self.name = name
        self.is_former = "@" in name
        self.loops = loops
        self.root = loops[name]
        self.ids = frozenset(item.id for loop in loops.values() for item in loop.items if isinstance(item, SegmentUse))
        self.parents: dict[str, str] = dict(_levels_below(self.root, loops))
        """The code of the HL that the HL of each code stands under."""


def _levels_below(loop: Loop, loops: dict[str, Loop]) -> Iterator[tuple[str, str]]:
    above = _level(loop)
    for item in loop.items:
        if isinstance(item, LoopUse):
            below = _level(loops[item.name])
            if above and below:
                yield below, above
            yield from _levels_below(loops[item.name], loops)


def _level(loop: Loop) -> str:
    first = loop.first
    return next(iter(first.key_codes)) if first is not None and first.id == "HL" else ""


@cache
def guide(name: str) -> Guide:
    """Return a guide by the name of its outermost loop: 837P, 837I, 837D, 835, 999, 997, 277CA, 270, 271, 276, 277.

    With `@4010` behind it, a guide of claims or remittances as it was before.
    """
    codes, *texts = {
        "837P": (claims.CODES + professional.CODES, claims.LOOPS, professional.LOOPS),
        "837I": (claims.CODES + institutional.CODES, claims.LOOPS, institutional.LOOPS),
        "837D": (claims.CODES + dental.CODES, claims.LOOPS, dental.LOOPS),
        "837P@4010": (claims.CODES + former.CODES, claims.LOOPS, former.CLAIMS, former.PROFESSIONAL),
        "837I@4010": (claims.CODES + former.CODES, claims.LOOPS, former.CLAIMS, former.INSTITUTIONAL),
        "837D@4010": (claims.CODES + former.CODES, claims.LOOPS, former.CLAIMS, former.DENTAL),
        "835": (remittance.CODES, remittance.LOOPS),
        "835@4010": (remittance.CODES, remittance.LOOPS, former.REMITTANCE),
        "999": (acknowledgment.CODES, acknowledgment.IMPLEMENTATION),
        "997": (acknowledgment.CODES, acknowledgment.FUNCTIONAL),
        "277CA": (acknowledgment.CODES, acknowledgment.CLAIM),
        "270": (eligibility.CODES, eligibility.INQUIRY),
        "271": (eligibility.CODES, eligibility.RESPONSE),
        "276": (status.CODES, status.INQUIRY),
        "277": (status.CODES, status.RESPONSE),
    }[name]
    lists = dict(row.split(None, 1) for row in codes.splitlines() if row)
    return Guide(name, _loops(_sections(name, [_spelled_out(text, lists) for text in texts])))


def _spelled_out(text: str, lists: dict[str, str]) -> str:
    return re.sub(r"\$\w+", lambda found: _spelled_out(lists[found[0]].strip(), lists), text)


def _sections(root: str, texts: list[str]) -> dict[str, list[str]]:
    """Return the rows of each loop that a guide reaches, its root first; a later text goes before an earlier one."""
    sections: dict[str, list[str]] = {}
    for part in texts:
        for section in part.split("\n[")[1:]:
            name, _, body = section.partition("]")
            sections[name] = [row for row in body.splitlines() if row.strip()]
    reached: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = list(_rows(name, sections))
            waiting += [head for head in (row.split()[0] for row in reached[name]) if head in sections]
    return reached


def _rows(name: str, sections: dict[str, list[str]]) -> Iterator[str]:
    for row in sections[name]:
        if row.startswith("+"):
            yield from _rows(row.strip(), sections)
        else:
            yield row


def _loops(sections: dict[str, list[str]]) -> dict[str, Loop]:
    firsts = {name: rows[0].split()[0] for name, rows in sections.items()}
    loops = {}
    for name, own in sections.items():
        items: list[SegmentUse | LoopUse] = []
        position, before = -1, ""
        for row in own:
            head = row.split()[0]
            group = f"loop {firsts[head]}" if head in sections else head
            position += group != before
            before = group
            items.append(_loop_use(row, position) if head in sections else _segment_use(row, position))
        loops[name] = Loop(name, items)
    for loop in loops.values():
        for place, item in enumerate(loop.items):
            if isinstance(item, SegmentUse):
                # The first segment of an inner loop is met when the loop opens, never inside it.
                if place or loop.name == next(iter(loops)):
                    _index(loop, Match(place, item.position, item, None))
            else:
                first = loops[item.name].first
                assert first is not None  # noqa: S101 (the tables are ours: every section starts with a segment)
                _index(loop, Match(place, item.position, first, item))
    return loops


def _index(loop: Loop, match: Match) -> None:
    loop.by_id.setdefault(match.use.id, []).append(match)
    for code in match.use.key_codes or ("",):
        loop.by_key.setdefault(match.use.id, {}).setdefault(code, []).append(match)


def key_place(name: str) -> tuple[int, int]:
    """Return the element and component that tell uses of this segment apart, if anything does."""
    return _KEYS.get(name, (1, 0))


def key_of(name: str, elements: list[str], component: str) -> str:
    """Return the code by which uses of this segment are told apart, where they are."""
    place, part = key_place(name)
    text = elements[place] if place < len(elements) else ""
    return (text.partition(component)[0] if part else text).strip()


def _most(text: str) -> int:
    return 1_000_000_000 if text == "*" else int(text)


def _loop_use(row: str, position: int) -> LoopUse:
    name, usage, most = row.split()
    return LoopUse(name, usage, _most(most), position)


def _segment_use(row: str, position: int) -> SegmentUse:
    name, usage, most, *cells = row.split()
    form = segment_forms()[name]
    spread: list[str] = []
    for cell in cells:
        times = _REPEATED.match(cell)
        spread += [cell[times.end() :]] * int(times[1]) if times else [cell]
    spread += ["-"] * (len(form.elements) - len(spread))
    uses = tuple(_element_use(cell, each) for cell, each in zip(spread, form.elements, strict=True))
    place, part = _KEYS.get(name, (1, 0))
    if name in _UNKEYED or not place:
        place, part, codes = 0, 0, None
    else:
        keyed = uses[place - 1].components[part - 1] if part else uses[place - 1]
        codes = keyed.codes
    key = (place, part) if codes else (0, 0)
    last = max((at for at, use in enumerate(uses, start=1) if use.usage == "R"), default=0)
    return SegmentUse(name, usage, _most(most), uses, form, position, key, codes or frozenset(), last)


def _element_use(cell: str, form: Form) -> ElementUse:
    head, bracket, inner = cell.partition("(")
    usage, _, listed = head.partition("=")
    codes = frozenset(listed.split(",")) if listed else None
    if not form.components:
        return ElementUse(usage, form, codes)
    cells = inner.rstrip(")").split(";") if bracket else []
    cells += ["-" if bracket else "S"] * (len(form.components) - len(cells))
    parts = tuple(_element_use(each, part) for each, part in zip(cells, form.components, strict=True))
    return ElementUse(usage, form, None, parts)
