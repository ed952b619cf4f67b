"""What the handling of events asks of its database: the inbox, the versions seen and what is parked, in one port.

A transaction of it is a connection that has begun; everything done with it is committed together or not at all.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import SYSTEM, Database, bind
from claimwright.messaging import endings, parking
from claimwright.messaging.endings import Told
from claimwright.messaging.inbox import Aggregate, Entered, Inbox
from claimwright.messaging.parking import Parked
from claimwright.messaging.work import Work


class Tables(Protocol):
    """One consumer's tables; the rules of each are told where PostgreSQL's are."""

    def transaction(self, org_id: UUID | None, actor: str = SYSTEM) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a transaction, which commits when its block ends and not when it raises."""

    async def bind(self, connection: AsyncConnection, org_id: UUID, actor: str) -> None:
        """Let the rest of the transaction see one organization's rows."""

    async def provide(self, event_ids: Collection[UUID]) -> None:
        """Make room in the inbox, before the transaction that enters these events."""

    async def enter(
        self, connection: AsyncConnection, event_ids: Collection[UUID], aggregates: Collection[Aggregate]
    ) -> Entered:
        """Enter events, and lock keys to the transaction's end."""

    async def saw(self, connection: AsyncConnection, versions: Mapping[Aggregate, int]) -> None:
        """Keep the last version seen of locked keys."""

    async def note(self, connection: AsyncConnection, org_id: UUID, told: Sequence[Told]) -> None:
        """Note which claims ended or were opened again, of the bound organization."""

    async def first_parked(
        self, connection: AsyncConnection, aggregates: Collection[Aggregate]
    ) -> dict[Aggregate, int]:
        """Return the lowest parked version of each locked key that is parked."""

    async def park(self, work: Work, parked: Sequence[Parked]) -> None:
        """Keep events of the bound organization that cannot be handled now."""

    async def decided(self, connection: AsyncConnection, event_id: UUID) -> tuple[str, UUID] | None:
        """Return what a person decided about an event when it was parked before."""

    async def try_next(self, connection: AsyncConnection, aggregate: Aggregate) -> None:
        """Let the head of a parked key be tried at once."""


class PostgresTables:
    """The tables of one consumer in its service's schema."""

    def __init__(self, database: Database, consumer: str, inbox: Inbox) -> None:
        self._database = database
        self._consumer = consumer
        self._inbox = inbox
        self.provide = inbox.provide
        self.enter = inbox.enter
        self.saw = inbox.saw

    def transaction(self, org_id: UUID | None, actor: str = SYSTEM) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a transaction of the service's pool."""
        return self._database.transaction(org_id, actor)

    async def bind(self, connection: AsyncConnection, org_id: UUID, actor: str) -> None:
        """Bind an organization."""
        await bind(connection, org_id, actor)

    async def note(self, connection: AsyncConnection, org_id: UUID, told: Sequence[Told]) -> None:
        """Note what retention asks for."""
        await endings.note(connection, org_id, told)

    async def first_parked(
        self, connection: AsyncConnection, aggregates: Collection[Aggregate]
    ) -> dict[Aggregate, int]:
        """Return the lowest parked versions."""
        return await parking.first_versions(connection, self._consumer, aggregates)

    async def park(self, work: Work, parked: Sequence[Parked]) -> None:
        """Park events."""
        await parking.park(work, parked)

    async def decided(self, connection: AsyncConnection, event_id: UUID) -> tuple[str, UUID] | None:
        """Return a decision."""
        return await parking.decided(connection, self._consumer, event_id)

    async def try_next(self, connection: AsyncConnection, aggregate: Aggregate) -> None:
        """Let a key go on."""
        await parking.try_next(connection, self._consumer, aggregate)
