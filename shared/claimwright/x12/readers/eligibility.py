"""270 and 271 to values. Levels are told by HL, whose parents decide; questions and benefits keep what follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import HealthCode
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry, Trace
from claimwright.x12.models.values import Amount, Dated, Party, Reference
from claimwright.x12.readers.levels import Part, levels_above
from claimwright.x12.readers.parts import PAD, Elements, Numbers, PartyDraft, procedure_of, reference_of, span_of
from claimwright.x12.readers.reading import Reading, SetPlaces, values_of_sets
from claimwright.x12.tokens import Limits, Segment, Source

SETS = frozenset({"270", "271"})
_ABOVE = {"21": ("20",), "22": ("21", "20"), "23": ("21", "20")}


def read_eligibility(data: Source, limits: Limits | None = None) -> Reading[Eligibility]:
    """Read every 270 and 271 of a file.

    Shape: one value for each provider level of each ST, in file order; one for a payer level that has no provider, and
    one for people below neither.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader(limits=limits)
    found = tuple(values_of_sets(data, envelope, limits, EligibilityDraft, SETS))
    return Reading(found, tuple(envelope.findings), tuple(envelope.interchanges))


def read_eligibilities(
    source: Source, findings: list[Finding] | None = None, limits: Limits | None = None
) -> Iterator[Eligibility]:
    """Yield the values of `read_eligibility` as soon as their transaction ends; `findings` grows on the way.

    Memory holds one transaction.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    return values_of_sets(source, EnvelopeReader(findings, limits=limits), limits, EligibilityDraft, SETS)


class _Part(Part):
    """A level, a question or a statement: what they all may have."""

    amounts: Sequence[Amount] = ()
    dates: Sequence[Dated] = ()
    references: Sequence[Reference] = ()
    rejects: Sequence[EligibilityReject] = ()

    def pointers(self, place: int) -> tuple[int, ...]:
        """Read a composite of diagnosis pointers; what is no number points to nothing, as 0."""
        text = self.elements[place]
        if not text:
            return ()
        parts = text.split(self.first.delimiters.component)
        return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 4 else 0 for part in parts)


class _InquiryDraft(_Part):
    """EQ and what follows it."""

    def value(self) -> Inquiry:
        e, delimiters = self.elements, self.first.delimiters
        return Inquiry(
            tuple(self.first.repetitions(1)) if e[1] else (),
            procedure_of(e[2], delimiters.component) if e[2] else None,
            e[3],
            self.pointers(5),
            tuple(self.amounts),
            tuple(self.references),
            tuple(self.dates),
            tuple(self.details),
            span_of(self.first, self.last),
        )


class _BenefitDraft(_Part):
    """EB and what follows it."""

    messages: Sequence[str] = ()
    parties: Sequence[PartyDraft] = ()

    def __init__(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        super().__init__(segment, e)
        self.amount = numbers.money(segment, e[7], 7)
        self.percent = numbers.quantity(segment, e[8], 8)
        self.count = numbers.quantity(segment, e[10], 10)

    def value(self) -> Benefit:
        e = self.elements
        delimiters = self.first.delimiters
        parts = e[13].split(delimiters.component)
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
            procedure=procedure_of(e[13], delimiters.component) if e[13] else None,
            procedure_last=parts[7] if len(parts) > 7 else "",
            diagnosis_pointers=self.pointers(14),
            dates=tuple(self.dates),
            references=tuple(self.references),
            messages=tuple(self.messages),
            rejects=tuple(self.rejects),
            parties=tuple(each.party() for each in self.parties),
            details=tuple(self.details),
            span=span_of(self.first, self.last),
        )


class _LevelDraft(_Part):
    """One HL: payer (20), provider (21), subscriber (22) or dependent (23)."""

    traces: Sequence[Trace] = ()
    diagnoses: Sequence[HealthCode] = ()
    early_rejects: Sequence[EligibilityReject] = ()
    inquiries: Sequence[_InquiryDraft] = ()
    benefits: Sequence[_BenefitDraft] = ()

    def __init__(self, segment: Segment, e: Elements) -> None:
        super().__init__(segment, e)
        self.number, self.parent, self.kind = e[1].strip(), e[2].strip(), e[3].strip()
        self.party: PartyDraft | None = None
        self.insured: Elements = PAD

    def named(self, role: str) -> Party:
        return self.party.party() if self.party is not None else Party(role)

    def person(self) -> CoveredPerson:
        return CoveredPerson(
            is_dependent=self.kind == "23",
            party=self.named("03" if self.kind == "23" else "IL"),
            traces=tuple(self.traces),
            relationship=self.insured[2].strip(),
            maintenance_reason=self.insured[4].strip(),
            birth_sequence=self.insured[17].strip(),
            diagnoses=tuple(self.diagnoses),
            dates=tuple(self.dates),
            rejects=tuple(self.rejects),
            inquiries=tuple(each.value() for each in self.inquiries),
            benefits=tuple(each.value() for each in self.benefits),
            details=tuple(self.details),
            span=span_of(self.first, self.last),
        )


class EligibilityDraft:
    """ST to SE of a 270 or 271."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader, findings: Findings | None = None) -> None:
        self.opened = self.last = segment
        self.numbers = Numbers(envelope, envelope.findings if findings is None else findings)
        self.places = SetPlaces.of(envelope)
        self.header: Elements = PAD
        self.levels: list[_LevelDraft] = []
        self.asked: _InquiryDraft | None = None
        self.benefit: _BenefitDraft | None = None
        self.party: PartyDraft | None = None

    def take(self, segment: Segment, e: Elements) -> None:
        """Take a segment between ST and SE; `e` are its elements, padded."""
        self.last = segment
        if segment.id == "BHT":
            self.header = e
        elif segment.id == "HL":
            self.levels.append(_LevelDraft(segment, e))
            self.asked = self.benefit = self.party = None
        elif self.levels:
            level = self.levels[-1]
            level.last = segment
            for part in (self.benefit, self.asked):
                if part is not None and segment.id not in ("EB", "EQ"):
                    part.last = segment
            _HANDLERS.get(segment.id, EligibilityDraft._other)(self, level, segment, e)

    def _part(self, level: _LevelDraft) -> _Part:
        return self.benefit or self.asked or level

    def _nm1(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.party = PartyDraft(segment, e)
        if self.benefit is not None:
            self.benefit.keep("parties", self.party)
        elif level.party is None:
            level.party = self.party
        else:
            # A level has one name; what follows a second one stays beside it.
            self.party = None
            level.keep("details", tuple(segment.elements))

    def _trn(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.keep("traces", Trace(e[2].strip(), e[3].strip(), e[1].strip(), e[4].strip()))

    def _ins(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        level.insured = e

    def _hi(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        for place in range(1, len(segment.elements)):
            qualifier, code = [*segment.components(place), ""][:2]
            level.keep("diagnoses", HealthCode(qualifier, code))

    def _aaa(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        reject = EligibilityReject(e[1], e[3], e[4])
        if self.benefit is None and level.party is None:
            level.keep("early_rejects", reject)
        else:
            self._part(level).keep("rejects", reject)

    def _dtp(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self._part(level).keep("dates", Dated(e[1].strip(), e[2].strip(), e[3].strip()))

    def _amt(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self._part(level).keep("amounts", Amount(e[1].strip(), self.numbers.money(segment, e[2], 2)))

    def _ref(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        if self.asked is not None or (self.benefit is not None and not self.benefit.parties):
            self._part(level).keep("references", read)
        elif self.party is not None:
            self.party.references.append(read)
            self.party.last = segment
        else:
            level.keep("details", tuple(segment.elements))

    def _prv(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        # A plain taxonomy is the party's own; else it says which provider does what for a person.
        if self.party is None:
            level.keep("details", tuple(segment.elements))
            return
        if segment.elements[:3] == ["PRV", "PE", "PXC"] and len(segment.elements) == 4 and not self.party.taxonomy:
            self.party.taxonomy = e[3]
        else:
            self.party.details.append(tuple(segment.elements))
        self.party.last = segment

    def _eq(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.asked = _InquiryDraft(segment, e)
        level.keep("inquiries", self.asked)
        self.party = None

    def _eb(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        self.benefit = _BenefitDraft(segment, e, self.numbers)
        level.keep("benefits", self.benefit)
        self.party = None

    def _msg(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.benefit is not None:
            self.benefit.keep("messages", e[1])
        else:
            level.keep("details", tuple(segment.elements))

    def _bracket(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        """LS and LE only frame the parties of a benefit."""

    def _other(self, level: _LevelDraft, segment: Segment, e: Elements) -> None:
        if self.party is None or not self.party.take(segment, e, segment.delimiters.component):
            self._part(level).keep("details", tuple(segment.elements))

    def values(self) -> list[Eligibility]:
        """Return what the set says; whatever it lacks is left empty."""
        above = levels_above(self.levels, _ABOVE)
        people: dict[int, list[CoveredPerson]] = defaultdict(list)
        for level in self.levels:
            if level.kind in ("22", "23"):
                people[id(above[id(level)])].append(level.person())
        receivers = [level for level in self.levels if level.kind == "21"]
        found = [self._value(above[id(level)], level, people.pop(id(level), [])) for level in receivers]
        answered = {id(above[id(level)]) for level in receivers}
        # An answer may end at the payer; people whose provider is missing stand there too.
        payers = [level for level in self.levels if level.kind == "20"]
        ends = [level for level in payers if id(level) in people or id(level) not in answered]
        found += [self._value(level, None, people.pop(id(level), [])) for level in ends]
        return found + [self._value(None, None, alone) for alone in people.values()]

    def _value(
        self, source: _LevelDraft | None, receiver: _LevelDraft | None, people: list[CoveredPerson]
    ) -> Eligibility:
        h, places = self.header, self.places
        return Eligibility(
            set_id=self.opened.element(1).strip(),
            source=source.named("PR") if source is not None else Party("PR"),
            receiver=receiver.named("1P") if receiver is not None else None,
            people=tuple(people),
            system_rejects=tuple(source.early_rejects) if source is not None else (),
            source_rejects=tuple(source.rejects) if source is not None else (),
            receiver_rejects=(*receiver.early_rejects, *receiver.rejects) if receiver is not None else (),
            reference=h[3].strip(),
            purpose=h[2].strip(),
            transaction_type=h[6].strip(),
            date=h[4],
            time=h[5],
            guide=self.opened.element(3).strip() or places.guide,
            control_number=self.opened.element(2).strip(),
            set_ordinal=places.set_ordinal,
            interchange_ordinal=places.interchange_ordinal,
            group_ordinal=places.group_ordinal,
            span=span_of(self.opened, self.last),
        )


_HANDLERS: dict[str, Callable[[EligibilityDraft, _LevelDraft, Segment, Elements], None]] = {
    "NM1": EligibilityDraft._nm1,
    "TRN": EligibilityDraft._trn,
    "INS": EligibilityDraft._ins,
    "HI": EligibilityDraft._hi,
    "AAA": EligibilityDraft._aaa,
    "DTP": EligibilityDraft._dtp,
    "AMT": EligibilityDraft._amt,
    "REF": EligibilityDraft._ref,
    "PRV": EligibilityDraft._prv,
    "EQ": EligibilityDraft._eq,
    "EB": EligibilityDraft._eb,
    "MSG": EligibilityDraft._msg,
    "LS": EligibilityDraft._bracket,
    "LE": EligibilityDraft._bracket,
}
