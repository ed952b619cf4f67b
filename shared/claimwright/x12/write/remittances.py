"""Remittances to an 835, in the order of the guide; counts and group numbers made here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.models.remittances import ProviderAdjustment, RemitClaim, RemitLine, Remittance
from claimwright.x12.models.values import Party
from claimwright.x12.write.checks import verified_values
from claimwright.x12.write.envelopes import interchange, set_control
from claimwright.x12.write.segments import Element, Policy, SegmentWriter, Written

GUIDE = "005010X221A1"
_PAIRS_A_SEGMENT = 6
_ACCOUNT_ELEMENTS = 11
_PARTIES = {role: place for place, role in enumerate(("QC", "IL", "74", "82", "TT", "PR", "GB"))}


def write_835(
    remittances: Sequence[Remittance],
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write remittances as one interchange, one transaction set each (005010X221A1).

    Amounts are written as they are given, balanced or not: the judge that runs afterwards refuses what does not
    balance. Without `self_check` there is no judge: the bytes are returned as written.

    Errors: none; when a finding blocks, there are no bytes.
    """
    writers = []
    for remittance in remittances:
        writer = SegmentWriter(envelope.delimiters, policy)
        _remittance(writer, remittance)
        writers.append(writer)
    written = interchange(
        writers,
        set_id="835",
        functional_id="HP",
        guide=GUIDE,
        names_guide=False,
        envelope=envelope,
        control=control,
        moment=moment,
    )
    if not self_check:
        return written
    wanted = [
        each._replace(guide=GUIDE, control_number=set_control(control, place)) for place, each in enumerate(remittances)
    ]
    return verified_values(written, wanted, policy, envelope.delimiters)


def _remittance(writer: SegmentWriter, remittance: Remittance) -> None:
    if len(remittance.payment_details) > _ACCOUNT_ELEMENTS:
        writer.say("x12.element_many", "BPR", 17)
    details = [*remittance.payment_details, *([""] * _ACCOUNT_ELEMENTS)][:_ACCOUNT_ELEMENTS]
    writer.add(
        "BPR",
        remittance.handling,
        writer.money("BPR", remittance.payment, 2),
        remittance.credit_debit,
        remittance.payment_method,
        *details,
        remittance.payment_date,
    )
    writer.add("TRN", "1", remittance.trace_number, remittance.trace_payer_id, remittance.trace_supplement)
    if remittance.currency:
        writer.add(*remittance.currency)
    writer.references(remittance.references)
    writer.dates(remittance.dates, "DTM")
    _party(writer, remittance.payer)
    _party(writer, remittance.payee)
    writer.details(remittance.details)
    ordinal = 0
    for number, group in enumerate(remittance.groups, start=1):
        writer.add("LX", group.number or str(number))
        writer.details(group.summaries, "TS3", "TS2")
        for claim in group.claims:
            ordinal += 1
            writer.claim = ordinal
            writer.quickly(partial(_claim, writer, claim))
    writer.claim = 0
    _provider_adjustments(writer, remittance.provider_adjustments)


def _party(writer: SegmentWriter, party: Party) -> None:
    writer.add("N1", party.role, party.last_name, party.id_qualifier, party.id)
    writer.details(party.details, "N2")
    writer.address(party.address)
    writer.references(party.references)
    writer.contacts(party.contacts)
    writer.details([detail for detail in party.details if detail[0] != "N2"])


def _claim(writer: SegmentWriter, claim: RemitClaim) -> None:
    writer.add(
        "CLP",
        claim.patient_control_number,
        claim.claim_outcome_code,
        writer.money("CLP", claim.charge, 3),
        writer.money("CLP", claim.paid, 4),
        writer.money("CLP", claim.patient_responsibility, 5),
        claim.claim_filing_indicator,
        claim.payer_claim_control_number,
        claim.facility_code,
        claim.claim_frequency_code,
        claim.patient_status,
        claim.drg,
        writer.quantity("CLP", claim.drg_weight, 12),
        writer.quantity("CLP", claim.discharge_fraction, 13),
    )
    writer.adjustments(claim.adjustments)
    for party in sorted(claim.parties, key=lambda each: _PARTIES.get(each.role, len(_PARTIES))):
        writer.party(party)
    for detail in (claim.inpatient, claim.outpatient):
        if detail:
            writer.add(*detail)
    writer.references(claim.references)
    writer.dates(claim.dates, "DTM")
    writer.contacts(claim.contacts)
    writer.amounts(claim.amounts)
    writer.quantities(claim.quantities)
    if claim.details:
        writer.details(claim.details)
    for line in claim.lines:
        _line(writer, line)


def _line(writer: SegmentWriter, line: RemitLine) -> None:
    submitted: Element = writer.procedure(line.submitted, "SVC", 6) if line.submitted is not None else ""
    writer.add(
        "SVC",
        writer.procedure(line.procedure, "SVC", 1),
        writer.money("SVC", line.charge, 2),
        writer.money("SVC", line.paid, 3),
        line.revenue_code,
        writer.quantity("SVC", line.units, 5),
        submitted,
        writer.quantity("SVC", line.submitted_units, 7),
    )
    writer.dates(line.dates, "DTM")
    writer.adjustments(line.adjustments)
    writer.references(line.references)
    writer.amounts(line.amounts)
    writer.quantities(line.quantities)
    for kind, code in line.remark_codes:
        writer.add("LQ", kind, code)
    if line.details:
        writer.details(line.details)


def _provider_adjustments(writer: SegmentWriter, adjustments: Sequence[ProviderAdjustment]) -> None:
    """Write PLB: up to six consecutive pairs of one provider and fiscal year in a segment."""
    start = 0
    while start < len(adjustments):
        head = adjustments[start]
        elements: list[Element] = []
        end = start
        for each in adjustments[start : start + _PAIRS_A_SEGMENT]:
            if (each.provider_id, each.fiscal_year_end) != (head.provider_id, head.fiscal_year_end):
                break
            elements += ((each.code, each.reference), writer.money("PLB", each.amount, len(elements) + 4))
            end += 1
        writer.add("PLB", head.provider_id, head.fiscal_year_end, *elements)
        start = end
