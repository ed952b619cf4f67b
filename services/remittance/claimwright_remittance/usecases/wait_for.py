"""Begin and end waiting for corrections, forwarded payers and takebacks, and tell who looks and when."""

from collections.abc import Iterable
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import WorkItemAutoClosed, WorkItemOpened
from claimwright.messaging.work import Work
from claimwright_remittance.domain.waiting.follow_ups import Waits, follow_up
from claimwright_remittance.persistence import follow_ups


def subject_of(claim_id: UUID, payer_order: int) -> str:
    """Return what a claim's payer order is called among what is waited for."""
    return f"{ids.text(ids.CLAIM, claim_id)}/{payer_order}"


async def wait_for_payer(work: Work, waits: Waits, claim_id: UUID, payer_order: int, *, file_id: UUID) -> None:
    """Wait for a payer's word on a claim, unless that is waited for already."""
    each = follow_up(waits, subject_of(claim_id, payer_order), now=work.now)
    item_id = await follow_ups.wait_for(work, each, file_id=file_id, claim_id=claim_id, payer_order=payer_order)
    if item_id is not None:
        work.publish(
            WorkItemOpened(
                claim_id=ids.text(ids.CLAIM, claim_id),
                work_item_id=ids.text(ids.WORK_ITEM, item_id),
                kind=waits.value,
                payer_order=payer_order,
                owner=each.owner,
                due_at=each.due_at,
            )
        )


async def came(work: Work, decided: Iterable[tuple[Waits, UUID, int]]) -> None:
    """End waiting for what these payer orders of claims have said now."""
    subjects = {(waits, subject_of(claim_id, payer_order)) for waits, claim_id, payer_order in decided}
    if not subjects:
        return
    for row in await follow_ups.close(work, subjects):
        work.publish(
            WorkItemAutoClosed(
                claim_id=ids.text(ids.CLAIM, row["claim_id"]),
                work_item_id=ids.text(ids.WORK_ITEM, row["id"]),
                kind=row["kind"],
                payer_order=row["payer_order"],
            )
        )


async def wait_for_takeback(work: Work, item_key: str, *, is_put_off: bool, file_id: UUID) -> None:
    """Wait until a payer takes what it said it would, or end waiting where nothing of it is left."""
    if is_put_off:
        each = follow_up(Waits.TAKEBACK, item_key, now=work.now)
        await follow_ups.wait_for(work, each, file_id=file_id, item_key=item_key)
    else:
        await follow_ups.close(work, [(Waits.TAKEBACK, item_key)])
