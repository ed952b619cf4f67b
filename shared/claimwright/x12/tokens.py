"""Bytes to segments and back, nothing lost: `join(tokens(data)) == data` for everything that is not refused.

Delimiters come from each ISA, whatever they are: unfit ones are read too, and the envelope says so. An ISA that is cut
off declares none. A file that starts at GS or ST, or with such an ISA, is read with guessed ones. What stands between
segments (line breaks, padding, a byte order mark, words in front of the ISA) is kept as the gap before the next
segment. BIN and BDS carry bytes of a stated length, in which a delimiter is only a byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, ClassVar, NamedTuple

from claimwright.refusals import Refusal
from claimwright.x12.bounded import FINDINGS_MOST
from claimwright.x12.models.envelopes import Delimiters

Source = bytes | bytearray | memoryview | BinaryIO | Iterable[bytes]

# Small enough that a file of many interchanges, each with its own delimiters, is not split again and again as a whole.
_WINDOW = 16 * 1024
# How far we look for the first ISA, and how much of an ISA we want to see before judging it.
_PREFACE = 64 * 1024
_ISA_LONGEST = 512
_ISA_BYTES = 106
_ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_BYTE_ORDER_MARK = "ï»¿"
_BREAK = "\r\n"
_BLANK = " \t\r\n\v\f\x00\x1a"
# BIN states the length of its bytes in its first element, BDS in its second.
_LENGTH_PLACES = {"BIN": 1, "BDS": 2}
_SPECIAL = frozenset({"ISA", *_LENGTH_PLACES})
_HEAD_LONGEST = 24
# Each length that turns out wrong costs a second pass over as many bytes; from here on none is believed.
_REFUTED_MOST = 8
# Where a stretch ends, this much is cut with care before the next one is looked for; shorter ones are not worth it.
_CAREFUL = 512
_STRETCH_LEAST = 512
_USUAL_ELEMENTS = 64
# Repetition came with version 00402; before that ISA11 holds the U of the US standards.
_REPETITION_SINCE = "00402"

# A line break in front of the terminator, and behind it the next segment.
_BROKEN_END = re.compile(r"[\r\n]+([^A-Za-z0-9\s])[\r\n]*(?:GS|TA1|IEA)")
_ISA = re.compile(r"ISA(?=[^A-Za-z0-9\s])")
_OPENED = re.compile(r"(?:ISA|GS|ST)([^A-Za-z0-9\s])")


class Unreadable(Refusal):
    """The bytes have no segment structure, or break a limit."""

    code: ClassVar[str] = "x12.unreadable"

    def __init__(self, fault: str, offset: int) -> None:
        super().__init__(f"{fault} at byte {offset}")
        self.fault = fault
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Limits:
    """What a hostile file must not exceed."""

    segment_bytes: int = 256 * 1024
    elements: int = 512
    segments: int = 5_000_000
    """In one transaction set."""
    binary_bytes: int = 32 * 1024 * 1024
    """In one BIN or BDS; as much is held in memory."""
    disorder: int = 2_000
    """Places in a file where the envelope is out of order, such as a segment outside any transaction.

    More are read as long as they are fewer than half of the segments."""
    findings: int = FINDINGS_MOST
    """Of a file that block, and as many that do not; then one finding says that there are more."""


class Segment(NamedTuple):
    """One segment. `elements[0]` is the id, so that `elements[2]` is what X12 calls CLM02."""

    id: str
    elements: list[str]
    offset: int
    length: int
    """Of the elements and the terminator; gaps are not counted."""
    ordinal: int
    delimiters: Delimiters
    gap: str
    tail: str
    """What ends the segment: the terminator, with a line break in front of it if there was one; empty at a cut end."""

    def element(self, place: int) -> str:
        return self.elements[place] if place < len(self.elements) else ""

    def components(self, place: int) -> list[str]:
        return self.element(place).split(self.delimiters.component)

    def repetitions(self, place: int) -> list[str]:
        text = self.element(place)
        return text.split(self.delimiters.repetition) if self.delimiters.repetition else [text]

    @property
    def byte_end(self) -> int:
        return self.offset + self.length


def tokens(source: Source, limits: Limits | None = None) -> Iterator[Segment]:
    """Yield every segment of the source in order.

    Bytes behind the last segment come as a segment with an empty id, no elements and only a gap.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    windows = _windows(source)
    cutter = _Cutter(windows, limits or Limits())
    for window in windows:
        yield from cutter.cut(window)
    yield from cutter.released()
    yield from cutter.finish()
    if cutter.gap:
        end = cutter.offset
        yield Segment("", [], end, 0, cutter.ordinal, cutter.delimiters, cutter.gap, "")


