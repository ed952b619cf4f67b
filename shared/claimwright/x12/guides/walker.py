"""Level 2 between segments: each one finds its place in the guide, and each loop is asked what it lacks."""

from __future__ import annotations

from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.guides.elements import element_faults
from claimwright.x12.guides.notation import Guide, Loop, LoopUse, Match, SegmentUse, key_of
from claimwright.x12.tokens import Segment

# Segments that name the loop they open: when one of them is out of place, so is what follows it.
_NAMING = frozenset({"NM1", "N1", "HL"})
_SAYS_MORE = frozenset({"N2", "N3", "N4", "PER", "REF", "DMG", "PRV", "DTP", "DTM"})
_OPENS_LOOP = _NAMING | {"SBR", "LX", "CLM", "CLP", "SVC", "LIN", "SVD"}


class _Frame:
    """An open loop: how far it has come, and how often each of its items stood."""

    __slots__ = ("counts", "last", "loop", "position")

    def __init__(self, loop: Loop, opened: Segment) -> None:
        self.loop = loop
        self.position = 0
        self.counts = [0] * len(loop.items)
        self.last = opened


class GuideWalker:
    """Walks one transaction set through its guide."""

    def __init__(self, guide: Guide, opened: Segment, envelope: EnvelopeReader, findings: list[Finding]) -> None:
        self.guide = guide
        self.place = envelope.place()
        self.findings = findings
        self.frames = [_Frame(guide.root, opened)]
        self.claim = self._claims = 0
        self._is_lost = False
        self._levels: list[tuple[Segment, list[str]]] = []

    def take(self, segment: Segment) -> None:
        name = segment.id
        if self._is_lost and name in _SAYS_MORE:
            return
        self._is_lost = False
        found = self._find(segment)
        if found is None:
            self._misplaced(segment)
            self._start(name)
            return
        depth, (place, position, use, opens), is_late = found
        while len(self.frames) - 1 > depth:
            self._close(self.frames.pop())
        if name in ("HL", "PLB", "CLM", "CLP"):
            self._start(name)
        frame = self.frames[-1]
        if is_late:
            self._say("x12.segment_order", segment, loop=frame.loop.name)
        else:
            frame.position = position
        frame.last = segment
        frame.counts[place] += 1
        most = use.most if opens is None else opens.most
        if frame.counts[place] == most + 1:
            code = "x12.segment_repeated" if opens is None else "x12.loop_repeated"
            self._say(code, segment, loop=frame.loop.name if opens is None else opens.name)
        if opens is not None:
            inner = _Frame(self.guide.loops[opens.name], segment)
            inner.counts[0] = 1
            self.frames.append(inner)
            if name == "LX" and opens.name == "2400" and segment.element(1) != str(frame.counts[place]):
                self._say("x12.line_number", segment, 1, loop=opens.name)
        if name == "HL":
            self._levels.append((segment, [*segment.elements, "", "", "", ""]))
        self._judge_elements(use, segment)

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
                    if match.position >= frame.position:
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
                    self._say("x12.segment_missing", frame.last, loop=loop.name, name=item.id)
                else:
                    first = self.guide.loops[item.name].first
                    self._say("x12.loop_missing", frame.last, loop=item.name, name=first.id if first else "")
        if loop.name == "2000B" and not any(
            count
            for count, item in zip(frame.counts, loop.items, strict=True)
            if isinstance(item, LoopUse) and item.name in ("2300", "2000C")
        ):
            self._say("x12.loop_missing", frame.last, loop="2300", name="CLM")
        if self.frames:
            self.frames[-1].last = frame.last

    def _judge_elements(self, use: SegmentUse, segment: Segment) -> None:
        delimiters = segment.delimiters
        for code, element, component in element_faults(
            use, segment.elements, delimiters.component, delimiters.repetition
        ):
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
