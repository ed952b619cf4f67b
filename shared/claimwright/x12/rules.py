"""Level 4 of professional claims: what is required when, and what is not allowed otherwise.

Each rule is one function over a claim that yields its findings; `SITUATIONS` is the list of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import Claim, ClaimsHeader, ServiceLine
from claimwright.x12.models.values import Address, Party, day
from claimwright.x12.place import SetPlace

_REPLACES = frozenset({"7", "8"})
_MEDICARE = frozenset({"MA", "MB"})
_INPATIENT = frozenset({"21", "51", "61"})
_OLD_DIAGNOSES = frozenset({"BK", "BF"})
_BOX = re.compile(r"\bP\.? ?O\.? ?BOX\b|\bPOST OFFICE BOX\b", re.IGNORECASE)
_NDC_DIGITS = 11
_POSTAL_DIGITS = 9
_ZERO = Decimal(0)
# Anesthesia and drugs are billed in fractions; nothing is billed in less than this.
_LEAST_UNITS = Decimal("0.001")

Fault = tuple[str, ServiceLine | None, str, int]
"""Code, the line if it is of one, segment id, element."""
Rule = Callable[[Claim], Iterator[Fault]]


def situation(header: ClaimsHeader, claim: Claim) -> list[Finding]:
    """Return what a professional claim lacks, or has too much, in its situation."""
    place = SetPlace.of(header)
    findings = []
    for rule in SITUATIONS:
        for code, line, segment_id, element in rule(claim):
            span = claim.span if line is None else line.span
            findings.append(place.finding(code, span, segment_id, element, claim.claim_ordinal))
    return findings


def _frequency(claim: Claim) -> Iterator[Fault]:
    has_original = any(each.qualifier == "F8" for each in claim.references)
    if claim.claim_frequency_code in _REPLACES and not has_original:
        yield "x12.original_missing", None, "REF", 0
    if claim.claim_frequency_code == "1" and has_original:
        yield "x12.original_unused", None, "REF", 1


def _accident(claim: Claim) -> Iterator[Fault]:
    if {"AA", "OA"}.intersection(claim.accident_causes) and claim.dated("439") is None:
        yield "x12.accident_date", None, "DTP", 0
    if "AA" in claim.accident_causes and not claim.accident_state and not claim.accident_country:
        yield "x12.accident_state", None, "CLM", 11


def _patient(claim: Claim) -> Iterator[Fault]:
    subscriber = claim.subscriber
    is_self = subscriber.patient_relationship == "18"
    if is_self == (claim.patient is not None):
        yield "x12.patient_level", None, "SBR", 2
    if claim.patient is None:
        if subscriber.party.address is None:
            yield "x12.subscriber_address", None, "N3", 0
        if not subscriber.party.birth_date:
            yield "x12.subscriber_birth", None, "DMG", 0
    if subscriber.party.kind == "1" and not subscriber.party.id:
        yield "x12.subscriber_id", None, "NM1", 9


def _addresses(claim: Claim) -> Iterator[Fault]:
    billing = claim.billing.party.address
    if billing is not None and _BOX.search(billing.line1):
        yield "x12.address_box", None, "N3", 1
    facility = claim.service_facility
    for address in (billing, facility.address if facility else None):
        if address is not None and _is_short(address):
            yield "x12.postal_code_short", None, "N4", 3


def _is_short(address: Address) -> bool:
    is_domestic = address.country in ("", "US") and bool(address.state)
    return is_domestic and not (len(address.postal_code) == _POSTAL_DIGITS and address.postal_code.isdigit())


def _providers(claim: Claim) -> Iterator[Fault]:
    billing = claim.billing.party
    if not billing.id and not billing.reference("G2"):
        yield "x12.billing_npi", None, "NM1", 9
    rendering, facility = claim.rendering_provider, claim.service_facility
    if rendering is not None and rendering.id and rendering.id == billing.id:
        yield "x12.rendering_same", None, "NM1", 9
    if facility is not None and facility.address is not None and facility.address == billing.address:
        yield "x12.facility_same", None, "NM1", 1
    roles = [each.role for each in claim.providers]
    if "P3" in roles and "DN" not in roles:
        yield "x12.primary_care_alone", None, "NM1", 1
    for party in _parties(claim):
        if party.id_qualifier == "XX" and not is_npi(party.id):
            yield "x12.npi", None, "NM1", 9


def _parties(claim: Claim) -> Iterator[Party]:
    yield claim.billing.party
    yield from claim.providers
    for line in claim.lines:
        yield from line.providers


def is_npi(text: str) -> bool:
    """Tell whether a text is ten digits with a right check digit (Luhn over 80840 and the first nine)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    # 24 is what the prefix 80840 adds to the sum.
    total = 24
    for place, digit in enumerate(map(int, text)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _diagnoses(claim: Claim) -> Iterator[Fault]:
    qualifiers = {each.qualifier for each in claim.diagnoses}
    if qualifiers & _OLD_DIAGNOSES and qualifiers - _OLD_DIAGNOSES:
        yield "x12.diagnosis_mixed", None, "HI", 1
    codes = [each.code for each in claim.diagnoses]
    if any("." in code for code in codes):
        yield "x12.diagnosis_point", None, "HI", 1
    if len(set(codes)) < len(codes):
        yield "x12.diagnosis_repeated", None, "HI", 1
    for line in claim.lines:
        pointers = line.diagnosis_pointers
        if any(not 1 <= each <= len(codes) for each in pointers):
            yield "x12.pointer_range", line, "SV1", 7
        if len(set(pointers)) < len(pointers):
            yield "x12.pointer_repeated", line, "SV1", 7


def _amounts(claim: Claim) -> Iterator[Fault]:
    if _is_below(claim.charge.value, _ZERO):
        yield "x12.charge_negative", None, "CLM", 2
    for line in claim.lines:
        if _is_below(line.charge.value, _ZERO):
            yield "x12.charge_negative", line, "SV1", 2
        if line.quantity.text and _is_below(line.quantity.value, _LEAST_UNITS):
            yield "x12.units_zero", line, "SV1", 4


def _is_below(value: Decimal, limit: Decimal) -> bool:
    # What is no number is named by the guide; here it can't be compared.
    return value.is_finite() and value < limit


def _lines(claim: Claim) -> Iterator[Fault]:
    numbers = [line.line_control_number for line in claim.lines if line.line_control_number]
    if len(set(numbers)) < len(numbers):
        yield "x12.line_control_repeated", None, "REF", 2
    birth = day(claim.patient_party.birth_date)
    for line in claim.lines:
        if line.place_of_service and line.place_of_service == claim.place_of_service:
            yield "x12.line_place_same", line, "SV1", 5
        dated = line.service_date
        first = dated.first_day if dated is not None else None
        if first is not None and birth is not None and first < birth:
            yield "x12.service_before_birth", line, "DTP", 3
        drug = line.drug
        if drug is not None and drug.qualifier == "N4" and not (len(drug.ndc) == _NDC_DIGITS and drug.ndc.isdigit()):
            yield "x12.ndc", line, "LIN", 3


def _hospital(claim: Claim) -> Iterator[Fault]:
    if claim.place_of_service in _INPATIENT and claim.dated("435") is None:
        yield "x12.admission_date", None, "DTP", 0


def _coverages(claim: Claim) -> Iterator[Fault]:
    own = claim.subscriber
    is_medicare_later = own.claim_filing_indicator in _MEDICARE and own.payer_responsibility_sequence != "P"
    if is_medicare_later != bool(own.insurance_type):
        yield ("x12.insurance_type" if is_medicare_later else "x12.insurance_type_unused"), None, "SBR", 5
    if own.payer_responsibility_sequence in ("S", "T") and not claim.other_coverages:
        yield "x12.other_payer", None, "SBR", 1
    order = [own.payer_responsibility_sequence]
    order += [each.payer_responsibility_sequence for each in claim.other_coverages]
    named = [each for each in order if each != "U"]
    if len(set(named)) < len(named):
        yield "x12.payer_order_repeated", None, "SBR", 1
    payers = {each.payer.id for each in claim.other_coverages}
    for line in claim.lines:
        if any(each.payer_id not in payers for each in line.adjudications):
            yield "x12.adjudication_payer", line, "SVD", 1


def _attachments(claim: Claim) -> Iterator[Fault]:
    for detail in (*claim.details, *(each for line in claim.lines for each in line.details)):
        if detail[0] == "PWK" and detail[2:3] not in (("AA",), ("NS",)) and not detail[6:7]:
            yield "x12.attachment_number", None, "PWK", 6


SITUATIONS: tuple[Rule, ...] = (
    _frequency,
    _accident,
    _patient,
    _addresses,
    _providers,
    _diagnoses,
    _amounts,
    _lines,
    _hospital,
    _coverages,
    _attachments,
)
