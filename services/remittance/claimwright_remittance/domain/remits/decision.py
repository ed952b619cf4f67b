"""What one remit claim decides: the effect of each adjustment, and the outcome that follows from them.

A claim outcome code of 1, 2 or 3 says that a claim was processed, not that it was paid; denials come with the same
codes. So the outcome is read from the adjustments.

Source: docs/domain/remittance-cases.md, cases 1, 2, 28, 29, 44 to 48; docs/domain/lifecycle.md 5.1.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from claimwright.events.lifecycle_words import Outcome
from claimwright_remittance.domain.remits.reasons import PATIENT_UNKNOWN_REMARK, ReasonKind, kind_of
from claimwright_remittance.domain.remits.remittance import (
    FORWARDED,
    NOT_OUR_CLAIM,
    NOT_RECOGNISED,
    PREDETERMINATION,
    Adjustment,
    RemitClaim,
)

PATIENT_GROUP: Final = "PR"
CROSSOVER_REMARKS: Final = frozenset({"MA07", "MA18", "N89"})
"""Remarks by which a payer says that it forwarded the claim, also where its status does not."""


class Effect(StrEnum):
    """What an adjustment does to what is open on a claim."""

    CONTRACTUAL = "contractual"
    SEQUESTRATION = "sequestration"
    BUNDLED = "bundled"
    INCREASE = "increase"
    CAPITATED = "capitated"
    SHARE = "share"
    DENIED = "denied"
    INFORMS = "informs"


_EFFECT_OF_KIND = {
    ReasonKind.CONTRACTUAL: Effect.CONTRACTUAL,
    ReasonKind.SEQUESTRATION: Effect.SEQUESTRATION,
    ReasonKind.EARLIER_PAYER: Effect.INFORMS,
    ReasonKind.DUPLICATE: Effect.INFORMS,
    ReasonKind.ESTIMATE: Effect.INFORMS,
    ReasonKind.INCREASE: Effect.INCREASE,
    ReasonKind.PAID_TO_PATIENT: Effect.SHARE,
}
_NOT_PROCESSED = frozenset({NOT_RECOGNISED, NOT_OUR_CLAIM, PREDETERMINATION})
_MOVES_BETWEEN_LINES = frozenset({ReasonKind.BUNDLED, ReasonKind.INCREASE})
_COVERAGE = frozenset({ReasonKind.COVERAGE, ReasonKind.PATIENT_UNKNOWN, ReasonKind.CAPITATION})
_OWN_CUT_WITHOUT_CONTRACT = "PI"


def effect_of(adjustment: Adjustment, claim: RemitClaim) -> Effect:
    """Return what one adjustment does. What is not known as a discount or the patient's is denied, never given up."""
    if not processes(claim):
        return Effect.DENIED if is_denial_by_status(claim) else Effect.INFORMS
    kind = kind_of(adjustment.reason)
    if kind in _MOVES_BETWEEN_LINES and is_bundle(claim):
        return Effect.BUNDLED
    if kind is ReasonKind.CAPITATION and claim.is_under_capitation and adjustment.group != PATIENT_GROUP:
        return Effect.CAPITATED
    if adjustment.group == PATIENT_GROUP and kind is not ReasonKind.EARLIER_PAYER:
        return Effect.DENIED if kind in _COVERAGE else Effect.SHARE
    if adjustment.group == _OWN_CUT_WITHOUT_CONTRACT:
        return Effect.DENIED
    if kind is ReasonKind.COST_SHARE:
        # The payer names deductible, coinsurance or copay, but says that nobody owes it; some do, and a person decides.
        return Effect.DENIED
    return _EFFECT_OF_KIND.get(kind, Effect.DENIED)


def processes(claim: RemitClaim) -> bool:
    """Return whether the payer took the claim as one of its own and decided it."""
    return claim.claim_outcome_code not in _NOT_PROCESSED


