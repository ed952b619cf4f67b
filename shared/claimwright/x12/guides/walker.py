"""Level 2 between segments: each one finds its place in the guide, and each loop is asked what it lacks."""

from __future__ import annotations

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import ENVELOPE_IDS, EnvelopeReader
from claimwright.x12.guides.elements import element_faults
from claimwright.x12.guides.notation import Guide, Loop, Match, SegmentUse, key_of
from claimwright.x12.guides.paths import Stop, Way, paths
from claimwright.x12.tokens import Segment, Stretch

# Segments that name the loop they open: when one of them is out of place, so is what follows it.
_NAMING = frozenset({"NM1", "N1", "HL"})
_SAYS_MORE = frozenset({"N2", "N3", "N4", "PER", "REF", "DMG", "PRV", "DTP", "DTM"})
_OPENS_LOOP = _NAMING | {"SBR", "LX", "CLM", "CLP", "SVC", "LIN", "SVD"}
_STARTS = frozenset({"HL", "PLB", "CLM", "CLP"})


class _Frame:
    """An open loop: how far it has come, and how often each of its items stood."""

    __slots__ = ("counts", "loop", "stop")

    def __init__(self, loop: Loop, stop: Stop, counts: list[int]) -> None:
        self.loop = loop
        self.stop = stop
        self.counts = counts


class Rows:
    """The segments of a stretch of a file as texts; the places of a few are worked out when they are asked for."""

    __slots__ = ("_at", "_offset", "stretch", "texts")

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.texts = stretch.text.split(stretch.delimiters.segment)
        del self.texts[-1]
        self._at, self._offset = 0, stretch.offset

    def offset(self, at: int) -> int:
        """Return the first byte of a segment; quick as long as they are asked for in the order of the file."""
        if at < self._at:
            self._at, self._offset = 0, self.stretch.offset
        passed = self.texts[self._at : at]
        self._offset += sum(map(len, passed)) + len(passed) * (1 + len(self.stretch.gap))
        self._at = at
        return self._offset

    def envelope(self, at: int) -> int:
        """Return the place of the next segment of the envelope, from `at` on."""
        separator = self.stretch.delimiters.element
        while at < len(self.texts) and self.texts[at].partition(separator)[0] not in ENVELOPE_IDS:
            at += 1
        return at

    def segment(self, at: int) -> Segment:
        stretch, text = self.stretch, self.texts[at]
        delimiters = stretch.delimiters
        elements = text.split(delimiters.element)
        return Segment(
            elements[0],
            elements,
            self.offset(at),
            len(text) + 1,
            stretch.ordinal + at + 1,
            delimiters,
            stretch.gap if at else stretch.first_gap,
            delimiters.segment,
        )


