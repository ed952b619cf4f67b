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
from claimwright.x12.write.checks import alike, verified_values
from claimwright.x12.write.claim_lines import order_of, other_details, write_line, write_notes, write_providers
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
_PROVIDERS = order_of("DN", "P3", "82", "77", "DD", "DQ", "PW", "45", "71", "72", "ZZ")
# Of a hospital the attending provider comes first and the referring one last.
_HOSPITAL_PROVIDERS = order_of("71", "72", "ZZ", "82", "77", "DN", "P3", "DD", "DQ", "PW", "45")
_CODES_A_SEGMENT = 12
_CAUSES_MOST = 3
# The institutional guide gives each kind of code segments of its own, in this order.
_CODE_ORDER = order_of(
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
    self_check: bool = True,
) -> Written:
    """Write professional claims as one interchange with one transaction set (005010X222A1).

    Consecutive claims with the same billing provider, subscriber or patient share their HL. The bytes are read back,
    judged and compared before they are returned. Without `self_check` they are returned as written, each value fit to
    stand in its element: what the guide demands, and what it has no place for, is then for the caller to judge.

    Errors: none; when a finding blocks, there are no bytes.
    """
    return _write(
        batch, PROFESSIONAL, envelope=envelope, control=control, moment=moment, policy=policy, self_check=self_check
    )


