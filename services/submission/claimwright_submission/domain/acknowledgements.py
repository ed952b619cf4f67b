"""What a TA1, a 999 and a 277CA say of the claims in a file of ours.

Reading and applying are two steps: `answers_in` turns a file into answers with the control numbers they name, and
`verdicts` applies one answer to the claims that the named file holds. A verdict above the claims counts for every claim
under it, named or not: TA104 R for the interchange, AK9 R without an AK2 for each set of the group, STC03 U at batch or
provider level for each claim of it.

Source: docs/domain/lifecycle.md, rows 20 to 27; 005010X231A1, X214.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright import x12
from claimwright.events import submission as events
from claimwright.events.submission import StatusCode
from claimwright.x12.models import BatchAck, ClaimAck, ClaimStatus, GroupAck, Interchange, InterchangeAck, SetAck, Span

TAKEN: Final = frozenset({"TA1", "FA", "HN"})
"""What submission reads of a mailbox: interchange acknowledgments and the groups of 999 and 277CA."""

_LONGEST_CODE: Final = 10
_NO_CODE: Final = "unreadable"


class Kind(StrEnum):
    """The three answers to an 837."""

    TA1 = "TA1"
    IMPLEMENTATION = "999"
    CLAIMS = "277CA"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the answering file something stands."""

    interchange_control: str
    group_control: str | None = None
    set_control: str | None = None
    segment: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict: the type of the event it becomes, and what was said in detail."""

    event_type: str
    place: Place
    verdict: str = ""
    codes: tuple[str, ...] = ()
    statuses: tuple[StatusCode, ...] = ()
    payer_claim_control_number: str | None = None
    clearinghouse_trace_number: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one file of ours, found by the control number that its kind names.

    TA1 names the interchange, a 999 the group, a 277CA the batch reference, where we write the interchange's number.

    `of_all` speaks for every claim of the file, `of_sets` for those of a set, `of_providers` for those of a billing
    provider by NPI, `of_claims` for single ones by patient control number. What rejects nearest to the claim counts,
    else what is nearest.
    """

    kind: Kind
    control: str
    verdict: str
    answered_at: datetime
    place: Place
    of_all: Said | None = None
    of_sets: Mapping[str, Said] | None = None
    of_providers: Mapping[str, Said] | None = None
    of_claims: Sequence[tuple[str, Said]] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of a file, what kinds of group were in it, and the codes of what could not be used."""

    answers: tuple[Answer, ...]
    kinds: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """One claim of a file of ours, as far as an answer may name it."""

    attempt_id: UUID
    patient_control_number: str
    set_control: str
    billing_npi: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer says of one claim."""

    attempt_id: UUID
    said: Said


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one answer says of the claims of its file, and how many it names that were not in that file."""

    of_claims: tuple[Verdict, ...]
    strangers: int


def answers_in(data: bytes, *, received_at: datetime) -> Answers:
    """Read every answer in a file.

    A set that is damaged is not used, and is named among the reasons. `received_at` stands in for a moment that the
    file does not give.

    Errors: `x12.Unreadable` for bytes without any X12.
    """
    interchanges = x12.read_interchanges(data).values
    kinds = tuple(sorted(_code(kind) for kind in x12.kinds(interchanges)))
    moments = _Moments(interchanges, received_at)
    reasons = [f"kind_not_taken:{kind}" for kind in kinds if kind not in TAKEN]
    answers: list[Answer] = []
    if "TA1" in kinds:
        envelopes = x12.read_ta1(data)
        answers += (_of_interchange(ack, moments) for ack in envelopes.values)
    if "FA" in kinds:
        groups = x12.read_999(data)
        answers += (_of_group(ack, moments) for ack in groups.values if not groups.blocks(ack.set_ordinal))
        reasons += ["damaged:999" for ack in groups.values if groups.blocks(ack.set_ordinal)]
    if "HN" in kinds:
        batches = x12.read_277ca(data)
        answers += (_of_batch(ack, moments) for ack in batches.values if not batches.blocks(ack.set_ordinal))
        reasons += ["damaged:277CA" for ack in batches.values if batches.blocks(ack.set_ordinal)]
    if not answers and not reasons:
        reasons.append("nothing_read")
    return Answers(tuple(answers), kinds, tuple(dict.fromkeys(reasons)))


def verdicts(answer: Answer, sent: Iterable[Sent]) -> Verdicts:
    """Return what an answer says of each claim of the file it names."""
    found: list[Verdict] = []
    by_number: dict[str, list[Said]] = {}
    for number, said in answer.of_claims:
        by_number.setdefault(number, []).append(said)
    ours = set()
    for each in sent:
        ours.add(each.patient_control_number)
        own = by_number.get(each.patient_control_number, [])
        above = [
            said
            for said in (
                (answer.of_providers or {}).get(each.billing_npi),
                (answer.of_sets or {}).get(each.set_control),
                answer.of_all,
            )
            if said is not None
        ]
        rejected_above = next((said for said in above if said.event_type in _REJECTIONS), None)
        if own:
            found += (Verdict(each.attempt_id, _under(said, rejected_above)) for said in own)
        elif above:
            found.append(Verdict(each.attempt_id, rejected_above or above[0]))
    return Verdicts(tuple(found), len(by_number.keys() - ours))


def _under(said: Said, above: Said | None) -> Said:
    """Return a claim's own words, turned into a rejection where a level above rejects."""
    if above is None or said.event_type in _REJECTIONS:
        return said
    return Said(
        event_type=above.event_type,
        place=said.place,
        verdict=above.verdict,
        statuses=above.statuses + said.statuses,
        payer_claim_control_number=said.payer_claim_control_number,
        clearinghouse_trace_number=said.clearinghouse_trace_number,
    )


