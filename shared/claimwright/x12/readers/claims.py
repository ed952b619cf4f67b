"""837 to claims: one pass, loops told apart by HL and NM101, everything kept.

The three guides and their 4010 forefathers are read alike. A segment that no field knows goes into the `details` of
its loop; nothing stops the reading.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import (
    BillingProvider,
    Claim,
    ClaimSet,
    ClaimsHeader,
    HealthCode,
    Subscriber,
)
from claimwright.x12.models.values import NO_MONEY, NO_QUANTITY, Dated, Money, Party
from claimwright.x12.readers.claim_drafts import ClaimDraft, LevelDraft, OtherDraft, party_of_role
from claimwright.x12.readers.line_drafts import AdjudicationDraft, DrugDraft, LineDraft
from claimwright.x12.readers.parts import PAD, Draft, Elements, Numbers, PartyDraft, procedure_of, reference_of
from claimwright.x12.readers.quick_claims import Found, QuickClaims
from claimwright.x12.readers.reading import Pass, Reading, SetPlaces
from claimwright.x12.tokens import Limits, Segment, Source, stretches

_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})


def read_837p(data: Source, limits: Limits | None = None) -> Reading[ClaimSet]:
    """Read every 837 of a file, whichever its guide: professional, institutional or dental.

    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    reader = ClaimsReader(EnvelopeReader(limits=limits))
    claims: dict[int, list[Claim]] = {}
    for _, claim in _values(data, limits, reader):
        claims.setdefault(claim.set_ordinal, []).append(claim)
    sets = tuple(ClaimSet(header, tuple(claims.get(header.set_ordinal, ()))) for header in reader.headers)
    envelope = reader.envelope
    return Reading(sets, tuple(envelope.findings), tuple(envelope.interchanges))


def read_claims(
    source: Source, findings: list[Finding], limits: Limits | None = None
) -> Iterator[tuple[ClaimsHeader, Claim]]:
    """Yield each claim as soon as it is whole; memory is bounded by the largest claim.

    Findings are added to the list that is given, those of the envelope as they come up.
    """
    return _values(source, limits, ClaimsReader(EnvelopeReader(findings, limits=limits, keeps_tree=False)))


def _values(source: Source, limits: Limits | None, reader: ClaimsReader) -> Iterator[tuple[ClaimsHeader, Claim]]:
    return QuickClaims(Pass(reader, _INNER), reader).read(stretches(source, limits))


