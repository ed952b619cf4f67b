"""Submission on real PostgreSQL without a broker: its handlers, timers and app in one process.

Its clearinghouse is in memory and misbehaves when told to.
"""

import asyncio
import base64
import json
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import insert, text

from claimwright import clock, ids
from claimwright.clearinghouse.routes import Route
from claimwright.database.engine import Database
from claimwright.events.coding import ClaimCoded, ClaimWithdrawn
from claimwright.events.envelope import EventData, Part, Purpose, Received
from claimwright.events.lifecycle_words import Outcome
from claimwright.events.remittance import ClaimAdjudicated, ClaimNotRecognised
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.messaging.work import Transactions
from claimwright.process import Periodic
from claimwright.security import signatures, tables
from claimwright.security.access import Access
from claimwright.security.keys import DATA_KEY, Keyring, new_data_key
from claimwright.security.sealing import PartPlace
from claimwright.settings import load_settings
from claimwright_submission.api.refusals import STATUS_OF
from claimwright_submission.app import routers
from claimwright_submission.consumers import handlers
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.settings import Settings
from claimwright_submission.timers import periodics_for
from claimwright_submission.usecases.send_files import Road
from claimwright_submission.wakes import Wakes
from tests.support.builders_submission import CALLBACK_SECRET, ORGANIZATION, OTHER_ORGANIZATION, a_content, a_route
from tests.support.fake_clearinghouse import FakeClearinghouse
from tests.support.handlers import hand
from tests.support.http import KnownCallers, bearer, client_of
from tests.support.stack import TestStack

DecisionT = TypeVar("DecisionT", ClaimAdjudicated, ClaimNotRecognised)
TEMPLATE: Final = "submission_template"
OTHER_ROUTE: Final = "rte_two"


@dataclass(frozen=True)
class Told:
    """One event that submission published."""

    type: str
    key: str
    version: int
    data: dict[str, Any]
    sealed: dict[str, str]
    headers: dict[str, str]