_REJECTIONS: Final = frozenset({
    events.AckInterchangeRejected.TYPE, events.AckSetRejected.TYPE, events.AckClearinghouseRejected.TYPE,
    events.AckPayerRejected.TYPE,
})  # fmt: skip


class _Moments:
    """When each interchange of a file says it was made, and its control numbers."""

    def __init__(self, interchanges: Sequence[Interchange], received_at: datetime) -> None:
        self._interchanges = {each.interchange_ordinal: each for each in interchanges}
        self._received_at = received_at

    def made_at(self, interchange_ordinal: int, day: str = "", time: str = "") -> datetime:
        """Return a moment that the answer gives, else that of its interchange, else when it came."""
        given = _moment(day, time)
        if given is None and (envelope := self._interchanges.get(interchange_ordinal)) is not None:
            given = _moment(f"20{envelope.date}", envelope.time)
        return given or self._received_at

    def place(
        self, interchange_ordinal: int, span: Span, *, group: str | None = None, of_set: str | None = None
    ) -> Place:
        envelope = self._interchanges.get(interchange_ordinal)
        return Place(
            interchange_control=_code(envelope.control_number) if envelope else "",
            group_control=_code(group) if group else None,
            set_control=_code(of_set) if of_set else None,
            segment=span.first_segment or None,
            byte_start=span.byte_start if span.byte_end else None,
            byte_end=span.byte_end or None,
        )

    def group_and_set(self, interchange_ordinal: int, set_ordinal: int) -> tuple[str | None, str | None]:
        envelope = self._interchanges.get(interchange_ordinal)
        for group in envelope.groups if envelope else ():
            for each in group.sets:
                if each.set_ordinal == set_ordinal:
                    return group.control_number, each.control_number
        return None, None


def _moment(day: str, time: str) -> datetime | None:
    """Read CCYYMMDD and HHMM or HHMMSS; X12 names no zone, and UTC is what we write ourselves."""
    digits = day + (time[:6] if len(time) >= 6 else time[:4] + "00")
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _of_interchange(ack: InterchangeAck, moments: _Moments) -> Answer:
    place = moments.place(ack.interchange_ordinal, ack.span)
    said = Said(events.AckInterchangeRejected.TYPE, place, verdict=_code(ack.code), codes=(_code(ack.note),))
    return Answer(
        kind=Kind.TA1,
        control=ack.control_number,
        verdict=_code(ack.code),
        answered_at=moments.made_at(ack.interchange_ordinal),
        place=place,
        of_all=said if ack.is_rejected else None,
    )


def _of_group(ack: GroupAck, moments: _Moments) -> Answer:
    group, of_set = moments.group_and_set(ack.interchange_ordinal, ack.set_ordinal)
    place = moments.place(ack.interchange_ordinal, ack.span, group=group, of_set=of_set)
    return Answer(
        kind=Kind.IMPLEMENTATION,
        control=ack.control_number,
        verdict=_code(ack.code),
        answered_at=moments.made_at(ack.interchange_ordinal),
        place=place,
        of_all=_of_unnamed_sets(ack, place),
        of_sets={each.control_number: _of_set(each, place) for each in ack.sets},
    )


