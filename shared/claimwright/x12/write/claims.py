"""Claims to an 837: HL tree, lines and counts made here, in the order of the guide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from claimwright.x12.models.claims import (
    BillingProvider,
    Claim,
    ClaimSet,
    ClaimsHeader,
    HealthCode,
    OtherCoverage,
    Patient,
    Subscriber,
    kind_of,
)
from claimwright.x12.models.envelopes import ControlNumbers, Envelope
from claimwright.x12.readers.claims import read_837p
from claimwright.x12.write.checks import alike, verified
from claimwright.x12.write.claim_lines import other_details, write_line, write_notes, write_providers
from claimwright.x12.write.envelopes import interchange, set_control
from claimwright.x12.write.segments import Element, Policy, SegmentWriter, Written

PROFESSIONAL = "005010X222A1"
INSTITUTIONAL = "005010X223A2"
DENTAL = "005010X224A2"
CLAIMS_MOST = 5_000
"""In one transaction set."""

# Where raw segments go, by the order of the guides.
_CLAIM_BEFORE_AMOUNTS = ("DN1", "DN2", "PWK", "CN1")
_CLAIM_BEFORE_CODES = ("CR1", "CR2", "CRC")
_PROVIDERS = ("DN", "P3", "71", "72", "ZZ", "82", "77", "DD", "DQ", "PW", "45")
_CODES_A_SEGMENT = 12
# The institutional guide gives each kind of code segments of its own, in this order.
_CODE_ORDER = (
    *("ABK", "BK", "ABJ", "BJ", "APR", "PR", "ABN", "BN", "DR", "ABF", "BF"),
    *("BBR", "BR", "CAH", "BBQ", "BQ", "BI", "BH", "BE", "BG", "TC"),
)


def write_837p(
    batch: ClaimSet,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
) -> Written:
    """Write professional claims as one interchange with one transaction set (005010X222A1).

    Consecutive claims with the same billing provider, subscriber or patient share their HL. The bytes are read back,
    judged and compared before they are returned.

    Errors: none; when a finding blocks, there are no bytes.
    """
    return _write(batch, PROFESSIONAL, envelope=envelope, control=control, moment=moment, policy=policy)


def write_837i(
    batch: ClaimSet,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
) -> Written:
    """Write institutional claims (005010X223A2); otherwise as `write_837p`.

    Shape: `place_of_service` holds the first two digits of the type of bill, `facility_qualifier` is A.
    """
    return _write(batch, INSTITUTIONAL, envelope=envelope, control=control, moment=moment, policy=policy)


def write_837d(
    batch: ClaimSet,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
) -> Written:
    """Write dental claims (005010X224A2); otherwise as `write_837p`."""
    return _write(batch, DENTAL, envelope=envelope, control=control, moment=moment, policy=policy)


def _write(
    batch: ClaimSet, guide: str, *, envelope: Envelope, control: ControlNumbers, moment: datetime, policy: Policy
) -> Written:
    writer = SegmentWriter(envelope.delimiters, policy)
    header = batch.header
    if not 0 < len(batch.claims) <= CLAIMS_MOST:
        writer.say("x12.claims_many" if batch.claims else "x12.value_missing", "CLM")
    _header(writer, header, moment)
    _claims(writer, batch.claims, kind_of(guide))
    written = interchange(
        [writer],
        set_id="837",
        functional_id="HC",
        guide=guide,
        names_guide=True,
        envelope=envelope,
        control=control,
        moment=moment,
    )
    wanted = batch._replace(
        header=header._replace(
            date=moment.strftime("%Y%m%d"),
            time=moment.strftime("%H%M"),
            guide=guide,
            control_number=set_control(control, 0),
        )
    )
    return verified(written, (wanted,), lambda data: read_837p(data).values, policy)


def _header(writer: SegmentWriter, header: ClaimsHeader, moment: datetime) -> None:
    writer.add(
        "BHT",
        header.structure,
        header.purpose,
        header.reference,
        moment.strftime("%Y%m%d"),
        moment.strftime("%H%M"),
        header.usage,
    )
    writer.references(header.references)
    writer.party(header.submitter)
    writer.party(header.receiver)


class _Level(NamedTuple):
    """An HL that may be shared by the next claim."""

    number: int
    value: BillingProvider | Subscriber | Patient


def _claims(writer: SegmentWriter, claims: Sequence[Claim], kind: str) -> None:
    """Write all levels and claims; HL numbers count up, and HL04 says whether patients follow below."""
    count = 0
    billing: _Level | None = None
    subscriber: _Level | None = None
    patient: _Level | None = None
    for ordinal, claim in enumerate(claims, start=1):
        writer.claim = ordinal
        if billing is None or not alike(billing.value, claim.billing):
            count += 1
            billing, subscriber, patient = _Level(count, claim.billing), None, None
            writer.add("HL", str(count), "", "20", "1")
            _billing(writer, claim.billing)
        has_patients = claim.patient is not None
        is_new = subscriber is None or not alike(subscriber.value, claim.subscriber)
        if subscriber is None or is_new or has_patients != (patient is not None):
            count += 1
            writer.add("HL", str(count), str(billing.number), "22", "1" if has_patients else "0")
            subscriber, patient = _Level(count, claim.subscriber), None
            _subscriber(writer, claim.subscriber)
        if claim.patient is not None and (patient is None or not alike(patient.value, claim.patient)):
            count += 1
            writer.add("HL", str(count), str(subscriber.number), "23", "0")
            patient = _Level(count, claim.patient)
            _patient(writer, claim.patient)
        _claim(writer, claim, kind)
    writer.claim = 0


def _billing(writer: SegmentWriter, billing: BillingProvider) -> None:
    if billing.party.taxonomy:
        writer.add("PRV", "BI", "PXC", billing.party.taxonomy)
    writer.details(billing.details)
    writer.party(billing.party)
    if billing.pay_to_address is not None:
        writer.party(billing.pay_to_address)
    if billing.pay_to_plan is not None:
        writer.party(billing.pay_to_plan)


def _subscriber(writer: SegmentWriter, subscriber: Subscriber) -> None:
    writer.add(
        "SBR",
        subscriber.payer_responsibility_sequence,
        subscriber.patient_relationship,
        subscriber.group_number,
        subscriber.group_name,
        subscriber.insurance_type,
        "",
        "",
        "",
        subscriber.claim_filing_indicator,
    )
    writer.details(subscriber.details)
    writer.party(subscriber.party)
    writer.party(subscriber.payer)
    for party in subscriber.others:
        writer.party(party)


def _patient(writer: SegmentWriter, patient: Patient) -> None:
    if any(detail[:1] == ("PAT",) for detail in patient.details):
        writer.details(patient.details)
    else:
        writer.add("PAT", patient.relationship)
        writer.details(patient.details)
    writer.party(patient.party)
    for party in patient.others:
        writer.party(party)


def _claim(writer: SegmentWriter, claim: Claim, kind: str) -> None:
    causes: Element = ""
    if claim.accident_causes:
        padded = [*claim.accident_causes, "", "", ""][:3]
        causes = (*padded, claim.accident_state, claim.accident_country)
    writer.add(
        "CLM",
        claim.patient_control_number,
        writer.money("CLM", claim.charge, 2),
        "",
        "",
        (claim.place_of_service, claim.facility_qualifier, claim.claim_frequency_code),
        claim.signature_on_file,
        claim.accept_assignment,
        claim.assignment_of_benefits,
        claim.release_of_information,
        claim.patient_signature_source,
        causes,
        claim.special_program,
        *("", "", "", "", "", ""),
        claim.submission_reason,
        claim.delay_reason_code,
    )
    writer.dates(claim.dates)
    if claim.admission_type or claim.admission_source or claim.discharge_status:
        writer.add("CL1", claim.admission_type, claim.admission_source, claim.discharge_status)
    writer.details(claim.details, *_CLAIM_BEFORE_AMOUNTS)
    writer.amounts(claim.amounts)
    writer.references(claim.references)
    writer.details(claim.details, "K3")
    write_notes(writer, claim.notes)
    writer.details(claim.details, *_CLAIM_BEFORE_CODES)
    _codes(writer, claim, kind)
    writer.quantities(claim.quantities)
    writer.details(other_details(claim.details, *_CLAIM_BEFORE_AMOUNTS, "K3", *_CLAIM_BEFORE_CODES))
    write_providers(writer, claim.providers, _PROVIDERS)
    for coverage in claim.other_coverages:
        _coverage(writer, coverage)
    for number, line in enumerate(claim.lines, start=1):
        write_line(writer, line, number, kind)


def _codes(writer: SegmentWriter, claim: Claim, kind: str) -> None:
    """Write HI: the diagnoses of a professional or dental claim together, every other kind of code by itself."""
    codes = claim.health_codes
    if kind == "I":
        known = {qualifier: place for place, qualifier in enumerate(_CODE_ORDER)}
        together = (*claim.diagnoses, *codes)
        codes = tuple(sorted(together, key=lambda each: known.get(each.qualifier, len(known))))
    else:
        _code_segments(writer, claim.diagnoses)
    kinds: dict[str, list[HealthCode]] = {}
    for each in codes:
        kinds.setdefault(each.qualifier, []).append(each)
    for of_kind in kinds.values():
        _code_segments(writer, of_kind)


def _code_segments(writer: SegmentWriter, codes: Sequence[HealthCode]) -> None:
    for start in range(0, len(codes), _CODES_A_SEGMENT):
        writer.add(
            "HI",
            *[
                (
                    code.qualifier,
                    code.code,
                    code.date_form,
                    code.date,
                    writer.money("HI", code.amount, place),
                    writer.quantity("HI", code.quantity, place),
                    "",
                    "",
                    code.present_on_admission,
                )
                for place, code in enumerate(codes[start : start + _CODES_A_SEGMENT], start=1)
            ],
        )


def _coverage(writer: SegmentWriter, coverage: OtherCoverage) -> None:
    writer.add(
        "SBR",
        coverage.payer_responsibility_sequence,
        coverage.patient_relationship,
        coverage.group_number,
        coverage.group_name,
        coverage.insurance_type,
        "",
        "",
        "",
        coverage.claim_filing_indicator,
    )
    writer.adjustments(coverage.adjustments)
    writer.amounts(coverage.amounts)
    if coverage.assignment_of_benefits or coverage.patient_signature_source or coverage.release_of_information:
        writer.add(
            "OI",
            "",
            "",
            coverage.assignment_of_benefits,
            coverage.patient_signature_source,
            "",
            coverage.release_of_information,
        )
    writer.details(coverage.details)
    writer.party(coverage.subscriber)
    writer.party(coverage.payer)
    for party in coverage.providers:
        writer.party(party)
