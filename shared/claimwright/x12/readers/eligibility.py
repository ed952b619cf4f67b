"""270 and 271 to values. Levels are told by HL, whose parents decide; benefits keep what follows them."""

from __future__ import annotations

from collections.abc import Callable

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry
from claimwright.x12.models.values import Dated, Detail, Money, Party, Procedure, Quantity, Reference
from claimwright.x12.readers.parts import PAD, Elements, Numbers, PartyDraft, procedure_of, reference_of, span_of
from claimwright.x12.readers.reading import Reading
from claimwright.x12.tokens import Limits, Segment, Source, tokens


def read_eligibility(data: Source, limits: Limits | None = None) -> Reading[Eligibility]:
    """Read every 270 and 271 of a file.

    Shape: one value for each provider level of each ST, in file order.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader()
    found: list[Eligibility] = []
    draft: _SetDraft | None = None
    for segment in inside_sets(tokens(data, limits), envelope):
        if segment.id == "ST":
            found += draft.values() if draft is not None else ()
            draft = _SetDraft(segment, envelope) if segment.element(1).strip() in ("270", "271") else None
        elif draft is not None and segment.id == "SE":
            found += draft.values()
            draft = None
        elif draft is not None:
            draft.take(segment, segment.elements + PAD)
    found += draft.values() if draft is not None else ()
    return Reading(tuple(found), tuple(envelope.findings), tuple(envelope.interchanges))


class _BenefitDraft:
    """EB and what follows it."""

    def __init__(self, segment: Segment, e: Elements, amount: Money, percent: Quantity, count: Quantity) -> None:
        self.first = self.last = segment
        self.elements = e
        self.amount, self.percent, self.count = amount, percent, count
        self.dates: list[Dated] = []
        self.references: list[Reference] = []
        self.messages: list[str] = []
        self.rejects: list[EligibilityReject] = []
        self.parties: list[PartyDraft] = []
        self.details: list[Detail] = []

    def value(self) -> Benefit:
        e = self.elements
        delimiters = self.first.delimiters
        procedure: Procedure | None = procedure_of(e[13], delimiters.component) if e[13] else None
        return Benefit(
            information=e[1],
            coverage_level=e[2],
            service_types=tuple(self.first.repetitions(3)) if e[3] else (),
            insurance_type=e[4],
            plan=e[5],
            period=e[6],
            amount=self.amount,
            percent=self.percent,
            quantity_kind=e[9],
            quantity=self.count,
            needs_authorization=e[11],
            in_network=e[12],
            procedure=procedure,
            dates=tuple(self.dates),
            references=tuple(self.references),
            messages=tuple(self.messages),
            rejects=tuple(self.rejects),
            parties=tuple(each.party() for each in self.parties),
            details=tuple(self.details),
            span=span_of(self.first, self.last),
        )


class _LevelDraft:
    """One HL: payer (20), provider (21), subscriber (22) or dependent (23)."""

    def __init__(self, segment: Segment, e: Elements) -> None:
        self.first = self.last = segment
        self.number, self.parent, self.kind = e[1].strip(), e[2].strip(), e[3].strip()
        self.party: PartyDraft | None = None
        self.relationship = ""
        self.traces: list[tuple[str, str]] = []
        self.dates: list[Dated] = []
        self.rejects: list[EligibilityReject] = []
        self.inquiries: list[Inquiry] = []
        self.benefits: list[_BenefitDraft] = []
        self.details: list[Detail] = []

    def named(self, role: str) -> Party:
        return self.party.party() if self.party is not None else Party(role)

    def person(self) -> CoveredPerson:
        return CoveredPerson(
            is_dependent=self.kind == "23",
            party=self.named("03" if self.kind == "23" else "IL"),
            traces=tuple(self.traces),
            relationship=self.relationship,
            dates=tuple(self.dates),
            rejects=tuple(self.rejects),
            inquiries=tuple(self.inquiries),
            benefits=tuple(each.value() for each in self.benefits),
            details=tuple(self.details),
            span=span_of(self.first, self.last),
        )


class _SetDraft:
    """ST to SE of a 270 or 271."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader) -> None:
        self.opened = self.last = segment
        self.numbers = Numbers(envelope, envelope.findings)
        group = envelope.group
        self.group_ordinal = group.group_ordinal if group else 0
        self.guide = segment.element(3).strip() or (group.guide if group else "")
        self.interchange_ordinal, self.set_ordinal = envelope.interchange_ordinal, envelope.set_ordinal
        self.header: Elements = PAD
        self.levels: list[_LevelDraft] = []
        self.benefit: _BenefitDraft | None = None
        self.party: PartyDraft | None = None

    def take(self, segment: Segment, e: Elements) -> None:
        self.last = segment
        if segment.id == "BHT":
            self.header = e
        elif segment.id == "HL":
            self.levels.append(_LevelDraft(segment, e))
            self.benefit = self.party = None
        elif self.levels:
            level = self.levels[-1]
            level.last = segment
            if self.benefit is not None:
                self.benefit.last = segment
            _HANDLERS.get(segment.id, _SetDraft._other)(self, level, segment, e)

    def _nm1(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.party = PartyDraft(segment, e)
        if self.benefit is not None:
            self.benefit.parties.append(self.party)
        elif level.party is None:
            level.party = self.party

    def _trn(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.traces.append((e[2].strip(), e[3].strip()))

    def _ins(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.relationship = e[2]

    def _aaa(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        (level if self.benefit is None else self.benefit).rejects.append(EligibilityReject(e[1], e[3], e[4]))

    def _dtp(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        dated = Dated(e[1].strip(), e[2].strip(), e[3].strip())
        (level if self.benefit is None else self.benefit).dates.append(dated)

    def _ref(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        if self.benefit is not None and not self.benefit.parties:
            self.benefit.references.append(read)
        elif self.party is not None:
            self.party.references.append(read)
        else:
            level.details.append(tuple(segment.elements))

    def _eq(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        procedure = procedure_of(e[2], segment.delimiters.component) if e[2] else None
        level.inquiries.append(Inquiry(tuple(segment.repetitions(1)) if e[1] else (), procedure, e[3]))

    def _eb(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.benefit = _BenefitDraft(
            segment,
            e,
            self.numbers.money(segment, e[7], 7),
            self.numbers.quantity(segment, e[8], 8),
            self.numbers.quantity(segment, e[10], 10),
        )
        level.benefits.append(self.benefit)
        self.party = None

    def _msg(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.benefit is not None:
            self.benefit.messages.append(e[1])

    def _bracket(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        """LS and LE only frame the parties of a benefit."""

    def _other(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.party is None or not self.party.take(segment, e, segment.delimiters.component):
            (level if self.benefit is None else self.benefit).details.append(tuple(segment.elements))

    def values(self) -> list[Eligibility]:
        by_number = {level.number: level for level in self.levels}
        found = []
        for receiver in [level for level in self.levels if level.kind == "21"]:
            source = by_number.get(receiver.parent)
            people = [
                level.person()
                for level in self.levels
                if level.kind in ("22", "23") and _provider_of(level, by_number) is receiver
            ]
            found.append(self._value(source, receiver, people))
        return found

    def _value(self, source: _LevelDraft | None, receiver: _LevelDraft, people: list[CoveredPerson]) -> Eligibility:
        h = self.header
        return Eligibility(
            set_id=self.opened.element(1).strip(),
            source=source.named("PR") if source is not None else Party("PR"),
            receiver=receiver.named("1P"),
            people=tuple(people),
            rejects=(*(source.rejects if source is not None else ()), *receiver.rejects),
            reference=h[3].strip(),
            purpose=h[2],
            date=h[4],
            time=h[5],
            guide=self.guide,
            control_number=self.opened.element(2).strip(),
            set_ordinal=self.set_ordinal,
            interchange_ordinal=self.interchange_ordinal,
            group_ordinal=self.group_ordinal,
            span=span_of(self.opened, self.last),
        )


def _provider_of(level: _LevelDraft, by_number: dict[str, _LevelDraft]) -> _LevelDraft | None:
    above: _LevelDraft | None = level
    # A dependent stands two levels below its provider.
    for _ in range(2):
        above = by_number.get(above.parent) if above is not None else None
        if above is not None and above.kind == "21":
            return above
    return None


_HANDLERS: dict[str, Callable[[_SetDraft, _LevelDraft, Segment, Elements], None]] = {
    "NM1": _SetDraft._nm1,
    "TRN": _SetDraft._trn,
    "INS": _SetDraft._ins,
    "AAA": _SetDraft._aaa,
    "DTP": _SetDraft._dtp,
    "REF": _SetDraft._ref,
    "EQ": _SetDraft._eq,
    "EB": _SetDraft._eb,
    "MSG": _SetDraft._msg,
    "LS": _SetDraft._bracket,
    "LE": _SetDraft._bracket,
}
