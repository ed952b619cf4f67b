"""TA1, 999 and 997, 277CA to values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.models.acknowledgments import (
    BatchAck,
    ClaimAck,
    ClaimStatus,
    ElementError,
    GroupAck,
    InterchangeAck,
    LineAck,
    ProviderAck,
    SegmentError,
    SetAck,
)
from claimwright.x12.models.values import Amount, Counted, Dated, Party, Procedure, Reference, Span
from claimwright.x12.readers.parts import PAD, Elements, Numbers, PartyDraft, procedure_of, reference_of
from claimwright.x12.readers.reading import Reading
from claimwright.x12.tokens import Limits, Segment, Source, tokens


def read_ta1(data: Source, limits: Limits | None = None) -> Reading[InterchangeAck]:
    """Read every TA1 of a file, wherever it stands."""
    envelope = EnvelopeReader(limits=limits)
    for _ in inside_sets(tokens(data, limits), envelope):
        pass
    acks = tuple(ack for interchange in envelope.interchanges for ack in interchange.acks)
    return Reading(acks, tuple(envelope.findings), tuple(envelope.interchanges))


def read_999(data: Source, limits: Limits | None = None) -> Reading[GroupAck]:
    """Read every 999 and 997 of a file.

    Shape: one value for each AK1, which is one for each ST.
    """
    envelope = EnvelopeReader(limits=limits)
    groups: list[GroupAck] = []
    draft: _GroupAckDraft | None = None
    for segment in inside_sets(tokens(data, limits), envelope):
        if segment.id == "ST":
            draft = _GroupAckDraft(segment, envelope) if segment.element(1).strip() in ("999", "997") else None
        if draft is None:
            continue
        draft.take(segment, segment.elements + PAD)
        if segment.id in ("AK9", "SE") and draft.header != PAD:
            groups.append(draft.value())
            draft = None
    return Reading(tuple(groups), tuple(envelope.findings), tuple(envelope.interchanges))


def _span(first: Segment, last: Segment) -> Span:
    return Span(first.ordinal, last.ordinal, first.offset, last.byte_end)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


class _GroupAckDraft:
    """AK1 to AK9, in the words of the 999 or the 997."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader) -> None:
        self.first = self.last = segment
        self.envelope = envelope
        self.header: Elements = PAD
        self.verdict: Elements = PAD
        self.sets: list[SetAck] = []
        self.segments: list[SegmentError] = []

    def take(self, segment: Segment, e: Elements) -> None:
        self.last = segment
        match segment.id:
            case "AK1":
                self.header = e
            case "AK2":
                self.sets.append(SetAck(e[1], e[2].strip(), e[3], "", span=_span(segment, segment)))
            case "IK3" | "AK3":
                self.segments.append(SegmentError(e[1], _count(e[2]), e[3], e[4], span=_span(segment, segment)))
            case "CTX":
                self._context(segment, e)
            case "IK4" | "AK4":
                self._element(segment, e)
            case "IK5" | "AK5":
                self._close_set(segment, e)
            case "AK9":
                self.verdict = e

    def _context(self, segment: Segment, e: Elements) -> None:
        if not self.segments:
            return
        error = self.segments[-1]
        name, _, value = e[1].partition(segment.delimiters.component)
        if value and name != "SITUATIONAL TRIGGER":
            error = error._replace(business_unit=(name, value))
        else:
            error = error._replace(contexts=(*error.contexts, tuple(segment.elements)))
        self.segments[-1] = error

    def _element(self, segment: Segment, e: Elements) -> None:
        if not self.segments:
            return
        place = [_count(part) for part in e[1].split(segment.delimiters.component)] + [0, 0]
        found = ElementError(place[0], place[1], place[2], e[2], e[3])
        error = self.segments[-1]
        self.segments[-1] = error._replace(elements=(*error.elements, found))

    def _close_set(self, segment: Segment, e: Elements) -> None:
        if not self.sets:
            return
        opened = self.sets[-1]
        self.sets[-1] = opened._replace(
            code=e[1],
            codes=tuple(code for code in e[2:7] if code),
            segments=tuple(self.segments),
            span=Span(opened.span.first_segment, segment.ordinal, opened.span.byte_start, segment.byte_end),
        )
        self.segments = []

    def value(self) -> GroupAck:
        h, v = self.header, self.verdict
        opened = self.envelope.set
        return GroupAck(
            functional_id=h[1],
            control_number=h[2].strip(),
            guide=h[3],
            code=v[1],
            sets_included=_count(v[2]),
            sets_received=_count(v[3]),
            sets_accepted=_count(v[4]),
            codes=tuple(code for code in v[5:10] if code),
            sets=tuple(self.sets),
            interchange_ordinal=self.envelope.interchange_ordinal,
            set_ordinal=opened.set_ordinal if opened else self.envelope.set_ordinal,
            span=_span(self.first, self.last),
        )


