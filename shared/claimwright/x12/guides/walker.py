"""Level 2 between segments: each one finds its place in the guide, and each loop is asked what it lacks."""

from __future__ import annotations

from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.guides.elements import element_faults
from claimwright.x12.guides.notation import Guide, Loop, Match, SegmentUse, key_of
from claimwright.x12.guides.paths import Stop, Way, paths
from claimwright.x12.tokens import Segment

# Segments that name the loop they open: when one of them is out of place, so is what follows it.
_NAMING = frozenset({"NM1", "N1", "HL"})
_SAYS_MORE = frozenset({"N2", "N3", "N4", "PER", "REF", "DMG", "PRV", "DTP", "DTM"})
_OPENS_LOOP = _NAMING | {"SBR", "LX", "CLM", "CLP", "SVC", "LIN", "SVD"}
_STARTS = frozenset({"HL", "PLB", "CLM", "CLP"})
_NOTED = _STARTS | {"LX"}


class _Frame:
    """An open loop: how far it has come, and how often each of its items stood."""

    __slots__ = ("counts", "loop", "stop")

    def __init__(self, loop: Loop, stop: Stop, opened: int) -> None:
        self.loop = loop
        self.stop = stop
        self.counts = [0] * len(loop.items)
        self.counts[0] = opened


class GuideWalker:
    """Walks one transaction set through its guide.

    Most segments go a way that is known and look like others that were clean. `is_careful` leaves both aside: by the
    tables alone the walker finds the same.
    """

    def __init__(
        self,
        guide: Guide,
        opened: Segment,
        envelope: EnvelopeReader,
        findings: list[Finding],
        *,
        is_careful: bool = False,
    ) -> None:
        self.guide = guide
        self.place = envelope.place()
        self.findings = findings
        self.paths = paths(guide, opened.delimiters)
        self.frames = [_Frame(guide.root, self.paths.start(guide.root, is_opened=False), 0)]
        self.claim = self._claims = 0
        self._is_careful = is_careful
        self._is_lost = False
        self._last = opened
        self._levels: list[tuple[Segment, list[str]]] = []

    def take(self, segment: Segment) -> None:
        """Take the next segment, by a way that is known if there is one."""
        elements = segment.elements
        sign = name = elements[0]
        told = self.paths.signs.get(name)
        if told is not None:
            place, part, signs = told
            text = elements[place] if place < len(elements) else ""
            if part:
                text = text.partition(self.paths.component)[0]
            sign = signs.get(text) or self.paths.sign(name, elements)
        frames = self.frames
        depth = len(frames) - 1
        frame = frames[depth]
        stop = frame.stop
        way = stop.ways.get(sign)
        while way is None and depth and stop.is_whole and sign in stop.ways:
            depth -= 1
            frame = frames[depth]
            stop = frame.stop
            way = stop.ways.get(sign)
        if way is None or frame.counts[way.place] >= way.most or self._is_lost or self._is_careful:
            self._take_carefully(segment, sign)
            return
        del frames[depth + 1 :]
        frame.counts[way.place] += 1
        frame.stop = way.to
        self._last = segment
        if way.inner is not None and way.start is not None:
            frames.append(_Frame(way.inner, way.start, 1))
        if name in _NOTED:
            self._start(name)
            self._note(name, segment, frame.counts[way.place])
        fits = way.shapes.fits
        if fits is None or fits(self.paths.separator.join(elements)) is None:
            self._judge_elements(way.shapes.use, segment)

    def _take_carefully(self, segment: Segment, sign: str) -> None:
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
            for stop in passed:
                stop.ways[sign] = None
            before.ways[sign] = Way(place, most, frame.stop, self.paths.shapes(match.use), inner, start)
        if inner is not None and start is not None:
            self.frames.append(_Frame(inner, start, 1))
        if name in _NOTED:
            self._note(name, segment, frame.counts[place])
        self._judge_elements(match.use, segment)

    def _note(self, name: str, segment: Segment, count: int) -> None:
        """Look at what links a segment to others, and not to its place."""
        if name == "HL":
            self._levels.append((segment, [*segment.elements, "", "", "", ""]))
        elif name == "LX" and self.frames[-1].loop.name == "2400" and segment.element(1) != str(count):
            self._say("x12.line_number", segment, 1, loop="2400")

    def close(self) -> None:
        """End the set: ask every open loop what it lacks, and the levels whether they fit together."""
        while self.frames:
            self._close(self.frames.pop())
        self.claim = 0
        self._judge_levels()

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

    def _judge_levels(self) -> None:
        kinds: dict[str, str] = {}
        parents = {e[2] for _, e in self._levels}
        for number, (segment, e) in enumerate(self._levels, start=1):
            if e[1] != str(number):
                self._say("x12.hl_number", segment, 1)
            wanted = self.guide.parents.get(e[3])
            if wanted is not None and kinds.get(e[2]) != wanted:
                self._say("x12.hl_parent", segment, 2)
            if e[4] and (e[4] == "1") != (e[1] in parents):
                self._say("x12.hl_child", segment, 4)
            kinds[e[1]] = e[3]

    def _say(
        self, code: str, segment: Segment, element: int = 0, component: int = 0, *, loop: str = "", name: str = ""
    ) -> None:
        # The tables of the 277CA and 999 tell their loops from those of other guides by a prefix.
        loop = loop.rpartition("-")[2]
        self.findings.append(
            self.place.finding(code, segment, element, component, loop=loop, claim=self.claim, name=name)
        )