class Stretch(NamedTuple):
    """Many segments in a row, not cut yet, in which the terminators say all: nothing stands at the edges of a segment.

    No ISA, BIN or BDS is among them, and no empty segment. The text ends with a terminator; the line break that
    follows each segment, the same everywhere, is left out of it.
    """

    text: str
    offset: int
    """The byte of the first segment."""
    ordinal: int
    """Of the segment before the first."""
    delimiters: Delimiters
    first_gap: str
    gap: str
    """Between one segment and the next: a line break or nothing."""
    widest: int
    """The most elements that a segment may have."""

    def segments(self, text: str, offset: int, ordinal: int) -> Iterator[Segment]:
        """Yield the segments of a part of the text that ends with a terminator; its place as in `offset`, `ordinal`.

        Errors: Unreadable, for more elements than a segment may have.
        """
        delimiters = self.delimiters
        terminator, separator = delimiters.segment, delimiters.element
        gap = self.first_gap if ordinal == self.ordinal else self.gap
        parts = text.split(terminator)
        del parts[-1]
        for part in parts:
            elements = part.split(separator)
            if len(elements) > self.widest:
                raise Unreadable("x12.limit_elements", offset)
            ordinal += 1
            length = len(part) + 1
            yield tuple.__new__(Segment, (elements[0], elements, offset, length, ordinal, delimiters, gap, terminator))
            gap = self.gap
            offset += length + len(gap)


def stretches(source: Source, limits: Limits | None = None) -> Iterator[Stretch | Iterable[Segment]]:
    """Yield the same segments as `tokens`, as stretches wherever that is possible."""
    windows = _windows(source)
    cutter = _Cutter(windows, limits or Limits())
    preface, cutter.text = cutter.text, ""
    yield from cutter.stretches(preface)
    for window in windows:
        yield from cutter.stretches(window)
    yield cutter.released()
    yield cutter.finish()
    if cutter.gap:
        yield [Segment("", [], cutter.offset, 0, cutter.ordinal, cutter.delimiters, cutter.gap, "")]


