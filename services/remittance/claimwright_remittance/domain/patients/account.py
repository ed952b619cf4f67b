"""When a patient owes what is left of a claim, and when nothing is left.

Source: docs/domain/lifecycle.md, rows 55 and 62, and the rules that never bend, 5.
"""

from collections.abc import Collection
from dataclasses import dataclass

from claimwright.events.lifecycle_words import ClosedReason, Outcome
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Balances, total_cents

RECEIVABLES = (Account.RECEIVABLE_INSURANCE, Account.RECEIVABLE_DISPUTED, Account.RECEIVABLE_PATIENT)
WITH_A_PAYER = (Account.RECEIVABLE_INSURANCE, Account.RECEIVABLE_DISPUTED)


@dataclass(frozen=True, slots=True)
class Release:
    """All payers are final; the patient owes this much."""

    patient_cents: int


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing is open."""

    reason: ClosedReason


def next_step(balances: Balances, outcomes: Collection[Outcome]) -> Release | Close | None:
    """Return what a claim is ready for now, or None while somebody else has to act first.

    Shape: `balances` of one claim; `outcomes` the latest of each payer order that has decided.
    """
    if not outcomes or Outcome.REVERSED_AWAITING_CORRECTION in outcomes:
        return None
    if total_cents(balances, WITH_A_PAYER) != 0 or _is_held_open(balances):
        return None
    patient_cents = total_cents(balances, (Account.RECEIVABLE_PATIENT,))
    if patient_cents > 0:
        return Release(patient_cents)
    if total_cents(balances, (Account.PAYMENTS,)) != 0:
        return Close(ClosedReason.PAID)
    is_capitated = total_cents(balances, (Account.CAPITATED,)) != 0
    return Close(ClosedReason.CAPITATED if is_capitated else ClosedReason.WRITTEN_OFF)


def _is_held_open(balances: Balances) -> bool:
    """Dispute and receivable may cancel out over a claim; a denied line is open all the same."""
    return total_cents(balances, (Account.RECEIVABLE_DISPUTED,)) != 0


def open_cents(balances: Balances) -> int:
    """Return all that is open on a claim, whoever owes it."""
    return total_cents(balances, RECEIVABLES)