def read_277ca(data: Source, limits: Limits | None = None) -> Reading[BatchAck]:
    """Read every 277CA of a file; a 277 that answers a 276 has the same levels and is read alike."""
    envelope = EnvelopeReader(limits=limits)
    batches: list[BatchAck] = []
    draft: _BatchAckDraft | None = None
    for segment in inside_sets(tokens(data, limits), envelope):
        if segment.id == "ST":
            if draft is not None:
                batches.append(draft.value())
            draft = _BatchAckDraft(segment, envelope) if segment.element(1).strip() == "277" else None
        elif draft is not None:
            draft.take(segment, segment.elements + PAD)
            if segment.id == "SE":
                batches.append(draft.value())
                draft = None
    if draft is not None:
        batches.append(draft.value())
    return Reading(tuple(batches), tuple(envelope.findings), tuple(envelope.interchanges))


class _LevelDraft:
    """What one HL of a 277 says."""

    __slots__ = (
        *("amounts", "dates", "first", "id", "kind", "last", "lines", "parent", "party", "quantities"),
        *("references", "statuses", "trace"),
    )

    def __init__(self, segment: Segment, e: Elements) -> None:
        self.first = self.last = segment
        self.id, self.parent, self.kind = e[1], e[2], e[3].strip()
        self.party: PartyDraft | None = None
        self.trace = ""
        self.statuses: list[ClaimStatus] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []
        self.quantities: list[Counted] = []
        self.amounts: list[Amount] = []
        self.lines: list[_LineDraft] = []


