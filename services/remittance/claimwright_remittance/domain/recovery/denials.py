"""A denial is a case with an owner and a date, never a silent write-off."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Balances, total_cents
from claimwright_remittance.domain.ledger.settlement import adjustments
from claimwright_remittance.domain.remits.decision import Effect, denial_reasons_of, effect_of
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.standing import Heard, Standing

FIRST_LOOK: Final = timedelta(days=5)
"""Denials are looked at within a working week; the payer's own clock for appeals is longer everywhere."""


class Path(StrEnum):
    """What a denial most likely needs; who works the case decides."""

    CORRECTED_RESUBMIT = "corrected_resubmit"
    OTHER_COVERAGE = "other_coverage"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class Denial:
    """What one payer denied of a claim: how much, by which reasons, who looks first and by when."""

    payer_order: int
    denied_cents: int
    reasons: tuple[str, ...]
    path: Path
    owner: str
    due_at: datetime


def denial_of(heard: Heard, decisions: Iterable[Heard], balances: Balances, *, now: datetime) -> Denial | None:
    """Return the case that a payer's decision opens, or None where it denied nothing that is still open.

    Shape: `decisions` are all of the claim that count, in order of arrival, this one among them.
    """
    order = heard.payer_order
    reasons = denial_reasons_of([heard.claim])
    if not reasons or total_cents(balances, (Account.RECEIVABLE_DISPUTED,), order) <= 0:
        return None
    of_order = [each for each in decisions if each.payer_order == order]
    denied_cents = _disputed_cents(of_order, balances).get(heard.remit_claim_id, 0)
    if denied_cents <= 0:
        return None
    path = _path(reasons)
    owner = "eligibility" if path is Path.OTHER_COVERAGE else "denials"
    return Denial(order, denied_cents, reasons, path, owner, now + FIRST_LOOK)


def denials_of(heard: Iterable[Heard], balances: Balances, *, now: datetime) -> dict[tuple[UUID, int], Denial]:
    """Return what each decision of a claim that counts denies and is still in dispute, by remit claim and payer order.

    A person may have given the remit claim to another payer order before, and the case of that one is not this one's.
    """
    counting = [each for each in heard if each.standing is Standing.POSTED]
    found = {(each.remit_claim_id, each.payer_order): denial_of(each, counting, balances, now=now) for each in counting}
    return {key: denial for key, denial in found.items() if denial is not None}


def _disputed_cents(decisions: Sequence[Heard], balances: Balances) -> dict[UUID, int]:
    """Return how much of what is in dispute with one payer each of its decisions denied: no cent is two cases'.

    A payer may answer a claim in parts, and two parts may share a line. What none of them denied was an earlier payer's
    denial, which the last one to deny took over; it is the last part's.
    """
    left: Counter[int | None] = Counter()
    for spot, cents in balances.items():
        if spot.account is Account.RECEIVABLE_DISPUTED and spot.payer_order == decisions[0].payer_order:
            left[spot.line] += cents
    shares: Counter[UUID] = Counter()
    denying = [each for each in decisions if denial_reasons_of([each.claim])]
    for each in denying:
        for line, adjustment in adjustments(each):
            if effect_of(adjustment, each.claim) is Effect.DENIED:
                cents = min(adjustment.cents, left[line])
                left[line] -= cents
                shares[each.remit_claim_id] += cents
    shares[denying[-1].remit_claim_id] += left.total()
    return shares


def _path(reasons: Sequence[str]) -> Path:
    """Return what the reasons call for: what was never adjudicated is sent anew, wrong coverage is billed elsewhere."""
    kinds = {kind_of(reason.partition("-")[2]) for reason in reasons}
    if kinds <= {ReasonKind.COVERAGE, ReasonKind.PATIENT_UNKNOWN, ReasonKind.CAPITATION}:
        return Path.OTHER_COVERAGE
    if kinds <= {ReasonKind.UNPROCESSABLE}:
        return Path.CORRECTED_RESUBMIT
    return Path.APPEAL