class GuideWalker:
    """Walks one transaction set through its guide: one segment by the tables, or many by ways that are known.

    Both find the same; `take` learns on its way what `take_rows` knows.
    """

    def __init__(self, guide: Guide, opened: Segment, envelope: EnvelopeReader, findings: Findings) -> None:
        self.guide = guide
        self.place = envelope.place()
        self.findings = findings
        self.paths = paths(guide, opened.delimiters)
        self.frames = [_Frame(guide.root, self.paths.start(guide.root, is_opened=False), [0] * len(guide.root.items))]
        self.claim = self._claims = 0
        self._is_lost = False
        self._last = opened
        self._level_count = 0
        self._kinds: dict[str, str] = {}
        self._parents: set[str] = set()
        # Number, whether others follow below, ordinal, offset and length: kept small, for there may be many.
        self._levels: list[tuple[str, bool, int, int, int]] = []

    def take_rows(self, rows: Rows, at: int) -> int:  # noqa: C901, PLR0915 (in one frame: it runs for every segment)
        """Take the segments from `at` to the next one of the envelope; return the place of that.

        Nearly every segment goes a way that is known and looks like one that was clean.
        """
        texts, frames = rows.texts, self.frames
        simple, known = self.paths.simple_signs, self.paths.signs
        separator, component = self.paths.separator, self.paths.component
        last = -1
        while at < len(texts):
            text = texts[at]
            parts = text.split(separator, 2)
            sign = name = parts[0]
            signs = simple.get(name)
            if signs is not None:
                code = parts[1] if len(parts) > 1 else ""
                sign = signs.get(code) or (name if code == code.strip() else "")
            elif name in known:
                place, part, signs = known[name]
                parts = text.split(separator, place + 1)
                code = parts[place] if place < len(parts) else ""
                if part:
                    code = code.partition(component)[0]
                sign = signs.get(code) or (name if code == code.strip() else "")
            depth = len(frames) - 1
            frame = frames[depth]
            stop = frame.stop
            way = stop.ways.get(sign)
            while way is None and depth and stop.is_whole and sign in stop.ways:
                depth -= 1
                frame = frames[depth]
                stop = frame.stop
                way = stop.ways.get(sign)
            if way is not None:
                place, most, to, shapes, inner, start = way
                count = frame.counts[place] + 1
                if (
                    shapes.fits is not None
                    and shapes.fits(text) is not None
                    and count <= most
                    and (name != "LX" or text[3:] == str(count))
                    and not self._is_lost
                ):
                    del frames[depth + 1 :]
                    frame.counts[place] = count
                    frame.stop = to
                    if inner is not None and start is not None:
                        frames.append(_Frame(inner, start, inner.opened.copy()))
                    if name in _STARTS:
                        self._start(name)
                        if name == "HL":
                            self._judge_level(rows.segment(at))
                    last = at
                    at += 1
                    continue
            if last >= 0:
                self._last = rows.segment(last)
                last = -1
            if name in ENVELOPE_IDS:
                return at
            self.take(rows.segment(at))
            at += 1
        if last >= 0:
            self._last = rows.segment(last)
        return at

    def take(self, segment: Segment) -> None:
        """Take the next segment by the tables, and remember the way."""
        name = segment.id
        if self._is_lost and name in _SAYS_MORE:
            return
        self._is_lost = False
        found = self._find(segment)
        if found is None:
            self._misplaced(segment)
            self._start(name)
            return
        depth, match, is_late = found
        passed = [each.stop for each in self.frames[depth + 1 :]]
        while len(self.frames) - 1 > depth:
            self._close(self.frames.pop())
        self._start(name)
        self._last = segment
        frame, place, opens = self.frames[-1], match.place, match.opens
        inner = None if opens is None else self.guide.loops[opens.name]
        start = None if inner is None else self.paths.start(inner, is_opened=True)
        most = match.use.most if opens is None else opens.most
        if is_late:
            self._say("x12.segment_order", segment, loop=frame.loop.name)
        frame.counts[place] += 1
        before = frame.stop
        frame.stop = self.paths.stop(frame.loop, before.position if is_late else match.position, frame.counts)
        if frame.counts[place] == most + 1:
            code = "x12.segment_repeated" if inner is None else "x12.loop_repeated"
            self._say(code, segment, loop=frame.loop.name if inner is None else inner.name)
        if not is_late:
            sign = self.paths.sign(name, segment.elements)
            for stop in passed:
                stop.ways[sign] = None
            before.ways[sign] = Way(place, most, frame.stop, self.paths.shapes(match.use), inner, start)
        if inner is not None and start is not None:
            self.frames.append(_Frame(inner, start, inner.opened.copy()))
            if inner.name == "2400" and segment.element(1) != str(frame.counts[place]):
                self._say("x12.line_number", segment, 1, loop="2400")
        self._judge_elements(match.use, segment)
        if name == "HL":
            self._judge_level(segment)

    def close(self) -> None:
        """End the set: ask every open loop what it lacks, and the levels whether they fit together."""
        while self.frames:
            self._close(self.frames.pop())
        self.claim = 0
        self._judge_children()

    def _start(self, name: str) -> None:
        """Count the claims; what stands before one, or after the last, belongs to none."""
        if name in ("CLM", "CLP"):
            self._claims += 1
            self.claim = self._claims
        elif name in ("HL", "PLB"):
            self.claim = 0

    def _find(self, segment: Segment) -> tuple[int, Match, bool] | None:
        """Return where the segment belongs: innermost loop first, then further on, then what was passed already."""
        name = segment.id
        frames = self.frames
        key = key_of(name, segment.elements, segment.delimiters.component)
        for depth in range(len(frames) - 1, -1, -1):
            frame = frames[depth]
            known = frame.loop.by_key.get(name)
            if known is not None:
                for match in known.get(key) or known.get("") or ():
                    if match.position >= frame.stop.position:
                        return depth, match, False
        for depth in range(len(frames) - 1, -1, -1):
            known = frames[depth].loop.by_key.get(name)
            passed = (known.get(key) or known.get("")) if known is not None else None
            if passed:
                return depth, passed[0], True
        return None

    def _misplaced(self, segment: Segment) -> None:
        """Say what is wrong with a segment that has no place: its qualifier, its place, or its id."""
        name = segment.id
        for frame in reversed(self.frames):
            uses = [match.use for match in frame.loop.by_id.get(name, ()) if match.opens is None]
            if uses and name not in _OPENS_LOOP:
                self._say("x12.element_code", segment, uses[0].key[0], uses[0].key[1], loop=frame.loop.name)
                return
        code = "x12.segment_unexpected" if name in self.guide.ids else "x12.segment_id"
        self._say(code, segment, loop=self.frames[-1].loop.name)
        self._is_lost = name in _NAMING

    def _close(self, frame: _Frame) -> None:
        loop = frame.loop
        for place in loop.required:
            if not frame.counts[place]:
                item = loop.items[place]
                if isinstance(item, SegmentUse):
                    self._say("x12.segment_missing", self._last, loop=loop.name, name=item.id)
                else:
                    first = self.guide.loops[item.name].first
                    self._say("x12.loop_missing", self._last, loop=item.name, name=first.id if first else "")
        if not loop.has_claim(frame.counts):
            self._say("x12.loop_missing", self._last, loop="2300", name="CLM")

    def _judge_elements(self, use: SegmentUse, segment: Segment) -> None:
        delimiters = segment.delimiters
        faults = element_faults(use, segment.elements, delimiters.component, delimiters.repetition)
        if not faults:
            self.paths.shapes(use).learn(segment.elements)
        for code, element, component in faults:
            self._say(code, segment, element, component, loop=self.frames[-1].loop.name)

    def _judge_level(self, segment: Segment) -> None:
        """Judge what an HL says of those before it; whether others follow below it is seen at the end."""
        self._level_count += 1
        number, parent, kind, has_child = [*segment.elements[1:5], "", "", "", ""][:4]
        if number != str(self._level_count):
            self._say("x12.hl_number", segment, 1)
        wanted = self.guide.parents.get(kind)
        if wanted is not None and self._kinds.get(parent) != wanted:
            self._say("x12.hl_parent", segment, 2)
        self._kinds[number] = kind
        self._parents.add(parent)
        if has_child:
            self._levels.append((number, has_child == "1", segment.ordinal, segment.offset, segment.length))

    def _judge_children(self) -> None:
        for number, has_child, ordinal, offset, length in self._levels:
            if has_child != (number in self._parents):
                level = Segment("HL", [], offset, length, ordinal, self._last.delimiters, "", "")
                self._say("x12.hl_child", level, 4)

    def _say(
        self, code: str, segment: Segment, element: int = 0, component: int = 0, *, loop: str = "", name: str = ""
    ) -> None:
        # What is no longer in force stops nothing.
        if not self.findings.takes(code, is_toned_down=self.guide.is_former):
            return
        # What stands in no loop is of the table as a whole. Those of the 277CA and 999 tell their loops from those of
        # other guides by a prefix.
        loop = "" if loop == self.guide.root.name else loop.rpartition("-")[2]
        self.findings.append(
            self.place.finding(
                *(code, segment, element, component),
                loop=loop,
                claim=self.claim,
                name=name,
                is_toned_down=self.guide.is_former,
            )
        )
