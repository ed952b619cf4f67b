"""Forget the read models and build them anew from the topics; the digest says whether they came out the same."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa

from claimwright.database.engine import bind
from claimwright.events.envelope import PLATFORM
from claimwright.messaging import inbox
from claimwright.messaging.work import Transactions
from claimwright_console.persistence import access_record
from claimwright_console.persistence.tables import READ_MODELS

ACTOR = "rebuild"


async def forget(transactions: Transactions, *, consumer: str, topics: Sequence[str]) -> None:
    """Empty the read models of every organization, with the consumer's inbox and the versions it has seen.

    All in one transaction: a consumer that runs meanwhile finds either all of it or nothing. What follows is a replay
    of the topics by their publishers.
    """
    organizations = await _organizations(transactions)
    async with transactions.database.transaction(None) as connection:
        await inbox.forget(connection, consumer, topics)
        for org_id in organizations:
            await bind(connection, org_id, ACTOR)
            for table in READ_MODELS:
                await connection.execute(table.delete().where(table.c.org_id == org_id))


async def digest(transactions: Transactions) -> str:
    """Return a hash over all rows of the read models; equal digests are equal read models."""
    total = sha256()
    for org_id in await _organizations(transactions):
        async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
            for table in READ_MODELS:
                rows = await work.execute(
                    sa.select(sa.cast(sa.literal_column(table.name), sa.Text))
                    .select_from(table)
                    .where(table.c.org_id == org_id)
                    .order_by(*table.primary_key.columns)
                )
                total.update(table.name.encode())
                for text in rows.scalars():
                    total.update(text.encode())
    return total.hexdigest()


async def _organizations(transactions: Transactions) -> Sequence[UUID]:
    async with transactions.begin(org_id=PLATFORM, actor=ACTOR) as work:
        return [PLATFORM, *(row.org_id for row in await access_record.organizations(work.connection))]
