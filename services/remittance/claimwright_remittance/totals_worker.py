"""Sums up what was posted before totals of transactions were kept: once after an upgrade, a few at a time."""

from typing import Final

from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright_remittance.persistence import reconciliation

ACTOR: Final = "worker:totals"
AT_ONCE: Final = 20
"""Transactions summed up in one of the database's: nobody else moves them meanwhile, so they are few."""


class TotalsWorker:
    """Sums up organization by organization, and finds nothing to do ever after."""

    def __init__(self, transactions: Transactions, access: Access) -> None:
        self._transactions = transactions
        self._access = access

    async def act(self) -> bool:
        """Sum up some, and return whether more may wait."""
        is_more = False
        for organization in await self._access.organizations():
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                is_more = await reconciliation.sum_up_earlier(work, most=AT_ONCE) or is_more
        return is_more
