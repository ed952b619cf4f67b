"""Level 4 of claims: what is required when, and what is not allowed otherwise.

A rule is a row of `RULES`: its code, the guides that have it (P professional, I institutional, D dental), the place
that it speaks of, and a question over the claim, or over one of its lines or other payers, that is true when the rule
is broken; those of hospitals, dentists and other payers stand in `rules_institutional`, `rules_dental` and
`rules_payers`. Remittances have theirs in `remit_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple, TypeVar

from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import (
    Claim,
    ClaimsHeader,
    OtherCoverage,
    ServiceLine,
)
from claimwright.x12.models.values import Address, Dated, day
from claimwright.x12.place import SetPlace
from claimwright.x12.rules_dental import (
    is_predetermination,
    places_appliance,
    repeats_day,
    repeats_surface,
    repeats_tooth,
    replaces,
    was_placed,
)
from claimwright.x12.rules_institutional import (
    STILL_PATIENT,
    came_unscheduled,
    has_code,
    interim_status_differs,
    is_admitted_late,
    is_inpatient,
    is_outpatient,
    is_outside_statement,
    is_unpaid_above_charge,
    lacks_attending,
    lacks_own_day,
)
from claimwright.x12.rules_payers import (
    adjusts_nothing,
    dates_decision_twice,
    decides_for_nobody,
    has_decided,
    has_paid,
    is_bundled_nowhere,
    is_medicare_later,
    lacks_decision_day,
    repeats_order,
    repeats_payer,
    repeats_reason,
)

CLAIMS_MOST = 5000
"""In one transaction."""

_REPLACES = frozenset({"7", "8"})
_INPATIENT_PLACES = frozenset({"21", "51", "61"})
_LAST_BILLS = frozenset({"1", "4"})
_OLD_DIAGNOSES = frozenset({"BK", "BF"})
_PRINCIPAL_PROCEDURES = frozenset({"BBR", "BR", "CAH"})
_OTHER_PROCEDURES = frozenset({"BBQ", "BQ"})
_ADMITTING = frozenset({"ABJ", "BJ"})
_REASONS = frozenset({"APR", "PR"})
_BOX = re.compile(r"\bP\.? ?O\.? ?BOX\b|\bPOST OFFICE BOX\b", re.IGNORECASE)
_NDC_DIGITS = 11
_POSTAL_DIGITS = 9
_ZERO = Decimal(0)
# Anesthesia and drugs are billed in fractions; nothing is billed in less than this.
_LEAST_UNITS = Decimal("0.001")


class OfClaim(NamedTuple):
    """A rule over a claim."""

    code: str
    guides: str
    loop: str
    segment_id: str
    element: int
    is_broken: Callable[[Claim], bool]


class OfLine(NamedTuple):
    """A rule over each line of a claim."""

    code: str
    guides: str
    loop: str
    segment_id: str
    element: int
    is_broken: Callable[[Claim, ServiceLine], bool]


class OfPayer(NamedTuple):
    """A rule over each other payer of a claim."""

    code: str
    guides: str
    loop: str
    segment_id: str
    element: int
    is_broken: Callable[[Claim, OtherCoverage], bool]


Rule = OfClaim | OfLine | OfPayer


R = TypeVar("R", OfClaim, OfLine)
_Groups = tuple[tuple[int, tuple[tuple[R, Callable[..., bool]], ...]], ...]
"""Rules by the field that calls for them, by its place in the record; first, with no place, those always asked."""
_ALWAYS = -1


class _Rules(NamedTuple):
    claim: _Groups[OfClaim]
    line: _Groups[OfLine]
    payer: tuple[OfPayer, ...]


@cache
def _rules(kind: str) -> _Rules:
    own = [each for each in RULES if kind in each.guides]
    return _Rules(
        _grouped([each for each in own if isinstance(each, OfClaim)], Claim._fields),
        _grouped([each for each in own if isinstance(each, OfLine)], ServiceLine._fields),
        tuple(each for each in own if isinstance(each, OfPayer)),
    )


def _grouped(rules: list[R], fields: tuple[str, ...]) -> _Groups[R]:
    groups: dict[int, list[R]] = {}
    for rule in rules:
        field = ONLY_WITH.get(rule.code)
        groups.setdefault(_ALWAYS if field is None else fields.index(field), []).append(rule)
    return tuple((place, tuple((each, each.is_broken) for each in groups[place])) for place in sorted(groups))


def situation(header: ClaimsHeader, claim: Claim) -> list[Finding]:  # noqa: C901 (calls cost more than branches)
    """Return what a claim lacks, or has too much, in its situation; nothing for a guide that we don't know."""
    kind = header.kind
    if not kind:
        return []
    of_claim, of_line, of_payer = _rules(kind)
    of_whole: list[OfClaim] = []
    for field, rules in of_claim:
        if field < 0 or claim[field]:
            for rule, is_broken in rules:
                if is_broken(claim):
                    of_whole.append(rule)
    broken: list[tuple[Rule, ServiceLine | None]] = [(each, None) for each in _in_order(of_whole)] if of_whole else []
    for line in claim.lines:
        of_one: list[OfLine] = []
        for field, line_rules in of_line:
            if field < 0 or line[field]:
                for line_rule, line_is_broken in line_rules:
                    if line_is_broken(claim, line):
                        of_one.append(line_rule)
        if of_one:
            broken += [(each, line) for each in _in_order(of_one)]
    for coverage in claim.other_coverages:
        broken += [(each, None) for each in of_payer if each.is_broken(claim, coverage)]
    if not broken:
        return []
    place = SetPlace.of(header)
    return [
        place.finding(
            rule.code,
            claim.span if line is None else line.span,
            rule.segment_id,
            rule.element,
            claim.claim_ordinal,
            loop=rule.loop,
        )
        for rule, line in broken
    ]