def write_837i(
    batch: ClaimSet,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write institutional claims (005010X223A2); otherwise as `write_837p`.

    Shape: `place_of_service` holds the first two digits of the type of bill, `facility_qualifier` is A.
    """
    return _write(
        batch, INSTITUTIONAL, envelope=envelope, control=control, moment=moment, policy=policy, self_check=self_check
    )


def write_837d(
    batch: ClaimSet,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy = Policy.REFUSE,
    self_check: bool = True,
) -> Written:
    """Write dental claims (005010X224A2); otherwise as `write_837p`."""
    return _write(
        batch, DENTAL, envelope=envelope, control=control, moment=moment, policy=policy, self_check=self_check
    )


def _write(
    batch: ClaimSet,
    guide: str,
    *,
    envelope: Envelope,
    control: ControlNumbers,
    moment: datetime,
    policy: Policy,
    self_check: bool,
) -> Written:
    writer = SegmentWriter(envelope.delimiters, policy)
    header = batch.header
    if not 0 < len(batch.claims) <= CLAIMS_MOST:
        writer.say("x12.claims_many" if batch.claims else "x12.value_missing", "CLM")
    _header(writer, header, moment)
    levels = _Levels(writer, kind_of(guide))
    for ordinal, claim in enumerate(batch.claims, start=1):
        writer.claim = ordinal
        levels.write(claim)
    writer.claim = 0
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
    if not self_check:
        return written
    wanted = header._replace(
        date=moment.strftime("%Y%m%d"),
        time=moment.strftime("%H%M"),
        guide=guide,
        control_number=set_control(control, 0),
    )
    return verified_values(written, ((wanted, claim) for claim in batch.claims), policy, envelope.delimiters)


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

    number: str
    value: BillingProvider | Subscriber | Patient


class _Levels:
    """The HL tree while it is written: numbers count up, and claims share the levels of the claim before them."""

    def __init__(self, writer: SegmentWriter, kind: str) -> None:
        self._writer = writer
        self._kind = kind
        self._count = 0
        self._billing: _Level | None = None
        self._subscriber: _Level | None = None
        self._patient: _Level | None = None

    def write(self, claim: Claim) -> None:
        """Write a claim and the levels above it that are new; HL04 says whether patients follow below."""
        before = (self._count, self._billing, self._subscriber, self._patient)

        def build() -> None:
            self._count, self._billing, self._subscriber, self._patient = before
            self._levels(claim)
            _claim(self._writer, claim, self._kind)

        self._writer.quickly(build)

    def _levels(self, claim: Claim) -> None:
        writer, billing, subscriber = self._writer, self._billing, self._subscriber
        if billing is None or not alike(billing.value, claim.billing):
            billing, subscriber, self._patient = self._level("20", "", claim.billing, has_below=True), None, None
            _billing(writer, claim.billing)
            self._billing = billing
        has_patients = claim.patient is not None
        if (
            subscriber is None
            or has_patients != (self._patient is not None)
            or not alike(subscriber.value, claim.subscriber)
        ):
            subscriber = self._level("22", billing.number, claim.subscriber, has_below=has_patients)
            self._patient = None
            _subscriber(writer, claim.subscriber)
            self._subscriber = subscriber
        if claim.patient is not None and (self._patient is None or not alike(self._patient.value, claim.patient)):
            self._patient = self._level("23", subscriber.number, claim.patient, has_below=False)
            _patient(writer, claim.patient)

    def _level(
        self, code: str, above: str, value: BillingProvider | Subscriber | Patient, *, has_below: bool
    ) -> _Level:
        self._count += 1
        number = str(self._count)
        self._writer.add("HL", number, above, code, "1" if has_below else "0")
        return _Level(number, value)


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
        if len(claim.accident_causes) > _CAUSES_MOST:
            writer.say("x12.component_many", "CLM", 11)
        padded = [*claim.accident_causes, "", "", ""][:_CAUSES_MOST]
        causes = writer.composite((*padded, claim.accident_state, claim.accident_country))
    writer.add(
        "CLM",
        claim.patient_control_number,
        writer.money("CLM", claim.charge, 2),
        "",
        "",
        writer.composite((claim.place_of_service, claim.facility_qualifier, claim.claim_frequency_code)),
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
    details = claim.details
    writer.dates(claim.dates)
    if claim.admission_type or claim.admission_source or claim.discharge_status:
        writer.add("CL1", claim.admission_type, claim.admission_source, claim.discharge_status)
    if details:
        writer.details(details, *_CLAIM_BEFORE_AMOUNTS)
    writer.amounts(claim.amounts)
    writer.references(claim.references)
    if details:
        writer.details(details, "K3")
    write_notes(writer, claim.notes)
    if details:
        writer.details(details, *_CLAIM_BEFORE_CODES)
    _codes(writer, claim, kind)
    writer.quantities(claim.quantities)
    if details:
        writer.details(other_details(details, *_CLAIM_BEFORE_AMOUNTS, "K3", *_CLAIM_BEFORE_CODES))
    write_providers(writer, claim.providers, _HOSPITAL_PROVIDERS if kind == "I" else _PROVIDERS)
    for coverage in claim.other_coverages:
        _coverage(writer, coverage)
    for number, line in enumerate(claim.lines, start=1):
        write_line(writer, line, number, kind)


def _codes(writer: SegmentWriter, claim: Claim, kind: str) -> None:
    """Write HI: the diagnoses of a professional or dental claim together, every other kind of code by itself."""
    codes = claim.health_codes
    if kind == "I":
        together = (*claim.diagnoses, *codes)
        codes = tuple(sorted(together, key=lambda each: _CODE_ORDER.get(each.qualifier, len(_CODE_ORDER))))
    else:
        _code_segments(writer, claim.diagnoses)
    if codes:
        kinds: dict[str, list[HealthCode]] = {}
        for each in codes:
            kinds.setdefault(each.qualifier, []).append(each)
        for of_kind in kinds.values():
            _code_segments(writer, of_kind)


def _code_segments(writer: SegmentWriter, codes: Sequence[HealthCode]) -> None:
    for start in range(0, len(codes), _CODES_A_SEGMENT):
        elements = [_code(writer, code, at) for at, code in enumerate(codes[start : start + _CODES_A_SEGMENT], start=1)]
        writer.add("HI", *elements)


def _code(writer: SegmentWriter, code: HealthCode, element: int) -> Element:
    qualifier, value, date_form, date, amount, quantity, present_on_admission = code
    return writer.composite(
        (
            qualifier,
            value,
            date_form,
            date,
            writer.money("HI", amount, element) if amount.text else "",
            writer.quantity("HI", quantity, element) if quantity.text else "",
            "",
            "",
            present_on_admission,
        )
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
