"""A raw file for the eye: a segment or a line each, the asked bytes marked, and only what lies around them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from claimwright.x12 import Segment, Unreadable, tokens

_AROUND: Final = 6
"""Segments shown before and after the marked ones."""
MOST_SHOWN: Final = 400
LARGE: Final = 1 << 18
"""Bytes from which on a file is cut where it is looked at only: tokens of all of it would take seconds."""
_HEADER_BYTES: Final = 106
"""An ISA segment has this length always; its last byte is what ends every segment."""


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
    if len(data) >= LARGE and data.startswith(b"ISA") and (terminator := _terminator_of(data)):
        return _of_large(data, terminator, start=start, end=end)
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


def _terminator_of(data: bytes) -> bytes | None:
    """Return what ends each segment, or None where a second interchange may end them otherwise."""
    terminator = data[_HEADER_BYTES - 1 : _HEADER_BYTES]
    another = re.compile(re.escape(terminator) + rb"\s*ISA").search(data, _HEADER_BYTES - 1)
    return None if another else terminator


def _of_large(data: bytes, terminator: bytes, *, start: int, end: int) -> RawFile:
    """Return the same as for a small file, having looked only at what is shown; segments are counted by their ends."""
    first, last = (_back(data, terminator, start), end) if end > start else (0, len(data))
    shown: list[Line] = []
    at, ordinal = first, data.count(terminator, 0, first) + 1
    behind = 0
    while at < len(data) and len(shown) < MOST_SHOWN and behind < _AROUND:
        stop = data.find(terminator, at)
        stop = len(data) if stop < 0 else stop + 1
        text = data[at:stop].strip(b"\r\n").decode("latin-1")
        if text:
            is_marked = at + len(data[at:stop]) - len(data[at:stop].lstrip(b"\r\n")) < end and stop > start
            behind += at >= last
            shown.append(Line(ordinal, text, is_marked))
            ordinal += 1
        at = stop
    return RawFile(
        segments=tuple(shown),
        segment_count=data.count(terminator),
        byte_count=len(data),
        sha256=sha256(data).hexdigest(),
        start=start,
        end=end,
    )


def _back(data: bytes, terminator: bytes, start: int) -> int:
    """Return where the segment begins that stands a few before some byte."""
    at = start
    for _ in range(_AROUND + 1):
        at = data.rfind(terminator, 0, at)
        if at < 0:
            return 0
    return at + 1


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