def _of_unnamed_sets(ack: GroupAck, place: Place) -> Said | None:
    """Return what AK9 says of the sets that no AK2 names."""
    if ack.code == "P":
        return None
    if ack.code in ("A", "E"):
        # Where sets are named, the group's own A only sums them up.
        return None if ack.sets else Said(events.AckSetAccepted.TYPE, place, verdict=ack.code)
    # Once the group is rejected, so is each of its sets, whatever an AK2 says of it.
    return Said(events.AckSetRejected.TYPE, place, verdict=_code(ack.code), codes=tuple(map(_code, ack.codes)))


def _of_set(ack: SetAck, place: Place) -> Said:
    spot = (
        place
        if not ack.span.byte_end
        else Place(
            interchange_control=place.interchange_control,
            group_control=place.group_control,
            set_control=place.set_control,
            segment=ack.span.first_segment,
            byte_start=ack.span.byte_start,
            byte_end=ack.span.byte_end,
        )
    )
    kind = events.AckSetRejected.TYPE if ack.is_rejected else events.AckSetAccepted.TYPE
    return Said(kind, spot, verdict=_code(ack.code), codes=tuple(map(_code, ack.codes)))


def _of_batch(ack: BatchAck, moments: _Moments) -> Answer:
    group, of_set = moments.group_and_set(ack.interchange_ordinal, ack.set_ordinal)

    def placed(span: Span) -> Place:
        return moments.place(ack.interchange_ordinal, span, group=group, of_set=of_set)

    rejection = events.AckPayerRejected.TYPE if ack.is_from_payer else events.AckClearinghouseRejected.TYPE
    whole = placed(ack.span)
    return Answer(
        kind=Kind.CLAIMS,
        control=ack.batch_reference,
        verdict="U" if ack.is_rejected else "WQ",
        answered_at=moments.made_at(ack.interchange_ordinal, ack.date, ack.time),
        place=whole,
        of_all=Said(rejection, whole, verdict="U", statuses=_codes(ack.statuses)) if ack.is_rejected else None,
        of_providers={
            provider.party.id: Said(rejection, whole, verdict="U", statuses=_codes(provider.statuses))
            for provider in ack.providers
            if provider.is_rejected and provider.party.id
        },
        of_claims=tuple(_of_claims(ack, rejection, placed)),
    )


def _of_claims(ack: BatchAck, rejection: str, placed: Callable[[Span], Place]) -> Iterator[tuple[str, Said]]:
    for claim, is_rejected in ack.verdicts():
        kind = rejection if is_rejected else _acceptance(claim, from_payer=ack.is_from_payer)
        if kind is not None:
            yield (
                claim.patient_control_number,
                Said(
                    event_type=kind,
                    place=placed(claim.span),
                    verdict="U" if is_rejected else "WQ",
                    statuses=_codes(claim.statuses),
                    payer_claim_control_number=claim.payer_claim_control_number or None,
                    clearinghouse_trace_number=claim.clearinghouse_trace_number or None,
                ),
            )


def _acceptance(claim: ClaimAck, *, from_payer: bool) -> str | None:
    """Return what an answer that rejects nothing says, by its category; None for one that says nothing of receipt.

    A5 is a claim that was split and goes on. A category that the guide does not know is taken as receipt at most, and
    never as acceptance.
    """
    categories = {status.category for status in claim.statuses}
    if not from_payer:
        return events.AckClearinghouseAccepted.TYPE
    if categories & {"A2", "A5"}:
        return events.AckPayerAccepted.TYPE
    return None if categories == {"A4"} else events.AckPayerReceived.TYPE


def _code(text: str) -> str:
    """Return a code as it was sent, known or not; what has not the form of a code may be anybody's words."""
    return text if len(text) <= _LONGEST_CODE and text.isascii() and text.isalnum() else _NO_CODE


def _codes(statuses: Iterable[ClaimStatus]) -> tuple[StatusCode, ...]:
    return tuple(
        StatusCode(
            category=_code(category),
            status=_code(status),
            entity=_code(entity) if entity else None,
            action=_code(each.action) if each.action else None,
        )
        for each in statuses
        for category, status, entity in each.codes
    )
