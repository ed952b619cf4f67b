"""276 and 277 to values; the 277CA has its own reader. Parents of HL, not the order, tell whose claim a claim is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.status import (
    StatusClaim,
    StatusCode,
    StatusExchange,
    StatusLine,
    StatusPerson,
    StatusProvider,
    StatusReport,
)
from claimwright.x12.models.values import NO_MONEY, Dated, Party, Reference
from claimwright.x12.readers.levels import Part, levels_above
from claimwright.x12.readers.parts import PAD, Elements, Numbers, PartyDraft, procedure_of, reference_of, span_of
from claimwright.x12.readers.reading import Reading, SetPlaces, values_of_sets
from claimwright.x12.tokens import Limits, Segment, Source

SETS = frozenset({"276", "277"})
CLAIM_ACK_GUIDE = "005010X214"
"""Of a 277CA; its structure in BHT01 is another too."""
_CLAIM_ACK_STRUCTURE = "0085"
_WANTS_MORE = "RQ"
_PROVIDER = "19"
_PEOPLE = frozenset({"22", "23", "PT"})
_ABOVE = {"21": ("20",), _PROVIDER: ("21",), **dict.fromkeys(_PEOPLE, (_PROVIDER, "21"))}


def read_status(data: Source, limits: Limits | None = None) -> Reading[StatusExchange]:
    """Read every 276, and every 277 that answers one or asks for more information, of a file.

    Shape: one value for each receiver level of each ST, in file order. A 277CA gives none.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader(limits=limits)
    found = tuple(values_of_sets(data, envelope, limits, StatusDraft, SETS))
    return Reading(found, tuple(envelope.findings), tuple(envelope.interchanges))


