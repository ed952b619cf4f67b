"""Questions about coverage and their answers, 270 and 271, from values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry
from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.models.values import Party, Procedure
from claimwright.x12.write.claim_lines import other_details
from claimwright.x12.write.levels import Levels, write_exchanges, write_name
from claimwright.x12.write.segments import Element, Policy, Repeated, SegmentWriter, Written

ELIGIBILITY_GUIDE = "005010X279A1"
# INS03 that goes with a reason of change.
_CHANGED = "001"


def write_270(
    inquiries: Sequence[Eligibility],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 270 for each pair of payer and provider (005010X279A1).

    Without `self_check` there is no judge: the bytes are returned as written.

    Errors: none; when a finding blocks, there are no bytes.
    """
    return write_exchanges(
        "270",
        inquiries,
        partial(_eligibility, moment=moment),
        guide=ELIGIBILITY_GUIDE,
        envelope=envelope,
        control=control,
        moment=moment,
        policy=policy,
        self_check=self_check,
    )


def write_271(
    answers: Sequence[Eligibility],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write one 271 for each pair of payer and provider (005010X279A1); otherwise as `write_270`."""
    return write_exchanges(
        "271",
        answers,
        partial(_eligibility, moment=moment),
        guide=ELIGIBILITY_GUIDE,
        envelope=envelope,
        control=control,
        moment=moment,
        policy=policy,
        self_check=self_check,
    )


def _eligibility(writer: SegmentWriter, value: Eligibility, moment: datetime) -> None:
    writer.add(
        *("BHT", "0022", value.purpose, value.reference),
        *(moment.strftime("%Y%m%d"), moment.strftime("%H%M"), value.transaction_type),
    )
    levels = Levels(writer)
    payer = levels.open("20", has_children=value.receiver is not None)
    _rejects(writer, value.system_rejects)
    write_name(writer, value.source)
    _says_more(writer, value.source, value.source_rejects)
    if value.receiver is None:
        if value.people or value.receiver_rejects:
            writer.say("x12.value_missing", "NM1", 3)
        return
    provider = levels.open("21", payer, has_children=bool(value.people))
    write_name(writer, value.receiver)
    _says_more(writer, value.receiver, value.receiver_rejects)
    for person in levels.open_people(value.people, provider, leaf=False):
        writer.quickly(partial(_person, writer, person))


def _says_more(writer: SegmentWriter, party: Party, rejects: Iterable[EligibilityReject] = ()) -> None:
    """Write what follows a name, in the order of the guide."""
    writer.details(other_details(party.details, "PRV"))
    writer.references(party.references)
    writer.address(party.address)
    writer.contacts(party.contacts)
    _rejects(writer, rejects)
    if party.taxonomy:
        writer.add("PRV", "PE", "PXC", party.taxonomy)
    writer.details(party.details, "PRV")
    if party.birth_date or party.gender:
        writer.add("DMG", "D8" if party.birth_date else "", party.birth_date, party.gender)


def _rejects(writer: SegmentWriter, rejects: Iterable[EligibilityReject]) -> None:
    for each in rejects:
        writer.add("AAA", each.is_valid, "", each.reason, each.action)


def _person(writer: SegmentWriter, person: CoveredPerson) -> None:
    for trace in person.traces:
        writer.add("TRN", trace.kind, trace.trace_number, trace.originator, trace.division)
    write_name(writer, person.party)
    _says_more(writer, person.party, person.rejects)
    if person.relationship or person.maintenance_reason or person.birth_sequence:
        writer.add(
            "INS",
            "N" if person.is_dependent else "Y",
            person.relationship,
            _CHANGED if person.maintenance_reason else "",
            person.maintenance_reason,
            *[""] * 12,
            person.birth_sequence,
        )
    if person.diagnoses:
        writer.add("HI", *[(each.qualifier, each.code) for each in person.diagnoses])
    writer.dates(person.dates)
    writer.details(person.details)
    for inquiry in person.inquiries:
        _inquiry(writer, inquiry)
    for benefit in person.benefits:
        _benefit(writer, benefit)


def _inquiry(writer: SegmentWriter, inquiry: Inquiry) -> None:
    writer.add(
        "EQ",
        Repeated(inquiry.service_types),
        _procedure(writer, inquiry.procedure, "", "EQ", 2),
        inquiry.coverage_level,
        "",
        [str(pointer) for pointer in inquiry.diagnosis_pointers],
    )
    writer.amounts(inquiry.amounts)
    writer.details(inquiry.details)
    writer.references(inquiry.references)
    writer.dates(inquiry.dates)


def _benefit(writer: SegmentWriter, benefit: Benefit) -> None:
    writer.add(
        "EB",
        benefit.information,
        benefit.coverage_level,
        Repeated(benefit.service_types),
        benefit.insurance_type,
        benefit.plan,
        benefit.period,
        writer.money("EB", benefit.amount, 7),
        writer.quantity("EB", benefit.percent, 8),
        benefit.quantity_kind,
        writer.quantity("EB", benefit.quantity, 10),
        benefit.needs_authorization,
        benefit.in_network,
        _procedure(writer, benefit.procedure, benefit.procedure_last, "EB", 13),
        [str(pointer) for pointer in benefit.diagnosis_pointers],
    )
    writer.details(benefit.details, "HSD")
    writer.references(benefit.references)
    writer.dates(benefit.dates)
    _rejects(writer, benefit.rejects)
    for message in benefit.messages:
        writer.add("MSG", message)
    writer.details(other_details(benefit.details, "HSD"))
    if benefit.parties:
        writer.add("LS", "2120")
        for party in benefit.parties:
            write_name(writer, party)
            _says_more(writer, party)
        writer.add("LE", "2120")


def _procedure(writer: SegmentWriter, procedure: Procedure | None, last: str, name: str, element: int) -> Element:
    if procedure is None:
        return ""
    written = writer.procedure(procedure, name, element)
    if not last:
        return written
    modifiers = [*procedure.modifiers, "", "", "", ""][:4]
    return (procedure.qualifier, procedure.code, *modifiers, procedure.description, last)
