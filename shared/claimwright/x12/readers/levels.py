"""What the readers of questions and answers share: parts of a set, and the levels that HL makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from claimwright.x12.models.values import Detail
from claimwright.x12.readers.parts import Elements
from claimwright.x12.tokens import Segment


class Part:
    """A level, or what stands in one, with the lists of what follows it.

    The lists come with the first that they hold: most stay empty, and an answer may have many thousand parts.
    """

    details: Sequence[Detail] = ()

    def __init__(self, segment: Segment, e: Elements) -> None:
        self.first = self.last = segment
        self.elements = e

    def keep(self, name: str, value: Any) -> None:
        """Append to one of the lists."""
        kept = getattr(self, name)
        if not kept:
            kept = []
            setattr(self, name, kept)
        kept.append(value)


class Level(Protocol):
    """One HL."""

    number: str
    parent: str
    kind: str


L = TypeVar("L", bound=Level)


def levels_above(levels: Sequence[L], kinds: Mapping[str, Sequence[str]]) -> dict[int, L | None]:
    """Return for each level, by its `id`, the one that it stands under, or that its person stands under.

    `kinds` says of which kind that is; HL02 says which level, directly or over one between them, as a dependent's
    subscriber is. Where that leads to none, it is the last of the kind before it, or else of the kind named next.
    """
    by_number = {level.number: level for level in levels}
    before: dict[str, L] = {}
    found: dict[int, L | None] = {}
    for level in levels:
        wanted = kinds.get(level.kind, ())
        parent = by_number.get(level.parent)
        stated = (parent, by_number.get(parent.parent) if parent is not None else None)
        found[id(level)] = next(
            (each for each in stated if each is not None and each.kind in wanted[:1]),
            next((before[kind] for kind in wanted if kind in before), None),
        )
        before[level.kind] = level
    return found
