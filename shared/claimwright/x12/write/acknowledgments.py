"""TA1, 999 and 277CA from values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from claimwright.x12.models.acknowledgments import (
    BatchAck,
    ClaimAck,
    ClaimStatus,
    ElementError,
    GroupAck,
    InterchangeAck,
    LineAck,
    ProviderAck,
    SetAck,
)
from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.models.values import Party
from claimwright.x12.readers.acknowledgments import read_277ca, read_999, read_ta1
from claimwright.x12.write.checks import verified
from claimwright.x12.write.envelopes import interchange, interchange_of_acks, set_control
from claimwright.x12.write.segments import Element, Policy, SegmentWriter, Written

IMPLEMENTATION_GUIDE = "005010X231A1"
CLAIM_GUIDE = "005010X214"
# STC01, STC10 and STC11.
_CODES_MOST = 3
_NO_CODE = ("", "", "")


def write_ta1(
    acks: Sequence[InterchangeAck],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write TA1 segments as one interchange without groups."""
    writer = SegmentWriter(envelope.delimiters, policy)
    for ack in acks:
        writer.add("TA1", ack.control_number, ack.date, ack.time, ack.code, ack.note)
    written = interchange_of_acks(writer, envelope=envelope, control=control, moment=moment)
    if not self_check:
        return written
    return verified(written, acks, lambda data: read_ta1(data).values, policy, envelope.delimiters)


def write_999(
    groups: Sequence[GroupAck],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 999 for each group that is answered (005010X231A1)."""
    writers = []
    for group in groups:
        writer = SegmentWriter(envelope.delimiters, policy)
        _group(writer, group)
        writers.append(writer)
    written = interchange(
        writers,
        set_id="999",
        functional_id="FA",
        guide=IMPLEMENTATION_GUIDE,
        names_guide=True,
        envelope=envelope,
        control=control,
        moment=moment,
    )
    if not self_check:
        return written
    return verified(written, groups, lambda data: read_999(data).values, policy, envelope.delimiters)


def _group(writer: SegmentWriter, group: GroupAck) -> None:
    writer.add("AK1", group.functional_id, group.control_number, group.guide)
    for each in group.sets:
        _set(writer, each)
    counts = (group.sets_included, group.sets_received, group.sets_accepted)
    writer.add("AK9", group.code, *map(str, counts), *group.codes)


def _set(writer: SegmentWriter, ack: SetAck) -> None:
    writer.add("AK2", ack.set_id, ack.control_number, ack.guide)
    for error in ack.segments:
        writer.add("IK3", error.segment_id, str(error.position), error.loop, error.code)
        writer.details(error.contexts)
        if error.business_unit is not None:
            writer.add("CTX", error.business_unit)
        for element in error.elements:
            writer.add("IK4", _place(element), element.data_element, element.code)
    writer.add("IK5", ack.code, *ack.codes)


def _place(element: ElementError) -> Element:
    parts = [str(element.element)]
    if element.component or element.repetition:
        parts.append(str(element.component) if element.component else "")
    if element.repetition:
        parts.append(str(element.repetition))
    return parts


def write_277ca(
    batches: Sequence[BatchAck],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 277CA for each 837 transaction that is answered (005010X214)."""
    writers = []
    for batch in batches:
        writer = SegmentWriter(envelope.delimiters, policy)
        _batch(writer, batch, moment)
        writers.append(writer)
    written = interchange(
        writers,
        set_id="277",
        functional_id="HN",
        guide=CLAIM_GUIDE,
        names_guide=True,
        envelope=envelope,
        control=control,
        moment=moment,
    )
    if not self_check:
        return written
    wanted = [
        each._replace(
            date=moment.strftime("%Y%m%d"),
            time=moment.strftime("%H%M"),
            guide=CLAIM_GUIDE,
            control_number=set_control(control, place),
        )
        for place, each in enumerate(batches)
    ]
    return verified(written, wanted, lambda data: read_277ca(data).values, policy, envelope.delimiters)


def _batch(writer: SegmentWriter, batch: BatchAck, moment: datetime) -> None:
    writer.add(
        *("BHT", "0085", "08", batch.reference),
        *(moment.strftime("%Y%m%d"), moment.strftime("%H%M"), "TH"),
    )
    writer.add("HL", "1", "", "20", "1")
    _name(writer, batch.source)
    writer.add("TRN", "1", batch.source_trace)
    writer.dates(batch.source_dates)
    writer.add("HL", "2", "1", "21", "1" if batch.providers else "0")
    _name(writer, batch.receiver)
    writer.add("TRN", "2", batch.batch_reference)
    _statuses(writer, batch.statuses)
    writer.quantities(batch.quantities)
    writer.amounts(batch.amounts)
    count = 2
    for provider in batch.providers:
        count += 1
        number = count
        writer.add("HL", str(number), "2", "19", "1" if provider.claims else "0")
        _provider(writer, provider)
        for claim in provider.claims:
            count += 1
            writer.claim += 1
            writer.add("HL", str(count), str(number), "PT")
            _claim(writer, claim)
    writer.claim = 0


def _name(writer: SegmentWriter, party: Party) -> None:
    writer.add(
        "NM1",
        party.role,
        party.kind,
        party.last_name,
        party.first_name,
        party.middle_name,
        "",
        party.suffix,
        party.id_qualifier,
        party.id,
    )


def _provider(writer: SegmentWriter, provider: ProviderAck) -> None:
    _name(writer, provider.party)
    if provider.trace_number or provider.statuses:
        writer.add("TRN", "1", provider.trace_number)
    _statuses(writer, provider.statuses)
    writer.references(provider.references)
    writer.quantities(provider.quantities)
    writer.amounts(provider.amounts)


def _claim(writer: SegmentWriter, claim: ClaimAck) -> None:
    _name(writer, claim.patient)
    writer.add("TRN", "2", claim.patient_control_number)
    _statuses(writer, claim.statuses)
    writer.references(claim.references)
    writer.dates(claim.dates)
    for line in claim.lines:
        _line(writer, line)


def _line(writer: SegmentWriter, line: LineAck) -> None:
    writer.add(
        "SVC",
        writer.procedure(line.procedure, "SVC", 1),
        writer.money("SVC", line.charge, 2),
        "",
        line.revenue_code,
        "",
        "",
        line.units,
    )
    _statuses(writer, line.statuses)
    if line.line_control_number:
        writer.add("REF", "FJ", line.line_control_number)
    writer.dates(line.dates)


def _statuses(writer: SegmentWriter, statuses: Sequence[ClaimStatus]) -> None:
    for each in statuses:
        if len(each.codes) > _CODES_MOST:
            writer.say("x12.element_many", "STC", 12)
        if not each.codes:
            writer.say("x12.value_missing", "STC", 1)
        codes = [*each.codes, *(_NO_CODE,) * _CODES_MOST]
        writer.add(
            "STC",
            codes[0],
            each.date,
            each.action,
            writer.money("STC", each.amount, 4),
            *("", "", "", "", ""),
            codes[1],
            codes[2],
            each.message,
        )
