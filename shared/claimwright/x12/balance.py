"""Level 3: do the sums of a file add up? Exact decimals, integer comparison of nothing rounded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import Claim, ClaimsHeader, OtherCoverage, ServiceLine
from claimwright.x12.models.remittances import RemitClaim, Remittance
from claimwright.x12.models.values import Adjustment
from claimwright.x12.place import SetPlace

_ZERO = Decimal(0)
_REVERSAL = "22"


def balance_835(remittance: Remittance) -> list[Finding]:
    """Test each line, each claim and the transaction; an empty list says that every dollar is explained.

    Source: `docs/domain/remittance-cases.md`; SVC02 less its adjustments is SVC03; CLP03 less all adjustments is CLP04;
    the sum of CLP04 less the sum of PLB is BPR02.
    """
    findings: list[Finding] = []
    place = SetPlace.of(remittance)
    for claim in remittance.claims:
        findings += _remit_claim(place, claim)
    paid = sum((claim.paid.value for claim in remittance.claims), _ZERO)
    held = sum((each.amount.value for each in remittance.provider_adjustments), _ZERO)
    if _differs(paid - held, remittance.payment.value):
        findings.append(place.finding("x12.remit_total", remittance.span, "BPR", 2))
    # A prenotification moves no money and is no payment of zero.
    if remittance.payment.value.is_finite() and remittance.handling != "P":
        if remittance.payment.value < 0:
            findings.append(place.finding("x12.remit_negative", remittance.span, "BPR", 2))
        is_zero = remittance.payment.value == 0
        if is_zero != (remittance.payment_method == "NON") or (is_zero and remittance.handling != "H"):
            findings.append(place.finding("x12.remit_zero_method", remittance.span, "BPR", 4))
    return findings


def _remit_claim(place: SetPlace, claim: RemitClaim) -> list[Finding]:
    findings = []
    explained = _sum(claim.adjustments)
    share = _sum(each for each in claim.adjustments if each.group == "PR")
    for line in claim.lines:
        of_line = _sum(line.adjustments)
        share += _sum(each for each in line.adjustments if each.group == "PR")
        explained += of_line
        if _differs(line.charge.value - of_line, line.paid.value):
            findings.append(place.finding("x12.remit_line", line.span, "SVC", 3, claim.claim_ordinal))
    if _differs(claim.charge.value - explained, claim.paid.value):
        findings.append(place.finding("x12.remit_claim", claim.span, "CLP", 4, claim.claim_ordinal))
    stated = claim.patient_responsibility.value
    if claim.claim_outcome_code != _REVERSAL and _differs(stated, share):
        findings.append(place.finding("x12.remit_patient_share", claim.span, "CLP", 5, claim.claim_ordinal))
    return findings


def balance_claim(header: ClaimsHeader, claim: Claim) -> list[Finding]:
    """Test a claim against its lines, and against what each other payer decided on it."""
    findings = []
    place = SetPlace.of(header)
    lines = sum((line.charge.value for line in claim.lines), _ZERO)
    if _differs(lines, claim.charge.value):
        findings.append(place.finding("x12.claim_total", claim.span, "CLM", 2, claim.claim_ordinal))
    findings += [
        place.finding("x12.cob_line", line.span, "SVD", 2, claim.claim_ordinal, loop="2430")
        for line in claim.lines
        if line.adjudications and not _is_explained(line)
    ]
    for coverage in claim.other_coverages:
        if not _explains(claim, coverage):
            findings.append(place.finding("x12.cob_claim", claim.span, "AMT", 2, claim.claim_ordinal, loop="2320"))
        if _was_billed_never_and_paid(claim, coverage):
            findings.append(
                place.finding("x12.cob_never_billed", claim.span, "AMT", 1, claim.claim_ordinal, loop="2320")
            )
    return findings


def _is_explained(line: ServiceLine) -> bool:
    """Tell whether each other payer's decisions explain the line's charge.

    A payer may have split the line, and then decided on it more than once.
    """
    explained: dict[str, Decimal] = {}
    for decided in line.adjudications:
        whole = decided.paid.value + _sum(decided.adjustments)
        explained[decided.payer_id] = explained.get(decided.payer_id, _ZERO) + whole
    return not any(_differs(each, line.charge.value) for each in explained.values())


def _was_billed_never_and_paid(claim: Claim, coverage: OtherCoverage) -> bool:
    """Tell whether a payer that covers nothing of the charge has paid of it; a part not covered goes with a payment."""
    amounts = {each.qualifier: each.amount.value for each in coverage.amounts}
    never, paid = amounts.get("A8"), amounts.get("D")
    return bool(paid) and never is not None and never != 0 and not _differs(never, claim.charge.value)


def _explains(claim: Claim, coverage: OtherCoverage) -> bool:
    """Tell whether one other payer's payment and adjustments explain the charge.

    A payer that was never billed has the whole charge as AMT*A8 and neither payment nor adjustments; one that is only
    named, since it comes after the payer billed now, has nothing.
    """
    paid = [each.amount.value for each in coverage.amounts if each.qualifier == "D"]
    never = [each.amount.value for each in coverage.amounts if each.qualifier == "A8"]
    adjusted = _sum(coverage.adjustments)
    for line in claim.lines:
        for decided in line.adjudications:
            if decided.payer_id == coverage.payer.id:
                adjusted += _sum(decided.adjustments)
    if paid or adjusted:
        return not _differs(sum(paid, _ZERO) + adjusted, claim.charge.value)
    return not never or not _differs(sum(never, _ZERO), claim.charge.value)


def _sum(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((each.amount.value for each in adjustments), _ZERO)


def _differs(first: Decimal, second: Decimal) -> bool:
    # NaN, from an unreadable amount, differs from everything; the reader has named that amount already.
    return first != second
