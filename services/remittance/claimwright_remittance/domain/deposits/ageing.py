"""When money that should have come is late: a remittance without its deposit, a deposit without its remittance.

Source: docs/domain/remittance-cases.md, cases 32, 33 and 35.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Expects(StrEnum):
    """What a remittance says is on its way."""

    NOTHING = "nothing"
    EFT = "eft"
    CHECK = "check"


class FlagKind(StrEnum):
    """What is wrong between the bank and the remittances."""

    REMIT_WITHOUT_EFT = "remit_without_eft"
    EFT_WITHOUT_REMIT = "eft_without_remit"
    MISMATCHED = "mismatched"


NO_PAYMENT: Final = "NON"
ELECTRONIC: Final = ("ACH", "BOP", "FWT")
"""BPR04: through the network, by the payer's own choice of way, by wire. All others are paper."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How far apart the days of one payment may lie, and after how many days somebody is told what is missing."""

    window: timedelta = timedelta(days=7)
    remit_without_eft: timedelta = timedelta(days=7)
    remit_without_check: timedelta = timedelta(days=21)
    eft_without_remit: timedelta = timedelta(days=7)


def expects(payment_method: str, payment_cents: int) -> Expects:
    """Return what a remittance says is on its way: nothing where it pays nothing, whatever the method."""
    if payment_cents == 0 or payment_method == NO_PAYMENT:
        return Expects.NOTHING
    return Expects.EFT if payment_method in ELECTRONIC else Expects.CHECK


def latest_day_overdue(wait: timedelta, *, today: date) -> date:
    """Return the last day whose payments are overdue today: more than `wait` has passed since."""
    return today - wait - timedelta(days=1)
