"""Projections that events alone feed: forgotten and built anew, with a hash that says they came out the same.

A projection is emptied in one transaction with what its consumer remembers, so that the consumer may run meanwhile: it
finds all of it or nothing. What follows is a replay of its topics to that consumer, by their publishers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID

import sqlalchemy as sa

from claimwright.database.engine import Database, bind
from claimwright.events.envelope import PLATFORM
from claimwright.messaging import inbox, notices
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.security.keys import Keyring
from claimwright.settings import SharedSettings

ResultT = TypeVar("ResultT")
ACTOR: Final = "rebuild"
_PARKED: Final = sa.text(
    "delete from parked where consumer = :consumer and topic = any(:topics) and version > 0 returning *"
)


@dataclass(frozen=True, slots=True)
class Projected:
    """One table of a projection.

    `left_out` names columns that a rebuild may number anew, and that no hash looks at. `topic` names the column that
    says which topic a row came from, where the table holds rows of other origin too.
    """

    table: sa.Table
    left_out: tuple[str, ...] = ()
    topic: str | None = None

    def rows_of(self, org_id: UUID, topics: Sequence[str]) -> list[sa.ColumnElement[bool]]:
        """Return what tells the projection's rows of one organization."""
        found: list[sa.ColumnElement[bool]] = [self.table.c.org_id == org_id]
        if self.topic is not None:
            found.append(self.table.c[self.topic].in_(topics))
        return found


@dataclass(frozen=True, slots=True)
class Projection:
    """What one consumer builds of some topics."""

    name: str
    consumer: str
    topics: tuple[str, ...]
    tables: tuple[Projected, ...]


async def forget(transactions: Transactions, projection: Projection, organizations: Sequence[UUID]) -> None:
    """Empty a projection of every organization, with its consumer's inbox, seen versions and parked events.

    What people decided about parked events stays, and holds when they come again.
    """
    outbox = transactions.outbox()
    async with transactions.database.transaction(None) as connection:
        await inbox.forget(connection, projection.consumer, projection.topics)
        bound: UUID | None = None
        for org_id in organizations:
            await bind(connection, org_id, ACTOR)
            bound = org_id
            work = transactions.work(connection, outbox, org_id=org_id, actor=ACTOR, cause=None)
            parked = await work.execute(_PARKED, {"consumer": projection.consumer, "topics": list(projection.topics)})
            for row in parked.mappings():
                notices.tell_released(work, row, by="itself")
            for one in projection.tables:
                await connection.execute(one.table.delete().where(*one.rows_of(org_id, projection.topics)))
        published = await outbox.flush(connection, bound=bound)
    if published:
        transactions.wake.set()


async def digest(transactions: Transactions, projection: Projection, organizations: Sequence[UUID]) -> str:
    """Return a hash over all rows of a projection; equal hashes are equal projections."""
    total = sha256()
    for org_id in sorted(organizations):
        async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
            for one in projection.tables:
                total.update(f"{org_id} {one.table.name}\n".encode())
                row = sa.func.to_jsonb(sa.literal_column(one.table.name))
                without = sa.cast(list(one.left_out), sa.ARRAY(sa.Text))
                text = sa.cast(row.op("-")(without), sa.Text).label("row")
                found = await work.execute(
                    sa.select(text)
                    .select_from(one.table)
                    .where(*one.rows_of(org_id, projection.topics))
                    .order_by(sa.collate(text, "C"))
                )
                for line in found.scalars():
                    total.update(line.encode() + b"\n")
    return total.hexdigest()


async def with_organizations(
    settings: SharedSettings,
    service: str,
    act: Callable[[Transactions, Projection, Sequence[UUID]], Awaitable[ResultT]],
    projection: Projection,
) -> ResultT:
    """Return what an act on a projection gives, on the service's own database and for all organizations it knows."""
    database = Database.connect(settings.database, service=service)
    access = Access(database)
    transactions = Transactions(database, Keyring(settings.keys, access), asyncio.Event(), service)
    try:
        known = [organization.org_id for organization in await access.organizations()]
        return await act(transactions, projection, [PLATFORM, *known])
    finally:
        await database.close()
