"""A database with the tables of intake's edge and backbone, made by the code of the migrations, as intake sees it."""

import asyncio
import uuid
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from claimwright import clock, ids
from claimwright.database.ddl import create_backbone, create_retention
from claimwright.database.engine import Database
from claimwright.database.parking_ddl import create_parking_acts
from claimwright.events.access import DataKeyWrapped, OrganizationCreated, SigningKeyPublished
from claimwright.events.envelope import PLATFORM, EventData, Purpose, Received
from claimwright.http.ddl import create_edge
from claimwright.messaging.work import Transactions
from claimwright.security.access import HANDLERS, Access
from claimwright.security.keys import Keyring, new_data_key
from claimwright.security.tokens import Signer
from claimwright.settings import DatabaseSettings, KeySettings
from deploy.stack.ports import HOST
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION
from tests.support.stack import TestStack

SERVICE: Final = "intake"
TEMPLATE: Final = "edge_template"
_ENCRYPTION_KEY: Final = bytes(range(32))


@dataclass
class Edge:
    """The parts of a service that stand on one test's database."""

    stack: TestStack
    name: str
    database: Database
    access: Access
    keyring: Keyring
    transactions: Transactions
    signer: Signer = field(default_factory=Signer.generate)

    async def receive(self, *events: EventData) -> None:
        """Let access events arrive, each in a transaction of its organization, as the consumer does."""
        for data in events:
            org_id = ids.parse(ids.ORGANIZATION, data.record_key)
            received = a_received(data, org_id)
            async with self.transactions.begin(org_id=org_id, actor="consumer:access", cause=received) as work:
                await HANDLERS[type(data)](work, received)

    async def receive_snapshot(self, *org_ids: UUID) -> None:
        """Let the console's first snapshot arrive: its public key, organizations, and their data keys."""
        public = self.signer.published()
        platform = ids.text(ids.ORGANIZATION, PLATFORM)
        await self.receive(SigningKeyPublished(org_id=platform, kid=public.kid, x=public.x, y=public.y))
        for org_id in org_ids or (TEST_ORGANIZATION, OTHER_ORGANIZATION):
            text_id = ids.text(ids.ORGANIZATION, org_id)
            await self.receive(OrganizationCreated(org_id=text_id, name="Test Clinic", kind="test"))
            for purpose in Purpose:
                await self.receive(a_data_key(org_id, purpose))

    async def root(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection that sees every row."""
        return await self.stack.connect("postgres", self.name)


def a_data_key(org_id: UUID, purpose: Purpose, version: int = 1) -> DataKeyWrapped:
    """Return the event of a new data key."""
    key = new_data_key(_ENCRYPTION_KEY, org_id=org_id, purpose=purpose, version=version)
    return DataKeyWrapped(
        org_id=ids.text(ids.ORGANIZATION, org_id),
        key_id=key.key_id,
        purpose=purpose,
        version=version,
        wrapped=key.wrapped,
    )


def a_received(data: EventData, org_id: UUID) -> Received:
    """Return an event as a consumer gets it."""
    event_id = ids.new()
    return Received(
        id=event_id,
        type=data.TYPE,
        topic=data.TOPIC,
        key=data.record_key,
        version=1,
        org_id=org_id,
        occurred_at=clock.now(),
        causation_id=None,
        correlation_id=event_id,
        traceparent=None,
        data=data,
        sealed={},
    )


async def make_template(stack: TestStack) -> None:
    """Make the database that every test of the edge copies; anew, where another folder's tests have made it before."""
    await stack.drop_database(TEMPLATE)
    await stack.make_database(TEMPLATE)
    url = URL.create(
        "postgresql+asyncpg",
        username="migrator",
        password=stack.password_of("migrator"),
        host=HOST,
        port=stack.ports.postgres,
        database=TEMPLATE,
    )
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(f"set local role owner_{SERVICE}"))
        await connection.run_sync(_create)
    await engine.dispose()


@asynccontextmanager
async def an_edge(stack: TestStack, folder: Path) -> AsyncIterator[Edge]:
    """Give a copy of the template with the parts on it, and drop it afterwards."""
    name = f"edge_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, name)
    database = Database.connect(_database_settings(stack, name), service=SERVICE)
    access = Access(database)
    keyring = Keyring(_key_settings(folder), access)
    transactions = Transactions(database, keyring, asyncio.Event(), SERVICE)
    try:
        yield Edge(stack, name, database, access, keyring, transactions)
    finally:
        await database.close()
        await stack.drop_database(name)


def _create(connection: Connection) -> None:
    operations = Operations(MigrationContext.configure(connection))
    create_backbone(operations, SERVICE)
    create_parking_acts(operations, SERVICE)
    create_edge(operations, SERVICE)
    create_retention(operations, SERVICE)


def _database_settings(stack: TestStack, name: str) -> DatabaseSettings:
    return DatabaseSettings(
        host=HOST,
        port=stack.ports.postgres,
        name=name,
        password_file=stack.places.secrets / f"svc_{SERVICE}",
        pool_size=5,
    )


def _key_settings(folder: Path) -> KeySettings:
    files: dict[str, Any] = {}
    for purpose in Purpose:
        path = folder / f"{purpose.value}.key"
        path.write_text(b64encode(_ENCRYPTION_KEY).decode())
        files[f"{purpose.value}_file"] = path
    return KeySettings(**files)
