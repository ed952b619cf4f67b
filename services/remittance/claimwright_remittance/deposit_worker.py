"""The worker that brings deposits and remittances together, whichever came first, and flags what is missing."""

from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright_remittance.domain.deposits.ageing import Terms
from claimwright_remittance.usecases.flag_missing import flag_missing
from claimwright_remittance.usecases.match_deposits import match_deposits

ACTOR = "worker:deposits"


class DepositWorker:
    """Looks at each organization in turn; all that it knows is in the tables."""

    def __init__(self, transactions: Transactions, access: Access, terms: Terms) -> None:
        self._transactions = transactions
        self._access = access
        self._terms = terms

    async def act(self) -> bool:
        """Match what fits and flag what is overdue, and return whether more may be."""
        is_more = False
        for organization in await self._access.organizations():
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                await match_deposits(work, self._terms)
            async with self._transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                is_more = await flag_missing(work, self._terms) or is_more
        return is_more