@dataclass
class SubmissionBench:
    """One submission service with a database of its own and two organizations."""

    stack: TestStack
    database_name: str
    database: Database
    transactions: Transactions
    keyring: Keyring
    callers: KnownCallers
    routes: tuple[Route, ...]
    clearinghouses: dict[str, FakeClearinghouse]
    periodics: dict[str, Periodic]
    wakes: Wakes
    app: FastAPI
    _versions: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def clearinghouse(self) -> FakeClearinghouse:
        return self.clearinghouses[self.routes[0].id]

    async def coded(
        self,
        content: BilledContent | None = None,
        *,
        claim_id: UUID | None = None,
        version: int = 1,
        org_id: UUID = ORGANIZATION,
        traceparent: str | None = None,
    ) -> UUID:
        """Let coding pass one version of a claim; return the claim's id."""
        claim_id = claim_id or ids.new()
        content = content or a_content()
        data = ClaimCoded(
            claim_id=ids.text(ids.CLAIM, claim_id),
            encounter_id=ids.text(ids.ENCOUNTER, claim_id),
            encounter_version=version,
            charge_cents=sum(line.charge_cents for line in content.financial.lines),
            line_count=len(content.financial.lines),
            payer_count=len(content.financial.payers),
            code_set="2026",
        )
        await self.hear(
            data, content.identity, content.clinical, content.financial, org_id=org_id, traceparent=traceparent
        )
        return claim_id

    async def adjudicated(self, claim_id: UUID) -> None:
        """Let remittance post a decision on a claim's first submission."""
        await self.hear(await self.decision(ClaimAdjudicated, claim_id))

    async def not_recognised(self, claim_id: UUID) -> None:
        """Let a payer's remittance say that it knows nobody of a claim's first submission."""
        due = {"owner": "registration", "due_at": clock.now()}
        await self.hear(await self.decision(ClaimNotRecognised, claim_id, **due))

    async def decision(self, kind: type[DecisionT], claim_id: UUID, **more: Any) -> DecisionT:
        """Return what remittance tells of a claim's first submission."""
        queued = (await self.told("claim.queued.v1", claim_id))[0].data
        return kind(
            claim_id=queued["claim_id"],
            submission_id=queued["submission_id"],
            payer_order=1,
            payer_count=1,
            file_id="fil_1",
            remittance_id="rmt_1",
            remit_claim_id="rcl_1",
            posting_id="pst_1",
            outcome=Outcome.PAID_FULL,
            outcome_version=1,
            claim_outcome_code="1",
            charge_cents=100_00,
            paid_cents=100_00,
            adjusted_cents=0,
            patient_cents=0,
            open_cents=0,
            reasons=(),
            segment=1,
            byte_start=0,
            byte_end=1,
            **more,
        )

    async def withdrawn(self, claim_id: UUID) -> None:
        """Let coding tell that a claim's encounter will not be billed."""
        await self.hear(
            ClaimWithdrawn(
                claim_id=ids.text(ids.CLAIM, claim_id),
                encounter_id=ids.text(ids.ENCOUNTER, claim_id),
                encounter_version=1,
                reason="duplicate",
            )
        )

    async def hear(
        self, data: EventData, *parts: Part, org_id: UUID = ORGANIZATION, traceparent: str | None = None
    ) -> None:
        """Hand one event to the service's handler, as its consumer does."""
        event_id = ids.new()
        sealed = {}
        for part in parts:
            place = PartPlace(
                purpose=part.PURPOSE, type=data.TYPE, event_id=event_id, org_id=org_id, record_key=data.record_key
            )
            plain = part.model_dump_json().encode()
            sealed[part.PURPOSE] = base64.b64encode(await self.keyring.seal(plain, place)).decode()
        key = (data.TOPIC, data.record_key)
        self._versions[key] += 1
        received = Received(
            id=event_id,
            type=data.TYPE,
            topic=data.TOPIC,
            key=data.record_key,
            version=self._versions[key],
            org_id=org_id,
            occurred_at=clock.now(),
            causation_id=None,
            correlation_id=event_id,
            traceparent=traceparent,
            data=data,
            sealed=sealed,
        )
        handler = handlers(self.routes, self.callers, self.wakes)[type(data)]
        async with self.transactions.begin(org_id=org_id, actor="consumer:claims", cause=received) as work:
            await hand(handler, work, received)

    async def send(self, route_id: str = "rte_one") -> bool:
        """Let the timer of a route's files act once."""
        return await self.periodics[f"files {route_id}"].act()

    async def look_into_mailbox(self, route_id: str = "rte_one") -> bool:
        """Let the timer of a route's mailbox act once."""
        return await self.periodics[f"mailbox {route_id}"].act()

    async def read_answers(self) -> None:
        """Let the reader of answers act until nothing waits."""
        while await self.periodics["answers"].act():
            pass

    async def callback(
        self, data: bytes, *, route_id: str = "rte_one", message_id: str | None = None, secret: str = CALLBACK_SECRET
    ) -> httpx2.Response:
        """Send a signed callback."""
        headers = signatures.sign(
            secret=secret, message_id=message_id or f"msg_{uuid.uuid4().hex}", now=clock.now(), body=data
        )
        async with client_of(self.app) as client:
            return await client.post(
                f"/v1/callbacks/{route_id}", content=data, headers=headers | {"content-type": "application/edi-x12"}
            )

    async def answered(self, data: bytes, **how: Any) -> None:
        """Take in an answer by callback and read it."""
        answer = await self.callback(data, **how)
        assert answer.status_code == 200, answer.text
        await self.read_answers()

    async def person(self, method: str, path: str, permission: str, *, org_id: UUID = ORGANIZATION) -> httpx2.Response:
        """Do one act as a person from the console."""
        token = self.callers.token(permission, method, path, service="submission", org_id=org_id)
        async with client_of(self.app) as client:
            return await client.request(method, path, headers=bearer(token))

    async def told(
        self, wire_name: str | None = None, claim_id: UUID | None = None, *, org_id: UUID = ORGANIZATION
    ) -> list[Told]:
        """Return what was published, in order; of one type and one claim if named."""
        rows = await self.rows("select type, key, version, payload, headers from outbox order by seq", org_id=org_id)
        events = []
        for row in rows:
            value = json.loads(row.payload)
            events.append(Told(row.type, row.key, row.version, value["data"], value["sealed"], dict(row.headers)))
        key = None if claim_id is None else ids.text(ids.CLAIM, claim_id)
        return [
            event
            for event in events
            if (wire_name is None or event.type == wire_name) and (key is None or event.key == key)
        ]

    async def types_told(self, claim_id: UUID, *, org_id: UUID = ORGANIZATION) -> list[str]:
        """Return the names of what was published of a claim, without their versions, in order."""
        return [event.type.removesuffix(".v1") for event in await self.told(None, claim_id, org_id=org_id)]

    async def stage_of(self, claim_id: UUID, *, org_id: UUID = ORGANIZATION) -> str:
        """Return the stage that is written down for a claim's submission."""
        rows = await self.rows(
            "select stage from submission where claim_id = :claim_id", org_id=org_id, claim_id=claim_id
        )
        return str(rows[0].stage)

    async def number_of(self, claim_id: UUID, *, org_id: UUID = ORGANIZATION) -> str:
        """Return the patient control number of a claim."""
        queued = await self.told("claim.queued.v1", claim_id, org_id=org_id)
        return str(queued[-1].data["patient_control_number"])

    async def rows(self, query: str, *, org_id: UUID | None = ORGANIZATION, **values: Any) -> list[Any]:
        """Ask the database as the service does, with one organization bound or none."""
        async with self.database.transaction(org_id) as connection:
            return list((await connection.execute(text(query), values)).all())

    async def as_owner(self, statement: str, *arguments: Any) -> None:
        """Change the database as nobody may in earnest."""
        connection = await self.stack.connect("postgres", self.database_name)
        try:
            await connection.execute(statement, *arguments)
        finally:
            await connection.close()

    async def end_leases(self) -> None:
        """Let every sender look lost."""
        await self.as_owner("update submission.artifact set lease_until = now() - interval '1 hour'")