def _in_order(rules: list[R]) -> list[R]:
    return sorted(rules, key=RULES.index) if len(rules) > 1 else rules


# Frequency, accident, dates


def _causes(claim: Claim, *causes: str) -> bool:
    return any(each in causes for each in claim.accident_causes)


def _line_days(claim: Claim) -> Iterator[Dated]:
    for line in claim.lines:
        dated = line.service_date
        if dated is not None:
            yield dated


def _onset_is_service(claim: Claim) -> bool:
    onset = claim.dated("431")
    return (
        onset is not None
        and bool(claim.lines)
        and all(dated.text == onset.text for dated in _line_days(claim))
        and any(True for _ in _line_days(claim))
    )


def _ends_before_it_begins(claim: Claim) -> bool:
    admitted, discharged = claim.dated("435"), claim.dated("096")
    if admitted is None or discharged is None:
        return False
    first, last = admitted.first_day, discharged.first_day
    return first is not None and last is not None and last < first


def _has_any_day(claim: Claim) -> bool:
    return claim.dated("472") is not None or any(True for _ in _line_days(claim))


# Who


def _is_self(claim: Claim) -> bool:
    return claim.subscriber.patient_relationship == "18"


def _has_box(claim: Claim) -> bool:
    address = claim.billing.party.address
    return address is not None and _BOX.search(address.line1) is not None


def _has_short_code(claim: Claim) -> bool:
    facility = claim.service_facility
    return _is_short(claim.billing.party.address) or (facility is not None and _is_short(facility.address))


def _is_short(address: Address | None) -> bool:
    if address is None or address.country not in ("", "US") or not address.state:
        return False
    return not (len(address.postal_code) == _POSTAL_DIGITS and address.postal_code.isdigit())


def _bills_itself(claim: Claim) -> bool:
    rendering = claim.rendering_provider
    return rendering is not None and bool(rendering.id) and rendering.id == claim.billing.party.id


def _is_at_home(claim: Claim) -> bool:
    facility = claim.service_facility
    return facility is not None and facility.address is not None and facility.address == claim.billing.party.address


def _roles(claim: Claim) -> set[str]:
    return {each.role for each in claim.providers}


def _repeats_provider(claim: Claim, line: ServiceLine) -> bool:
    return any(
        bool(each.id) and any(each.role == known.role and each.id == known.id for known in claim.providers)
        for each in line.providers
    )


def _is_same_provider(claim: Claim, role: str) -> bool:
    attending = claim.attending_provider
    if attending is None or not attending.id:
        return False
    return any(each.role == role and each.id == attending.id for each in claim.providers)


def _transport_roles(claim: Claim) -> set[str]:
    found = {each.role for each in claim.providers}
    for line in claim.lines:
        if line.providers:
            found.update([each.role for each in line.providers])
    return found & {"PW", "45"}


