"""A raw file for the eye: a segment or a line each, the asked bytes marked, and only what lies around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from claimwright.x12 import Segment, Unreadable, tokens

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
    unit: str = "segments"


def raw_of(data: bytes, *, start: int, end: int) -> RawFile:
    """Return what lies around some bytes of any file: segments where it is X12, else lines."""
    try:
        return raw_file(data, start=start, end=end)
    except Unreadable:
        return _raw_lines(data, start=start, end=end)


def raw_file(data: bytes, *, start: int, end: int) -> RawFile:
    """Return the segments that touch some bytes, with those around them; with no bytes asked for, the first ones.

    Errors: Unreadable for bytes that are no X12.
    """
    found = [segment for segment in tokens(data) if segment.id]
    marked = [place for place, segment in enumerate(found) if segment.offset < end and segment.byte_end > start]
    return RawFile(
        segments=tuple(_lines(found[_around(marked, len(found))], start=start, end=end)),
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


def _raw_lines(data: bytes, *, start: int, end: int) -> RawFile:
    """Return lines of a file that is no X12: a bank's, or a payment that was entered by hand."""
    found: list[Line] = []
    at = 0
    for ordinal, line in enumerate(data.splitlines(keepends=True), 1):
        found.append(Line(ordinal, line.decode("latin-1").rstrip("\r\n"), at < end and at + len(line) > start))
        at += len(line)
    marked = [place for place, line in enumerate(found) if line.is_marked]
    return RawFile(
        segments=tuple(found[_around(marked, len(found))]),
        segment_count=len(found),
        byte_count=len(data),
        sha256=sha256(data).hexdigest(),
        start=start,
        end=end,
        unit="lines",
    )


def _around(marked: Sequence[int], count: int) -> slice:
    """Return which places to show: the marked ones with some around them, or the first ones."""
    first = max(marked[0] - _AROUND, 0) if marked else 0
    last = min(marked[-1] + _AROUND, count - 1) if marked else count - 1
    return slice(first, min(last + 1, first + MOST_SHOWN))
