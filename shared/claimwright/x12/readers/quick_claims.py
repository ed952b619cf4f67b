"""The levels of an 837 with their claims, each level read in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from claimwright.x12.models.claims import (
    BillingProvider,
    Claim,
    ClaimsHeader,
    HealthCode,
    Note,
    OtherCoverage,
    Patient,
    Subscriber,
)
from claimwright.x12.models.values import (
    Adjustment,
    Amount,
    Counted,
    Dated,
    Detail,
    Party,
    Reference,
    Span,
)
from claimwright.x12.readers.claim_drafts import WholeLevel, party_of_role
from claimwright.x12.readers.parts import PAD
from claimwright.x12.readers.quick import Memo, Odd, Quick, SmallReaders, clean_money, clean_quantity
from claimwright.x12.readers.quick_lines import line_reader
from claimwright.x12.readers.quick_parties import PartyReader, party_reader
from claimwright.x12.readers.reading import Pass
from claimwright.x12.tokens import Stretch

if TYPE_CHECKING:
    from claimwright.x12.readers.claim_drafts import LevelDraft
    from claimwright.x12.readers.claims import ClaimsReader

Found = tuple[ClaimsHeader, Claim]
_Codes = tuple[tuple[HealthCode, ...], tuple[HealthCode, ...]]
_Context = tuple[BillingProvider, Subscriber, Patient | None]
_ClaimReader = Callable[[str, int, int, _Context, int, int], tuple[Claim, int, int]]

_OPENER_BYTES = len("CLM") + 1
_ABOVE = {"20": "", "22": "20", "23": "22"}
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})
# What no field knows; it is kept whole.
_KEPT = frozenset({"PWK", "CN1", "CRC", "CR1", "CR2", "CR5", "CR6", "K3", "HCP", "DN1", "DN2"})
_KEPT_OF_OTHERS = frozenset({"MOA", "MIA"})

_new = tuple.__new__


class QuickClaims(Quick[Found]):
    """Reads HL with all that follows it, its claims too."""

    opener = "HL"
    ends = "SE"

    def __init__(self, careful: Pass[Found], reader: ClaimsReader) -> None:
        super().__init__(careful)
        self.reader = reader

    def adopt(self, stretch: Stretch) -> None:
        delimiters = stretch.delimiters
        self.separator, self.terminator = delimiters.element, delimiters.segment
        self.claim_mark = delimiters.segment + "CLM" + delimiters.element
        self.party_mark = delimiters.segment + "NM1" + delimiters.element
        self.gap = len(stretch.gap)
        small = SmallReaders(delimiters)
        self.elements = Memo(small.any_elements)
        self.party = party_reader(stretch, small)
        self.claim = _claim_reader(stretch, small, self.party)

    def whole(self, text: str, start: int, ordinal: int) -> tuple[int, int]:
        reader = self.reader
        if not reader.is_open:
            raise Odd
        claims = text.split(self.claim_mark)
        level, number, start, ordinal = self._level(claims[0], start, ordinal)
        del claims[0]
        count = reader.claim_count
        found: list[Claim] = []
        if claims:
            context = _context(level)
            set_ordinal = reader.places.set_ordinal
            for each in claims:
                count += 1
                claim, start, ordinal = self.claim(each, start, ordinal, context, set_ordinal, count)
                found.append(claim)
        before, header = reader.take_level(number, level, len(claims))
        if before is not None:
            self.found.append(before)
        for claim in found:
            self.found.append((header, claim))
        return start, ordinal

    def _level(self, text: str, start: int, ordinal: int) -> tuple[WholeLevel, str, int, int]:
        """Read HL, what follows it up to its first claim, and return the number that children name."""
        party_texts = text.split(self.party_mark)
        head = party_texts[0]
        parts = head.split(self.terminator)
        e = parts[0].split(self.separator)
        if not 3 <= len(e) <= 4:
            raise Odd
        number, parent, kind = e[0].strip(), e[1].strip(), e[2].strip()
        above: LevelDraft | None = None
        if kind not in _ABOVE:
            raise Odd
        wanted = _ABOVE[kind]
        if wanted:
            above = self.reader.levels.get(parent)
            if above is None or above.kind != wanted:
                raise Odd
        taxonomy, elements = "", PAD
        details: tuple[Detail, ...] = ()
        for part in parts[1:]:
            e = self.elements[part]
            name = e[0]
            if name == "SBR" and kind == "22":
                elements = e
            elif name == "PRV":
                taxonomy = e[3]
            elif name == "PAT" and kind != "20":
                raw = tuple(part.split(self.separator))
                if kind == "23":
                    elements = e
                if kind != "23" or len(raw) > 2:
                    details += (raw,)
            else:
                raise Odd
        count = len(parts)
        start += len("HL*") + len(head) + 1 + self.gap * count
        ordinal += count
        parties: list[Party] = []
        del party_texts[0]
        for each in party_texts:
            party, start, ordinal = self.party(each, start, ordinal)
            parties.append(party)
        return (
            WholeLevel(kind, above, elements=elements, taxonomy=taxonomy, parties=parties, details=details),
            number,
            start,
            ordinal,
        )


def _context(level: LevelDraft) -> _Context:
    """Return the billing provider, subscriber and patient of the claims of a level."""
    subscriber = level.above if level.kind == "23" else level
    if subscriber is None or subscriber.kind != "22":
        raise Odd
    billing = subscriber.above.billing() if subscriber.above is not None else BillingProvider(Party("85"))
    return billing, subscriber.subscriber(), level.patient() if level.kind == "23" else None


def _claim_reader(stretch: Stretch, small: SmallReaders, party_of: PartyReader) -> _ClaimReader:
    """Return what reads the text behind `CLM*` at its place, given its context and the ordinals of set and claim."""
    terminator, separator = stretch.delimiters.segment, stretch.delimiters.element
    component = stretch.delimiters.component
    line_mark, party_mark = (terminator + name + separator for name in ("LX", "NM1"))
    other_mark = terminator + "SBR" + separator
    code_start = "HI" + separator
    gap = len(stretch.gap)
    money, dates_of, amounts_of, quantities_of = small.money, small.periods, small.amounts, small.quantities
    references_of, notes_of = small.references, small.notes
    codes_of = _codes(small, component)
    places, causes_of = _places(component), _causes(component)
    line_of = line_reader(stretch, small, party_of)
    other_of = _other_reader(stretch, small, party_of)

    def claim_of(
        text: str, start: int, ordinal: int, context: _Context, set_ordinal: int, claim_ordinal: int
    ) -> tuple[Claim, int, int]:
        begin, first = start, ordinal + 1
        line_texts = text.split(line_mark)
        other_texts = line_texts[0].split(other_mark)
        party_texts = other_texts[0].split(party_mark)
        own = party_texts[0]
        parts = own.split(terminator)
        e = parts[0].split(separator)
        if len(e) > 20:
            raise Odd
        if len(e) < 20:
            e += PAD
        count = len(parts)
        start += len(own) + _OPENER_BYTES + 1 + gap * count
        ordinal += count
        admission = ("", "", "")
        diagnoses: tuple[HealthCode, ...] = ()
        health_codes: tuple[HealthCode, ...] = ()
        dates: tuple[Dated, ...] = ()
        references: tuple[Reference, ...] = ()
        amounts: tuple[Amount, ...] = ()
        quantities: tuple[Counted, ...] = ()
        notes: tuple[Note, ...] = ()
        details: tuple[Detail, ...] = ()
        del parts[0], party_texts[0], other_texts[0], line_texts[0]
        for part in parts:
            name = part[:3]
            if name == code_start:
                principal, others = codes_of[part]
                diagnoses += principal
                health_codes += others
            elif name == "DTP":
                dates += dates_of[part]
            elif name == "REF":
                references += references_of(part)
            elif name == "AMT":
                amounts += amounts_of[part]
            elif name == "QTY":
                quantities += quantities_of[part]
            elif name == "NTE":
                notes += notes_of(part)
            elif name == "CL1":
                _, *told = small.elements(part, name, 4)
                admission = (told[0], told[1], told[2])
            else:
                details += small.kept(part, _KEPT)
        providers, coverages, lines = [], [], []
        for each in party_texts:
            party, start, ordinal = party_of(each, start, ordinal)
            providers.append(party)
        for each in other_texts:
            other, start, ordinal = other_of(each, start, ordinal)
            coverages.append(other)
        for each in line_texts:
            line, start, ordinal = line_of(each, start, ordinal)
            lines.append(line)
        billing, subscriber, patient = context
        place, qualifier, frequency = places[e[4]]
        causes, state, country = causes_of[e[10]]
        admission_type, admission_source, discharge = admission
        span = _new(Span, (first, ordinal, begin, start - gap))
        claim = _new(Claim, (
            e[0].strip(), money[e[1]], billing, subscriber, patient, place, qualifier, frequency, e[5], e[6], e[7],
            e[8], e[9], causes, state, country, e[11], e[19], e[18], admission_type, admission_source, discharge,
            diagnoses, health_codes, dates, amounts, quantities, references, notes, tuple(providers), tuple(coverages),
            tuple(lines), details, set_ordinal, claim_ordinal, span,
        ))  # fmt: skip
        return claim, start, ordinal

    return claim_of


def _other_reader(
    stretch: Stretch, small: SmallReaders, party_of: PartyReader
) -> Callable[[str, int, int], tuple[OtherCoverage, int, int]]:
    """Return what reads the text behind the `SBR*` of another payer."""
    terminator, separator = stretch.delimiters.segment, stretch.delimiters.element
    party_mark = terminator + "NM1" + separator
    insurance_start = "OI" + separator
    gap = len(stretch.gap)

    def other_of(text: str, start: int, ordinal: int) -> tuple[OtherCoverage, int, int]:
        own, *party_texts = text.split(party_mark)
        parts = own.split(terminator)
        e = parts[0].split(separator)
        if len(e) > 10:
            raise Odd
        e += PAD
        at = start + len(parts[0]) + _OPENER_BYTES + 1 + gap
        count = len(parts)
        insurance = ("", "", "")
        adjustments: tuple[Adjustment, ...] = ()
        amounts: tuple[Amount, ...] = ()
        details: tuple[Detail, ...] = ()
        del parts[0]
        for place, part in enumerate(parts, ordinal + 2):
            name = part[:3]
            if name == "CAS":
                adjustments += small.adjustments(part, at, place)
            elif name == "AMT":
                amounts += small.amounts[part]
            elif name == insurance_start:
                told = small.elements(part, "OI", 6)
                insurance = (told[3], told[4], told[6])
            else:
                details += small.kept(part, _KEPT_OF_OTHERS)
            at += len(part) + 1 + gap
        parties: list[Party] = []
        start, ordinal = at, ordinal + count
        for each in party_texts:
            party, start, ordinal = party_of(each, start, ordinal)
            parties.append(party)
        coverage = OtherCoverage(
            *(e[0].strip(), e[1], e[2], e[3], e[4], e[8]),
            adjustments,
            amounts,
            *insurance,
            party_of_role(parties, "IL"),
            party_of_role(parties, "PR"),
            tuple([each for each in parties if each.role not in ("IL", "PR")]),
            details,
        )
        return coverage, start, ordinal

    return other_of


def _codes(small: SmallReaders, component: str) -> Memo[_Codes]:
    """Return what reads HI: the diagnoses, and all other codes."""

    def code_of(text: str) -> HealthCode:
        parts = text.split(component)
        if len(parts) > 9:
            raise Odd
        parts += PAD
        qualifier, code, form, day, amount, count, _, _, present = parts[:9]
        return HealthCode(qualifier, code, form, day, clean_money(amount), clean_quantity(count), present)

    def read(text: str) -> _Codes:
        codes = [code_of(each) for each in small.elements(text, "HI", 12)[1:] if each]
        return (
            tuple([each for each in codes if each.qualifier in _DIAGNOSES]),
            tuple([each for each in codes if each.qualifier not in _DIAGNOSES]),
        )

    return Memo(read)


def _places(component: str) -> Memo[tuple[str, str, str]]:
    """Return what reads CLM05: place, its qualifier, frequency."""

    def read(text: str) -> tuple[str, str, str]:
        place, qualifier, frequency, *_ = text.split(component) + PAD
        return place, qualifier, frequency

    return Memo(read)


def _causes(component: str) -> Memo[tuple[tuple[str, ...], str, str]]:
    """Return what reads CLM11: causes of an accident, its state and country."""

    def read(text: str) -> tuple[tuple[str, ...], str, str]:
        parts = (text.split(component) if text else []) + PAD
        return tuple([each for each in parts[:3] if each]), parts[3], parts[4]

    return Memo(read)
