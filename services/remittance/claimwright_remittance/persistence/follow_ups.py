"""What is waited for, until it comes or its day does."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.waiting.follow_ups import FollowUp, Waits
from claimwright_remittance.persistence.tables_of_contracts import follow_up

_CLOSE: Final = """
    update follow_up set closed_at = $1
    from unnest($2::text[], $3::text[]) as came(kind, subject)
    where follow_up.kind = came.kind and follow_up.subject = came.subject and follow_up.closed_at is null
    returning follow_up.id, follow_up.kind, follow_up.claim_id, follow_up.payer_order
    """


async def wait_for(
    work: Work,
    each: FollowUp,
    *,
    file_id: UUID,
    claim_id: UUID | None = None,
    payer_order: int | None = None,
    item_key: str | None = None,
) -> UUID | None:
    """Keep that something is waited for, and return its id, or None where it is waited for already."""
    made = await work.execute(
        insert_or_leave(follow_up)
        .values(
            org_id=work.org_id,
            id=ids.new(),
            kind=each.waits.value,
            subject=each.subject,
            claim_id=claim_id,
            file_id=file_id,
            payer_order=payer_order,
            item_key=item_key,
            owner=each.owner,
            opened_at=work.now,
            due_at=each.due_at,
        )
        .on_conflict_do_nothing(
            index_elements=["org_id", "kind", "subject"], index_where=follow_up.c.closed_at.is_(None)
        )
        .returning(follow_up.c.id)
    )
    return made.scalar_one_or_none()


async def close(work: Work, came: Collection[tuple[Waits, str]]) -> Sequence[asyncpg.Record]:
    """Close what came of these kinds and subjects, and return it; most often nothing was waited for."""
    return await work.fetch(_CLOSE, work.now, [waits.value for waits, _ in came], [subject for _, subject in came])


async def due(work: Work, limit: int) -> Sequence[Row[Any]]:
    """Return what did not come by its day, the longest first, locked; what another process tells is passed over."""
    table = follow_up
    rows = await work.execute(
        select(table)
        .where(table.c.closed_at.is_(None), table.c.due_at <= work.now)
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def tell_again(work: Work, ids_told: Collection[UUID], at: datetime) -> None:
    """Keep that these were told, and when they are told again."""
    await work.execute(update(follow_up).where(follow_up.c.id.in_(ids_told)).values(told_at=work.now, due_at=at))


async def listed(work: Work, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return what is waited for, the latest first."""
    table = follow_up
    asked = select(table).where(table.c.closed_at.is_(None)).order_by(table.c.id.desc()).limit(limit)
    return (await work.execute(asked if before is None else asked.where(table.c.id < before))).all()