def read_statuses(
    source: Source, findings: list[Finding] | None = None, limits: Limits | None = None
) -> Iterator[StatusExchange]:
    """Yield the values of `read_status` as soon as their transaction ends; `findings` grows on the way.

    Memory holds one transaction.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    return values_of_sets(source, EnvelopeReader(findings, limits=limits), limits, StatusDraft, SETS)


class _Part(Part):
    """A level, claim or line: what they all may have."""

    statuses: Sequence[StatusReport] = ()
    references: Sequence[Reference] = ()
    dates: Sequence[Dated] = ()


class _LineDraft(_Part):
    """2210 or 2220: SVC and what follows."""

    def __init__(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        super().__init__(segment, e)
        self.charge = numbers.money(segment, e[2], 2)
        self.paid = numbers.money(segment, e[3], 3)
        self.units = numbers.quantity(segment, e[7], 7)

    def value(self) -> StatusLine:
        return StatusLine(
            procedure_of(self.elements[1], self.first.delimiters.component),
            self.charge,
            self.paid,
            self.elements[4],
            self.units,
            tuple(self.statuses),
            tuple(self.references),
            tuple(self.dates),
            tuple(self.details),
            span_of(self.first, self.last),
        )


class _ClaimDraft(_Part):
    """2200: TRN and what follows."""

    lines: Sequence[_LineDraft] = ()

    def __init__(self, segment: Segment, e: Elements, ordinal: int) -> None:
        super().__init__(segment, e)
        self.ordinal = ordinal
        self.charge = NO_MONEY

    def value(self) -> StatusClaim:
        return StatusClaim(
            self.elements[2].strip(),
            self.charge,
            tuple(self.statuses),
            tuple(self.references),
            tuple(self.dates),
            tuple(line.value() for line in self.lines),
            tuple(self.details),
            self.ordinal,
            span_of(self.first, self.last),
        )


class _LevelDraft(_Part):
    """One HL: payer (20), receiver (21), provider (19), subscriber (22) or dependent (23)."""

    parties: Sequence[PartyDraft] = ()
    claims: Sequence[_ClaimDraft] = ()

    def __init__(self, segment: Segment, e: Elements) -> None:
        super().__init__(segment, e)
        self.number, self.parent, self.kind = e[1].strip(), e[2].strip(), e[3].strip()
        self.born: Elements = PAD
        self.trace = ""

    def party(self, role: str) -> Party:
        party = self.parties[0].party() if self.parties else Party(role)
        return party._replace(birth_date=self.born[2], gender=self.born[3]) if self.born is not PAD else party

    def person(self) -> StatusPerson:
        is_dependent = self.kind == "23"
        return StatusPerson(
            is_dependent,
            self.party("QC" if is_dependent else "IL"),
            tuple(claim.value() for claim in self.claims),
            tuple(self.details),
            span_of(self.first, self.last),
        )


class StatusDraft:
    """ST to SE of a 276 or 277."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader, findings: Findings | None = None) -> None:
        self.opened = self.last = segment
        self.numbers = Numbers(envelope, envelope.findings if findings is None else findings)
        self.places = SetPlaces.of(envelope)
        self.header: Elements = PAD
        self.levels: list[_LevelDraft] = []
        self.claim: _ClaimDraft | None = None
        self.line: _LineDraft | None = None
        self._claims = 0

    def take(self, segment: Segment, e: Elements) -> None:
        """Take a segment between ST and SE; `e` are its elements, padded."""
        self.last = segment
        if segment.id == "BHT":
            self.header = e
        elif segment.id == "HL":
            self.levels.append(_LevelDraft(segment, e))
            self.claim = self.line = None
            self.numbers.claim = 0
        elif self.levels:
            level = self.levels[-1]
            _HANDLERS.get(segment.id, StatusDraft._other)(self, level, segment, e)
            for part in (level, self.claim, self.line):
                if part is not None:
                    part.last = segment

    def _part(self, level: _LevelDraft) -> _Part:
        return self.line or self.claim or level

    def _nm1(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if level.parties and level.kind != _PROVIDER:
            level.keep("details", tuple(segment.elements))
        else:
            level.keep("parties", PartyDraft(segment, e))

    def _dmg(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.born = e

    def _trn(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if level.kind in _PEOPLE:
            self._claims += 1
            self.claim, self.line = _ClaimDraft(segment, e, self._claims), None
            self.numbers.claim = self._claims
            level.keep("claims", self.claim)
        else:
            level.trace = e[2].strip()

    def _stc(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        codes = []
        for place in (1, 10, 11):
            if e[place]:
                parts = [*e[place].split(segment.delimiters.component), "", "", ""]
                codes.append(StatusCode(*parts[:4]))
        charge, paid = self.numbers.money(segment, e[4], 4), self.numbers.money(segment, e[5], 5)
        found = StatusReport(tuple(codes), e[2], charge, paid, e[6], e[7], e[8], e[9].strip(), e[3].strip(), e[12])
        self._part(level).keep("statuses", found)

    def _ref(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            self._other(level, segment, e)
        else:
            self._part(level).keep("references", reference_of(e, segment.delimiters.component))

    def _dtp(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            self._other(level, segment, e)
        else:
            self._part(level).keep("dates", Dated(e[1].strip(), e[2].strip(), e[3].strip()))

    def _amt(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.claim is not None and self.line is None and e[1].strip() == "T3" and not self.claim.charge.text:
            self.claim.charge = self.numbers.money(segment, e[2], 2)
        else:
            self._other(level, segment, e)

    def _svc(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            self._other(level, segment, e)
        else:
            self.line = _LineDraft(segment, e, self.numbers)
            self.claim.keep("lines", self.line)

    def _other(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        party = level.parties[-1] if level.parties and self.claim is None and not level.trace else None
        if party is None or not party.take(segment, e, segment.delimiters.component):
            self._part(level).keep("details", tuple(segment.elements))

    def values(self) -> list[StatusExchange]:
        """Return what the set says; whatever it lacks is left empty, and a 277CA gives nothing."""
        guide = self.opened.element(3).strip() or self.places.guide
        is_ack = self.header[1].strip() == _CLAIM_ACK_STRUCTURE and self.header[6].strip() != _WANTS_MORE
        if is_ack or guide.startswith(CLAIM_ACK_GUIDE):
            return []
        above = levels_above(self.levels, _ABOVE)
        below: dict[int, list[_LevelDraft]] = defaultdict(list)
        for level in self.levels:
            below[id(above[id(level)])].append(level)
        found = [
            self._value(above[id(level)], level, _providers(below[id(level)], below))
            for level in self.levels
            if level.kind == "21"
        ]
        alone = _providers(below[id(None)], below)
        return [*found, self._value(None, None, alone)] if alone else found

    def _value(
        self, source: _LevelDraft | None, receiver: _LevelDraft | None, providers: list[StatusProvider]
    ) -> StatusExchange:
        h, places = self.header, self.places
        return StatusExchange(
            set_id=self.opened.element(1).strip(),
            source=source.party("PR") if source is not None else Party("PR"),
            receiver=receiver.party("41") if receiver is not None else Party("41"),
            providers=tuple(providers),
            trace_number=receiver.trace if receiver is not None else "",
            statuses=tuple(receiver.statuses) if receiver is not None else (),
            wants_more=h[6].strip() == _WANTS_MORE,
            reference=h[3].strip(),
            date=h[4],
            time=h[5],
            guide=self.opened.element(3).strip() or places.guide,
            control_number=self.opened.element(2).strip(),
            set_ordinal=places.set_ordinal,
            interchange_ordinal=places.interchange_ordinal,
            group_ordinal=places.group_ordinal,
            span=span_of(self.opened, self.last),
        )


def _providers(levels: Sequence[_LevelDraft], below: Mapping[int, Sequence[_LevelDraft]]) -> list[StatusProvider]:
    """Return the providers among levels, and one without a name for people whose own is missing."""
    found = [_provider(level, below.get(id(level), ())) for level in levels if level.kind == _PROVIDER]
    alone = tuple(level.person() for level in levels if level.kind in _PEOPLE)
    return [*found, StatusProvider((), people=alone)] if alone else found


def _provider(level: _LevelDraft, people: Sequence[_LevelDraft]) -> StatusProvider:
    return StatusProvider(
        tuple(each.party() for each in level.parties),
        level.trace,
        tuple(level.statuses),
        tuple(each.person() for each in people),
        span_of(level.first, level.last),
    )


_HANDLERS: dict[str, Callable[[StatusDraft, _LevelDraft, Segment, Elements], None]] = {
    "NM1": StatusDraft._nm1,
    "DMG": StatusDraft._dmg,
    "TRN": StatusDraft._trn,
    "STC": StatusDraft._stc,
    "REF": StatusDraft._ref,
    "DTP": StatusDraft._dtp,
    "AMT": StatusDraft._amt,
    "SVC": StatusDraft._svc,
}
