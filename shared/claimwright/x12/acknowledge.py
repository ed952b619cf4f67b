"""Answer what came in: the findings of a file turned into TA1, 999 and 277CA values.

An acknowledgment is never acknowledged. Levels 1 and 2 decide the 999, by transaction; what they let pass is judged
claim by claim in the 277CA.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from claimwright.x12.findings import Finding, Severity, blocks
from claimwright.x12.guides.dictionary import segment_forms
from claimwright.x12.models.acknowledgments import (
    BatchAck,
    ClaimAck,
    ClaimStatus,
    ElementError,
    GroupAck,
    InterchangeAck,
    ProviderAck,
    SegmentError,
    SetAck,
)
from claimwright.x12.models.claims import Claim, ClaimSet
from claimwright.x12.models.envelopes import Group, Interchange, TransactionSet
from claimwright.x12.models.values import Amount, Counted, Dated, Party, money_of, quantity_of

_ACKS = frozenset({"FA"})
# Categories and statuses of claim acknowledgments: what we received, took on, or sent back, and why.
_RECEIVED = ("A1", "19")
_ACCEPTED = ("A2", "20")
_RETURNED = ("A3", "21")
_OUT_OF_BALANCE = ("A7", "400")
_CODES_MOST = 5
_SEGMENTS_MOST = 1_000


class Answers(NamedTuple):
    """What is to be sent back for one file."""

    interchanges: tuple[InterchangeAck, ...] = ()
    groups: tuple[GroupAck, ...] = ()
    batches: tuple[BatchAck, ...] = ()


def acknowledge(
    interchanges: Sequence[Interchange],
    claim_sets: Sequence[ClaimSet],
    findings: Sequence[Finding],
    *,
    source: Party,
    moment: datetime,
) -> Answers:
    """Return the TA1 of each interchange that asks for one or is rejected, the 999 and the 277CA values.

    Shape: `findings` are those of `judge`; `source` is who answers (2100A: PR payer, AY clearinghouse).
    """
    numbers = {
        (claim.set_ordinal, claim.claim_ordinal): claim.patient_control_number
        for each in claim_sets
        for claim in each.claims
    }
    acks: list[InterchangeAck] = []
    groups: list[GroupAck] = []
    rejected: set[int] = set()
    for interchange in interchanges:
        own = [each for each in findings if each.interchange == interchange.interchange_ordinal]
        ack = _interchange(interchange, own)
        is_answered = any(group.functional_id not in _ACKS for group in interchange.groups)
        if ack is not None and (is_answered or not interchange.acks):
            acks.append(ack)
        if ack is not None and ack.is_rejected:
            rejected.update(each.set_ordinal for group in interchange.groups for each in group.sets)
            continue
        for group in interchange.groups:
            if group.functional_id in _ACKS or not group.group_ordinal:
                continue
            answer = _group(group, own, numbers)
            groups.append(answer)
            rejected.update(
                each.set_ordinal for each, said in zip(group.sets, answer.sets, strict=True) if said.is_rejected
            )
    batches = [
        _batch(each, findings, source=source, moment=moment)
        for each in claim_sets
        if each.claims and each.header.set_ordinal not in rejected
    ]
    return Answers(tuple(acks), tuple(groups), tuple(batches))


def _interchange(interchange: Interchange, findings: Iterable[Finding]) -> InterchangeAck | None:
    """Return the TA1, if one is asked for or the interchange is rejected."""
    own = [each for each in findings if each.fault.ta105 and each.severity is not Severity.NOTE]
    worst = next((each for each in own if each.blocks), own[0] if own else None)
    code = "R" if blocks(own) else "E" if own else "A"
    if code != "R" and not interchange.wants_interchange_ack:
        return None
    return InterchangeAck(
        interchange.control_number, interchange.date, interchange.time, code, worst.fault.ta105 if worst else "000"
    )


def _group(group: Group, findings: Iterable[Finding], numbers: Mapping[tuple[int, int], str]) -> GroupAck:
    own = [each for each in findings if each.group == group.group_ordinal]
    by_set: dict[int, list[Finding]] = defaultdict(list)
    for each in own:
        by_set[each.transaction].append(each)
    sets = tuple(_set(each, by_set[each.set_ordinal], numbers) for each in group.sets)
    of_group = [each for each in own if each.fault.ak905]
    accepted = sum(not each.is_rejected for each in sets)
    if blocks(of_group) or not accepted:
        code, accepted = "R", 0
        sets = tuple(each._replace(code="R", codes=each.codes or ("5",)) for each in sets)
    elif accepted < len(sets):
        code = "P"
    else:
        code = "E" if of_group or any(each.code == "E" for each in sets) else "A"
    codes = tuple(dict.fromkeys(each.fault.ak905 for each in of_group))[:_CODES_MOST]
    return GroupAck(
        functional_id=group.functional_id,
        control_number=group.control_number,
        guide=group.guide,
        code=code,
        sets_included=group.sets_stated or len(sets),
        sets_received=len(sets),
        sets_accepted=accepted,
        codes=codes,
        sets=sets,
    )


def _set(opened: TransactionSet, findings: Iterable[Finding], numbers: Mapping[tuple[int, int], str]) -> SetAck:
    own = [each for each in findings if each.level <= 2 and each.severity is not Severity.NOTE]
    errors: dict[tuple[int, str, str], SegmentError] = {}
    for each in own:
        fault = each.fault
        if not fault.ik304:
            continue
        # One IK3 for each segment and code; element faults of one segment gather below it.
        key = (each.segment, each.segment_id, fault.ik304)
        error = errors.get(key)
        if error is None:
            number = numbers.get((opened.set_ordinal, each.claim))
            unit = ("CLM01", number) if number else None
            error = SegmentError(each.segment_id or "ZZZ", each.position, each.loop[:4], fault.ik304, unit)
        if fault.ik403:
            error = error._replace(elements=(*error.elements, _element(each)))
        errors[key] = error
    codes = dict.fromkeys(each.fault.ik502 for each in own if each.fault.ik502)
    if errors:
        codes["5"] = None
    return SetAck(
        set_id=opened.set_id,
        control_number=opened.control_number,
        guide=opened.guide,
        code="R" if blocks(own) else "E" if own else "A",
        codes=tuple(codes)[:_CODES_MOST],
        segments=tuple(errors.values())[:_SEGMENTS_MOST],
    )


def _element(finding: Finding) -> ElementError:
    """Name the element with its number in the X12 dictionary, as far as our tables know it."""
    form = segment_forms().get(finding.segment_id)
    number = ""
    if form is not None and 0 < finding.element <= len(form.elements):
        element = form.elements[finding.element - 1]
        parts = element.components
        if finding.component and finding.component <= len(parts):
            element = parts[finding.component - 1]
        number = "" if element.components else element.number
    return ElementError(finding.element, finding.component, finding.repetition, number, finding.fault.ik403)


def _batch(batch: ClaimSet, findings: Iterable[Finding], *, source: Party, moment: datetime) -> BatchAck:
    header = batch.header
    day = moment.strftime("%Y%m%d")
    wrong: dict[int, list[Finding]] = defaultdict(list)
    for each in findings:
        if each.transaction == header.set_ordinal and each.claim and each.blocks:
            wrong[each.claim].append(each)
    accepted = [claim for claim in batch.claims if not wrong[claim.claim_ordinal]]
    rejected = [claim for claim in batch.claims if wrong[claim.claim_ordinal]]
    providers: dict[tuple[str, ...], list[Claim]] = {}
    for claim in batch.claims:
        party = claim.billing.party
        providers.setdefault((party.id_qualifier, party.id, party.last_name), []).append(claim)
    receiver = header.submitter
    return BatchAck(
        source=source,
        receiver=Party(
            "41", receiver.last_name, receiver.first_name, kind=receiver.kind, id_qualifier="46", id=receiver.id
        ),
        reference=header.reference,
        source_trace=header.reference,
        source_dates=(Dated("050", "D8", day), Dated("009", "D8", day)),
        batch_reference=header.reference,
        statuses=(_status(_RECEIVED, entity="PR", day=day, action="WQ", charge=_charge(batch.claims)),),
        quantities=_counts(("90", accepted), ("AA", rejected)),
        amounts=_amounts(("YU", accepted), ("YY", rejected)),
        providers=tuple(_provider(claims, wrong, day=day) for claims in providers.values()),
    )


def _provider(claims: Sequence[Claim], wrong: Mapping[int, list[Finding]], *, day: str) -> ProviderAck:
    party = claims[0].billing.party
    accepted = [claim for claim in claims if not wrong.get(claim.claim_ordinal)]
    rejected = [claim for claim in claims if wrong.get(claim.claim_ordinal)]
    return ProviderAck(
        party=Party("85", *party[1:5], kind=party.kind, id_qualifier=party.id_qualifier, id=party.id),
        trace_number="0",
        statuses=(_status(_RECEIVED, entity="PR", day="", action="WQ", charge=_charge(claims)),),
        quantities=_counts(("QA", accepted), ("QC", rejected)),
        amounts=_amounts(("YU", accepted), ("YY", rejected)),
        claims=tuple(_claim(claim, wrong.get(claim.claim_ordinal, []), day=day) for claim in claims),
    )


def _claim(claim: Claim, wrong: Sequence[Finding], *, day: str) -> ClaimAck:
    person, subscriber = claim.patient_party, claim.subscriber.party
    code = _ACCEPTED
    if wrong:
        code = _OUT_OF_BALANCE if wrong[0].level == 3 else _RETURNED
    services = [line.service_date for line in claim.lines if line.service_date is not None]
    first = services[0] if services else Dated("472", "D8", day)
    return ClaimAck(
        patient=Party("QC", *person[1:5], kind="1", id_qualifier="MI", id=person.id or subscriber.id),
        patient_control_number=claim.patient_control_number,
        statuses=(_status(code, entity="", day=day, action="U" if wrong else "WQ", charge=claim.charge.value),),
        dates=(first,),
    )


def _status(code: tuple[str, str], *, entity: str, day: str, action: str, charge: Decimal) -> ClaimStatus:
    return ClaimStatus(((*code, entity),), action, day, money_of(charge))


def _charge(claims: Iterable[Claim]) -> Decimal:
    return sum((claim.charge.value for claim in claims), Decimal(0))


def _counts(*of: tuple[str, Sequence[Claim]]) -> tuple[Counted, ...]:
    return tuple(Counted(qualifier, quantity_of(len(claims))) for qualifier, claims in of if claims)


def _amounts(*of: tuple[str, Sequence[Claim]]) -> tuple[Amount, ...]:
    return tuple(Amount(qualifier, money_of(_charge(claims))) for qualifier, claims in of if claims)
