"""How payers' files are posted, as data: only ever added to, so that what held on a day can be asked for ever."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select

from claimwright.messaging.work import Work
from claimwright_remittance.domain.remits.policy import PostingPolicy, Unbalanced
from claimwright_remittance.persistence.tables_of_deposits import posting_policy


async def add(work: Work, policy: PostingPolicy, *, reason: str) -> None:
    """Keep what somebody said."""
    await work.execute(
        insert(posting_policy).values(
            org_id=work.org_id,
            id=policy.id,
            payer_id=policy.payer_id,
            unbalanced=policy.unbalanced.value,
            valid_from=policy.valid_from,
            set_by=work.actor,
            reason=reason,
            set_at=policy.set_at,
        )
    )


async def of_payers(work: Work, payer_ids: Collection[str]) -> list[PostingPolicy]:
    """Return what was ever said about these payers and about all."""
    table = posting_policy
    asked = select(table).where(or_(table.c.payer_id.is_(None), table.c.payer_id.in_(payer_ids)))
    return [
        PostingPolicy(row.id, row.payer_id, Unbalanced(row.unbalanced), row.valid_from, row.set_at)
        for row in await work.execute(asked)
    ]


async def listed(work: Work, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return policies, the latest said first."""
    asked = select(posting_policy).order_by(posting_policy.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(posting_policy.c.id < before)
    return (await work.execute(asked)).all()
