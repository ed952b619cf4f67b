"""Intake on real PostgreSQL without a broker: its app in memory, its handlers and its periodic acts, in one process."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from claimwright import clock, ids
from claimwright.database.engine import Database
from claimwright.events.envelope import EventData, Received
from claimwright.http.admission import Admission
from claimwright.http.app import create_app
from claimwright.http.group_commit import GroupCommit
from claimwright.messaging.work import Transactions
from claimwright.settings import DatabaseSettings, EdgeSettings
from claimwright_intake.api.parts import IntakeParts
from claimwright_intake.api.postings import post_together
from claimwright_intake.api.refusals import STATUS_OF
from claimwright_intake.app import NAME, ROUTERS
from claimwright_intake.consumers import HANDLERS
from claimwright_intake.usecases.move_feed_horizon import FeedHorizon
from claimwright_intake.usecases.read_files import FileReading
from tests.support.backbone import OneKey
from tests.support.handlers import hand
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION, KnownCallers, bearer, client_of
from tests.support.stack import TestStack

TEMPLATE: Final = "intake_template"


@dataclass
class IntakeBench:
    """One intake service with a database of its own and two organizations."""

    stack: TestStack
    database_name: str
    database: Database
    transactions: Transactions
    callers: KnownCallers
    app: FastAPI
    keys: dict[UUID, str]

    def limit(self, limits: EdgeSettings) -> None:
        """Let the app take up only so much from now on."""
        self.app.state.admission = Admission(limits)

    async def post(
        self, document: object, *, org_id: UUID = TEST_ORGANIZATION, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Post an encounter."""
        return await self.call("POST", "/v1/encounters", json=document, org_id=org_id, headers=headers)

    async def patch(
        self, encounter_id: str, patch: object, *, etag: str | None, org_id: UUID = TEST_ORGANIZATION
    ) -> httpx2.Response:
        """Amend an encounter."""
        headers = {} if etag is None else {"if-match": etag}
        return await self.call("PATCH", f"/v1/encounters/{encounter_id}", json=patch, org_id=org_id, headers=headers)

    async def get(self, path: str, *, org_id: UUID = TEST_ORGANIZATION) -> httpx2.Response:
        """Ask as a partner."""
        return await self.call("GET", path, org_id=org_id)

    async def call(
        self,
        method: str,
        path: str,
        *,
        org_id: UUID = TEST_ORGANIZATION,
        headers: Mapping[str, str] | None = None,
        **what: Any,
    ) -> httpx2.Response:
        """Call the API as a partner."""
        async with client_of(self.app) as client:
            return await client.request(method, path, headers={**bearer(self.keys[org_id]), **(headers or {})}, **what)

    async def person(self, path: str, permission: str, *, method: str = "GET", **what: Any) -> httpx2.Response:
        """Do one act as a person from the console."""
        token = self.callers.token(permission, method, path, service=NAME)
        async with client_of(self.app) as client:
            return await client.request(method, path, headers=bearer(token), **what)

    async def hand_in(self, content: bytes, *, org_id: UUID = TEST_ORGANIZATION) -> httpx2.Response:
        """Hand in a file."""
        headers = {"content-type": "application/edi-x12"}
        return await self.call("POST", "/v1/files", content=content, org_id=org_id, headers=headers)

    def reading(self) -> FileReading:
        """Return a reader of files as a fresh process has it."""

        async def organizations() -> Sequence[UUID]:
            return list(self.keys)

        return FileReading(self.transactions, organizations)

    async def read_files(self) -> None:
        """Read all files to their end."""
        reading = self.reading()
        while await reading.step():
            pass

    async def hear(
        self,
        data: EventData,
        *,
        version: int = 1,
        causation_id: UUID | None = None,
        event_id: UUID | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Hand one event of another service to intake's handler, as its consumer does."""
        event_id = event_id or ids.new()
        received = Received(
            id=event_id,
            type=data.TYPE,
            topic=data.TOPIC,
            key=data.record_key,
            version=version,
            org_id=TEST_ORGANIZATION,
            occurred_at=at or clock.now(),
            causation_id=causation_id,
            correlation_id=event_id,
            traceparent=None,
            data=data,
            sealed={},
        )
        async with self.transactions.begin(org_id=TEST_ORGANIZATION, actor="consumer:claims", cause=received) as work:
            await hand(HANDLERS[type(data)], work, received)
        return event_id

    @asynccontextmanager
    async def horizon(self) -> AsyncIterator[FeedHorizon]:
        """Give the mover of the feed's horizon."""
        horizon = FeedHorizon(self.database)
        try:
            yield horizon
        finally:
            await horizon.close()

    async def move_horizon(self) -> None:
        """Move the feed's horizon over all that is final."""
        async with self.horizon() as horizon:
            while await horizon.move():
                pass

    async def told(self, *, org_id: UUID = TEST_ORGANIZATION) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """Return type, data and sealed parts of what was published, in order."""
        rows = await self.rows("select type, payload from outbox order by seq", org_id=org_id)
        values = [(row.type, json.loads(row.payload)) for row in rows]
        return [(wire_name, value["data"], value["sealed"]) for wire_name, value in values]

    async def types(self) -> list[str]:
        """Return the types of what was published, in order."""
        return [wire_name for wire_name, _, _ in await self.told()]

    async def rows(self, question: str, *, org_id: UUID = TEST_ORGANIZATION) -> Sequence[Any]:
        """Ask the database as the service, bound to an organization."""
        async with self.database.transaction(org_id) as connection:
            return (await connection.execute(text(question))).all()


async def make_template(stack: TestStack) -> None:
    """Make the database that every test copies."""
    await stack.make_database(TEMPLATE)
    await stack.migrate(NAME, TEMPLATE)


@asynccontextmanager
async def a_bench(stack: TestStack) -> AsyncIterator[IntakeBench]:
    """Give a bench on a fresh copy of the template."""
    name = f"intake_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, name)
    settings = DatabaseSettings(
        port=stack.ports.postgres,
        name=name,
        password_file=stack.places.secrets / "svc_intake",
        relay_password_file=stack.places.secrets / "relay_intake",
        pool_size=10,
    )
    database = Database.connect(settings, service=NAME)
    callers = KnownCallers()
    keys = {org_id: callers.add_key(org_id) for org_id in (TEST_ORGANIZATION, OTHER_ORGANIZATION)}
    sealing: Any = OneKey()
    transactions = Transactions(database, sealing, asyncio.Event(), NAME)
    parts = IntakeParts(
        service=NAME,
        status_of=STATUS_OF,
        database=database,
        transactions=transactions,
        access=callers,
        keyring=sealing,
        postings=GroupCommit(transactions, post_together, most=64, wait_seconds=0.005),
    )
    app = create_app(NAME, ROUTERS, parts=parts)
    try:
        yield IntakeBench(stack, name, database, transactions, callers, app, keys)
    finally:
        await database.close()
        await stack.drop_database(name)
