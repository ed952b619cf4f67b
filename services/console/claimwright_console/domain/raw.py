"""A raw X12 file for the eye: one segment a line, the asked bytes marked, and only what lies around them."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from claimwright.x12 import Segment, tokens

_AROUND: Final = 6
"""Segments shown before and after the marked ones."""
MOST_SHOWN: Final = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One segment."""

    ordinal: int
    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class RawFile:
    """What is shown of a file."""

    segments: tuple[Line, ...]
    segment_count: int
    byte_count: int
    sha256: str
    start: int
    end: int


def raw_file(data: bytes, *, start: int, end: int) -> RawFile:
    """Return the segments that touch some bytes, with those around them; with no bytes asked for, the first ones.

    Errors: Unreadable for bytes that are no X12.
    """
    found = [segment for segment in tokens(data) if segment.id]
    marked = [place for place, segment in enumerate(found) if segment.offset < end and segment.byte_end > start]
    first = max(marked[0] - _AROUND, 0) if marked else 0
    last = min(marked[-1] + _AROUND, len(found) - 1) if marked else len(found) - 1
    shown = found[first : min(last + 1, first + MOST_SHOWN)]
    return RawFile(
        segments=tuple(_lines(shown, start=start, end=end)),
        segment_count=len(found),
        byte_count=len(data),
        sha256=sha256(data).hexdigest(),
        start=start,
        end=end,
    )


def _lines(segments: Iterable[Segment], *, start: int, end: int) -> Iterable[Line]:
    for segment in segments:
        text = segment.delimiters.element.join(segment.elements) + segment.tail.strip("\r\n")
        yield Line(segment.ordinal, text, segment.offset < end and segment.byte_end > start)
