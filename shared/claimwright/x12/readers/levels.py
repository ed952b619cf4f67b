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


def provider_of(level: L, by_number: Mapping[str, L], provider: str) -> L | None:
    """Return the level of the kind `provider` that a person stands under: a dependent stands two levels below it."""
    above: L | None = level
    for _ in range(2):
        above = by_number.get(above.parent) if above is not None else None
        if above is not None and above.kind == provider:
            return above
    return None
