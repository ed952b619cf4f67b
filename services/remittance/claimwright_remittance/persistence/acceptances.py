"""Who proposed and who approved that a held transaction is posted with its difference."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update

from claimwright.messaging.work import Work
from claimwright_remittance.persistence import tables


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What two people said; `approved_by` is None while the second has not spoken."""

    proposed_by: str
    approved_by: str | None


async def find(work: Work, remittance_id: UUID) -> Acceptance | None:
    """Return what was said of a transaction, locked until this one ends."""
    table = tables.acceptance
    asked = select(table.c.proposed_by, table.c.approved_by).where(table.c.remittance_id == remittance_id)
    row = (await work.execute(asked.with_for_update())).one_or_none()
    return None if row is None else Acceptance(row.proposed_by, row.approved_by)


async def propose(work: Work, remittance_id: UUID, reason: str) -> None:
    """Keep the first person's word."""
    await work.execute(
        insert(tables.acceptance).values(
            org_id=work.org_id,
            remittance_id=remittance_id,
            proposed_by=work.actor,
            proposed_reason=reason,
            proposed_at=work.now,
        )
    )


async def approve(work: Work, remittance_id: UUID, reason: str) -> None:
    """Keep the second person's word."""
    table = tables.acceptance
    await work.execute(
        update(table)
        .where(table.c.remittance_id == remittance_id)
        .values(approved_by=work.actor, approved_reason=reason, approved_at=work.now)
    )
