"""Answer what came in: the findings of a file turned into TA1, 999 and 277CA values.

An acknowledgment is never acknowledged. Levels 1 and 2 decide the 999, by transaction; what they let pass is judged
claim by claim in the 277CA.

What comes in may be anything, and an answer has to be in order all the same: a number or id that has not the form of
one is left out, or given the nearest form that the answer allows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from claimwright.x12.bounded import STOPPED
from claimwright.x12.envelope_forms import FUNCTIONAL_IDS, ID_KINDS
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
from claimwright.x12.models.envelopes import Delimiters, Endpoint, Envelope, Group, Interchange, TransactionSet
from claimwright.x12.models.values import Amount, Counted, Dated, Party, money_of, quantity_of

_ACKS = frozenset({"FA"})
# What is judged by the guides of a 277CA: claims of other guides get the 999 alone.
_CLAIM_GUIDES = frozenset({"005010X222", "005010X223", "005010X224"})
_GUIDE = 10
# Categories and statuses of claim acknowledgments: what we received, took on, or sent back, and why.
_RECEIVED = ("A1", "19")
_ACCEPTED = ("A2", "20")
_RETURNED = ("A3", "21")
_OUT_OF_BALANCE = ("A7", "400")
_CODES_MOST = 5
_SEGMENTS_MOST = 1_000
_PLACE_MOST = 99
_PROVIDER_KINDS = frozenset({"XX", "FI"})
# For a patient of whom no member id is known, where the answer demands one; that is what the claim is returned for.
_NO_MEMBER_ID = "UNKNOWN"

# What a group usually holds, for a set that does not say what it is.
_SETS = {group: name for name, group in FUNCTIONAL_IDS.items()}

# Of a group that names no guide anywhere.
_VERSION = "005010"

_GROUP_ID = re.compile(r"[A-Z]{2}")
_GROUP_CONTROL = re.compile(r"[0-9]{1,9}")
_SET_ID = re.compile(r"[0-9A-Z]{3}")
_GUIDE_ID = re.compile(r"[0-9A-Z]{1,12}")
_OTHER = re.compile(r"[^0-9A-Za-z]")
# No blank at an edge, and none of the usual delimiters.
_CLAIM_NUMBER = re.compile(r"(?! )[ !-)+-9;-\]_-}]{1,35}(?<! )")


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
    numbers = {place: number for place, number in numbers.items() if _CLAIM_NUMBER.fullmatch(number)}
    acks: list[InterchangeAck] = []
    groups: list[GroupAck] = []
    # A set outside any group has no 999 to be rejected by; its claims are not answered for either.
    rejected = set()
    # Beyond the bound nobody knows what else is wrong: from there on every interchange is rejected.
    beyond = []
    by_interchange = _by_interchange(findings)
    by_set: dict[int, list[Finding]] = defaultdict(list)
    for each in findings:
        by_set[each.transaction].append(each)
        if each.blocks and each.level <= 2:
            rejected.add(each.transaction)
        if each.code == STOPPED:
            beyond.append(each)
    for interchange in interchanges:
        ordinal = interchange.interchange_ordinal
        own = by_interchange[ordinal] + [each for each in beyond if each.interchange < ordinal]
        ack = _interchange(interchange, own, moment)
        is_ack = bool(interchange.acks or interchange.groups) and all(
            group.functional_id in _ACKS for group in interchange.groups
        )
        if ack is not None and not is_ack:
            acks.append(ack)
        if ack is not None and ack.is_rejected:
            rejected.update(each.set_ordinal for group in interchange.groups for each in group.sets)
            continue
        by_group: dict[int, list[Finding]] = defaultdict(list)
        for finding in own:
            by_group[finding.group].append(finding)
        for group in interchange.groups:
            if group.functional_id in _ACKS or not group.group_ordinal:
                continue
            answer, not_taken = _group(group, by_group[group.group_ordinal], numbers)
            groups.append(answer)
            rejected.update(not_taken)
    batches = [
        _batch(batch, by_set[batch.header.set_ordinal], source=source, moment=moment)
        for batch in claim_sets
        if batch.claims and batch.header.set_ordinal not in rejected and batch.header.guide[:_GUIDE] in _CLAIM_GUIDES
    ]
    return Answers(tuple(acks), tuple(groups), tuple(batches))


def acknowledge_each(
    interchanges: Sequence[Interchange],
    claim_sets: Sequence[ClaimSet],
    findings: Sequence[Finding],
    *,
    source: Party,
    moment: datetime,
) -> Iterator[tuple[Interchange, Answers]]:
    """Yield for each interchange what `acknowledge` answers it: interchanges of one file may be of several senders."""
    sets = {each.header.set_ordinal: each for each in claim_sets}
    by_interchange = _by_interchange(findings)
    beyond = [each for each in findings if each.code == STOPPED]
    for interchange in interchanges:
        ordinal = interchange.interchange_ordinal
        ordinals = [each.set_ordinal for group in interchange.groups for each in group.sets]
        own = [sets[each] for each in ordinals if each in sets]
        told = by_interchange[ordinal] + [each for each in beyond if each.interchange < ordinal]
        yield interchange, acknowledge([interchange], own, told, source=source, moment=moment)


def _by_interchange(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for each in findings:
        found[each.interchange].append(each)
    return found


def answering(interchange: Interchange) -> Envelope:
    """Return the envelope of the answer to an interchange: back to its sender, with its own delimiters.

    What the sender could write can be written back with them.
    """
    delimiters = interchange.delimiters
    repetition = delimiters.repetition or next(sign for sign in "^!|" if sign not in delimiters[:4])
    delimiters = Delimiters(delimiters.element, delimiters.component, repetition, delimiters.segment)
    signs = delimiters[:4]
    if len(set(signs)) < len(signs) or any(len(each) != 1 or each.isalnum() for each in signs) or " " in signs:
        delimiters = Delimiters()
    usage = interchange.usage_indicator if interchange.usage_indicator in ("P", "T") else "P"
    return Envelope(_named(interchange.receiver), _named(interchange.sender), usage, delimiters=delimiters)


def _named(endpoint: Endpoint) -> Endpoint:
    """Return an address that an envelope takes."""
    qualifier = endpoint.qualifier if endpoint.qualifier in ID_KINDS else "ZZ"
    return Endpoint(qualifier, endpoint.id if _CLAIM_NUMBER.fullmatch(endpoint.id) else "UNKNOWN")


def _interchange(interchange: Interchange, findings: Iterable[Finding], moment: datetime) -> InterchangeAck | None:
    """Return the TA1, if one is asked for or the interchange is rejected."""
    own = [each for each in findings if each.fault.ta105 and each.severity is not Severity.NOTE]
    worst = next((each for each in own if each.blocks), own[0] if own else None)
    code = "R" if blocks(own) else "E" if own else "A"
    note = worst.fault.ta105 if worst else "000"
    if code != "R" and not all(_can_be_named(group) for group in interchange.groups):
        # A 999 has to name the group that it answers.
        code, note = "R", "024"
    if code != "R" and not interchange.wants_interchange_ack:
        return None
    number, date, time = interchange.control_number, interchange.date, interchange.time
    return InterchangeAck(
        _OTHER.sub("", number)[:9].zfill(9) if number.isascii() and _OTHER.sub("", number).isdigit() else "0" * 9,
        date if _is_digits(date, 6) else moment.strftime("%y%m%d"),
        time if _is_digits(time, 4) else moment.strftime("%H%M"),
        code,
        note,
    )


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _can_be_named(group: Group) -> bool:
    """Tell whether a 999 can name the group; what stands outside any group is not answered by one."""
    if not group.group_ordinal or group.functional_id in _ACKS:
        return True
    is_named = _GROUP_ID.fullmatch(group.functional_id) is not None
    return is_named and _GROUP_CONTROL.fullmatch(group.control_number) is not None


def _group(group: Group, own: Iterable[Finding], numbers: Mapping[tuple[int, int], str]) -> tuple[GroupAck, set[int]]:
    """Return the 999 of a group of its findings, and the ordinals of the sets that it rejects."""
    by_set: dict[int, list[Finding]] = defaultdict(list)
    for each in own:
        by_set[each.transaction].append(each)
    usual = _SETS.get(group.functional_id, "000")
    sets = {each.set_ordinal: _set(each, by_set[each.set_ordinal], numbers, usual=usual) for each in group.sets}
    not_taken = {ordinal for ordinal, said in sets.items() if said.is_rejected}
    of_group = [each for each in own if each.fault.ak905]
    if blocks(of_group):
        # The group is rejected for its own fault. It speaks for the sets: those without one are not named.
        code, not_taken = "R", set(sets)
        sets = {ordinal: said for ordinal, said in sets.items() if said.is_rejected}
    elif sets and len(not_taken) == len(sets):
        code = "R"
    elif not_taken:
        code = "P"
    else:
        code = "E" if of_group or any(each.code == "E" for each in sets.values()) else "A"
    codes = tuple(dict.fromkeys(each.fault.ak905 for each in of_group))[:_CODES_MOST]
    answer = GroupAck(
        functional_id=group.functional_id,
        control_number=group.control_number,
        guide=next(filter(_GUIDE_ID.fullmatch, (group.guide, *(each.guide for each in group.sets))), _VERSION),
        code=code,
        sets_included=group.sets_stated or len(group.sets),
        sets_received=len(group.sets),
        sets_accepted=len(group.sets) - len(not_taken),
        codes=codes,
        sets=tuple(sets.values()),
    )
    return answer, not_taken


def _set(
    opened: TransactionSet, findings: Iterable[Finding], numbers: Mapping[tuple[int, int], str], *, usual: str
) -> SetAck:
    # What has no code of its own here, the group or the interchange answers for.
    own = [
        each
        for each in findings
        if each.level <= 2 and each.severity is not Severity.NOTE and (each.fault.ik304 or each.fault.ik502)
    ]
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
        if fault.ik403 and 0 < each.element <= _PLACE_MOST and each.component <= _PLACE_MOST:
            error = error._replace(elements=(*error.elements, _element(each)))
        errors[key] = error
    codes = dict.fromkeys(each.fault.ik502 for each in own if each.fault.ik502)
    if errors:
        codes["5"] = None
    return SetAck(
        set_id=opened.set_id if _SET_ID.fullmatch(opened.set_id) else usual,
        control_number=_OTHER.sub("", opened.control_number)[:9].zfill(4),
        guide=opened.guide if _GUIDE_ID.fullmatch(opened.guide) else "",
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
        if each.claim and each.blocks:
            wrong[each.claim].append(each)
    accepted = [claim for claim in batch.claims if not wrong[claim.claim_ordinal]]
    rejected = [claim for claim in batch.claims if wrong[claim.claim_ordinal]]
    providers: dict[tuple[str, ...], list[Claim]] = {}
    for claim in batch.claims:
        party = claim.billing.party
        providers.setdefault((*_provider_id(party), party.last_name), []).append(claim)
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
    qualifier, number = _provider_id(party)
    accepted = [claim for claim in claims if not wrong.get(claim.claim_ordinal)]
    rejected = [claim for claim in claims if wrong.get(claim.claim_ordinal)]
    return ProviderAck(
        party=Party("85", *party[1:5], kind=party.kind, id_qualifier=qualifier, id=number),
        trace_number="0",
        statuses=(_status(_RECEIVED, entity="PR", day="", action="WQ", charge=_charge(claims)),),
        quantities=_counts(("QA", accepted), ("QC", rejected)),
        amounts=_amounts(("YU", accepted), ("YY", rejected)),
        claims=tuple(_claim(claim, wrong.get(claim.claim_ordinal, []), day=day) for claim in claims),
    )


def _provider_id(party: Party) -> tuple[str, str]:
    """Return the NPI of a billing provider, or the tax id of one that has none."""
    if party.id and party.id_qualifier in _PROVIDER_KINDS:
        return party.id_qualifier, party.id
    return "FI", party.reference("EI") or party.reference("SY") or party.id


def _claim(claim: Claim, wrong: Sequence[Finding], *, day: str) -> ClaimAck:
    person, subscriber = claim.patient_party, claim.subscriber.party
    code = _ACCEPTED
    if wrong:
        code = _OUT_OF_BALANCE if wrong[0].level == 3 else _RETURNED
    served = claim.dated("434") or claim.dated("472")
    if served is None:
        served = next((line.service_date for line in claim.lines if line.service_date is not None), None)
    form, text = (served.form, served.text) if served is not None else ("D8", day)
    return ClaimAck(
        patient=Party("QC", *person[1:5], kind="1", id_qualifier="MI", id=person.id or subscriber.id or _NO_MEMBER_ID),
        patient_control_number=claim.patient_control_number,
        statuses=(_status(code, entity="", day=day, action="U" if wrong else "WQ", charge=claim.charge.value),),
        dates=(Dated("472", form, text),),
    )


def _status(code: tuple[str, str], *, entity: str, day: str, action: str, charge: Decimal) -> ClaimStatus:
    return ClaimStatus(((*code, entity),), action, day, money_of(charge))


def _charge(claims: Iterable[Claim]) -> Decimal:
    return sum((claim.charge.value for claim in claims), Decimal(0))


def _counts(*of: tuple[str, Sequence[Claim]]) -> tuple[Counted, ...]:
    return tuple(Counted(qualifier, quantity_of(len(claims))) for qualifier, claims in of if claims)


def _amounts(*of: tuple[str, Sequence[Claim]]) -> tuple[Amount, ...]:
    return tuple(Amount(qualifier, money_of(_charge(claims))) for qualifier, claims in of if claims)