def is_forwarded(claim: RemitClaim) -> bool:
    """Return whether the payer says that it sent the claim on: by its status, the next payer's name, or a remark."""
    remarks = {*claim.remark_codes, *(remark for line in claim.lines for remark in line.remark_codes)}
    return (
        claim.claim_outcome_code in FORWARDED
        or claim.claim_outcome_code == NOT_OUR_CLAIM
        or claim.is_crossed_over
        or not remarks.isdisjoint(CROSSOVER_REMARKS)
    )


def is_denial_by_status(claim: RemitClaim) -> bool:
    """Return whether status 4, kept for a patient that the payer can't find, is used for a denial like any other."""
    return claim.claim_outcome_code == NOT_RECOGNISED and not is_patient_unknown(claim)


def is_patient_unknown(claim: RemitClaim) -> bool:
    """Return whether the payer says that the patient is none of its own; without any reason status 4 says just that."""
    reasons = {each.reason.upper() for each in claim.all_adjustments}
    if not reasons:
        return True
    if any(kind_of(reason) is ReasonKind.PATIENT_UNKNOWN for reason in reasons):
        return True
    remarks = {*claim.remark_codes, *(remark for line in claim.lines for remark in line.remark_codes)}
    return "A1" in reasons and PATIENT_UNKNOWN_REMARK in remarks


def is_bundle(claim: RemitClaim) -> bool:
    """Return whether the payer moved lines into one: an increase on one line stands against the others' cut."""
    adjustments = list(claim.all_adjustments)
    raised = any(kind_of(each.reason) is ReasonKind.INCREASE and each.cents < 0 for each in adjustments)
    return raised and any(kind_of(each.reason) is ReasonKind.BUNDLED and each.cents > 0 for each in adjustments)


def denied_cents(claim: RemitClaim) -> int:
    """Return what one remit claim denies, before anything is capped by what is open."""
    return sum(each.cents for each in claim.all_adjustments if effect_of(each, claim) is Effect.DENIED)


def fixes_share(claim: RemitClaim) -> bool:
    """Return whether a decision fixes the patient's share.

    A denial because the coverage is wrong leaves the share as an earlier payer fixed it.
    """
    is_wrong_coverage = claim.paid_cents == 0 and any(
        kind_of(adjustment.reason) in _COVERAGE and effect_of(adjustment, claim) is not Effect.CAPITATED
        for adjustment in claim.all_adjustments
    )
    return processes(claim) and not is_wrong_coverage


def outcome_of(claims: Iterable[RemitClaim]) -> Outcome:
    """Return what a payer decided, from the remit claims of its order that count."""
    counting = list(claims)
    codes = {claim.claim_outcome_code for claim in counting}
    if not counting:
        return Outcome.NONE
    if codes == {PREDETERMINATION}:
        return Outcome.PREDETERMINATION
    if codes == {NOT_OUR_CLAIM}:
        return Outcome.NOT_OUR_CLAIM
    if codes == {NOT_RECOGNISED} and all(is_patient_unknown(claim) for claim in counting):
        return Outcome.NOT_RECOGNISED

    kinds = {kind_of(each.reason) for claim in counting for each in claim.all_adjustments if each.cents}
    denied = sum(denied_cents(claim) for claim in counting)
    if sum(claim.paid_cents for claim in counting) != 0:
        return Outcome.PAID_PARTIAL if denied > 0 else Outcome.PAID_FULL
    is_refused = denied > 0 or ReasonKind.DUPLICATE in kinds or ReasonKind.BENEFIT in kinds
    return Outcome.DENIED if is_refused else Outcome.ZERO_PAY_EXPECTED


def reasons_of(claims: Iterable[RemitClaim]) -> tuple[str, ...]:
    """Return every group and reason, each once, in the order in which they stand."""
    return tuple(dict.fromkeys(each.code for claim in claims for each in claim.all_adjustments))


def denial_reasons_of(claims: Iterable[RemitClaim]) -> tuple[str, ...]:
    """Return the groups and reasons by which money was denied."""
    return tuple(
        dict.fromkeys(
            each.code
            for claim in claims
            for each in claim.all_adjustments
            if each.cents > 0 and effect_of(each, claim) is Effect.DENIED
        )
    )
