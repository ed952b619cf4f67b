"""The tree around transactions: interchanges, groups and sets, with each count, control number and form judged."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope_forms import FUNCTIONAL_IDS, GUIDES, gs_checks, isa_checks
from claimwright.x12.findings import Finding
from claimwright.x12.models.acknowledgments import InterchangeAck
from claimwright.x12.models.envelopes import Delimiters, Endpoint, Group, Interchange, TransactionSet
from claimwright.x12.models.values import Span
from claimwright.x12.place import OpenPlace
from claimwright.x12.tokens import Limits, Segment, Unreadable

ENVELOPE_IDS = frozenset({"ISA", "TA1", "GS", "ST", "SE", "GE", "IEA"})

# Sets whose ST03 must name the guide; the 835 has none.
_GUIDED_SETS = frozenset({"837", "999", "277", "276", "270", "271", "278"})
# Places where the envelope has no order; counts and numbers that are only wrong are none.
_DISORDER = frozenset(
    {
        *("x12.stray_segment", "x12.trailer_alone", "x12.no_se", "x12.no_ge", "x12.no_iea", "x12.no_gs"),
        *("x12.isa_form", "x12.no_isa", "x12.ta1_place", "x12.empty_group", "x12.set_control_form"),
    }
)
_SET_CONTROL = re.compile(r"\S{4,9}")
_ISA_BYTES = 106
_LONGEST_CONTROL = 9
# 005010X222 names the guide, what follows its errata.
_GUIDE = 10


class EnvelopeReader:
    """Follows the envelope of a file, segment by segment, and keeps its tree and its findings.

    Feed it every segment whose id is in `ENVELOPE_IDS`, the padding behind the last one too, and then `close` it.
    Segments between ST and SE need not be fed; `stray` takes those that stand outside. Without its tree, its memory
    does not grow with the file, but for the control numbers that must not come again. A mute one only follows.
    Errors: Unreadable, where more is out of order than the limits allow.
    """

    def __init__(
        self,
        findings: list[Finding] | None = None,
        interchanges: list[Interchange] | None = None,
        *,
        limits: Limits | None = None,
        keeps_tree: bool = True,
        is_mute: bool = False,
    ) -> None:
        limits = limits or Limits()
        self.findings = Findings(findings, limits.findings)
        self.keeps_tree = keeps_tree
        self._is_mute = is_mute
        self._disorder = 0
        self._disorder_most = limits.disorder
        self.interchanges: list[Interchange] = [] if interchanges is None else interchanges
        self.interchange: Interchange | None = None
        self.group: Group | None = None
        self.set: TransactionSet | None = None
        self.interchange_ordinal = 0
        self.set_ordinal = 0
        self._groups: list[Group] = []
        self._acks: list[InterchangeAck] = []
        self._sets: list[TransactionSet] = []
        # Of the open interchange, of the same with a GS of their own, of the open group.
        self._group_count = self._numbered_groups = self._set_count = 0
        self._seen_interchanges = _SeenNumbers()
        self._seen_inside = _SeenNumbers()
        self._last: Segment | None = None
        self._set_header: Segment | None = None
        # Whether an interchange is open whose ISA did not come.
        self._is_headless = False

    def feed(self, segment: Segment) -> None:
        self._gap(segment)
        match segment.id:
            case "ISA":
                self._open_interchange(segment)
            case "TA1":
                self._take_ack(segment)
            case "GS":
                self._open_group(segment)
            case "ST":
                self._open_set(segment)
            case "SE":
                self._close_set(segment)
            case "GE":
                self._close_group(segment)
            case "IEA":
                self._close_interchange(segment)
        self._last = segment

    def stray(self, segment: Segment) -> None:
        """Take a segment that stands outside every transaction."""
        self._gap(segment)
        if segment.id:
            self._say("x12.stray_segment", segment)
            self._last = segment

    def close(self, last: Segment | None) -> None:
        """End the file; `last` is its last segment."""
        if last is None:
            return
        if last.id and not last.tail:
            self._say("x12.last_terminator", last)
        self._end_interchange(last)

    def guide(self) -> str:
        """Return the guide that the open set names, or its group."""
        own = self.set.guide if self.set else ""
        return own or (self.group.guide if self.group else "")

    def place(self) -> OpenPlace:
        """Return what is open now, to make findings of."""
        header = self._set_header if self.set is not None else None
        return OpenPlace(
            self.interchange_ordinal,
            self.group.group_ordinal if self.group else 0,
            self.set_ordinal if header else 0,
            header.ordinal if header else 0,
        )

    def finding(self, code: str, segment: Segment, element: int = 0, *, claim: int = 0) -> Finding:
        """Make a finding at a segment of what is open now."""
        return self.place().finding(code, segment, element, claim=claim)

    def abandon(self, last: Segment | None) -> None:
        """End the tree where reading stops, and say nothing of what has not come."""
        self._is_mute = True
        if last is not None:
            self._end_interchange(last)

    def _say(self, code: str, segment: Segment, element: int = 0) -> None:
        if self._is_mute:
            return
        if self.findings.takes(code):
            self.findings.append(self.finding(code, segment, element))
        if code in _DISORDER:
            self._disorder += 1
            # A long file may be wrong in one way from end to end, and is X12 still: most of it stands where it should.
            if self._disorder > self._disorder_most and self._disorder * 2 >= segment.ordinal:
                raise Unreadable("x12.limit_disorder", segment.offset)

    def _gap(self, segment: Segment) -> None:
        gap = segment.gap
        if not gap:
            return
        if self._last is None:
            if gap.startswith("ï»¿"):
                self._say("x12.byte_order_mark", segment)
                gap = gap[3:]
            if gap.strip():
                self._say("x12.leading_bytes", segment)
        elif not segment.id:
            if gap.strip("\r\n"):
                self._say("x12.trailing_bytes", segment)
        elif segment.delimiters.segment in gap and segment.delimiters.segment not in "\r\n":
            self._say("x12.empty_segment", segment)

    # Interchange

    def _open_interchange(self, segment: Segment) -> None:
        if self.interchange is not None or self._is_headless:
            self._end_interchange(segment)
        element = segment.element
        self.interchange_ordinal += 1
        self._seen_inside = _SeenNumbers()
        self.interchange = Interchange(
            sender=Endpoint(element(5).strip(), element(6).strip()),
            receiver=Endpoint(element(7).strip(), element(8).strip()),
            date=element(9),
            time=element(10),
            version=element(12),
            control_number=element(13),
            wants_interchange_ack=element(14) == "1",
            usage_indicator=element(15),
            delimiters=segment.delimiters,
            interchange_ordinal=self.interchange_ordinal,
            span=Span(segment.ordinal, segment.ordinal, segment.offset, segment.byte_end),
        )
        if self._is_mute:
            return
        self._judge_isa(segment, self.interchange)
        if "\n" in segment.tail and segment.delimiters.segment != "\n":
            self._say("x12.break_in_segment", segment)

    def _judge_isa(self, segment: Segment, interchange: Interchange) -> None:
        elements = segment.elements
        signs = [sign for sign in segment.delimiters[:4] if sign]
        if len(set(signs)) < len(signs) or len(signs) < 3 or any(sign.isalnum() for sign in signs):
            self._say("x12.delimiters", segment)
        if len(elements) != 17:
            self._say("x12.isa_form", segment)
            return
        if segment.length - len(segment.tail) + 1 != _ISA_BYTES:
            self._say("x12.isa_width", segment)
        checks = isa_checks(segment, interchange)
        for place, code, is_right in checks:
            if not is_right:
                self._say(code, segment, place)
        if self._seen_interchanges.add("ISA", elements[13]):
            self._say("x12.interchange_repeated", segment, 13)

    def _take_ack(self, segment: Segment) -> None:
        self._need_interchange(segment)
        if self.group is not None or self.set is not None:
            self._say("x12.ta1_place", segment)
        if not self.keeps_tree:
            return
        element = segment.element
        self._acks.append(
            InterchangeAck(
                control_number=element(1),
                date=element(2),
                time=element(3),
                code=element(4),
                note=element(5),
                interchange_ordinal=self.interchange_ordinal,
                span=Span(segment.ordinal, segment.ordinal, segment.offset, segment.byte_end),
            )
        )

    def _close_interchange(self, segment: Segment) -> None:
        self._end_group(segment)
        if self.interchange is None:
            # The header that is missing has been named already.
            if not self._is_headless:
                self._say("x12.trailer_alone", segment)
            return
        if _count(segment) != self._group_count:
            self._say("x12.group_count", segment, 1)
        if segment.element(2) != self.interchange.control_number:
            self._say("x12.interchange_control", segment, 2)
        self._keep_interchange(segment)

    def _end_interchange(self, at: Segment) -> None:
        """End an interchange whose IEA did not come."""
        self._end_group(at)
        if self.interchange is not None:
            self._say("x12.no_iea", at)
        if self.interchange is not None or self._is_headless:
            self._keep_interchange(self._last or at)

    def _keep_interchange(self, last: Segment) -> None:
        if self.keeps_tree:
            interchange = self.interchange or _NO_INTERCHANGE._replace(
                delimiters=last.delimiters, interchange_ordinal=self.interchange_ordinal
            )
            self.interchanges.append(
                interchange._replace(
                    acks=tuple(self._acks), groups=tuple(self._groups), span=_until(interchange.span, last)
                )
            )
        self.interchange, self._is_headless = None, False
        self._groups, self._acks = [], []
        self._group_count = self._numbered_groups = 0

    # Group

    def _open_group(self, segment: Segment) -> None:
        self._end_group(segment)
        self._need_interchange(segment)
        element = segment.element
        self.group = Group(
            functional_id=element(1).strip(),
            sender=element(2),
            receiver=element(3),
            date=element(4),
            time=element(5),
            control_number=element(6),
            guide=element(8).strip(),
            group_ordinal=self._numbered_groups + 1,
            sets=(),
            span=Span(segment.ordinal, segment.ordinal, segment.offset, segment.byte_end),
        )
        if self._is_mute:
            return
        checks = gs_checks(segment)
        for place, code, is_right in checks:
            if not is_right:
                self._say(code, segment, place)
        if self._seen_inside.add("GS", element(6)):
            self._say("x12.group_repeated", segment, 6)

    def _close_group(self, segment: Segment) -> None:
        self._end_set(segment)
        if self.group is None or not self.group.group_ordinal:
            self._say("x12.trailer_alone", segment)
            return
        if _count(segment) != self._set_count:
            self._say("x12.set_count", segment, 1)
        if segment.element(2) != self.group.control_number:
            self._say("x12.group_control", segment, 2)
        self.group = self.group._replace(sets_stated=_count(segment) or 0)
        self._keep_group(segment)

    def _end_group(self, at: Segment) -> None:
        """End a group whose GE did not come."""
        self._end_set(at)
        if self.group is not None:
            if self.group.group_ordinal:
                self._say("x12.no_ge", at)
            self._keep_group(self._last or at)

    def _keep_group(self, last: Segment) -> None:
        if self.group is not None:
            if not self._set_count:
                self._say("x12.empty_group", last)
            self._group_count += 1
            self._numbered_groups += bool(self.group.group_ordinal)
            if self.keeps_tree:
                self._groups.append(self.group._replace(sets=tuple(self._sets), span=_until(self.group.span, last)))
        self.group = None
        self._sets, self._set_count = [], 0

    # Transaction set

    def _open_set(self, segment: Segment) -> None:
        self._end_set(segment)
        if self.group is None:
            self._need_interchange(segment)
            self._say("x12.no_gs", segment)
            span = Span(segment.ordinal, segment.ordinal, segment.offset, segment.byte_end)
            self.group = Group("", "", "", "", "", "", "", 0, (), span=span)
        element = segment.element
        self.set_ordinal += 1
        self._set_header = segment
        self.set = TransactionSet(
            set_id=element(1).strip(),
            control_number=element(2).strip(),
            guide=element(3).strip(),
            set_ordinal=self.set_ordinal,
            span=Span(segment.ordinal, segment.ordinal, segment.offset, segment.byte_end),
        )
        if not self._is_mute:
            self._judge_set(segment, self.set, self.group)

    def _judge_set(self, segment: Segment, opened: TransactionSet, group: Group) -> None:
        if _SET_CONTROL.fullmatch(segment.element(2)) is None:
            self._say("x12.set_control_form", segment, 2)
        functional_id = FUNCTIONAL_IDS.get(opened.set_id)
        if functional_id is None:
            self._say("x12.set_unknown", segment, 1)
        elif group.functional_id and functional_id != group.functional_id:
            self._say("x12.group_kind", segment, 1)
        if opened.guide:
            if group.guide in GUIDES and opened.guide[:_GUIDE] != group.guide[:_GUIDE]:
                self._say("x12.guide_differs", segment, 3)
            elif group.guide in GUIDES and opened.guide != group.guide:
                self._say("x12.guide_errata", segment, 3)
            elif not group.group_ordinal and opened.guide not in GUIDES:
                self._say("x12.guide_unknown", segment, 3)
        elif opened.set_id in _GUIDED_SETS and group.guide in GUIDES:
            self._say("x12.guide_missing", segment, 3)
        if self._seen_inside.add(f"ST {group.group_ordinal}", opened.control_number):
            self._say("x12.set_repeated", segment, 2)

    def _close_set(self, segment: Segment) -> None:
        if self.set is None or self._set_header is None:
            self._say("x12.trailer_alone", segment)
            return
        if not self._is_mute:
            if _count(segment) != segment.ordinal - self._set_header.ordinal + 1:
                self._say("x12.segment_count", segment, 1)
            if segment.element(2).strip() != self.set.control_number:
                self._say("x12.set_control", segment, 2)
        self._keep_set(segment)

    def _end_set(self, at: Segment) -> None:
        """End a set whose SE did not come."""
        if self.set is not None:
            self._say("x12.no_se", at)
            self._keep_set(at)

    def _keep_set(self, last: Segment) -> None:
        if self.set is not None:
            self._set_count += 1
            if self.keeps_tree:
                self._sets.append(self.set._replace(span=_until(self.set.span, last)))
        self.set = None

    def _need_interchange(self, segment: Segment) -> None:
        """Begin an interchange whose ISA did not come, unless one is open. It counts as any other."""
        if self.interchange is None and not self._is_headless:
            self._is_headless = True
            self.interchange_ordinal += 1
            self._seen_inside = _SeenNumbers()
            self._say("x12.no_isa", segment)


class _SeenNumbers:
    """The control numbers that have come by. Those that count up, as nearly all do, take no memory."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, int], list[int]] = {}
        self._others: set[tuple[str, str]] = set()

    def add(self, kind: str, number: str) -> bool:
        """Note a number; return whether it had come before."""
        key = (kind, number)
        if number.isascii() and number.isdigit() and len(number) <= _LONGEST_CONTROL:
            value = int(number)
            run = self._runs.setdefault((kind, len(number)), [value, value - 1])
            if run[0] <= value <= run[1]:
                return True
            if value == run[1] + 1 and key not in self._others:
                run[1] = value
                return False
        if key in self._others:
            return True
        self._others.add(key)
        return False


_NO_INTERCHANGE = Interchange(Endpoint("", ""), Endpoint("", ""), "", "", "", "", False, "", Delimiters(), 0)


def _until(span: Span, last: Segment) -> Span:
    return Span(span.first_segment or last.ordinal, last.ordinal, span.byte_start, last.byte_end)


def _count(segment: Segment) -> int | None:
    text = segment.element(1).strip()
    return int(text) if len(text) <= 10 and text.isascii() and text.isdigit() else None


def inside_sets(segments: Iterator[Segment], envelope: EnvelopeReader) -> Iterator[Segment]:
    """Yield the segments from ST to SE, both included, while the envelope reader sees all that stands around them.

    `envelope.set` is open while a segment is handled, at its SE too. A set without SE ends where the next thing starts.
    """
    last: Segment | None = None
    for segment in segments:
        name = segment.id
        if name not in ENVELOPE_IDS:
            if envelope.set is not None and name:
                yield segment
            else:
                envelope.stray(segment)
        elif name == "SE":
            if envelope.set is not None:
                yield segment
            envelope.feed(segment)
        else:
            envelope.feed(segment)
            if name == "ST":
                yield segment
        if name:
            last = segment
    envelope.close(last)
