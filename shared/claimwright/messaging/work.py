"""One transaction of one organization: its connection, who acts, the cause, and the events that it publishes.

It commits at the edge, in `Transactions.begin` or in the consumer's batch; nothing inside can. A use case that raises
leaves nothing behind.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg
from pydantic import ValidationError
from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock, ids
from claimwright.database.engine import Database, fetch
from claimwright.events.envelope import EventData, Part, Purpose, Received
from claimwright.events.topics import TOPIC_NAMED, topic_for
from claimwright.events.upcasting import newest_part
from claimwright.failpoints import failpoint
from claimwright.messaging.outbox import Outbox, Pending, Sealing
from claimwright.refusals import Poison
from claimwright.security.sealing import ColumnPlace, PartPlace
from claimwright.telemetry import tracing

PartT = TypeVar("PartT", bound=Part)


class Work:
    """One transaction: what a use case gets to read, change and publish with."""

    def __init__(
        self,
        connection: AsyncConnection,
        *,
        org_id: UUID,
        actor: str,
        cause: Received | None,
        service: str,
        outbox: Outbox,
        traceparent: str | None = None,
    ) -> None:
        """Wrap a connection that has the organization bound already.

        `traceparent`: the trace of what asked for this, where several share a transaction; else the current one.
        """
        self._connection = connection
        self._org_id = org_id
        self._actor = actor
        self._now = clock.now()
        self._cause = cause
        self._service = service
        self._outbox = outbox
        self._traceparent = traceparent
        self._correlation_id = None if cause is None else cause.correlation_id

    @property
    def connection(self) -> AsyncConnection:
        """Return the connection inside the transaction."""
        return self._connection

    @property
    def org_id(self) -> UUID:
        """Return the organization that is bound."""
        return self._org_id

    @property
    def actor(self) -> str:
        """Return who acts: a key, a person, a route, a consumer."""
        return self._actor

    @property
    def now(self) -> datetime:
        """Return the moment of this transaction; every row and event of it says the same."""
        return self._now

    @property
    def cause(self) -> Received | None:
        """Return the event that this work answers, or None where a request or a timer began it."""
        return self._cause

    @property
    def traceparent(self) -> str | None:
        """Return the place in its trace of what is done here: that of what asked for it, or of what it answers."""
        return (
            self._traceparent
            or tracing.current_traceparent()
            or (self._cause.traceparent if self._cause is not None else None)
        )

    def publish(self, data: EventData, *parts: Part, event_id: UUID | None = None) -> UUID:
        """Publish an event with this transaction, and return its id: `event_id`, where a row names it already.

        What nothing caused begins a correlation of its own, which all that follows from it keeps.
        Errors: ValueError for another service's topic, or for parts that this type does not carry.
        """
        topic = TOPIC_NAMED.get(topic_for(data.TOPIC, self._service))
        if topic is None or topic.owner != self._service:
            raise ValueError(f"{self._service} does not publish {data.TYPE}")
        if len({part.PURPOSE for part in parts}) != len(parts) or any(type(part) not in data.PARTS for part in parts):
            raise ValueError(f"{data.TYPE} does not carry these parts")
        event_id = event_id or ids.new()
        self._correlation_id = self._correlation_id or event_id
        self._outbox.pending.append(
            Pending(
                id=event_id,
                org_id=self._org_id,
                topic=topic.name,
                data=data,
                parts=parts,
                occurred_at=self._now,
                causation_id=None if self._cause is None else self._cause.id,
                correlation_id=self._correlation_id,
                traceparent=self.traceparent,
            )
        )
        return event_id

    def wake(self, event: asyncio.Event) -> None:
        """Wake who in this process waits for what this transaction makes true, once it has committed.

        What a group's commit does is not told so; whoever waits looks by itself from time to time anyway.
        """
        self._outbox.to_wake.add(event)

    async def open(self, received: Received, part: type[PartT]) -> PartT:
        """Return one sealed part of a received event.

        Errors: Poison when the event has no such part or it does not open; Transient while its key is still on its way.
        """
        text = received.sealed.get(part.PURPOSE)
        if text is None:
            raise Poison(f"part_missing:{part.PURPOSE.value}")
        place = PartPlace(
            purpose=part.PURPOSE,
            type=received.published_type,
            event_id=received.id,
            org_id=received.org_id,
            record_key=received.key,
        )
        try:
            sealed = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise Poison(f"part_unreadable:{part.PURPOSE.value}") from None
        plain = await self._outbox.sealing.open(sealed, place)
        try:
            if received.published is None:
                return part.model_validate_json(plain, extra="ignore")
            newest = newest_part(received.published_type, part.PURPOSE, json.loads(plain))
            return part.model_validate_json(json.dumps(newest), extra="ignore")
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
            raise Poison(f"part_unreadable:{part.PURPOSE.value}") from None  # the cause's text may quote a patient

    async def seal(
        self, purpose: Purpose, plain: bytes, *, table: str, column: str, row: UUID, version: int = 1
    ) -> bytes:
        """Return a seal for a column of one row of this organization."""
        return await self._outbox.sealing.seal(plain, self._place(purpose, table, column, row, version))

    async def unseal(
        self, purpose: Purpose, sealed: bytes, *, table: str, column: str, row: UUID, version: int = 1
    ) -> bytes:
        """Return what a sealed column holds.

        Errors: Poison when it was moved or changed; Transient while its key is still on its way.
        """
        return await self._outbox.sealing.open(sealed, self._place(purpose, table, column, row, version))

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return await self._connection.execute(statement, parameters)

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Run one statement of the driver's (`$1`, `$2` …) in this transaction, at half of what `execute` costs."""
        return await fetch(self._connection, query, *values)

    def _place(self, purpose: Purpose, table: str, column: str, row: UUID, version: int) -> ColumnPlace:
        return ColumnPlace(
            purpose=purpose,
            schema=self._service,
            table=table,
            column=column,
            org_id=self._org_id,
            row=row,
            version=version,
        )


