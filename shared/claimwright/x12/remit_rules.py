"""Level 4 of remittances: what stands with what. All of it warns: money that came is posted, whatever the form."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from claimwright.x12.findings import Finding
from claimwright.x12.models.remittances import RemitClaim, RemitLine, Remittance
from claimwright.x12.place import SetPlace
from claimwright.x12.rules_payers import adjusts_nothing, repeats_reason

_REVERSAL = "22"
_PREDETERMINATION = "25"
_FORWARDED = frozenset({"19", "20", "21", "23"})
_ZERO = Decimal(0)
# BPR05 to BPR15 as a tuple: the banks and accounts of both sides.
_ACCOUNTS = (1, 2, 3, 4, 7, 8, 9, 10)


class OfRemittance(NamedTuple):
    """A rule over a remittance."""

    code: str
    segment_id: str
    element: int
    is_broken: Callable[[Remittance], bool]


class OfRemitClaim(NamedTuple):
    """A rule over each claim of it."""

    code: str
    segment_id: str
    element: int
    is_broken: Callable[[RemitClaim], bool]


class OfRemitLine(NamedTuple):
    """A rule over each line of each claim."""

    code: str
    segment_id: str
    element: int
    is_broken: Callable[[RemitClaim, RemitLine], bool]


def situation_835(remittance: Remittance) -> list[Finding]:
    """Return what stands in a remittance without what it goes with."""
    place = SetPlace.of(remittance)
    findings = [
        place.finding(rule.code, remittance.span, rule.segment_id, rule.element)
        for rule in REMITTANCE_RULES
        if rule.is_broken(remittance)
    ]
    for claim in remittance.claims:
        findings += [
            place.finding(rule.code, claim.span, rule.segment_id, rule.element, claim.claim_ordinal, loop="2100")
            for rule in CLAIM_RULES
            if rule.is_broken(claim)
        ]
        for line in claim.lines:
            findings += [
                place.finding(rule.code, line.span, rule.segment_id, rule.element, claim.claim_ordinal, loop="2110")
                for rule in LINE_RULES
                if rule.is_broken(claim, line)
            ]
    return findings


def _lacks_accounts(remittance: Remittance) -> bool:
    details = remittance.payment_details
    return remittance.payment_method == "ACH" and not all(details[at : at + 1] != ("",) for at in _ACCOUNTS if details)


def _is_no_trace_payer(remittance: Remittance) -> bool:
    text = remittance.trace_payer_id
    return bool(text) and not (len(text) == 10 and text.isascii() and text.isdigit() and text[0] == "1")


def _forwards_elsewhere(remittance: Remittance) -> bool:
    return any(
        each.code == "FB"
        and each.amount.value.is_finite()
        and each.amount.value < 0
        and each.reference != remittance.trace_number
        for each in remittance.provider_adjustments
    )


def _interest_differs(remittance: Remittance) -> bool:
    paid = sum(
        (each.amount.value for claim in remittance.claims for each in claim.amounts if each.qualifier == "I"), _ZERO
    )
    held = sum((each.amount.value for each in remittance.provider_adjustments if each.code == "L6"), _ZERO)
    return (paid + held).is_finite() and paid + held != 0


def _has_positive_reversal(claim: RemitClaim) -> bool:
    charge = claim.charge.value
    return claim.claim_outcome_code == _REVERSAL and charge.is_finite() and charge > 0


def _has_day(claim: RemitClaim, line: RemitLine) -> bool:
    return any(each.qualifier in ("472", "150") for each in line.dates) or any(
        each.qualifier in ("232", "233") for each in claim.dates
    )


def _has_half_period(line: RemitLine) -> bool:
    qualifiers = {each.qualifier for each in line.dates}
    return ("150" in qualifiers) != ("151" in qualifiers)


def _resembles(line: RemitLine) -> bool:
    return line.submitted is not None and line.submitted[:3] == line.procedure[:3]


REMITTANCE_RULES = (
    OfRemittance("x12.payment_account", "BPR", 6, _lacks_accounts),
    OfRemittance("x12.trace_payer", "TRN", 3, _is_no_trace_payer),
    OfRemittance("x12.forward_reference", "PLB", 3, _forwards_elsewhere),
    OfRemittance("x12.interest_unmatched", "PLB", 4, _interest_differs),
    OfRemittance(
        *("x12.provider_adjustment_zero", "PLB", 4),
        lambda remittance: any(not each.amount.value for each in remittance.provider_adjustments),
    ),
)
CLAIM_RULES = (
    OfRemitClaim(
        *("x12.crossover_missing", "NM1", 0),
        lambda claim: claim.claim_outcome_code in _FORWARDED and claim.crossover_payer is None,
    ),
    OfRemitClaim(
        *("x12.crossover_unexpected", "NM1", 1),
        lambda claim: claim.claim_outcome_code not in _FORWARDED and claim.crossover_payer is not None,
    ),
    OfRemitClaim("x12.reversal_positive", "CLP", 3, _has_positive_reversal),
    OfRemitClaim(
        *("x12.predetermination_paid", "CLP", 4),
        lambda claim: claim.claim_outcome_code == _PREDETERMINATION and bool(claim.paid.value),
    ),
    OfRemitClaim("x12.reason_repeated", "CAS", 2, lambda claim: repeats_reason(claim.adjustments)),
    OfRemitClaim("x12.adjustment_zero", "CAS", 3, lambda claim: adjusts_nothing(claim.adjustments)),
)
LINE_RULES = (
    OfRemitLine("x12.remit_date_missing", "DTM", 0, lambda claim, line: not _has_day(claim, line)),
    OfRemitLine("x12.remit_period_half", "DTM", 1, lambda _, line: _has_half_period(line)),
    OfRemitLine("x12.submitted_same", "SVC", 6, lambda _, line: _resembles(line)),
    OfRemitLine("x12.reason_repeated", "CAS", 2, lambda _, line: repeats_reason(line.adjustments)),
    OfRemitLine("x12.adjustment_zero", "CAS", 3, lambda _, line: adjusts_nothing(line.adjustments)),
)
