"""A held transaction may be posted all the same when two people say so; its difference stands in suspense.

Source: docs/domain/remittance-cases.md, case 24.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, Posting, Spot
from claimwright_remittance.domain.remits.balance import CLAIM, LINE, TRANSACTION, transaction_gap_cents
from claimwright_remittance.domain.remits.remittance import Remittance

CLASH: Final = "remit.payment_clash"
POSTING_FAILED: Final = "remit.posting_failed"
"""We failed, not the payer: to accept it is to try again."""
ACCEPTABLE: Final = frozenset({LINE, CLAIM, TRANSACTION, CLASH, POSTING_FAILED})
"""What people may accept. What can't be read, was cut off, or is no payment has to be sent again."""


def may_be_accepted(codes: Iterable[str]) -> bool:
    """Return whether everything that holds a transaction may be accepted."""
    return frozenset(codes) <= ACCEPTABLE


def posting_of_difference(remittance_id: UUID, remittance: Remittance) -> Posting | None:
    """Return what books the accepted difference: what came less than was explained is owed to us, and the reverse.

    None where the transaction itself adds up, and only claims or lines of it did not.
    """
    gap_cents = transaction_gap_cents(remittance)
    if gap_cents == 0:
        return None
    entries = (
        Entry(Spot(Account.PAYMENTS), -gap_cents, place=remittance.place),
        Entry(Spot(Account.SUSPENSE), gap_cents, place=remittance.place),
    )
    return Posting(CauseKind.ACCEPTED_DIFFERENCE, remittance_id, entries)
