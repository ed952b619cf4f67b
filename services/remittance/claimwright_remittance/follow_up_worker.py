"""Looks by the clock for what did not come in time, and tells it."""

from typing import Final

from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright_remittance.usecases.tell_overdue import tell_overdue

ACTOR: Final = "worker:follow-ups"


class FollowUpWorker:
    """Tells what is overdue, organization by organization."""

    def __init__(self, transactions: Transactions, access: Access) -> None:
        self._transactions = transactions
        self._access = access

    async def act(self) -> bool:
        """Tell what is overdue now, and return whether more may wait."""
        is_more = False
        for organization in await self._access.organizations():
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                is_more = await tell_overdue(work) or is_more
        return is_more
