"""Two services with nothing but a backbone: intake publishes notes, coding counts them and echoes each once.

The tables have no unique keys of their own, so that an effect that happens twice can be seen.
"""

import asyncio
import json
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from claimwright.database import ddl, parking_ddl
from claimwright.database.engine import Database
from claimwright.events import catalog, topics
from claimwright.events.envelope import EventData, Part, Purpose, Received
from claimwright.http.ddl import create_idempotency
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.envelope import Record, wire_headers
from claimwright.messaging.relay import Relay
from claimwright.messaging.work import Transactions, Work
from claimwright.process import Runs
from claimwright.refusals import Poison, Refusal, Transient
from claimwright.security.ddl import create_audit
from claimwright.security.sealing import Aes256Gcm, SealedPlace, open_seal, seal
from claimwright.settings import DatabaseSettings, KafkaSettings
from deploy.stack.ports import HOST
from deploy.stack.topics import AdminLogin, provide
from tests.support.stack import TestStack

ORG_A = UUID("01900000-0000-7000-8000-00000000000a")
ORG_B = UUID("01900000-0000-7000-8000-00000000000b")


class Secret(Part):
    """Something that only its purpose may open."""

    PURPOSE: ClassVar[Purpose] = Purpose.IDENTITY

    word: str


class Noted(EventData):
    """Something happened to a key; `does` tells the test's handler what to do about it."""

    TYPE: ClassVar[str] = "test.noted.v1"
    TOPIC: ClassVar[str] = "test.notes"
    KEY: ClassVar[str] = "thing"
    PARTS: ClassVar[tuple[type[Part], ...]] = (Secret,)

    thing: str
    number: int
    does: str = "count"


class Echoed(EventData):
    """What coding says to each note."""

    TYPE: ClassVar[str] = "test.echoed.v1"
    TOPIC: ClassVar[str] = "test.echoes"
    KEY: ClassVar[str] = "thing"

    thing: str
    number: int


class NotNow(Refusal):
    """The test's handler refuses."""

    code = "test.not_now"


class OneKey:
    """Seals everything under one key, bound to its place as in earnest."""

    def __init__(self) -> None:
        self._cipher = Aes256Gcm(bytes(32))
        self._id = UUID(int=7)

    async def seal(self, plain: bytes, place: SealedPlace) -> bytes:
        return seal(self._cipher, plain, key_id=self._id, context=place.context(self._id))

    async def open(self, sealed: bytes, place: SealedPlace) -> bytes:
        return open_seal(self._cipher, sealed, context=place.context(self._id))


def topics_of(suffix: str) -> tuple[topics.Topic, topics.Topic]:
    """Return the two topics of one test."""
    notes = topics.Topic(
        name=f"test.notes.{suffix}",
        carries="Notes of a test.",
        owner=topics.Service.INTAKE,
        readers=(topics.Service.CODING,),
        keys=("thing",),
        partitions=4,
    )
    echoes = topics.Topic(
        name=f"test.echoes.{suffix}",
        carries="Echoes of a test.",
        owner=topics.Service.CODING,
        readers=(topics.Service.INTAKE,),
        keys=("thing",),
        partitions=4,
    )
    return notes, echoes


def use_topics(suffix: str) -> None:
    """Let the notes and echoes of this process go to topics of their own."""
    notes, echoes = topics_of(suffix)
    Noted.TOPIC, Echoed.TOPIC = notes.name, echoes.name
    for topic in (notes, echoes):
        topics.TOPIC_NAMED[topic.name] = topic
    for model in (Noted, Echoed):
        catalog.MODEL_NAMED[model.TYPE] = model


def make_topics(stack: TestStack, suffixes: Iterable[str]) -> None:
    """Make the topics of several tests at once, with their access lists."""
    wanted = [topic for suffix in suffixes for topic in topics_of(suffix)]
    administrator = AdminLogin(f"{HOST}:{stack.ports.kafka}", stack.password_of("kafka_admin"))
    provide(administrator, stack.places, topics=(*topics.TOPICS, *wanted))


async def count_note(work: Work, received: Received) -> None:
    """Add one effect and echo, or fail as the note says."""
    data = received.data
    assert isinstance(data, Noted)
    match data.does:
        case "poison":
            raise Poison("test.poison")
        case "refuse":
            raise NotNow
        case "transient":
            raise Transient("test.transient")
        case "bug":
            await work.execute(text("select 1 / 0"))
        case "slow":
            await asyncio.sleep(0.5)
    if data.does == "heal":
        healed = await work.execute(text("select true from healed where thing = :thing"), {"thing": data.thing})
        if healed.one_or_none() is None:
            raise NotNow
    await work.execute(
        text("insert into effect (org_id, thing, number) values (:org_id, :thing, :number)"),
        {"org_id": work.org_id, "thing": data.thing, "number": data.number},
    )
    work.publish(Echoed(thing=data.thing, number=data.number))


