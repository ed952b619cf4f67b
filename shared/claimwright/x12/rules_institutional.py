"""What rules ask of a hospital's claim: stays, types of bill, days of the statement."""

from __future__ import annotations

from claimwright.x12.models.claims import Claim, ServiceLine

# The first two digits of a bill: hospital, its swing beds, skilled nursing, religious care, all for inpatients.
_INPATIENT_BILLS = frozenset({"11", "18", "21", "41"})
# Hospital and critical access hospital for outpatients.
_OUTPATIENT_BILLS = frozenset({"13", "85"})
_UNSCHEDULED = frozenset({"1", "2", "5"})
_EMERGENCY = ("045", "0516", "0526", "0762")
_AMBULANCE = "054"
STILL_PATIENT = "30"


def is_inpatient(claim: Claim) -> bool:
    return claim.place_of_service in _INPATIENT_BILLS


def is_outpatient(claim: Claim) -> bool:
    return claim.place_of_service in _OUTPATIENT_BILLS


def has_code(claim: Claim, qualifiers: frozenset[str]) -> bool:
    return any(each.qualifier in qualifiers for each in claim.health_codes)


def came_unscheduled(claim: Claim) -> bool:
    return (
        is_outpatient(claim)
        and claim.admission_type in _UNSCHEDULED
        and any(line.revenue_code.startswith(_EMERGENCY) for line in claim.lines)
    )


def lacks_attending(claim: Claim) -> bool:
    is_transport = all(line.revenue_code.startswith(_AMBULANCE) for line in claim.lines)
    return claim.attending_provider is None and not is_transport


def is_admitted_late(claim: Claim) -> bool:
    statement, admission = claim.dated("434"), claim.dated("435")
    if statement is None or admission is None:
        return False
    last, admitted = statement.last_day, admission.first_day
    return last is not None and admitted is not None and admitted > last


def interim_status_differs(claim: Claim) -> bool:
    if not is_inpatient(claim) or not claim.discharge_status:
        return False
    is_staying = claim.discharge_status == STILL_PATIENT
    return is_staying != (claim.claim_frequency_code in ("2", "3")) and claim.claim_frequency_code in "1234"


def lacks_own_day(claim: Claim, line: ServiceLine) -> bool:
    if not is_outpatient(claim) or line.service_date is not None or line.drug is not None:
        return False
    statement = claim.dated("434")
    return statement is not None and statement.first_day != statement.last_day


def is_outside_statement(claim: Claim, line: ServiceLine) -> bool:
    statement, dated = claim.dated("434"), line.service_date
    if statement is None or dated is None:
        return False
    first, last, served, until = statement.first_day, statement.last_day, dated.first_day, dated.last_day
    if first is None or last is None or served is None or until is None:
        return False
    return served < first or until > last


def is_unpaid_above_charge(line: ServiceLine) -> bool:
    kept, charge = line.non_covered.value, line.charge.value
    return kept.is_finite() and charge.is_finite() and kept > charge > 0
