"""Ways through a guide that were walked before: where a segment belongs, by how far the open loops have come.

There are few such stops, and files go the same ways from them again and again. The walker finds each way once by the
tables, and here from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from claimwright.x12.guides.notation import Guide, Loop, SegmentUse, key_of, key_place
from claimwright.x12.guides.shapes import Shapes
from claimwright.x12.models.envelopes import Delimiters

# For so many sets of delimiters, and no more: a hostile file may have as many as it likes.
_KEPT = 16


class Stop:
    """How far a loop has come, and whether it may end here."""

    __slots__ = ("is_whole", "position", "ways")

    def __init__(self, position: int, *, is_whole: bool) -> None:
        self.position = position
        self.is_whole = is_whole
        self.ways: dict[str, Way | None] = {}
        """By the sign of a segment; None says that the loop has no place for it from here on."""


class Way(NamedTuple):
    """Where a loop comes to when a segment is taken."""

    place: int
    """Of the item, in the loop."""
    most: int
    to: Stop
    shapes: Shapes
    inner: Loop | None
    """The loop that the segment opens."""
    start: Stop | None
    """Where that loop starts."""


_Signs = dict[str, tuple[int, int, dict[str, str]]]
"""For segments that a code tells apart: in which element and component it stands, and the sign that each code makes."""


@cache
def _signs(guide: Guide) -> tuple[_Signs, dict[str, dict[str, str]]]:
    """Return the signs of a guide; then once more those of segments that say it in their first element, nearly all."""
    signs: _Signs = {}
    for loop in guide.loops.values():
        for name, known in loop.by_key.items():
            codes = {code: f"{name}*{code}" for code in known if code}
            if codes:
                _, _, others = signs.get(name, (0, 0, {}))
                signs[name] = (*key_place(name), {**others, **codes})
    simple = {name: codes for name, (place, part, codes) in signs.items() if place == 1 and not part}
    return signs, simple


class Paths:
    """The ways through one guide that are known, for files with the same delimiters."""

    def __init__(self, guide: Guide, delimiters: Delimiters) -> None:
        self.separator = delimiters.element
        self.component = delimiters.component
        self.signs, self.simple_signs = _signs(guide)
        self._delimiters = delimiters
        self._stops: dict[tuple[str, int, tuple[bool, ...]], Stop] = {}
        self._shapes: dict[int, Shapes] = {}

    def sign(self, name: str, elements: list[str]) -> str:
        """Return what the guide can tell of a segment: its id, and the code if there is one that tells uses apart."""
        known = self.signs.get(name)
        return name if known is None else known[2].get(key_of(name, elements, self.component), name)

    def stop(self, loop: Loop, position: int, counts: Sequence[int]) -> Stop:
        stood = tuple([counts[place] > 0 for place in loop.asked])
        key = (loop.name, position, stood)
        stop = self._stops.get(key)
        if stop is None:
            stop = self._stops[key] = Stop(position, is_whole=loop.is_whole(counts))
        return stop

    def start(self, loop: Loop, *, is_opened: bool) -> Stop:
        """Return where a loop starts; all but the outermost are opened by their first segment."""
        counts = [0] * len(loop.items)
        counts[0] = int(is_opened)
        return self.stop(loop, 0, counts)

    def shapes(self, use: SegmentUse) -> Shapes:
        found = self._shapes.get(id(use))
        if found is None:
            found = self._shapes[id(use)] = Shapes(use, self._delimiters)
        return found


@lru_cache(maxsize=_KEPT)
def paths(guide: Guide, delimiters: Delimiters) -> Paths:
    return Paths(guide, delimiters)