@dataclass
class Backbone:
    """One database and one pair of topics of one test."""

    stack: TestStack
    name: str
    suffix: str

    @classmethod
    async def made(cls, stack: TestStack, template: str, suffix: str) -> Self:
        """Make a database from the template, and let this process use the topics of a suffix."""
        backbone = cls(stack, f"backbone_{uuid.uuid4().hex[:10]}", suffix)
        await stack.copy_database(template, backbone.name)
        use_topics(suffix)
        return backbone

    async def drop(self) -> None:
        """Drop the database."""
        await self.stack.drop_database(self.name)

    def database(self, service: str) -> DatabaseSettings:
        secrets = self.stack.places.secrets
        return DatabaseSettings(
            port=self.stack.ports.postgres,
            name=self.name,
            password_file=secrets / f"svc_{service}",
            relay_password_file=secrets / f"relay_{service}",
            pool_size=20,
        )

    def kafka(self, service: str) -> KafkaSettings:
        return KafkaSettings.model_construct(  # the file is not there where no test needs a broker
            bootstrap=f"{HOST}:{self.stack.ports.kafka}",
            username=f"svc_{service}",
            password_file=self.stack.places.secrets / f"kafka_svc_{service}",
        )

    @asynccontextmanager
    async def transactions(self, service: str) -> AsyncIterator[Transactions]:
        database = Database.connect(self.database(service), service=service)
        try:
            yield Transactions(database, OneKey(), asyncio.Event(), service)
        finally:
            await database.close()

    def relay(self, service: str, wake: asyncio.Event) -> Relay:
        return Relay(database=self.database(service), kafka=self.kafka(service), service=service, wake=wake)

    def consumer(self, transactions: Transactions, name: str = "counter") -> Consumer:
        return Consumer(name, [Noted.TOPIC], {Noted: count_note}, transactions=transactions, kafka=self.kafka("coding"))

    async def records(self) -> list[Record]:
        """Return what intake has published as records, without a broker; the positions are the sequence numbers."""
        rows = await self.fetch("select seq, topic, key, headers, payload from intake.outbox order by seq")
        return [
            Record(
                topic=row["topic"],
                partition=0,
                position=row["seq"],
                key=row["key"].encode(),
                value=row["payload"],
                headers=wire_headers(json.loads(row["headers"])),
            )
            for row in rows
        ]

    async def fetch(self, statement: str, *arguments: object) -> "list[asyncpg.Record]":
        """Run one statement as a superuser, for whom there is no row-level security."""
        root = await self.root()
        try:
            return await root.fetch(statement, *arguments)
        finally:
            await root.close()

    async def root(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection that sees every row."""
        return await self.stack.connect("postgres", self.name)

    async def effects(self) -> dict[str, list[int]]:
        """Return the numbers counted for each thing, in the order they were counted."""
        rows = await self.fetch("select thing, number from coding.effect order by id")
        counted: dict[str, list[int]] = {}
        for row in rows:
            counted.setdefault(row["thing"], []).append(row["number"])
        return counted

    def environment(self) -> dict[str, str]:
        """Return what a child process of this test has to be told."""
        return dict(os.environ) | {
            "BACKBONE_STATE": str(self.stack.places.state),
            "BACKBONE_PORTS": f"{self.stack.ports.postgres} {self.stack.ports.kafka}",
            "BACKBONE_DATABASE": self.name,
            "BACKBONE_SUFFIX": self.suffix,
        }


async def note(
    transactions: Transactions, thing: str, numbers: Iterable[int], *, org_id: UUID = ORG_A, does: str = "count"
) -> None:
    """Publish notes of one thing, each in a transaction of its own."""
    for number in numbers:
        async with transactions.begin(org_id=org_id, actor="test") as work:
            work.publish(Noted(thing=thing, number=number, does=does))


async def make_template(stack: TestStack, name: str) -> None:
    """Make a database whose schemas intake and coding hold a backbone and the test's own tables."""
    await stack.make_database(name)
    for service in ("intake", "coding"):
        engine = create_async_engine(
            URL.create(
                "postgresql+asyncpg",
                username="migrator",
                password=stack.password_of("migrator"),
                host=HOST,
                port=stack.ports.postgres,
                database=name,
            ),
            poolclass=NullPool,
        )
        async with engine.begin() as connection:
            await connection.execute(text(f"set local role owner_{service}"))
            await connection.run_sync(_migrate, service)
        await engine.dispose()


def _migrate(connection: Connection, service: str) -> None:
    op = Operations(MigrationContext.configure(connection))
    ddl.create_backbone(op, service)
    create_idempotency(op, service)
    ddl.create_retention(op, service)
    parking_ddl.create_parking_acts(op, service)
    create_audit(op, service)
    if service == "coding":
        op.execute(
            "create table coding.effect (id bigint generated always as identity, org_id uuid not null, "
            "thing text not null, number int not null)"
        )
        ddl.organization_table(op, "coding", "effect", verbs="select, insert")
        op.execute("create table coding.healed (org_id uuid not null, thing text not null)")
        ddl.organization_table(op, "coding", "healed", verbs="select, insert")


@asynccontextmanager
async def running(*parts: Runs) -> AsyncIterator[asyncio.Event]:
    """Run parts for as long as the context is open; what kills a part fails the test."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(part.run(stop)) for part in parts]
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 30.0, every: float = 0.1) -> None:
    """Wait until something holds; fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 what is waited for is in a database
            await asyncio.sleep(every)
