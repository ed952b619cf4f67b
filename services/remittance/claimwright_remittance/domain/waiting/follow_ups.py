"""What remittance waits for, how long, and who asks when it has not come.

Source: docs/domain/remittance-cases.md, cases 4, 7, 8 and 26; docs/domain/lifecycle.md, rows 39, 50 and 64.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from claimwright.events.lifecycle_words import Outcome
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.provider_items import PUT_OFF, remainder_cents


class Waits(StrEnum):
    """What for."""

    CORRECTION = "correction"
    FORWARDED_PAYER = "forwarded_payer"
    TAKEBACK = "takeback"


OWNER: Final = {Waits.CORRECTION: "posting", Waits.FORWARDED_PAYER: "follow-up", Waits.TAKEBACK: "posting"}
WITHIN: Final = {
    Waits.CORRECTION: timedelta(days=30),
    Waits.FORWARDED_PAYER: timedelta(days=30),
    Waits.TAKEBACK: timedelta(days=60),
}
"""Payers send a correction with its reversal or within a payment cycle or two; two months are usual before an
overpayment is taken from another payment."""
ASKED_AGAIN: Final = timedelta(days=7)
"""How long its owner has to ask before it is told once more."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing that is waited for. `subject` is what it is about within its kind."""

    waits: Waits
    subject: str
    owner: str
    due_at: datetime


def follow_up(waits: Waits, subject: str, *, now: datetime) -> FollowUp:
    """Return what to wait for, from now on."""
    return FollowUp(waits, subject, OWNER[waits], now + WITHIN[waits])


def awaits_correction(outcome: Outcome) -> bool:
    """Return whether a payer took its decision back and has to make another."""
    return outcome is Outcome.REVERSED_AWAITING_CORRECTION


def is_put_off(account: Account, amounts: Sequence[int]) -> bool:
    """Return whether a payer still has to take what it said it would."""
    return account in PUT_OFF and remainder_cents(account, amounts) < 0