@dataclass(frozen=True, slots=True)
class Together:
    """What a service does about several events at once, which costs less than one after the other.

    `act` gets events of one organization in their order, each with its own work; one alone comes as a sequence of one.
    All works share a transaction, so a statement through any of them sees what the others did; what is published
    through one has that one's event as its cause.
    """

    act: Callable[[Sequence[tuple[Work, Received]]], Awaitable[None]]


Handler = Callable[[Work, Received], Awaitable[None]] | Together
"""What a service does about events, inside the batch's transaction. It never commits and never calls the network."""


class Transactions:
    """Begins units of work, and wakes the relay when one that published has committed."""

    def __init__(self, database: Database, sealing: Sealing, wake: asyncio.Event, service: str) -> None:
        self.database = database
        self.sealing: Final = sealing
        self.wake = wake
        self.service = str(service)

    @asynccontextmanager
    async def begin(self, *, org_id: UUID, actor: str, cause: Received | None = None) -> AsyncIterator[Work]:
        """Begin a transaction of one organization; it commits when the block ends, and not when the block raises."""
        outbox = self.outbox()
        async with self.database.transaction(org_id, actor) as connection:
            yield self.work(connection, outbox, org_id=org_id, actor=actor, cause=cause)
            published = await outbox.flush(connection, bound=org_id)
            failpoint("http.before_commit")
        failpoint("http.after_commit_before_reply")
        outbox.wake()
        if published:
            self.wake.set()

    def outbox(self) -> Outbox:
        """Return an empty outbox for one transaction."""
        return Outbox(self.service, self.sealing)

    def work(
        self,
        connection: AsyncConnection,
        outbox: Outbox,
        *,
        org_id: UUID,
        actor: str,
        cause: Received | None,
        traceparent: str | None = None,
    ) -> Work:
        """Return the unit of work of one event or request within a transaction that the caller commits."""
        return Work(
            connection,
            org_id=org_id,
            actor=actor,
            cause=cause,
            service=self.service,
            outbox=outbox,
            traceparent=traceparent,
        )
