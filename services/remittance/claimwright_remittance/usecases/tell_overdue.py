"""Tell what did not come by its day: a correction, a forwarded payer's answer, a takeback."""

from typing import Any, Final

from sqlalchemy import Row

from claimwright import ids
from claimwright.events.remittance import ProviderAdjustmentOverdue, WorkItemOverdue
from claimwright.messaging.work import Work
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.provider_items import remainder_cents
from claimwright_remittance.domain.waiting.follow_ups import ASKED_AGAIN, Waits
from claimwright_remittance.persistence import follow_ups, provider_items

MOST_AT_ONCE: Final = 200


async def tell_overdue(work: Work) -> bool:
    """Tell what is overdue, each once a week until it comes, and return whether more may wait."""
    rows = await follow_ups.due(work, MOST_AT_ONCE)
    if not rows:
        return False
    again_at = work.now + ASKED_AGAIN
    takebacks = {row.item_key for row in rows if row.kind == Waits.TAKEBACK.value}
    items = await provider_items.standing(work, takebacks) if takebacks else {}
    for row in rows:
        if row.kind == Waits.TAKEBACK.value:
            code, account, amounts = items[row.item_key]
            work.publish(
                ProviderAdjustmentOverdue(
                    file_id=ids.text(ids.FILE, row.file_id),
                    item=row.item_key,
                    code=code,
                    account=account,
                    remainder_cents=remainder_cents(Account(account), amounts),
                    owner=row.owner,
                    due_at=again_at,
                )
            )
        else:
            work.publish(_overdue(row, again_at))
    await follow_ups.tell_again(work, [row.id for row in rows], again_at)
    return len(rows) == MOST_AT_ONCE


def _overdue(row: Row[Any], again_at: Any) -> WorkItemOverdue:
    return WorkItemOverdue(
        claim_id=ids.text(ids.CLAIM, row.claim_id),
        work_item_id=ids.text(ids.WORK_ITEM, row.id),
        kind=row.kind,
        payer_order=row.payer_order,
        owner=row.owner,
        due_at=again_at,
    )