def counted(data: bytes, told: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the bytes in pieces as a source; when the next piece is wanted, say how many are behind."""
    step = _WINDOW * 16
    for start in range(0, len(data), step):
        told(start)
        yield data[start : start + step]
    told(len(data))


def join(segments: Iterable[Segment]) -> bytes:
    """Return the bytes that the segments were cut from."""
    return b"".join(
        (each.gap + each.delimiters.element.join(each.elements) + each.tail).encode("latin-1") for each in segments
    )


class _Cutter:
    """Cuts window after window into segments; what a window leaves unfinished waits for the next."""

    __slots__ = (
        *("delimiters", "gap", "held", "is_near", "limits", "missing", "offset", "ordinal", "refuted"),
        *("refuted_at", "set_started", "text"),
    )

    def __init__(self, windows: Iterator[str], limits: Limits) -> None:
        self.limits = limits
        self.gap, self.text, self.delimiters = _start(windows)
        self.offset = len(self.gap)
        self.ordinal = self.set_started = 0
        # Windows held until the bytes of a BIN or BDS are whole, and how much is missing.
        self.held: list[str] = []
        self.missing = 0
        self.refuted, self.refuted_at = 0, -1
        self.is_near = False

    def cut(self, window: str) -> Iterable[Segment]:
        """Cut as far as whole segments go."""
        if self.missing > 0:
            self.held.append(window)
            self.missing -= len(window)
            return [] if self.missing > 0 else self._release(is_last=False)
        self.text += window
        segments: list[Segment] = []
        while self._cut(segments, is_last=False):
            pass
        self._look_ahead()
        if len(self.text) > self.limits.segment_bytes and not self.missing:
            raise Unreadable("x12.limit_segment", self.offset)
        return segments

    def stretches(self, window: str) -> Iterator[Stretch | Iterable[Segment]]:
        """Take stretches as far as they go, and cut what is between them."""
        while window:
            stretch = None if self.missing > 0 else self._stretch(window)
            if stretch is not None:
                found, window = stretch
                yield found
            else:
                # More at a time while no terminator comes, or a long segment would be looked through again and again.
                size = len(window) if self.missing > 0 else max(_CAREFUL, len(self.text))
                yield self.cut(window[:size])
                window = window[size:]

    def _stretch(self, window: str) -> tuple[Stretch, str] | None:
        """Take the stretch that starts here; return it and what is left of the window, or None if it is too short."""
        delimiters, limits = self.delimiters, self.limits
        terminator = delimiters.segment
        text = self.text + window
        follows = text.find(terminator) + 1
        between = text[follows : follows + 2]
        gap = "" if between[:1] not in ("\r", "\n") else between if between == "\r\n" else between[0]
        begin = len(gap) if gap and text.startswith(gap) else 0
        odd = _odd(delimiters, gap)
        if odd is None or odd.match(terminator + gap + text[begin : begin + 3]):
            return None
        found = odd.search(text)
        end = (text.rfind(terminator) if found is None else found.start()) + 1
        body = text[begin:end]
        if gap:
            body = body.replace(terminator + gap, terminator)
        is_broken = "\r" in body or ("\n" in body and terminator != "\n")
        # Who reads stretches counts the elements of usual segments only against what their guides have.
        if is_broken or limits.elements < _USUAL_ELEMENTS or not _STRETCH_LEAST < len(body) <= limits.segment_bytes:
            return None
        before, offset = self.ordinal, self.offset + begin
        stretch = Stretch(body, offset, before, delimiters, self.gap + text[:begin], gap, limits.elements)
        self.ordinal += body.count(terminator)
        started = body.rfind(terminator + "ST" + delimiters.element)
        if started >= 0:
            self.set_started = before + body.count(terminator, 0, started) + 2
        if self.ordinal - self.set_started > limits.segments:
            raise Unreadable("x12.limit_segments", self.offset)
        self.offset += end
        self.gap = ""
        left = text[end:]
        if found is None:
            self.text, left = left, ""
            self._look_ahead()
        else:
            self.text = ""
        return stretch, left

    def finish(self) -> list[Segment]:
        """Cut what is left, the last segment without its terminator too."""
        segments: list[Segment] = []
        while self._cut(segments, is_last=True):
            pass
        left = self.text.lstrip(_BLANK)
        if left.startswith("ISA") and (_delimiters_of(left) or self.delimiters) != self.delimiters:
            self.delimiters = _delimiters_of(left) or self.delimiters
            return segments + self.finish()
        if left:
            self.text += self.delimiters.segment
            while self._cut(segments, is_last=True):
                pass
            last = segments[-1]
            segments[-1] = last._replace(tail=last.tail[:-1], length=last.length - 1)
            self.offset -= 1
        self.gap += self.text
        return segments

    def _cut(self, segments: list[Segment], *, is_last: bool) -> bool:
        """Cut what is there; return whether the rest is to be cut again, as an ISA with other delimiters asks."""
        text, offset, gap, delimiters, ordinal = self.text, self.offset, self.gap, self.delimiters, self.ordinal
        terminator, separator, limits = delimiters.segment, delimiters.element, self.limits
        longest, widest = limits.segment_bytes, limits.elements
        keep, new = segments.append, tuple.__new__
        # Where one binary or ISA follows the other, all that is behind would be split again for each.
        near = text.find(terminator, _CAREFUL) + 1 if self.is_near else 0
        self.is_near = False
        parts = (text[:near] if near else text).split(terminator)
        rest = parts.pop() + (text[near:] if near else "")
        end = offset
        for part in parts:
            start = end
            end += len(part) + 1
            body, tail = part, terminator
            # A blank can only stand at the edges; this test decides for nearly every segment.
            if not part or part[0] <= " " or part[-1] <= "\r":
                body, tail, skipped = _trimmed(part, terminator)
                gap += skipped
                start += len(skipped)
                if not body:
                    gap += terminator
                    continue
            elements = body.split(separator)
            name = elements[0]
            if len(name) > 3 or name in _SPECIAL:
                if name in _LENGTH_PLACES and start != self.refuted_at and self.refuted < _REFUTED_MOST:
                    self.text, self.offset, self.gap, self.ordinal = text[start - offset :], start, gap, ordinal
                    return self._binary(segments, is_last=is_last)
                found = self._isa(text, start - offset, is_last=is_last)
                if found is not None:
                    self.text, self.offset, self.gap, self.ordinal = text[start - offset :], start, gap, ordinal
                    is_waiting = found == delimiters
                    self.delimiters, self.is_near = found, not is_waiting
                    return not is_waiting
            length = end - start
            if length > longest or len(elements) > widest:
                raise Unreadable("x12.limit_segment" if length > longest else "x12.limit_elements", start)
            ordinal += 1
            if name == "ST":
                self.set_started = ordinal
            keep(new(Segment, (name, elements, start, length, ordinal, delimiters, gap, tail)))
            gap = ""
        if ordinal - self.set_started > limits.segments:
            raise Unreadable("x12.limit_segments", offset)
        self.text, self.offset, self.gap, self.ordinal = rest, end, gap, ordinal
        return near > 0

    # Bytes of a stated length

    def released(self) -> Iterator[Segment]:
        """Cut what was held for bytes that did not come."""
        while self.missing > 0:
            yield from self._release(is_last=True)

    def _release(self, *, is_last: bool) -> Iterator[Segment]:
        """Take a BIN or BDS that is whole, and cut what follows, or all of it if the length was wrong."""
        self.text = "".join((self.text, *self.held))
        self.held, self.missing = [], 0
        whole: list[Segment] = []
        self._binary(whole, is_last=is_last)
        yield from whole
        text, self.text = self.text, ""
        for start in range(0, len(text), _WINDOW):
            yield from self.cut(text[start : start + _WINDOW])

    def _binary(self, segments: list[Segment], *, is_last: bool) -> bool:
        """Take the BIN or BDS that the text starts with, or wait for the rest of it; return whether to cut again.

        Where no terminator follows the stated length, the length is wrong and the segment is one like others.
        """
        text, delimiters = self.text, self.delimiters
        extent = _binary_extent(text, delimiters.element)
        if extent is not None:
            first, end = extent
            if end - first > self.limits.binary_bytes:
                raise Unreadable("x12.limit_binary", self.offset)
            # Behind the bytes come the terminator and, in front of it, perhaps a line break.
            self.missing = 0 if is_last else max(end + len(_BREAK) + 1 - len(text), 0)
            if self.missing:
                return False
            close = text.find(delimiters.segment, end, end + len(_BREAK) + 1) + 1
            if (close and not text[end : close - 1].strip(_BREAK)) or (is_last and len(text) == end):
                close = close or end
                self.ordinal += 1
                elements = [*text[: first - 1].split(delimiters.element), text[first:end]]
                name, gap, tail = elements[0], self.gap, text[end:close]
                segments.append(Segment(name, elements, self.offset, close, self.ordinal, delimiters, gap, tail))
                self.text, self.offset, self.gap = text[close:], self.offset + close, ""
                self.is_near = True
                return True
        self.refuted, self.refuted_at = self.refuted + 1, self.offset
        return True

    def _look_ahead(self) -> None:
        """Start to wait for the bytes of a BIN or BDS whose head is here without any terminator."""
        body = self.text.lstrip(_BLANK)
        if self.missing or self.refuted >= _REFUTED_MOST or _binary_extent(body, self.delimiters.element) is None:
            return
        skipped = len(self.text) - len(body)
        if self.offset + skipped != self.refuted_at:
            self.gap += self.text[:skipped]
            self.text, self.offset = body, self.offset + skipped
            self._binary([], is_last=False)

    def _isa(self, text: str, start: int, *, is_last: bool) -> Delimiters | None:
        """Look at a segment that may be an ISA.

        Return other delimiters if it declares them, the present ones if more of it has to come first, None to go on.
        """
        if not text.startswith("ISA", start) or text[start + 3 : start + 4].isalnum():
            return None
        found = _delimiters_of(text[start : start + _ISA_LONGEST])
        if found is None and not is_last and len(text) - start < _ISA_LONGEST:
            return self.delimiters
        return None if found == self.delimiters else found


def _binary_extent(text: str, separator: str) -> tuple[int, int] | None:
    """Return where the bytes of the BIN or BDS that starts the text begin and end; None if it states no length."""
    name = text[:3]
    if name not in _LENGTH_PLACES or text[3:4] != separator:
        return None
    place = 0
    for _ in range(_LENGTH_PLACES[name]):
        place = text.find(separator, place, _HEAD_LONGEST) + 1
        if not place:
            return None
    first = text.find(separator, place, _HEAD_LONGEST) + 1
    stated = text[place : first - 1]
    if not first or not (stated.isascii() and stated.isdigit()):
        return None
    return first, first + int(stated)


@lru_cache(maxsize=64)
def _odd(delimiters: Delimiters, gap: str) -> re.Pattern[str] | None:
    """Return what finds the terminator behind which no stretch goes on; None where delimiters could be blanks."""
    if delimiters.element in _BLANK or delimiters.element == delimiters.segment:
        return None
    terminator, between = re.escape(delimiters.segment), re.escape(gap)
    return re.compile(rf"{terminator}(?!{between}(?!ISA|BIN|BDS)[^\x00-\x20{terminator}])")


def _trimmed(part: str, terminator: str) -> tuple[str, str, str]:
    """Return the segment without blanks at its edges, what ends it, and what stood in front."""
    body = part.lstrip(_BLANK)
    skipped = part[: len(part) - len(body)]
    stripped = body.rstrip(_BREAK)
    return stripped, body[len(stripped) :] + terminator, skipped


def _windows(source: Source) -> Iterator[str]:
    """Yield the source as text of one character a byte, in pieces of a bounded size."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        view = memoryview(source)
        for start in range(0, len(view), _WINDOW):
            yield str(view[start : start + _WINDOW], "latin-1")
    elif hasattr(source, "read"):
        while piece := source.read(_WINDOW):
            yield piece.decode("latin-1")
    else:
        for chunk in source:
            for start in range(0, len(chunk), _WINDOW):
                yield chunk[start : start + _WINDOW].decode("latin-1")


def _start(windows: Iterator[str]) -> tuple[str, str, Delimiters]:
    """Return what stands before the first segment, the text from there on, and the delimiters."""
    text = ""
    for window in windows:
        text += window
        if len(text) >= _PREFACE:
            break
    stripped = text.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
    begin = len(text) - len(stripped)
    whole = next(_whole_isas(text), None)
    # Without an ISA, or behind one that is cut off, the first group or set tells how segments end.
    headless = text[begin : whole[0] if whole else None]
    opened = _OPENED.match(headless)
    header = _header(opened[1]).search(headless) if opened is not None else None
    if opened is not None and header is not None:
        terminator = "\n" if header[2] == "\r" else header[2]
        component = ":" if ":" in headless or ">" not in headless else ">"
        return text[:begin], stripped, Delimiters(opened[1], component, "", terminator)
    if whole is not None:
        at, delimiters = whole
        return text[:at], text[at:], delimiters
    raise Unreadable("x12.isa_form" if stripped.startswith("ISA") else "x12.no_segments", begin)


def _header(separator: str) -> re.Pattern[str]:
    """Return what finds GS or ST at the start of a text or segment, and as its second group what ends both."""
    sign = re.escape(separator)
    return re.compile(
        rf"(?:^|([^A-Za-z0-9])[\r\n]{{0,2}})"
        rf"(?:GS{sign}[A-Z]{{2}}(?:{sign}[^\r\n{sign}]{{0,40}}){{6}}{sign}[A-Za-z0-9]*"
        rf"|ST{sign}[0-9]{{3}}{sign}[A-Za-z0-9]+(?:{sign}[A-Za-z0-9]*)?)"
        rf"([^A-Za-z0-9{sign}])(?(1)(?<=\1))"
    )


def _whole_isas(text: str) -> Iterator[tuple[int, Delimiters]]:
    """Yield the place of each ISA that declares delimiters, and these."""
    for match in _ISA.finditer(text):
        delimiters = _delimiters_of(text[match.start() : match.start() + _ISA_LONGEST])
        if delimiters is not None:
            yield match.start(), delimiters


def _delimiters_of(text: str) -> Delimiters | None:
    """Return the delimiters that the ISA at the start of `text` declares; None when it has no 16 elements."""
    separator = text[3:4]
    has_its_width = len(text) >= _ISA_BYTES and all(text[place] == separator for place in _ISA_SEPARATORS)
    if has_its_width:
        end = _ISA_BYTES - 2
    else:
        end = 0
        for _ in range(16):
            end = text.find(separator, end) + 1
            if end == 0:
                return None
    component, terminator = text[end : end + 1], text[end + 1 : end + 2]
    broken = _BROKEN_END.match(text, end + 1)
    if broken is not None:
        terminator = broken[1]
    elif terminator == "\r" and text[end + 2 : end + 3] == "\n":
        terminator = "\n"
    elements = text[:end].split(separator)
    if not terminator or elements[0] != "ISA":
        return None
    # An ISA that is cut off is counted on into the segments behind it: what is found there for a terminator is part of
    # a word, or stands in the elements too.
    if not has_its_width and (terminator.isalnum() or terminator in text[:end]):
        return None
    repetition = elements[11]
    is_usable = len(repetition) == 1 and not repetition.isalnum() and not repetition.isspace()
    if elements[12] < _REPETITION_SINCE or not is_usable or repetition in (separator, component, terminator):
        repetition = ""
    return Delimiters(separator, component, repetition, terminator)