class ClaimsReader:
    """The state of one pass: the open levels, the open claim, and whom the next REF or DTP belongs to."""

    def __init__(self, envelope: EnvelopeReader) -> None:
        self.envelope = envelope
        self.numbers = Numbers(self.envelope, self.envelope.findings)
        self.headers: list[ClaimsHeader] = []
        self._reset(None)

    def _reset(self, opened: Segment | None) -> None:
        self.header: ClaimsHeader | None = None
        self.header_draft = Draft(opened) if opened is not None else None
        self.header_elements: Elements = PAD
        self.header_parties: list[PartyDraft] = []
        self.levels: dict[str, LevelDraft] = {}
        self.subscribers: deque[str] = deque()
        self.level: LevelDraft | None = None
        self.claim: ClaimDraft | None = None
        self.line: LineDraft | None = None
        self.party: PartyDraft | None = None
        self.drug: DrugDraft | None = None
        self.loop: Draft | None = self.header_draft
        self.is_open = opened is not None
        self.claim_count = 0
        self.numbers.claim = 0
        self.last = opened
        self.places = SetPlaces.of(self.envelope)

    def feed(self, segment: Segment) -> tuple[ClaimsHeader, Claim] | None:
        """Take the next segment of a set; return the claim that it ends."""
        name = segment.id
        found = None
        if name in _ENDS:
            if self.claim is not None:
                found = self._finish_claim()
            if name in {"ST", "SE"}:
                if self.is_open:
                    self._finish_header()
                is_837 = name == "ST" and segment.element(1).strip() == "837"
                self._reset(segment if is_837 else None)
                return found
        if not self.is_open:
            return found
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, segment, segment.elements + PAD)
        else:
            self._keep(segment, segment.elements)
        self.last = segment
        return found

    def end(self) -> tuple[ClaimsHeader, Claim] | None:
        """End the open set, which had no SE; nothing where none is open."""
        if not self.is_open:
            return None
        found = self._finish_claim() if self.claim is not None else None
        self._finish_header()
        self._reset(None)
        return found

    def take_level(self, number: str, level: LevelDraft, claims: int) -> tuple[Found | None, ClaimsHeader]:
        """Take a level that was read whole, and how many claims it has.

        Return the claim that was open before, and the header of the set.
        """
        found = self._finish_claim() if self.claim is not None else None
        header = self._finish_header()
        self._remember(number, level)
        self.level = self.loop = level
        self.party = self.drug = self.line = None
        self.claim_count += claims
        self.numbers.claim = self.claim_count
        return found, header

    # What is finished

    def _finish_header(self) -> ClaimsHeader:
        """Make the header, once, when the first level or the end comes."""
        if self.header is not None:
            return self.header
        draft = self.header_draft
        if draft is None:
            return ClaimsHeader()
        e = self.header_elements
        parties = [each.party() for each in self.header_parties]
        places = self.places
        self.header = ClaimsHeader(
            submitter=party_of_role(parties, "41"),
            receiver=party_of_role(parties, "40"),
            reference=e[3].strip(),
            purpose=e[2],
            usage=e[6],
            date=e[4],
            time=e[5],
            structure=e[1],
            guide=draft.first.element(3).strip() or places.guide,
            control_number=draft.first.element(2).strip(),
            references=tuple(draft.references),
            set_ordinal=places.set_ordinal,
            interchange_ordinal=places.interchange_ordinal,
            group_ordinal=places.group_ordinal,
            span=draft.span(),
        )
        if self.envelope.keeps_tree:
            self.headers.append(self.header)
        return self.header

    def _finish_claim(self) -> tuple[ClaimsHeader, Claim]:
        draft, level = self.claim, self.level
        assert draft is not None  # noqa: S101 (the caller looked)
        assert self.last is not None  # noqa: S101 (a claim has a segment)
        draft.last = self.last
        if self.line is not None:
            self.line.last = self.last
        self.claim = self.line = self.party = self.drug = None
        self.loop = level or self.header_draft
        header = self._finish_header()
        patient = level if level is not None and level.kind == "23" else None
        subscriber = patient.above if patient is not None else level
        if subscriber is not None and subscriber.kind != "22":
            subscriber = None
        # A patient below no subscriber has no biller above either, and is none itself.
        billing = subscriber.above if subscriber is not None else level if patient is None else None
        return header, draft.claim(
            billing=billing.billing() if billing is not None else BillingProvider(Party("85")),
            subscriber=subscriber.subscriber() if subscriber else Subscriber("", Party("IL"), Party("PR")),
            patient=patient.patient() if patient else None,
            set_ordinal=header.set_ordinal,
            claim_ordinal=self.claim_count,
        )

    # Levels

    def _bht(self, segment: Segment, e: Elements) -> None:
        self.header_elements = e

    def _hl(self, segment: Segment, e: Elements) -> None:
        self._finish_header()
        kind = e[3].strip()
        above = self.levels.get(e[2].strip())
        wanted = _ABOVE.get(kind)
        if wanted is not None and (above is None or above.kind != wanted):
            self._say("x12.hl_parent", segment, 2)
            above = self._nearest(wanted)
        level = LevelDraft(segment, kind, above if wanted is not None else None)
        self._remember(e[1].strip(), level)
        self.level = self.loop = level
        self.party = self.drug = self.line = None

    def _remember(self, number: str, level: LevelDraft) -> None:
        """Keep a level that others may name as their parent.

        Patients are nobody's parents, and of the subscribers only the latest ones are kept: memory must not grow with
        the file.
        """
        if level.kind == "23":
            return
        self.levels[number] = level
        if level.kind == "22":
            self.subscribers.append(number)
            if len(self.subscribers) > _SUBSCRIBERS_KEPT:
                self.levels.pop(self.subscribers.popleft(), None)

    def _nearest(self, kind: str) -> LevelDraft | None:
        level = self.level
        while level is not None and level.kind != kind:
            level = level.above
        return level

    def _sbr(self, segment: Segment, e: Elements) -> None:
        if self.claim is not None:
            other = OtherDraft(segment, e)
            self.claim.others.append(other)
            self.loop, self.party, self.line = other, None, None
        elif self.level is not None and self.level.kind == "22":
            self.level.elements = e
        else:
            self._keep(segment, e)

    def _pat(self, segment: Segment, e: Elements) -> None:
        level = self.level
        if level is None or self.claim is not None:
            self._keep(segment, e)
            return
        if level.kind == "23":
            level.elements = e
        if level.kind != "23" or len(segment.elements) > 2:
            level.details.append(tuple(segment.elements))

    # Parties

    def _nm1(self, segment: Segment, e: Elements) -> None:
        party = PartyDraft(segment, e)
        self.drug = None
        if self.claim is None:
            (self.level.parties if self.level is not None else self.header_parties).append(party)
        elif self.line is not None:
            self.line.providers.append(party)
            self.loop = self.line
        elif isinstance(self.loop, OtherDraft):
            self.loop.parties.append(party)
        else:
            self.claim.providers.append(party)
        self.party = party

    def _of_party(self, segment: Segment, e: Elements) -> None:
        """N2, N3, N4, PER, DMG: they only ever say more of a party."""
        if self.party is None or not self.party.take(segment, e, segment.delimiters.component):
            self._keep(segment, e)

    def _prv(self, segment: Segment, e: Elements) -> None:
        if self.party is not None:
            self.party.take(segment, e, segment.delimiters.component)
        elif self.level is not None and self.claim is None:
            self.level.taxonomy = e[3]
        else:
            self._keep(segment, e)

    def _ref(self, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        if self.drug is not None:
            self.drug.references.append(read)
        elif self.party is not None:
            self.party.references.append(read)
            self.party.last = segment
        elif self.loop is not None and "REF" in self.loop.known:
            self.loop.references.append(read)
        else:
            self._keep(segment, e)

    def _dtp(self, segment: Segment, e: Elements) -> None:
        dated = tuple.__new__(Dated, (e[1].strip(), e[2].strip(), e[3].strip()))
        if self.party is not None:
            self.party.dates.append(dated)
            self.party.last = segment
        elif self.loop is not None and "DTP" in self.loop.known:
            self.loop.dates.append(dated)
        else:
            self._keep(segment, e)

    # The claim

    def _clm(self, segment: Segment, e: Elements) -> None:
        self.claim_count += 1
        self.numbers.claim = self.claim_count
        if self.level is None or self.level.kind not in ("22", "23"):
            self._say("x12.claim_place", segment)
        self.claim = ClaimDraft(segment, e, self._money(segment, e[2], 2))
        self.loop, self.party, self.line, self.drug = self.claim, None, None, None

    def _cl1(self, segment: Segment, e: Elements) -> None:
        if self.claim is not None:
            self.claim.admission = (e[1], e[2], e[3])

    def _hi(self, segment: Segment, e: Elements) -> None:
        claim = self.claim
        if claim is None or self.loop is not claim:
            self._keep(segment, e)
            return
        component = segment.delimiters.component
        for place in range(1, len(segment.elements)):
            if not e[place]:
                continue
            parts = e[place].split(component)
            qualifier = parts[0]
            if len(parts) == 2:
                code = tuple.__new__(HealthCode, (qualifier, parts[1], "", "", NO_MONEY, NO_QUANTITY, ""))
            else:
                parts += PAD
                code = HealthCode(
                    qualifier,
                    parts[1],
                    parts[2],
                    parts[3],
                    self._money(segment, parts[4], place) if parts[4] else NO_MONEY,
                    self.numbers.quantity(segment, parts[5], place) if parts[5] else NO_QUANTITY,
                    parts[8],
                )
            (claim.diagnoses if qualifier in _DIAGNOSES else claim.health_codes).append(code)

    def _nte(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None and "NTE" in self.loop.known:
            self.loop.notes.append((e[1], e[2]))
        else:
            self._keep(segment, e)

    def _amt(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None and "AMT" in self.loop.known:
            self.loop.amounts.append((e[1].strip(), self._money(segment, e[2], 2)))
        else:
            self._keep(segment, e)

    def _qty(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None and "QTY" in self.loop.known:
            self.loop.quantities.append((e[1].strip(), self.numbers.quantity(segment, e[2], 2)))
        else:
            self._keep(segment, e)

    def _cas(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None and "CAS" in self.loop.known:
            self.loop.adjustments.extend(self.numbers.adjustments(segment, e))
        else:
            self._keep(segment, e)

    def _oi(self, segment: Segment, e: Elements) -> None:
        if isinstance(self.loop, OtherDraft):
            self.loop.insurance = (e[3], e[4], e[6])

    # The line

    def _lx(self, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            return
        if self.line is not None and self.last is not None:
            self.line.last = self.last
        self.line = LineDraft(segment, e[1].strip())
        self.claim.lines.append(self.line)
        self.loop, self.party, self.drug = self.line, None, None

    def _sv1(self, segment: Segment, e: Elements) -> None:
        if self.line is not None:
            self.line.take_professional(segment, e, self.numbers)

    def _sv2(self, segment: Segment, e: Elements) -> None:
        if self.line is not None:
            self.line.take_institutional(segment, e, self.numbers)

    def _sv3(self, segment: Segment, e: Elements) -> None:
        if self.line is not None:
            self.line.take_dental(segment, e, self.numbers)

    def _too(self, segment: Segment, e: Elements) -> None:
        if self.line is not None:
            surfaces = e[3].split(segment.delimiters.component) if e[3] else []
            self.line.teeth.append((e[2], *surfaces))

    def _lin(self, segment: Segment, e: Elements) -> None:
        if self.line is not None:
            self.line.drug = self.drug = DrugDraft(e)
            self.party = None

    def _ctp(self, segment: Segment, e: Elements) -> None:
        if self.drug is not None:
            self.drug.quantity = self.numbers.quantity(segment, e[4], 4)
            self.drug.unit = e[5].partition(segment.delimiters.component)[0]

    def _svd(self, segment: Segment, e: Elements) -> None:
        if self.line is None:
            self._keep(segment, e)
            return
        decided = AdjudicationDraft(segment, e[1].strip(), e[6], e[4])
        decided.paid = self._money(segment, e[2], 2)
        decided.procedure = procedure_of(e[3], segment.delimiters.component)
        decided.units = self.numbers.quantity(segment, e[5], 5)
        self.line.adjudications.append(decided)
        self.loop, self.party, self.drug = decided, None, None

    def _form(self, segment: Segment, e: Elements) -> None:
        """LQ and FRM: 2440 stands behind the adjudications, and belongs to the line."""
        loop = self.line or self.loop
        if loop is not None:
            loop.details.append(tuple(segment.elements))

    # Small things

    def _keep(self, segment: Segment, e: Elements) -> None:
        """Keep what no field knows."""
        if self.loop is not None:
            self.loop.details.append(tuple(segment.elements))

    def _money(self, segment: Segment, text: str, element: int) -> Money:
        return self.numbers.money(segment, text, element)

    def _say(self, code: str, segment: Segment, element: int = 0) -> None:
        envelope = self.envelope
        if envelope.findings.takes(code):
            claim = self.claim_count if self.claim else 0
            envelope.findings.append(envelope.finding(code, segment, element, claim=claim))


_SUBSCRIBERS_KEPT = 16
_ENDS = frozenset({"ST", "SE", "HL", "CLM"})
_ABOVE = {"22": "20", "23": "22"}
_HANDLERS: dict[str, Callable[[ClaimsReader, Segment, Elements], None]] = {
    "BHT": ClaimsReader._bht,
    "HL": ClaimsReader._hl,
    "SBR": ClaimsReader._sbr,
    "PAT": ClaimsReader._pat,
    "NM1": ClaimsReader._nm1,
    "N2": ClaimsReader._of_party,
    "N3": ClaimsReader._of_party,
    "N4": ClaimsReader._of_party,
    "PER": ClaimsReader._of_party,
    "DMG": ClaimsReader._of_party,
    "PRV": ClaimsReader._prv,
    "REF": ClaimsReader._ref,
    "DTP": ClaimsReader._dtp,
    "CLM": ClaimsReader._clm,
    "CL1": ClaimsReader._cl1,
    "HI": ClaimsReader._hi,
    "NTE": ClaimsReader._nte,
    "AMT": ClaimsReader._amt,
    "QTY": ClaimsReader._qty,
    "CAS": ClaimsReader._cas,
    "OI": ClaimsReader._oi,
    "LX": ClaimsReader._lx,
    "SV1": ClaimsReader._sv1,
    "SV2": ClaimsReader._sv2,
    "SV3": ClaimsReader._sv3,
    "TOO": ClaimsReader._too,
    "LIN": ClaimsReader._lin,
    "CTP": ClaimsReader._ctp,
    "SVD": ClaimsReader._svd,
    "LQ": ClaimsReader._form,
    "FRM": ClaimsReader._form,
}
_INNER = {name: handler for name, handler in _HANDLERS.items() if name not in _ENDS}
