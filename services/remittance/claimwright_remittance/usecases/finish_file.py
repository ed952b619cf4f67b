"""Say that a file is posted, once its last claim is, and what came of its money."""

from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import RemitFilePosted
from claimwright.messaging.work import Work
from claimwright_remittance.persistence import files, reconciliation


async def finish_file(work: Work, file_id: UUID) -> bool:
    """Close the file's posting, and return whether it is closed; a file of which anything is left to post is not."""
    state, _ = await files.lock_file(work, file_id)
    if state != "posting":
        return True
    sets = await files.registered(work, file_id)
    if any(each.state == "posting" for each in sets):
        return False
    totals = reconciliation.posted_totals(await reconciliation.sets_of_files(work, [file_id]))
    work.publish(
        RemitFilePosted(
            file_id=ids.text(ids.FILE, file_id),
            set_count=sum(1 for each in sets if each.state == "posted"),
            claim_count=sum(each.claims_posted for each in sets),
            paid_cents=totals.payment_cents,
            posted_cents=totals.posted_cents,
            suspense_cents=totals.suspense_cents,
            provider_level_cents=totals.provider_level_cents,
        )
    )
    is_whole = all(each.state in {"posted", "duplicate"} for each in sets)
    await files.move_file(work, file_id, "posted" if is_whole else "quarantined")
    return True
