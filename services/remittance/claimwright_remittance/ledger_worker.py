"""Sums the ledger up from its entries again and again, and shows by how many cents it does not add up.

Constraints of the database refuse an entry that does not balance; this finds what went past them.
"""

from typing import Final

from claimwright import clock
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.telemetry import logging, metrics
from claimwright_remittance.persistence import reconciliation

ACTOR: Final = "worker:ledger"

_log = logging.get(__name__)


class LedgerWorker:
    """Asks what `claimwright ledger check` asks, of all organizations."""

    def __init__(self, transactions: Transactions, access: Access) -> None:
        self._transactions = transactions
        self._access = access

    async def act(self) -> bool:
        """Check once and show what was found; there is never more to do at once."""
        cents = count = 0
        for organization in await self._access.organizations():
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                await reconciliation.take_time(work)
                found = await reconciliation.faults(work)
            if found:
                codes = sorted({fault.code for fault in found})
                _log.error("ledger_does_not_add_up", org_id=organization.org_id, codes=codes)
            cents += sum(abs(fault.cents) for fault in found)
            count += len(found)
        metrics.LEDGER_IMBALANCE_CENTS.set(cents)
        metrics.LEDGER_FAULTS.set(count)
        metrics.LEDGER_CHECKED.set(clock.broker_milliseconds() / 1000)
        return False
