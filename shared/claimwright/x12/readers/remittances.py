"""835 to remittances: every ISA, GS and ST is its own remittance, with its own payer and trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.models.remittances import ClaimGroup, ProviderAdjustment, RemitClaim, Remittance
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_QUANTITY,
    Dated,
    Detail,
    Money,
    Party,
)
from claimwright.x12.readers.parts import (
    PAD,
    Draft,
    Elements,
    Numbers,
    PartyDraft,
    contact_of,
    procedure_of,
    reference_of,
    span_of,
)
from claimwright.x12.readers.quick import Odd
from claimwright.x12.readers.quick_remittances import QuickRemittances
from claimwright.x12.readers.reading import Pass, PassOfMany, Reading, SetPlaces
from claimwright.x12.readers.remit_drafts import ClaimDraft, GroupDraft, LineDraft
from claimwright.x12.tokens import Limits, Segment, Source, stretches


def read_835(data: Source, limits: Limits | None = None) -> Reading[Remittance]:
    """Read every 835 of a file.

    Shape: values in file order, one for each ST. Balance is not judged here; `balance_835` does that.
    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    reader = RemittancesReader(EnvelopeReader(limits=limits))
    remittances = tuple(_values(data, limits, reader))
    envelope = reader.envelope
    return Reading(remittances, tuple(envelope.findings), tuple(envelope.interchanges))


def read_remittances(source: Source, findings: list[Finding], limits: Limits | None = None) -> Iterator[Remittance]:
    """Yield each remittance as soon as its ST is whole; memory is bounded by the largest ST."""
    return _values(source, limits, RemittancesReader(EnvelopeReader(findings, limits=limits, keeps_tree=False)))


def read_remitted_claims(
    source: Source,
    findings: list[Finding],
    limits: Limits | None = None,
    *,
    interchanges: list[Interchange] | None = None,
) -> Iterator[tuple[Remittance, RemitClaim | None]]:
    """Yield each claim as soon as it is whole; memory is bounded by the largest claim.

    Shape: the remittance beside a claim holds what stands in front of the claims; its one group is the claim's, without
    claims, and its span is that of ST. After the last claim of a set comes its remittance with None: now with the
    provider adjustments and the whole span, but without groups. `interchanges` takes the tree, each when it has ended.
    """
    reader = RemittedClaimsReader(
        EnvelopeReader(findings, interchanges, limits=limits, keeps_tree=interchanges is not None)
    )
    return QuickRemittedClaims(PassOfMany(reader, _INNER_OF_CLAIMS), reader).read(stretches(source, limits))


def _values(source: Source, limits: Limits | None, reader: RemittancesReader) -> Iterator[Remittance]:
    return QuickRemittances(Pass(reader, _INNER), reader).read(stretches(source, limits))


Pair = tuple[Remittance, RemitClaim | None]
_GROUP_IDS = frozenset({"LX", "TS2", "TS3"})
_ENDS_OF_CLAIMS = _GROUP_IDS | {"CLP", "PLB"}


