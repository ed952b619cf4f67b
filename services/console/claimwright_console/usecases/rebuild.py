"""Forget the read models and build them anew from the topics; the digest says whether they came out the same."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from claimwright.events.envelope import PLATFORM
from claimwright.events.topics import Service, topics_read_by
from claimwright.messaging import projections
from claimwright.messaging.projections import ACTOR, Projected, Projection
from claimwright.messaging.work import Transactions
from claimwright_console.persistence import access_record
from claimwright_console.persistence.tables import READ_MODELS, claim

READ_MODEL: Final = Projection(
    name="read-models",
    consumer="console",
    topics=tuple(topic.name for topic in topics_read_by(Service.CONSOLE)),
    tables=tuple(
        Projected(table, left_out=("standing", "rules")) if table is claim else Projected(table)
        for table in READ_MODELS
    ),
)


async def forget(transactions: Transactions) -> None:
    """Empty the read models of every organization, with what the consumer remembers, in one transaction."""
    await projections.forget(transactions, READ_MODEL, await _organizations(transactions))


async def digest(transactions: Transactions) -> str:
    """Return a hash over all rows of the read models; equal digests are equal read models."""
    return await projections.digest(transactions, READ_MODEL, await _organizations(transactions))


async def _organizations(transactions: Transactions) -> Sequence[UUID]:
    async with transactions.begin(org_id=PLATFORM, actor=ACTOR) as work:
        return [PLATFORM, *(row.org_id for row in await access_record.organizations(work.connection))]