class _LineDraft:
    """2220D: SVC and what follows."""

    __slots__ = ("charge", "dates", "first", "last", "procedure", "references", "revenue_code", "statuses", "units")

    def __init__(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        self.first = self.last = segment
        self.procedure: Procedure = procedure_of(e[1], segment.delimiters.component)
        self.charge = numbers.money(segment, e[2], 2)
        self.revenue_code, self.units = e[4], e[7]
        self.statuses: list[ClaimStatus] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []

    def value(self) -> LineAck:
        number = next((each.value for each in self.references if each.qualifier == "FJ"), "")
        return LineAck(
            self.procedure,
            self.charge,
            self.revenue_code,
            self.units,
            tuple(self.statuses),
            number,
            tuple(self.dates),
            _span(self.first, self.last),
        )


class _BatchAckDraft:
    """ST to SE of a 277CA; parents of HL, not the order, tell whose claim a claim is."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader) -> None:
        self.first = self.last = segment
        self.envelope = envelope
        self.numbers = Numbers(envelope, envelope.findings)
        opened, group = envelope.set, envelope.group
        self.place: dict[str, Any] = {
            "control_number": segment.element(2).strip(),
            "guide": segment.element(3).strip() or (group.guide if group else ""),
            "set_ordinal": opened.set_ordinal if opened else 0,
            "interchange_ordinal": envelope.interchange_ordinal,
            "group_ordinal": group.group_ordinal if group else 0,
        }
        self.header: Elements = PAD
        self.levels: list[_LevelDraft] = []
        self.line: _LineDraft | None = None

    def take(self, segment: Segment, e: Elements) -> None:
        self.last = segment
        if segment.id == "BHT":
            self.header = e
        elif segment.id == "HL":
            self.levels.append(_LevelDraft(segment, e))
            self.line = None
        elif self.levels:
            level = self.levels[-1]
            if segment.id != "SE":
                level.last = segment
            handler = _LEVEL_HANDLERS.get(segment.id)
            if handler is not None:
                handler(self, level, segment, e)
            if self.line is not None and segment.id != "SE":
                self.line.last = segment

    def _nm1(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if level.party is None:
            level.party = PartyDraft(segment, e)

    def _trn(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.trace = e[2].strip()

    def _stc(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        codes = []
        for place in (1, 10, 11):
            if e[place]:
                parts = [*e[place].split(segment.delimiters.component), "", ""]
                codes.append((parts[0], parts[1], parts[2]))
        status = ClaimStatus(tuple(codes), e[3].strip(), e[2], self.numbers.money(segment, e[4], 4), e[12])
        (level if self.line is None else self.line).statuses.append(status)

    def _ref(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        (level if self.line is None else self.line).references.append(read)

    def _dtp(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        (level if self.line is None else self.line).dates.append(Dated(e[1].strip(), e[2].strip(), e[3].strip()))

    def _qty(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.quantities.append(Counted(e[1].strip(), self.numbers.quantity(segment, e[2], 2)))

    def _amt(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.amounts.append(Amount(e[1].strip(), self.numbers.money(segment, e[2], 2)))

    def _svc(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.line = _LineDraft(segment, e, self.numbers)
        level.lines.append(self.line)

    def value(self) -> BatchAck:
        source = self._first("20")
        receiver = self._first("21")
        h = self.header
        return BatchAck(
            source=_party(source, "PR"),
            receiver=_party(receiver, "41"),
            reference=h[3].strip(),
            date=h[4],
            time=h[5],
            source_trace=source.trace if source else "",
            source_dates=tuple(source.dates) if source else (),
            batch_reference=receiver.trace if receiver else "",
            statuses=tuple(receiver.statuses) if receiver else (),
            quantities=tuple(receiver.quantities) if receiver else (),
            amounts=tuple(receiver.amounts) if receiver else (),
            providers=self._providers(),
            span=_span(self.first, self.last),
            **self.place,
        )

    def _first(self, kind: str) -> _LevelDraft | None:
        return next((level for level in self.levels if level.kind == kind), None)

    def _providers(self) -> tuple[ProviderAck, ...]:
        parents = {level.id: level for level in self.levels}
        below: dict[int, list[ClaimAck]] = {}
        providers = [level for level in self.levels if level.kind == "19"]
        ordinal = 0
        for level in self.levels:
            if level.kind not in ("PT", "22", "23") or not (level.trace or level.statuses):
                continue
            ordinal += 1
            above: _LevelDraft | None = level
            for _ in range(4):
                above = parents.get(above.parent) if above is not None else None
                if above is None or above.kind == "19":
                    break
            below.setdefault(id(above), []).append(_claim(level, ordinal))
        found = [_provider(level, below.get(id(level), [])) for level in providers]
        lost = below.get(id(None), [])
        return (*found, ProviderAck(Party("85"), claims=tuple(lost))) if lost else tuple(found)


def _provider(level: _LevelDraft, claims: list[ClaimAck]) -> ProviderAck:
    return ProviderAck(
        party=_party(level, "85"),
        trace_number=level.trace,
        statuses=tuple(level.statuses),
        references=tuple(level.references),
        quantities=tuple(level.quantities),
        amounts=tuple(level.amounts),
        claims=tuple(claims),
    )


def _claim(level: _LevelDraft, ordinal: int) -> ClaimAck:
    # A 277 that answers a 276 returns our trace in TRN02 and names the claim in REF*EJ; a 277CA has it in TRN02.
    named = next((each.value for each in level.references if each.qualifier == "EJ"), "")
    return ClaimAck(
        patient=_party(level, "QC"),
        patient_control_number=named or level.trace,
        statuses=tuple(level.statuses),
        references=tuple(level.references),
        dates=tuple(level.dates),
        lines=tuple(line.value() for line in level.lines),
        inquiry_trace=level.trace if named else "",
        claim_ordinal=ordinal,
        span=_span(level.first, level.last),
    )


def _party(level: _LevelDraft | None, role: str) -> Party:
    return level.party.party() if level is not None and level.party is not None else Party(role)


_LEVEL_HANDLERS: dict[str, Callable[[_BatchAckDraft, _LevelDraft, Segment, Elements], None]] = {
    "NM1": _BatchAckDraft._nm1,
    "TRN": _BatchAckDraft._trn,
    "STC": _BatchAckDraft._stc,
    "REF": _BatchAckDraft._ref,
    "DTP": _BatchAckDraft._dtp,
    "QTY": _BatchAckDraft._qty,
    "AMT": _BatchAckDraft._amt,
    "SVC": _BatchAckDraft._svc,
}