def _lacks_transport(claim: Claim) -> bool:
    if not _transport_roles(claim):
        return False
    details = (*claim.details, *(each for line in claim.lines for each in line.details))
    return not any(detail[0] == "CR1" for detail in details)


# Codes and lines


def _mixes_code_sets(claim: Claim) -> bool:
    qualifiers = {each.qualifier for each in claim.diagnoses}
    return bool(qualifiers & _OLD_DIAGNOSES) and bool(qualifiers - _OLD_DIAGNOSES)


def _repeats_diagnosis(claim: Claim) -> bool:
    return len({each.code for each in claim.diagnoses}) < len(claim.diagnoses)


def _repeats_code(claim: Claim) -> bool:
    codes = [(each.qualifier, each.code, each.date) for each in claim.health_codes if each.qualifier != "TC"]
    return len(set(codes)) < len(codes)


def _repeats_line_number(claim: Claim) -> bool:
    if len(claim.lines) < 2:
        return False
    numbers = list(filter(None, [line.line_control_number for line in claim.lines]))
    return len(set(numbers)) < len(numbers)


def _points_nowhere(claim: Claim, line: ServiceLine) -> bool:
    pointers = line.diagnosis_pointers
    return bool(pointers) and not (min(pointers) >= 1 and max(pointers) <= len(claim.diagnoses))


def _is_below(value: Decimal, limit: Decimal) -> bool:
    # What is no number is named by the guide; here it can't be compared.
    return value.is_finite() and value < limit


def _precedes_birth(claim: Claim, line: ServiceLine) -> bool:
    dated, birth = line.service_date, claim.patient_party.birth_date
    # Days of this form are in the order of their texts.
    if dated is None or not birth or dated.text >= birth:
        return False
    first, born = dated.first_day, day(birth)
    return first is not None and born is not None and first < born


def _is_no_ndc(line: ServiceLine) -> bool:
    drug = line.drug
    return drug is not None and drug.qualifier == "N4" and not (len(drug.ndc) == _NDC_DIGITS and drug.ndc.isdigit())


def _lacks_attachment_number(claim: Claim, line: ServiceLine | None = None) -> bool:
    details = claim.details if line is None else line.details
    return any(
        detail[0] == "PWK" and detail[2:3] not in (("AA",), ("NS",)) and not any(detail[6:7]) for detail in details
    )


