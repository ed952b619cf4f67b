"""What rules ask of the order of payers, and of what other payers have decided."""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.x12.models.claims import Claim, LineAdjudication, OtherCoverage, ServiceLine
from claimwright.x12.models.values import Adjustment

_MEDICARE = frozenset({"MA", "MB"})


def is_medicare_later(claim: Claim) -> bool:
    own = claim.subscriber
    return own.claim_filing_indicator in _MEDICARE and own.payer_responsibility_sequence != "P"


def repeats_order(claim: Claim) -> bool:
    if not claim.other_coverages:
        return False
    order = [claim.subscriber.payer_responsibility_sequence]
    order += [each.payer_responsibility_sequence for each in claim.other_coverages]
    named = [each for each in order if each != "U"]
    return len(set(named)) < len(named)


def repeats_payer(claim: Claim) -> bool:
    ids = [each.payer.id for each in claim.other_coverages if each.payer.id]
    return len(set(ids)) < len(ids)


def decides_for_nobody(claim: Claim, line: ServiceLine) -> bool:
    return bool(line.adjudications) and not {each.payer_id for each in line.adjudications} <= {
        each.payer.id for each in claim.other_coverages
    }


def decisions(claim: Claim, coverage: OtherCoverage) -> Iterator[LineAdjudication]:
    for line in claim.lines:
        for each in line.adjudications:
            if each.payer_id == coverage.payer.id:
                yield each


def has_paid(coverage: OtherCoverage) -> bool:
    return any(each.qualifier == "D" for each in coverage.amounts)


def has_decided(claim: Claim, coverage: OtherCoverage) -> bool:
    return bool(coverage.adjustments) or any(True for _ in decisions(claim, coverage))


def lacks_decision_day(claim: Claim, coverage: OtherCoverage) -> bool:
    if not (has_paid(coverage) or coverage.adjustments) or any(
        each.qualifier == "573" for each in coverage.payer.dates
    ):
        return False
    return not any(
        dated.qualifier == "573" for decided in decisions(claim, coverage) for dated in decided.dates
    ) and not any(True for _ in decisions(claim, coverage))


def dates_decision_twice(claim: Claim, coverage: OtherCoverage) -> bool:
    return any(each.qualifier == "573" for each in coverage.payer.dates) and any(
        dated.qualifier == "573" for decided in decisions(claim, coverage) for dated in decided.dates
    )


def is_bundled_nowhere(claim: Claim, line: ServiceLine) -> bool:
    return any(
        each.bundled_into_line and not is_line_number(each.bundled_into_line, len(claim.lines))
        for each in line.adjudications
    )


def is_line_number(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= count


def repeats_reason(adjustments: tuple[Adjustment, ...]) -> bool:
    """Tell whether a group names one reason twice."""
    reasons = [(each.group, each.reason) for each in adjustments]
    return len(set(reasons)) < len(reasons)


def adjusts_nothing(adjustments: tuple[Adjustment, ...]) -> bool:
    """Tell whether an adjustment is of no amount."""
    return any(not each.amount.value for each in adjustments)
