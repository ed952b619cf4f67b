"""A console on real PostgreSQL without a broker: its app in memory, and events handed to its own handlers."""

import base64
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import httpx2

from claimwright import ids
from claimwright.events.envelope import EventData, Part, Received
from claimwright.process import Service
from claimwright.security.permissions import Role
from claimwright.security.sealing import PartPlace
from claimwright.settings import load_settings
from claimwright_console.app import build
from claimwright_console.consumers import HANDLERS
from claimwright_console.core import Core, core
from claimwright_console.settings import Settings
from claimwright_console.usecases.bootstrap import Handover, bootstrap, issue_links
from tests.support.handlers import hand
from tests.support.stack import TestStack

MORNING: Final = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TEMPLATE: Final = "console_template"
ORIGIN: Final = "http://console.test"


@dataclass
class TestConsole:
    """One console with a database of its own, its first organization and its people."""

    __test__ = False

    database: str
    settings: Settings
    core: Core
    service: Service
    handover: Handover
    links: dict[str, str]
    _versions: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def org_id(self) -> UUID:
        return self.handover.org_id

    async def hear(
        self,
        data: EventData,
        *parts: Part,
        at: datetime = MORNING,
        cause: Received | None = None,
        org_id: UUID | None = None,
        trace_id: str | None = None,
        topic: str | None = None,
    ) -> Received:
        """Hand one event to the console's handler as the consumer would, and return it."""
        event = await self.event(data, *parts, at=at, cause=cause, org_id=org_id, trace_id=trace_id, topic=topic)
        await self.handle(event)
        return event

    async def event(
        self,
        data: EventData,
        *parts: Part,
        at: datetime = MORNING,
        cause: Received | None = None,
        org_id: UUID | None = None,
        trace_id: str | None = None,
        topic: str | None = None,
    ) -> Received:
        """Return an event as it comes from the broker, its parts sealed under the organization's keys."""
        owner = org_id or self.org_id
        key = (topic or data.TOPIC, data.record_key)
        self._versions[key] += 1
        event_id = ids.new()
        sealed = {}
        for part in parts:
            place = PartPlace(
                purpose=part.PURPOSE, type=data.TYPE, event_id=event_id, org_id=owner, record_key=data.record_key
            )
            sealed[part.PURPOSE] = base64.b64encode(
                await self.core.keyring.seal(part.model_dump_json().encode(), place)
            ).decode()
        return Received(
            id=event_id,
            type=data.TYPE,
            topic=topic or data.TOPIC,
            key=data.record_key,
            version=self._versions[key],
            org_id=owner,
            occurred_at=at,
            causation_id=None if cause is None else cause.id,
            correlation_id=event_id if cause is None else cause.correlation_id,
            traceparent=f"00-{trace_id or uuid.uuid4().hex}-{'1' * 16}-01",
            data=data,
            sealed=sealed,
        )

    async def handle(self, event: Received) -> None:
        """Hand an event to the console's handler in a transaction of its own."""
        async with self.core.transactions.begin(org_id=event.org_id, actor="consumer:console", cause=event) as work:
            await hand(HANDLERS[type(event.data)], work, event)

    @asynccontextmanager
    async def browser(self, role: Role | str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """Give a client that behaves as a browser does, signed in if a role is named."""
        transport = httpx2.ASGITransport(app=self.service.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as client:
            if role is not None:
                answer = await client.post("/sign-in", data={"token": await self.fresh_secret(str(role))})
                assert answer.status_code == 303, answer.text
            yield client

    async def fresh_secret(self, role: str) -> str:
        """Return the secret of a fresh one-time link of a role."""
        links = await issue_links(self.core.transactions, operator_only=False)
        return next(link.token.text for link in links if link.role == role)

    async def audited(self, org_id: UUID | None = None) -> list[tuple[str, str, str]]:
        """Return (actor, action, object) of the audit trail of an organization, the oldest first."""
        from sqlalchemy import select

        from claimwright.security import tables

        async with self.core.transactions.begin(org_id=org_id or self.org_id, actor="test") as work:
            rows = await work.execute(
                select(tables.audit.c.actor, tables.audit.c.action, tables.audit.c.object).order_by(tables.audit.c.id)
            )
            return [tuple(row) for row in rows]


async def make_template(stack: TestStack) -> None:
    """Make the database that each console of a test is a copy of: the schema, and nothing in it."""
    await stack.make_database(TEMPLATE)
    await stack.migrate("console", TEMPLATE)


@asynccontextmanager
async def a_console(
    stack: TestStack, *, base_url: str = ORIGIN, more: dict[str, str] | None = None
) -> AsyncIterator[TestConsole]:
    """Give a console with a database of its own, bootstrapped."""
    database = f"console_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, database)
    environ = stack.environment_of("console", database=database) | {"CLAIMWRIGHT_CONSOLE__BASE_URL": base_url}
    settings = load_settings(Settings, environ=environ | (more or {}))
    base = core(settings)
    service = await build(settings)
    try:
        handover = await bootstrap(base.transactions, encryption_keys=settings.keys, needs_key=False)
        assert handover is not None
        for act in service.startup:
            await act()
        yield TestConsole(database, settings, base, service, handover, {})
    finally:
        for act in service.shutdown:
            await act()
        await base.database.close()
        await stack.drop_database(database)


def later(**span: float) -> datetime:
    """Return a moment after the morning that the stories begin in."""
    return MORNING + timedelta(**span)


def new_id(prefix: str) -> str:
    """Return a new id as text."""
    return ids.text(prefix, ids.new())