RULES: tuple[Rule, ...] = (
    OfClaim("x12.claims_many", "PID", "2300", "CLM", 0, lambda c: c.claim_ordinal == CLAIMS_MOST + 1),
    OfClaim(
        *("x12.original_missing", "PID", "2300", "REF", 0),
        lambda c: c.claim_frequency_code in _REPLACES and not c.payer_claim_control_number,
    ),
    OfClaim(
        *("x12.original_unused", "PID", "2300", "REF", 1),
        lambda c: c.claim_frequency_code == "1" and c.payer_claim_control_number != "",
    ),
    OfClaim("x12.accident_date", "PD", "2300", "DTP", 0, lambda c: _causes(c, "AA", "OA") and c.dated("439") is None),
    OfClaim(
        *("x12.accident_cause", "PD", "2300", "CLM", 11),
        lambda c: not c.accident_causes and c.dated("439") is not None,
    ),
    OfClaim(
        *("x12.accident_state", "PD", "2300", "CLM", 11),
        lambda c: _causes(c, "AA") and not c.accident_state and not c.accident_country,
    ),
    OfClaim(
        *("x12.accident_state_unused", "PD", "2300", "CLM", 11),
        lambda c: c.accident_state != "" and not _causes(c, "AA"),
    ),
    OfClaim("x12.onset_same", "P", "2300", "DTP", 3, _onset_is_service),
    OfClaim("x12.discharge_before_admission", "P", "2300", "DTP", 3, _ends_before_it_begins),
    OfClaim("x12.patient_level", "PID", "2000B", "SBR", 2, lambda c: _is_self(c) == (c.patient is not None)),
    OfClaim(
        *("x12.subscriber_address", "PID", "2010BA", "N3", 0),
        lambda c: c.patient is None and c.subscriber.party.address is None,
    ),
    OfClaim(
        *("x12.subscriber_birth", "PID", "2010BA", "DMG", 0),
        lambda c: c.patient is None and not c.subscriber.party.birth_date,
    ),
    OfClaim(
        *("x12.subscriber_id", "PID", "2010BA", "NM1", 9),
        lambda c: c.subscriber.party.kind == "1" and not c.subscriber.party.id,
    ),
    OfClaim("x12.filing_missing", "PID", "2000B", "SBR", 9, lambda c: not c.subscriber.claim_filing_indicator),
    OfClaim("x12.address_box", "PID", "2010AA", "N3", 1, _has_box),
    OfClaim("x12.postal_code_short", "PID", "2010AA", "N4", 3, _has_short_code),
    OfClaim(
        *("x12.billing_npi", "PID", "2010AA", "NM1", 9),
        lambda c: not c.billing.party.id and not c.billing.party.reference("G2"),
    ),
    OfClaim("x12.rendering_same", "PD", "2310B", "NM1", 9, _bills_itself),
    OfClaim("x12.facility_same", "P", "2310C", "NM1", 1, _is_at_home),
    OfClaim("x12.facility_same", "I", "2310E", "NM1", 1, _is_at_home),
    OfClaim("x12.facility_same", "D", "2310C", "NM1", 1, _is_at_home),
    OfClaim(
        *("x12.primary_care_alone", "PD", "2310A", "NM1", 1),
        lambda c: "P3" in _roles(c) and "DN" not in _roles(c),
    ),
    OfLine("x12.line_provider_same", "PID", "2400", "NM1", 9, _repeats_provider),
    OfClaim("x12.ambulance_point", "P", "2310E", "NM1", 1, lambda c: len(_transport_roles(c)) == 1),
    OfClaim("x12.ambulance_transport", "P", "2300", "CR1", 0, _lacks_transport),
    OfClaim("x12.diagnosis_mixed", "PID", "2300", "HI", 1, _mixes_code_sets),
    OfClaim("x12.diagnosis_point", "PID", "2300", "HI", 1, lambda c: any("." in each.code for each in c.diagnoses)),
    OfClaim("x12.diagnosis_repeated", "PID", "2300", "HI", 1, _repeats_diagnosis),
    OfClaim("x12.code_repeated", "PI", "2300", "HI", 1, _repeats_code),
    OfLine("x12.pointer_range", "P", "2400", "SV1", 7, _points_nowhere),
    OfLine("x12.pointer_range", "D", "2400", "SV3", 11, _points_nowhere),
    OfLine(
        *("x12.pointer_repeated", "P", "2400", "SV1", 7),
        lambda _, line: len(set(line.diagnosis_pointers)) < len(line.diagnosis_pointers),
    ),
    OfLine(
        *("x12.pointer_repeated", "D", "2400", "SV3", 11),
        lambda _, line: len(set(line.diagnosis_pointers)) < len(line.diagnosis_pointers),
    ),
    OfClaim("x12.charge_negative", "PID", "2300", "CLM", 2, lambda c: _is_below(c.charge.value, _ZERO)),
    OfLine("x12.charge_negative", "P", "2400", "SV1", 2, lambda _, line: _is_below(line.charge.value, _ZERO)),
    OfLine("x12.charge_negative", "I", "2400", "SV2", 3, lambda _, line: _is_below(line.charge.value, _ZERO)),
    OfLine("x12.charge_negative", "D", "2400", "SV3", 2, lambda _, line: _is_below(line.charge.value, _ZERO)),
    OfLine(
        *("x12.units_zero", "P", "2400", "SV1", 4),
        lambda _, line: line.quantity.text != "" and _is_below(line.quantity.value, _LEAST_UNITS),
    ),
    OfLine(
        *("x12.units_zero", "D", "2400", "SV3", 6),
        lambda _, line: line.quantity.text != "" and _is_below(line.quantity.value, _LEAST_UNITS),
    ),
    OfClaim("x12.line_control_repeated", "PID", "2400", "REF", 2, _repeats_line_number),
    OfLine(
        *("x12.line_place_same", "P", "2400", "SV1", 5),
        lambda c, line: line.place_of_service != "" and line.place_of_service == c.place_of_service,
    ),
    OfLine(
        *("x12.line_place_same", "D", "2400", "SV3", 3),
        lambda c, line: line.place_of_service != "" and line.place_of_service == c.place_of_service,
    ),
    OfLine("x12.service_before_birth", "PID", "2400", "DTP", 3, _precedes_birth),
    OfLine("x12.ndc", "PI", "2410", "LIN", 3, lambda _, line: _is_no_ndc(line)),
    OfClaim("x12.attachment_number", "PID", "2300", "PWK", 6, _lacks_attachment_number),
    OfLine("x12.attachment_number", "PI", "2400", "PWK", 6, _lacks_attachment_number),
    OfClaim(
        *("x12.admission_date", "P", "2300", "DTP", 0),
        lambda c: c.place_of_service in _INPATIENT_PLACES and c.dated("435") is None,
    ),
    # Institutional
    OfClaim("x12.admission_date", "I", "2300", "DTP", 0, lambda c: is_inpatient(c) and c.dated("435") is None),
    OfClaim("x12.admission_after_statement", "I", "2300", "DTP", 3, is_admitted_late),
    OfClaim(
        *("x12.discharge_hour", "I", "2300", "DTP", 0),
        lambda c: (
            is_inpatient(c)
            and c.claim_frequency_code in _LAST_BILLS
            and c.discharge_status != STILL_PATIENT
            and c.dated("096") is None
        ),
    ),
    OfClaim(
        *("x12.discharge_hour_unused", "I", "2300", "DTP", 1),
        lambda c: is_outpatient(c) and c.dated("096") is not None,
    ),
    OfClaim("x12.admission_type", "I", "2300", "CL1", 1, lambda c: is_inpatient(c) and not c.admission_type),
    OfClaim("x12.admission_source", "I", "2300", "CL1", 2, lambda c: is_inpatient(c) and not c.admission_source),
    OfClaim("x12.interim_status", "I", "2300", "CL1", 3, interim_status_differs),
    OfClaim("x12.admitting_missing", "I", "2300", "HI", 0, lambda c: is_inpatient(c) and not has_code(c, _ADMITTING)),
    OfClaim("x12.admitting_unused", "I", "2300", "HI", 1, lambda c: is_outpatient(c) and has_code(c, _ADMITTING)),
    OfClaim(
        "x12.visit_reason_missing", "I", "2300", "HI", 0, lambda c: came_unscheduled(c) and not has_code(c, _REASONS)
    ),
    OfClaim("x12.visit_reason_unused", "I", "2300", "HI", 1, lambda c: is_inpatient(c) and has_code(c, _REASONS)),
    OfClaim(
        *("x12.presence_unused", "I", "2300", "HI", 1),
        lambda c: is_outpatient(c) and any(each.present_on_admission for each in c.diagnoses),
    ),
    OfClaim(
        *("x12.procedure_alone", "I", "2300", "HI", 1),
        lambda c: has_code(c, _OTHER_PROCEDURES) and not has_code(c, _PRINCIPAL_PROCEDURES),
    ),
    OfClaim(
        *("x12.procedure_unused", "I", "2300", "HI", 1),
        lambda c: is_outpatient(c) and has_code(c, _PRINCIPAL_PROCEDURES),
    ),
    OfClaim("x12.attending_missing", "I", "2310A", "NM1", 0, lacks_attending),
    OfClaim(
        *("x12.operating_missing", "I", "2310B", "NM1", 0),
        lambda c: has_code(c, _PRINCIPAL_PROCEDURES) and "72" not in _roles(c),
    ),
    OfClaim(
        *("x12.other_operating_alone", "I", "2310C", "NM1", 1),
        lambda c: "ZZ" in _roles(c) and "72" not in _roles(c),
    ),
    OfClaim("x12.rendering_attends", "I", "2310D", "NM1", 9, lambda c: _is_same_provider(c, "82")),
    OfClaim("x12.referring_attends", "I", "2310F", "NM1", 9, lambda c: _is_same_provider(c, "DN")),
    OfLine("x12.service_date_missing", "I", "2400", "DTP", 0, lacks_own_day),
    OfLine("x12.service_outside_statement", "I", "2400", "DTP", 3, is_outside_statement),
    OfLine("x12.non_covered_above", "I", "2400", "SV2", 7, lambda _, line: is_unpaid_above_charge(line)),
    # Dental
    OfClaim(
        *("x12.service_date_missing", "D", "2300", "DTP", 0),
        lambda c: not (is_predetermination(c) or _has_any_day(c) or places_appliance(c)),
    ),
    OfClaim(
        *("x12.predetermination_date", "D", "2300", "DTP", 1),
        lambda c: is_predetermination(c) and _has_any_day(c),
    ),
    OfLine("x12.line_date_same", "D", "2400", "DTP", 3, repeats_day),
    OfLine("x12.placement_missing", "D", "2400", "DTP", 0, lambda _, line: replaces(line) and not was_placed(line)),
    OfLine("x12.placement_unused", "D", "2400", "DTP", 1, lambda _, line: was_placed(line) and not replaces(line)),
    OfLine("x12.tooth_repeated", "D", "2400", "TOO", 2, lambda _, line: repeats_tooth(line)),
    OfLine("x12.surface_repeated", "D", "2400", "TOO", 3, lambda _, line: repeats_surface(line)),
    # Other payers
    OfClaim(
        *("x12.insurance_type", "P", "2000B", "SBR", 5),
        lambda c: is_medicare_later(c) and not c.subscriber.insurance_type,
    ),
    OfClaim(
        *("x12.insurance_type_unused", "P", "2000B", "SBR", 5),
        lambda c: c.subscriber.insurance_type != "" and not is_medicare_later(c),
    ),
    OfClaim(
        *("x12.other_payer", "PID", "2320", "SBR", 1),
        lambda c: c.subscriber.payer_responsibility_sequence in ("S", "T") and not c.other_coverages,
    ),
    OfClaim("x12.payer_order_repeated", "PID", "2320", "SBR", 1, repeats_order),
    OfClaim("x12.payer_repeated", "PID", "2330B", "NM1", 9, repeats_payer),
    OfLine("x12.adjudication_payer", "PID", "2430", "SVD", 1, decides_for_nobody),
    OfLine("x12.bundled_line", "PID", "2430", "SVD", 6, is_bundled_nowhere),
    OfPayer(
        *("x12.other_paid_missing", "PID", "2320", "AMT", 0),
        lambda c, payer: has_decided(c, payer) and not has_paid(payer),
    ),
    OfPayer("x12.decision_date", "PID", "2330B", "DTP", 0, lacks_decision_day),
    OfPayer("x12.decision_date_twice", "PID", "2330B", "DTP", 1, dates_decision_twice),
    OfPayer("x12.reason_repeated", "PID", "2320", "CAS", 2, lambda _, payer: repeats_reason(payer.adjustments)),
    OfPayer("x12.adjustment_zero", "PID", "2320", "CAS", 3, lambda _, payer: adjusts_nothing(payer.adjustments)),
    OfLine(
        *("x12.reason_repeated", "PID", "2430", "CAS", 2),
        lambda _, line: any(repeats_reason(each.adjustments) for each in line.adjudications),
    ),
    OfLine(
        *("x12.adjustment_zero", "PID", "2430", "CAS", 3),
        lambda _, line: any(adjusts_nothing(each.adjustments) for each in line.adjudications),
    ),
)

