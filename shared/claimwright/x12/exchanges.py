"""Questions, answers and attachments beyond their guides: what they must say in their situation, and not otherwise.

Sets: 270, 271, 276, 277 and 275. Of a 278, whose guide has no table here, the levels are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from claimwright.x12.bounded import SHORTENED, STOPPED, Findings
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.attachments import AttachmentSet
from claimwright.x12.models.eligibility import CoveredPerson, Eligibility
from claimwright.x12.models.status import StatusClaim, StatusExchange, StatusProvider
from claimwright.x12.models.values import Party, Span
from claimwright.x12.npi import is_npi
from claimwright.x12.place import SetPlace
from claimwright.x12.readers.attachments import SETS as ATTACHMENT_SETS
from claimwright.x12.readers.attachments import AttachmentDraft
from claimwright.x12.readers.eligibility import SETS as ELIGIBILITY_SETS
from claimwright.x12.readers.eligibility import EligibilityDraft
from claimwright.x12.readers.parts import PAD, Elements
from claimwright.x12.readers.reading import SetDraft
from claimwright.x12.readers.status import CLAIM_ACK_GUIDE, StatusDraft
from claimwright.x12.readers.status import SETS as STATUS_SETS
from claimwright.x12.tokens import Segment

# EB01 that is a sum of money, and the one that is a share.
_SUMS = frozenset({"B", "C", "G", "J", "Y"})
_SHARE = "A"
_SPEND_DOWN = "RT"
_PAID = "F1"
_NOT_OF_GUIDE = frozenset({"x12.money_decimals", STOPPED, SHORTENED})

Fault = tuple[str, Span, str, int, int]
"""Code, where, segment id, element, claim."""
Exchange = Eligibility | StatusExchange | AttachmentSet
Heard = Callable[[Exchange], None]
T = TypeVar("T", bound=Exchange)


class ExchangeJudge(Protocol):
    """Reads one transaction set and then judges it."""

    def take(self, segment: Segment) -> None: ...

    def end(self) -> list[Finding]: ...


class _Judge(Generic[T]):
    """Feeds the draft of a set, and then asks the rules about each of its values."""

    def __init__(
        self,
        draft: SetDraft[T],
        rules: Callable[[T], list[Finding]],
        findings: Findings,
        heard: Heard | None,
        *,
        has_table: bool,
    ) -> None:
        self.draft, self.rules, self.findings, self.heard, self.has_table = draft, rules, findings, heard, has_table

    def take(self, segment: Segment) -> None:
        if segment.id not in ("ST", "SE"):
            self.draft.take(segment, segment.elements + PAD)

    def end(self) -> list[Finding]:
        # What the reader finds, the guide has named already, all but fractions of a cent.
        found = [each for each in self.findings if not self.has_table or each.code in _NOT_OF_GUIDE]
        for value in self.draft.values():
            found += self.rules(value)
            if self.heard is not None:
                self.heard(value)
        return found


def exchange_judge(opened: Segment, envelope: EnvelopeReader, heard: Heard | None = None) -> ExchangeJudge | None:
    """Return what judges the set that is opened, if it is a question or an answer; `heard` gets its values."""
    set_id, named = opened.element(1).strip(), envelope.guide()
    findings = Findings()
    has_table = named[:6] == "005010"
    if set_id in ELIGIBILITY_SETS:
        asked = EligibilityDraft(opened, envelope, findings)
        return _Judge(asked, judge_eligibility, findings, heard, has_table=has_table)
    if set_id in ATTACHMENT_SETS:
        attached = AttachmentDraft(opened, envelope, findings)
        return _Judge(attached, judge_attachments, findings, heard, has_table=False)
    if set_id == "278":
        return _LevelsJudge(envelope)
    if set_id in STATUS_SETS and not named.startswith(CLAIM_ACK_GUIDE):
        draft = StatusDraft(opened, envelope, findings)
        return _Judge(draft, judge_status, findings, heard, has_table=has_table)
    return None


class _LevelsJudge:
    """Judges how the HL segments of a set fit together, whatever its levels mean."""

    def __init__(self, envelope: EnvelopeReader) -> None:
        self.place = envelope.place()
        self.levels: list[tuple[Segment, Elements]] = []

    def take(self, segment: Segment) -> None:
        if segment.id == "HL":
            self.levels.append((segment, segment.elements + PAD))

    def end(self) -> list[Finding]:
        found = []
        parents = {e[2] for _, e in self.levels}
        seen = set()
        for number, (segment, e) in enumerate(self.levels, start=1):
            checks = (
                ("x12.hl_number", 1, e[1] == str(number)),
                ("x12.hl_parent", 2, e[2] in seen if e[2] else number == 1),
                ("x12.hl_child", 4, not e[4] or (e[4] == "1") == (e[1] in parents)),
            )
            found += [self.place.finding(code, segment, element) for code, element, is_right in checks if not is_right]
            seen.add(e[1])
        return found


def judge_attachments(value: AttachmentSet) -> list[Finding]:
    """Return what attachments lack."""
    place = SetPlace(value.interchange_ordinal, value.group_ordinal, value.set_ordinal, value.span)
    return [place.finding(*fault) for fault in _attachments(value)]


def judge_eligibility(value: Eligibility) -> list[Finding]:
    """Return what a question about coverage, or its answer, lacks or has too much; nothing for old guides."""
    if value.guide[:6] != "005010":
        return []
    place = SetPlace(value.interchange_ordinal, value.group_ordinal, value.set_ordinal, value.span)
    return [place.finding(*fault) for fault in _eligibility(value)]


def judge_status(value: StatusExchange) -> list[Finding]:
    """Return what a question about claims, or its answer, lacks or has too much; nothing for old guides."""
    if value.guide[:6] != "005010":
        return []
    place = SetPlace(value.interchange_ordinal, value.group_ordinal, value.set_ordinal, value.span)
    return [place.finding(*fault) for fault in _status(value)]


def _identifiers(parties: Iterable[Party]) -> Iterator[Fault]:
    for party in parties:
        if party.id_qualifier == "XX" and not is_npi(party.id):
            yield "x12.npi", party.span, "NM1", 9, 0


def _eligibility(value: Eligibility) -> Iterator[Fault]:
    parties = [value.receiver] if value.receiver is not None else []
    parties += [party for person in value.people for benefit in person.benefits for party in benefit.parties]
    yield from _identifiers(parties)
    is_question = value.set_id == "270"
    if not is_question and value.receiver is None and not value.rejects:
        yield "x12.answer_missing", value.span, "AAA", 0, 0
    is_refused = False
    for place, person in enumerate(value.people):
        below = value.people[place + 1 : place + 2]
        # Nobody whose subscriber is not known can be answered.
        is_refused = bool(person.rejects) or (is_refused and person.is_dependent)
        # Somebody with dependents below may only be named for their sake.
        is_asked = person.is_dependent or not below or not below[0].is_dependent
        yield from _points(person)
        yield from _asked(value, person, is_asked) if is_question else _answered(person, is_asked and not is_refused)


def _points(person: CoveredPerson) -> Iterator[Fault]:
    if any("." in each.code for each in person.diagnoses):
        yield "x12.diagnosis_point", person.span, "HI", 1, 0


def _asked(value: Eligibility, person: CoveredPerson, is_asked: bool) -> Iterator[Fault]:
    party = person.party
    if is_asked and not person.inquiries:
        yield "x12.inquiry_missing", person.span, "EQ", 0, 0
    if not party.id and not (party.last_name and party.birth_date) and (is_asked or person.inquiries):
        yield "x12.inquiry_search", person.span, "NM1", 9, 0
    for inquiry in person.inquiries:
        if bool(inquiry.amounts) != (value.transaction_type == _SPEND_DOWN):
            yield "x12.spend_down", inquiry.span, "AMT", 0, 0
        if _points_nowhere(inquiry.diagnosis_pointers, person):
            yield "x12.pointer_range", inquiry.span, "EQ", 5, 0


def _answered(person: CoveredPerson, must_answer: bool) -> Iterator[Fault]:
    if must_answer and not person.benefits:
        yield "x12.answer_missing", person.span, "EB", 0, 0
    if person.benefits and any(each.is_valid == "N" for each in person.rejects):
        yield "x12.answer_unused", person.span, "EB", 0, 0
    for benefit in person.benefits:
        if benefit.information in _SUMS and not benefit.amount.text:
            yield "x12.benefit_amount", benefit.span, "EB", 7, 0
        if benefit.information == _SHARE and not benefit.percent.text:
            yield "x12.benefit_percent", benefit.span, "EB", 8, 0
        if benefit.percent.text and benefit.percent.value.is_finite() and benefit.percent.value > 1:
            yield "x12.benefit_fraction", benefit.span, "EB", 8, 0
        if _points_nowhere(benefit.diagnosis_pointers, person):
            yield "x12.pointer_range", benefit.span, "EB", 14, 0


def _points_nowhere(pointers: tuple[int, ...], person: CoveredPerson) -> bool:
    return any(not 1 <= each <= len(person.diagnoses) for each in pointers)


def _status(value: StatusExchange) -> Iterator[Fault]:
    if value.wants_more:
        return
    is_question = value.set_id == "276"
    if not is_question and not value.providers and not value.statuses:
        yield "x12.status_missing", value.span, "STC", 0, 0
    for provider in value.providers:
        yield from _provider(provider, is_question)


def _provider(provider: StatusProvider, is_question: bool) -> Iterator[Fault]:
    yield from _identifiers(provider.parties)
    if not is_question and not provider.people and not provider.statuses:
        yield "x12.status_missing", provider.span, "STC", 0, 0
    for place, person in enumerate(provider.people):
        below = provider.people[place + 1 : place + 2]
        is_last = person.is_dependent or not below or not below[0].is_dependent
        if is_last and not person.claims:
            yield "x12.status_claim_missing", person.span, "TRN", 0, 0
        if is_question and person.claims and not person.is_dependent and not person.party.birth_date:
            yield "x12.status_birth", person.span, "DMG", 0, 0
        for claim in person.claims:
            yield from _asked_claim(claim) if is_question else _answered_claim(claim)


def _asked_claim(claim: StatusClaim) -> Iterator[Fault]:
    if claim.service_date is None and not claim.lines:
        yield "x12.status_date", claim.span, "DTP", 0, claim.claim_ordinal


def _answered_claim(claim: StatusClaim) -> Iterator[Fault]:
    for status in claim.statuses:
        if status.category == _PAID and not status.paid.text:
            yield "x12.status_paid", claim.span, "STC", 5, claim.claim_ordinal
        if bool(status.payment_number) != bool(status.payment_date):
            missing = 8 if status.payment_number else 9
            yield "x12.status_payment", claim.span, "STC", missing, claim.claim_ordinal


def _attachments(value: AttachmentSet) -> Iterator[Fault]:
    yield from _identifiers(value.parties)
    names_claim = value.patient_control_number or value.payer_claim_control_number
    if not names_claim and not all(each.is_asked_for for each in value.attachments):
        yield "x12.attachment_claim", value.span, "REF", 0, 0
    for attachment in value.attachments:
        if not attachment.control_number:
            yield "x12.attachment_trace", attachment.span, "TRN", 2, 0
        if not any(each.data for each in attachment.objects):
            yield "x12.attachment_empty", attachment.span, "BIN", 0, 0
    for _, each in value.objects():
        try:
            each.decoded()
        except ValueError:
            yield "x12.attachment_coding", each.span, "BDS", 3, 0
