"""A denial is a case with an owner and a date, never a silent write-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Balances, total_cents
from claimwright_remittance.domain.remits.decision import denial_reasons_of
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.remittance import RemitClaim
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


def denial_of(claim: RemitClaim, balances: Balances, *, payer_order: int, now: datetime) -> Denial | None:
    """Return the case that a payer's decision opens, or None where it denied nothing that is still open."""
    denied_cents = total_cents(balances, (Account.RECEIVABLE_DISPUTED,), payer_order)
    reasons = denial_reasons_of([claim])
    if denied_cents <= 0 or not reasons:
        return None
    path = _path(reasons)
    owner = "eligibility" if path is Path.OTHER_COVERAGE else "denials"
    return Denial(payer_order, denied_cents, reasons, path, owner, now + FIRST_LOOK)


def denials_of(heard: Iterable[Heard], balances: Balances, *, now: datetime) -> dict[tuple[UUID, int], Denial]:
    """Return what each decision of a claim that counts denies and is still in dispute, by remit claim and payer order.

    A person may have given the remit claim to another payer order before, and the case of that one is not this one's.
    """
    counting = (each for each in heard if each.standing is Standing.POSTED)
    found = {
        (each.remit_claim_id, each.payer_order): denial_of(each.claim, balances, payer_order=each.payer_order, now=now)
        for each in counting
    }
    return {key: denial for key, denial in found.items() if denial is not None}


def _path(reasons: Sequence[str]) -> Path:
    """Return what the reasons call for: what was never adjudicated is sent anew, wrong coverage is billed elsewhere."""
    kinds = {kind_of(reason.partition("-")[2]) for reason in reasons}
    if kinds <= {ReasonKind.COVERAGE, ReasonKind.PATIENT_UNKNOWN, ReasonKind.CAPITATION}:
        return Path.OTHER_COVERAGE
    if kinds <= {ReasonKind.UNPROCESSABLE}:
        return Path.CORRECTED_RESUBMIT
    return Path.APPEAL