# The field of the claim, or of the line, without which a rule can't be broken: it is only asked where that is filled.
ONLY_WITH = {
    "x12.accident_date": "accident_causes",
    "x12.accident_state": "accident_causes",
    "x12.accident_cause": "dates",
    "x12.onset_same": "dates",
    "x12.discharge_before_admission": "dates",
    "x12.admission_after_statement": "dates",
    "x12.discharge_hour_unused": "dates",
    "x12.accident_state_unused": "accident_state",
    "x12.original_unused": "references",
    "x12.rendering_same": "providers",
    "x12.facility_same": "providers",
    "x12.primary_care_alone": "providers",
    "x12.other_operating_alone": "providers",
    "x12.rendering_attends": "providers",
    "x12.referring_attends": "providers",
    "x12.line_provider_same": "providers",
    "x12.code_repeated": "health_codes",
    "x12.admitting_unused": "health_codes",
    "x12.visit_reason_unused": "health_codes",
    "x12.procedure_alone": "health_codes",
    "x12.procedure_unused": "health_codes",
    "x12.operating_missing": "health_codes",
    "x12.attachment_number": "details",
    "x12.payer_repeated": "other_coverages",
    "x12.ndc": "drug",
    "x12.line_place_same": "place_of_service",
    "x12.tooth_repeated": "teeth",
    "x12.surface_repeated": "teeth",
    "x12.adjudication_payer": "adjudications",
    "x12.bundled_line": "adjudications",
    "x12.reason_repeated": "adjudications",
    "x12.adjustment_zero": "adjudications",
    "x12.placement_missing": "prosthesis",
    "x12.placement_unused": "dates",
    "x12.interim_status": "discharge_status",
}
