"""Coding on real PostgreSQL without a broker: its handlers and its app in memory."""

import asyncio
import base64
import json
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from claimwright import clock, ids
from claimwright.database.engine import Database
from claimwright.events.envelope import EventData, Received
from claimwright.events.intake import EncounterAmended, EncounterCompleted, EncounterNotBillable, EncounterReceived
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.messaging.work import Transactions
from claimwright.security.sealing import PartPlace
from claimwright.settings import DatabaseSettings
from claimwright_coding.app import NAME, ROUTERS
from claimwright_coding.consumers import handlers
from claimwright_coding.domain.content import Content
from tests.support.backbone import OneKey
from tests.support.builders_coding import a_content, the_codes
from tests.support.handlers import hand
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION, KnownCallers, bearer, client_of
from tests.support.stack import TestStack

TEMPLATE: Final = "coding_template"
CLAIM: Final = UUID("01936f00-0000-7000-8000-00000000c1a1")


@dataclass
class CodingBench:
    """One coding service with a database of its own and two organizations."""

    stack: TestStack
    database_name: str
    database: Database
    transactions: Transactions
    callers: KnownCallers
    app: FastAPI
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def received(self, content: Content | None = None, *, is_complete: bool = True, **how: Any) -> None:
        """Let an encounter come in."""
        await self._hear(EncounterReceived, content, source="api", is_complete=is_complete, version=1, **how)

    async def amended(
        self, content: Content | None = None, *, version: int, is_complete: bool = True, **how: Any
    ) -> None:
        """Let an encounter be amended."""
        changed = ("/diagnoses",)
        await self._hear(EncounterAmended, content, changed=changed, is_complete=is_complete, version=version, **how)

    async def completed(self, content: Content | None = None, *, version: int) -> None:
        """Let the last gap be closed."""
        await self._hear(EncounterCompleted, content, version=version)

    async def _hear(
        self,
        model: type[EventData],
        content: Content | None,
        *,
        version: int,
        claim_id: UUID = CLAIM,
        org_id: UUID = TEST_ORGANIZATION,
        **fields: Any,
    ) -> None:
        content = content or a_content()
        data = model.model_validate(
            {
                "encounter_id": ids.text(ids.ENCOUNTER, claim_id),
                "claim_id": ids.text(ids.CLAIM, claim_id),
                "encounter_version": version,
                "charge_cents": sum(line.charge_cents for line in content.financial.lines),
                "line_count": len(content.financial.lines),
                "payer_count": len(content.financial.payers),
                **fields,
            },
            extra="ignore",
        )
        event_id = ids.new()
        sealed = {}
        for part in (content.identity, content.clinical, content.financial):
            place = PartPlace(
                purpose=part.PURPOSE, type=data.TYPE, event_id=event_id, org_id=org_id, record_key=data.record_key
            )
            plain = part.model_dump_json().encode()
            sealed[part.PURPOSE] = base64.b64encode(await OneKey().seal(plain, place)).decode()
        self._versions[data.record_key] += 1
        cause = Received(
            id=event_id,
            type=data.TYPE,
            topic=data.TOPIC,
            key=data.record_key,
            version=self._versions[data.record_key],
            org_id=org_id,
            occurred_at=clock.now(),
            causation_id=None,
            correlation_id=event_id,
            traceparent=None,
            data=data,
            sealed=sealed,
        )
        async with self.transactions.begin(org_id=org_id, actor="consumer:coding", cause=cause) as work:
            await hand(handlers(the_codes())[model], work, cause)

    async def not_billable(self) -> None:
        """Let intake close the encounter for good."""
        await self._hear(EncounterNotBillable, None, version=0, reason="duplicate")

    async def told(self) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """Return type, data and sealed parts of what was published, in order."""
        rows = await self.rows("select type, payload from outbox order by seq")
        values = [(row.type, json.loads(row.payload)) for row in rows]
        return [(wire_name, value["data"], value["sealed"]) for wire_name, value in values]

    async def types(self) -> list[str]:
        """Return the types of what was published, in order."""
        return [wire_name for wire_name, _, _ in await self.told()]

    async def rows(self, question: str, *, org_id: UUID = TEST_ORGANIZATION) -> list[Any]:
        """Ask the database as the service, bound to an organization."""
        async with self.database.transaction(org_id) as connection:
            return list((await connection.execute(text(question))).all())

    async def case(self, *, org_id: UUID = TEST_ORGANIZATION) -> httpx2.Response:
        """Ask for the claim's case as a coder."""
        path = f"/v1/cases/{ids.text(ids.CLAIM, CLAIM)}"
        token = self.callers.token("case:read", "GET", path, service=NAME, org_id=org_id)
        async with client_of(self.app) as client:
            return await client.get(path, headers=bearer(token))


async def make_template(stack: TestStack) -> None:
    """Make the database that every test copies."""
    await stack.make_database(TEMPLATE)
    await stack.migrate(NAME, TEMPLATE)


@asynccontextmanager
async def a_bench(stack: TestStack) -> AsyncIterator[CodingBench]:
    """Give a bench on a fresh copy of the template."""
    name = f"coding_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, name)
    settings = DatabaseSettings(
        port=stack.ports.postgres, name=name, password_file=stack.places.secrets / "svc_coding", pool_size=5
    )
    database = Database.connect(settings, service=NAME)
    callers = KnownCallers()
    for org_id in (TEST_ORGANIZATION, OTHER_ORGANIZATION):
        callers.add_organization(org_id)
    sealing: Any = OneKey()
    transactions = Transactions(database, sealing, asyncio.Event(), NAME)
    parts = AppParts(service=NAME, database=database, transactions=transactions, access=callers, keyring=sealing)
    app = create_app(NAME, ROUTERS, parts=parts)
    try:
        yield CodingBench(stack, name, database, transactions, callers, app)
    finally:
        await database.close()
        await stack.drop_database(name)