class RemittancesReader:
    """The state of one pass: the open transaction, its open group, claim and line."""

    def __init__(self, envelope: EnvelopeReader) -> None:
        self.envelope = envelope
        self.numbers = Numbers(self.envelope, self.envelope.findings)
        self._reset(None)

    def _reset(self, opened: Segment | None) -> None:
        self.header = Draft(opened) if opened is not None else None
        self.payment: Elements = PAD
        self.paid: Money = NO_MONEY
        self.trace: Elements = PAD
        self.currency: Detail = ()
        self.parties: list[PartyDraft] = []
        self.groups: list[GroupDraft] = []
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.claim: ClaimDraft | None = None
        self.party: PartyDraft | None = None
        self.loop: Draft | None = self.header
        self.last = opened
        self.places = SetPlaces.of(self.envelope)
        self.is_open = opened is not None
        self.claim_count = 0
        self.numbers.claim = 0

    def feed(self, segment: Segment) -> Remittance | None:
        """Take the next segment of a set; return the remittance that it ends."""
        name = segment.id
        if name == "ST":
            found = self._end_set()
            self._reset(segment if segment.element(1).strip() == "835" else None)
            return found
        if self.header is None:
            return None
        if name == "SE":
            self._close_loop()
            self.last = segment
            return self._end_set()
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, segment, segment.elements + PAD)
        else:
            self._keep(segment, segment.elements)
        self.last = segment
        return None

    def _close_loop(self) -> None:
        """End the open line or claim at the segment before this one."""
        if self.loop is not None and self.last is not None:
            self.loop.last = self.last
            self.loop = None

    def end(self) -> Remittance | None:
        """End the open set, which had no SE."""
        return self._end_set()

    def _end_set(self) -> Remittance | None:
        if self.header is None:
            return None
        found = self._finish()
        self._reset(None)
        return found

    def take_claim(self, claim: RemitClaim) -> None:
        """Take a claim that was read whole."""
        self._finish_claim()
        self.claim_count += 1
        self.numbers.claim = self.claim_count
        self.loop, self.party = None, None
        self._add_claim(claim)

    def _finish_claim(self) -> None:
        draft = self.claim
        if draft is None:
            return
        self._close_loop()
        if draft.lines:
            draft.last = draft.lines[-1].last
        self._add_claim(draft.claim(self.claim_count))
        self.claim = None

    def _add_claim(self, claim: RemitClaim) -> None:
        if not self.groups:
            self.groups.append(GroupDraft(""))
        self.groups[-1].claims.append(claim)

    def _finish(self) -> Remittance:
        self._finish_claim()
        return self._remittance(self.groups, self.last)

    def _remittance(self, groups: list[GroupDraft], last: Segment | None) -> Remittance:
        draft = self.header
        assert draft is not None  # noqa: S101 (the caller looked)
        b, t = self.payment, self.trace
        places = self.places
        parties = [each.party() for each in self.parties]
        header = draft.first
        return Remittance(
            control_number=header.element(2).strip(),
            handling=b[1],
            payment=self.paid,
            credit_debit=b[3],
            payment_method=b[4],
            payment_details=tuple(b[5:16]) if any(b[5:16]) else (),
            payment_date=b[16],
            trace_number=t[2].strip(),
            trace_payer_id=t[3].strip(),
            trace_supplement=t[4],
            currency=self.currency,
            references=tuple(draft.references),
            dates=tuple(draft.dates),
            payer=_of_role(parties, "PR"),
            payee=_of_role(parties, "PE"),
            groups=tuple([ClaimGroup(each.number, tuple(each.claims), tuple(each.summaries)) for each in groups]),
            provider_adjustments=tuple(self.provider_adjustments),
            details=tuple(draft.details),
            guide=places.guide,
            set_ordinal=places.set_ordinal,
            interchange_ordinal=places.interchange_ordinal,
            group_ordinal=places.group_ordinal,
            span=span_of(header, last or header),
        )

    # The header

    def _bpr(self, segment: Segment, e: Elements) -> None:
        self.payment = e
        self.paid = self.numbers.money(segment, e[2], 2)

    def _trn(self, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            self.trace = e
        else:
            self._keep(segment, e)

    def _cur(self, segment: Segment, e: Elements) -> None:
        self.currency = tuple(segment.elements)

    def _party(self, segment: Segment, e: Elements) -> None:
        party = PartyDraft(segment, e)
        (self.parties if self.claim is None else self.claim.parties).append(party)
        self.party = party

    def _of_party(self, segment: Segment, e: Elements) -> None:
        if self.party is None or not self.party.take(segment, e, segment.delimiters.component):
            self._keep(segment, e)

    def _per(self, segment: Segment, e: Elements) -> None:
        if self.claim is not None:
            self.claim.contacts.append(contact_of(e))
        else:
            self._of_party(segment, e)

    def _ref(self, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        if self.claim is None and self.party is not None:
            self.party.references.append(read)
            self.party.last = segment
        elif self.loop is not None:
            self.loop.references.append(read)

    def _dtm(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None:
            # 4010 files may hold a period in DTM05 and 06.
            dated = Dated(e[1].strip(), "D8", e[2].strip()) if e[2] else Dated(e[1].strip(), e[5], e[6].strip())
            self.loop.dates.append(dated)

    # Claims

    def _lx(self, segment: Segment, e: Elements) -> None:
        self._finish_claim()
        self.groups.append(GroupDraft(e[1].strip()))
        self.loop, self.party = None, None

    def _summary(self, segment: Segment, e: Elements) -> None:
        if self.groups and self.claim is None:
            self.groups[-1].summaries.append(tuple(segment.elements))
        else:
            self._keep(segment, e)

    def _clp(self, segment: Segment, e: Elements) -> None:
        self._finish_claim()
        self.claim_count += 1
        numbers = self.numbers
        numbers.claim = self.claim_count
        self.claim = ClaimDraft(
            segment,
            e,
            (
                numbers.money(segment, e[3], 3),
                numbers.money(segment, e[4], 4),
                numbers.money(segment, e[5], 5),
                numbers.quantity(segment, e[12], 12) if e[12] else NO_QUANTITY,
                numbers.quantity(segment, e[13], 13) if e[13] else NO_QUANTITY,
            ),
        )
        self.loop, self.party = self.claim, None

    def _mia(self, segment: Segment, e: Elements) -> None:
        if self.claim is not None:
            self.claim.inpatient = tuple(segment.elements)

    def _moa(self, segment: Segment, e: Elements) -> None:
        if self.claim is not None:
            self.claim.outpatient = tuple(segment.elements)

    def _cas(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None:
            self.loop.adjustments.extend(self.numbers.adjustments(segment, e))

    def _amt(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None:
            self.loop.amounts.append((e[1].strip(), self.numbers.money(segment, e[2], 2)))

    def _qty(self, segment: Segment, e: Elements) -> None:
        if self.loop is not None:
            self.loop.quantities.append((e[1].strip(), self.numbers.quantity(segment, e[2], 2)))

    # Lines

    def _svc(self, segment: Segment, e: Elements) -> None:
        if self.claim is None:
            self._keep(segment, e)
            return
        numbers, component = self.numbers, segment.delimiters.component
        line = LineDraft(
            segment,
            procedure_of(e[1], component),
            numbers.money(segment, e[2], 2),
            numbers.money(segment, e[3], 3),
            e[4],
        )
        if e[5]:
            line.units = numbers.quantity(segment, e[5], 5)
        if e[6]:
            line.submitted = procedure_of(e[6], component)
        if e[7]:
            line.submitted_units = numbers.quantity(segment, e[7], 7)
        self._close_loop()
        self.claim.lines.append(line)
        self.loop, self.party = line, None

    def _lq(self, segment: Segment, e: Elements) -> None:
        if isinstance(self.loop, LineDraft):
            self.loop.remarks.append((e[1], e[2].strip()))
        else:
            self._keep(segment, e)

    # The end

    def _plb(self, segment: Segment, e: Elements) -> None:
        self._finish_claim()
        self.loop, self.party = None, None
        self.numbers.claim = 0
        span = span_of(segment, segment)
        for place in range(3, len(segment.elements), 2):
            if e[place] or e[place + 1]:
                code, _, reference = e[place].partition(segment.delimiters.component)
                amount = self.numbers.money(segment, e[place + 1], place + 1)
                self.provider_adjustments.append(
                    ProviderAdjustment(e[1].strip(), e[2], code.strip(), reference, amount, span)
                )

    def _keep(self, segment: Segment, e: Elements) -> None:
        """Keep what no field knows."""
        loop = self.loop or self.header
        if loop is not None:
            loop.details.append(tuple(segment.elements))


class RemittedClaimsReader(RemittancesReader):
    """Gives each claim when it is whole, and keeps none."""

    def __init__(self, envelope: EnvelopeReader) -> None:
        self.whole: list[Pair] = []
        super().__init__(envelope)

    def _reset(self, opened: Segment | None) -> None:
        self.head: Remittance | None = None
        super()._reset(opened)

    def _add_claim(self, claim: RemitClaim) -> None:
        if not self.groups:
            self.groups.append(GroupDraft(""))
        if self.head is None:
            self.head = self._remittance(self.groups[-1:], None)._replace(provider_adjustments=())
        self.whole.append((self.head, claim))

    def feed(self, segment: Segment) -> list[Pair] | None:  # type: ignore[override]
        """Take the next segment of a set; return what it ends."""
        ended = super().feed(segment)
        if segment.id in _GROUP_IDS:
            self.head = None
        return self.taken(ended)

    def end(self) -> list[Pair] | None:  # type: ignore[override]
        """End the open set, which had no SE."""
        return self.taken(self._end_set())

    def taken(self, ended: Remittance | None = None) -> list[Pair] | None:
        """Return the claims that are whole, and the remittance that has ended."""
        if ended is not None:
            self.whole.append((ended._replace(groups=()), None))
        found, self.whole = self.whole, []
        return found or None


class QuickRemittedClaims(QuickRemittances[Pair]):
    reader: RemittedClaimsReader

    def whole(self, text: str, start: int, ordinal: int) -> tuple[int, int]:
        reader = self.reader
        if not reader.is_open:
            raise Odd
        claim, start, ordinal = self.claim(text, start, ordinal, reader.claim_count + 1)
        if reader.claim is not None or reader.head is None:
            reader.take_claim(claim)
            self.found += reader.whole
            reader.whole.clear()
        else:
            # Nearly always: the claim in front of this one was read whole too.
            reader.claim_count += 1
            reader.numbers.claim = reader.claim_count
            self.found.append((reader.head, claim))
        return start, ordinal


def _of_role(parties: list[Party], role: str) -> Party:
    for each in parties:
        if each.role == role:
            return each
    return Party(role)


_HANDLERS: dict[str, Callable[[RemittancesReader, Segment, Elements], None]] = {
    "BPR": RemittancesReader._bpr,
    "TRN": RemittancesReader._trn,
    "CUR": RemittancesReader._cur,
    "N1": RemittancesReader._party,
    "NM1": RemittancesReader._party,
    "N2": RemittancesReader._of_party,
    "N3": RemittancesReader._of_party,
    "N4": RemittancesReader._of_party,
    "PER": RemittancesReader._per,
    "REF": RemittancesReader._ref,
    "DTM": RemittancesReader._dtm,
    "LX": RemittancesReader._lx,
    "TS2": RemittancesReader._summary,
    "TS3": RemittancesReader._summary,
    "CLP": RemittancesReader._clp,
    "MIA": RemittancesReader._mia,
    "MOA": RemittancesReader._moa,
    "CAS": RemittancesReader._cas,
    "AMT": RemittancesReader._amt,
    "QTY": RemittancesReader._qty,
    "SVC": RemittancesReader._svc,
    "LQ": RemittancesReader._lq,
    "PLB": RemittancesReader._plb,
}
_INNER = {name: handler for name, handler in _HANDLERS.items() if name != "ST"}
_INNER_OF_CLAIMS = {name: handler for name, handler in _INNER.items() if name not in _ENDS_OF_CLAIMS}