async def make_template(stack: TestStack) -> None:
    """Make the database that each bench is a copy of: the schema, and nothing in it."""
    await stack.make_database(TEMPLATE)
    await stack.migrate("submission", TEMPLATE)


@asynccontextmanager
async def a_bench(stack: TestStack, *, first_is_test: bool = True) -> AsyncIterator[SubmissionBench]:
    """Give a service with a database of its own."""
    name = f"submission_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, name)
    environ = stack.environment_of("submission", database=name)
    environ["CLAIMWRIGHT_ROUTES_FILE"] = environ["CLAIMWRIGHT_DATABASE__PASSWORD_FILE"]  # given to us as values here
    settings = load_settings(Settings, environ=environ)
    database = Database.connect(settings.database, service="submission")
    keyring = Keyring(settings.keys, Access(database))
    callers = KnownCallers()
    callers.add_organization(ORGANIZATION, test=first_is_test)
    callers.add_organization(OTHER_ORGANIZATION)
    await _provide_keys(database, settings, callers)
    transactions = Transactions(database, keyring, asyncio.Event(), "submission")
    routes = (
        a_route(),
        a_route(id=OTHER_ROUTE, org_id=ids.text(ids.ORGANIZATION, OTHER_ORGANIZATION), submitter_id="OTHERSUBMIT"),
    )
    clearinghouses = {route.id: FakeClearinghouse() for route in routes}
    roads = [Road(route, clearinghouses[route.id], seconds=20.0, claims_most=500) for route in routes]
    wakes = Wakes.of(routes)
    periodics = {each.name: each for each in periodics_for(roads, transactions, callers, wakes, settings.submission)}
    parts = AppParts(
        service="submission",
        status_of=STATUS_OF,
        database=database,
        transactions=transactions,
        access=callers,
        keyring=keyring,
    )
    app = create_app("submission", routers(routes, wakes, settings.submission), parts=parts)
    try:
        yield SubmissionBench(
            stack=stack,
            database_name=name,
            database=database,
            transactions=transactions,
            keyring=keyring,
            callers=callers,
            routes=routes,
            clearinghouses=clearinghouses,
            periodics=periodics,
            wakes=wakes,
            app=app,
        )
    finally:
        await database.close()
        await stack.drop_database(name)


async def _provide_keys(database: Database, settings: Settings, callers: KnownCallers) -> None:
    """Let the local copy of access know the organizations and a data key of each purpose."""
    for organization in callers.organizations.values():
        async with database.transaction(organization.org_id) as connection:
            await connection.execute(
                insert(tables.organization).values(
                    org_id=organization.org_id, kind="test" if organization.is_test else "live", name=organization.name
                )
            )
            for purpose in Purpose:
                encryption_key = settings.keys.key_encryption_key(purpose)
                assert encryption_key is not None
                made = new_data_key(encryption_key, org_id=organization.org_id, purpose=purpose, version=1)
                await connection.execute(
                    insert(tables.data_key).values(
                        key_id=ids.parse(DATA_KEY, made.key_id),
                        org_id=made.org_id,
                        purpose=purpose.value,
                        version=1,
                        wrapped=made.wrapped,
                    )
                )
