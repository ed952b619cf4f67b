"""The remittance service on a database of the test's own, without its processes: what tests call and look at."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from importlib import import_module
from uuid import UUID

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from claimwright import ids
from claimwright.database.engine import Database
from claimwright.events.parts import BilledClaim, BilledParties, Payer, PersonName, ServiceLine
from claimwright.events.submission import ClaimQueued
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.settings import DatabaseSettings
from claimwright_remittance.domain.contracts.terms import Terms
from claimwright_remittance.domain.deposits import ageing
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.persistence import reconciliation
from claimwright_remittance.usecases.keep_billed_claims import Coming, keep_billed_claims
from claimwright_remittance.usecases.load_terms import load_terms
from claimwright_remittance.usecases.match_deposits import match_deposits
from claimwright_remittance.usecases.receive_file import Taken, receive_file
from claimwright_remittance.usecases.take_bank_file import read_bank_file, take_bank_file
from claimwright_remittance.worker import PostingWorker
from deploy.stack.ports import HOST
from tests.support.backbone import ORG_A, ORG_B, OneKey
from tests.support.files_835 import SERVICE_DAY
from tests.support.stack import TestStack
from tests.support.tables import CODES, Seen
from tests.support.told_axes import told_otherwise

TEMPLATE = "remittance_template"


class RemittanceBench:
    """A bench for text tables on PostgreSQL; every act is the service's own use case."""

    def __init__(self, stack: TestStack, name: str, transactions: Transactions, *, org_id: UUID = ORG_A) -> None:
        self.stack = stack
        self.name = name
        self.transactions = transactions
        self.org_id = org_id
        self.claims: dict[str, UUID] = {}
        self.file_id: UUID | None = None
        self.was_new = True
        self.has_deposits = False
        self.traceparent: str | None = None

    @property
    def worker(self) -> PostingWorker:
        return PostingWorker(self.transactions, Access(self.transactions.database), claims_at_once=3)

    async def bill(self, number: str, *, name: str, payer_order: int, payer_count: int, charges: Sequence[int]) -> None:
        """Let a submission be known, as `claim.queued` does."""
        claim_id = self.claims.setdefault(name, ids.new())
        queued, parties, part = a_queued(
            number, claim_id=claim_id, payer_order=payer_order, payer_count=payer_count, charges=charges
        )
        async with self.transactions.begin(org_id=self.org_id, actor="consumer:remittance") as work:
            await keep_billed_claims([Coming(work, queued, parties, part, ids.new(), self.traceparent)])

    async def queue(
        self, queued: ClaimQueued, parties: BilledParties, part: BilledClaim, *, event_id: UUID | None = None
    ) -> None:
        """Let one version of a submission be known."""
        async with self.transactions.begin(org_id=self.org_id, actor="consumer:remittance") as work:
            await keep_billed_claims([Coming(work, queued, parties, part, event_id or ids.new(), None)])

    async def receive(self, content: bytes) -> Taken:
        """Take in a file without posting it."""
        async with self.transactions.begin(org_id=self.org_id, actor="test") as work:
            return await receive_file(work, content, source="test")

    async def send(self, content: bytes) -> None:
        """Take in a file and post it as far as it goes."""
        taken = await self.receive(content)
        self.file_id, self.was_new = taken.file_id, taken.is_new
        await self.worker.post_file(self.org_id, taken.file_id)
        if self.has_deposits:
            await self.match_deposits()

    async def bank(self, content: bytes) -> None:
        """Take in a bank's file, and match what fits."""
        async with self.transactions.begin(org_id=self.org_id, actor="test") as work:
            await take_bank_file(work, content, read_bank_file(content), source="test")
        self.has_deposits = True
        await self.match_deposits()

    async def match_deposits(self) -> None:
        """Match what fits, as the worker does after a while."""
        async with self.transactions.begin(org_id=self.org_id, actor="worker:deposits") as work:
            await match_deposits(work, ageing.Terms())

    async def load(self, terms: Terms) -> None:
        """Let a contract of ours be known."""
        async with self.transactions.begin(org_id=self.org_id, actor="test") as work:
            await load_terms(work, terms)

    async def see(self) -> Seen:
        """Return what stands in the books."""
        root = await self.root()
        try:
            return await self._see(root)
        finally:
            await root.close()

    async def faults(self) -> Sequence[str]:
        """Return what the ledger check finds, and where what was told of claims is not what stands in the tables."""
        async with self.transactions.begin(org_id=self.org_id, actor="test") as work:
            found = [f"{fault.code} by {fault.cents}" for fault in await reconciliation.faults(work)]
        root = await self.root()
        try:
            return [*found, *await told_otherwise(root, self.org_id)]
        finally:
            await root.close()

    async def root(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection that sees every row."""
        connection = await self.stack.connect("postgres", self.name)
        await connection.execute("set search_path = remittance")
        return connection

    async def rows(self, question: str, *values: object) -> list[asyncpg.Record]:
        """Return what a question finds over all organizations."""
        root = await self.root()
        try:
            return await root.fetch(question, *values)
        finally:
            await root.close()

    async def _see(self, root: "asyncpg.Connection[asyncpg.Record]") -> Seen:
        name_of = {claim_id: name for name, claim_id in self.claims.items()}
        claims: dict[str, dict[Account, int]] = {name: {} for name in self.claims}
        organization: Counter[Account] = Counter()
        for row in await root.fetch(
            "select claim_id, account, sum(cents)::bigint as cents from ledger_entry where org_id = $1 group by 1, 2",
            self.org_id,
        ):
            account = Account(row["account"])
            if row["claim_id"] is not None:
                claims[name_of[row["claim_id"]]][account] = row["cents"]
            elif account is not Account.PAYMENTS:
                organization[account] = row["cents"]
        outcomes = await root.fetch("select * from claim_outcome where org_id = $1 order by version", self.org_id)
        states = await root.fetch("select * from claim_account where org_id = $1", self.org_id)
        denials = await root.fetch(
            "select * from denial_case where org_id = $1 and state = 'OPEN' order by id", self.org_id
        )
        held = await root.fetch("select held_for from remit_claim where org_id = $1 and standing = 'held'", self.org_id)
        state = await root.fetchval("select state from remittance_file where id = $1", self.file_id)
        deposits = await root.fetch(
            "select case when exists (select from deposit_flag f where f.deposit_id = d.id and f.ended_at is null) "
            "then 'mismatched' else state end as state, count(*) as number "
            "from deposit d where org_id = $1 group by 1",
            self.org_id,
        )
        awaited = await root.fetchval(
            "select coalesce(sum(payment_cents), 0)::bigint from remittance "
            "where org_id = $1 and expects_deposit and deposit_match_id is null",
            self.org_id,
        )
        differences = await root.fetch(
            "select each->>'code' as code, (each->>'cents')::bigint as cents "
            "from remittance, jsonb_array_elements(differences) each where file_id = $1",
            self.file_id,
        )
        return Seen(
            claims={name: {a: c for a, c in sums.items() if c} for name, sums in claims.items()},
            organization={account: cents for account, cents in organization.items() if cents},
            outcomes={(name_of[row["claim_id"]], row["payer_order"]): row["outcome"] for row in outcomes},
            states={name_of[row["claim_id"]]: (row["state"], row["patient_cents"]) for row in states},
            denials={name_of[row["claim_id"]]: row["denied_cents"] for row in denials},
            held_for=tuple(row["held_for"] for row in held),
            file_state=state if self.was_new else "duplicate",
            differences=tuple((row["code"], row["cents"]) for row in differences),
            deposits={row["state"]: row["number"] for row in deposits},
            awaited_cents=awaited,
        )


def a_queued(
    number: str,
    *,
    claim_id: UUID,
    charges: Sequence[int] = (100_00,),
    payer_order: int = 1,
    payer_count: int = 1,
    last_name: str = "Doe",
) -> tuple[ClaimQueued, BilledParties, BilledClaim]:
    """Return what `claim.queued` says of one submission."""
    queued = ClaimQueued(
        claim_id=ids.text(ids.CLAIM, claim_id),
        submission_id=ids.text(ids.SUBMISSION, ids.new()),
        payer_order=payer_order,
        patient_control_number=number,
        encounter_id=ids.text(ids.ENCOUNTER, ids.new()),
        encounter_version=1,
        frequency="1",
        charge_cents=sum(charges),
        line_count=len(charges),
        payer_count=payer_count,
        route_id="rte_test",
    )
    parties = BilledParties(
        patient=PersonName(last=last_name, first="Jo"),
        member_id="M1",
        billing_npi="1234567893",
        billing_tax_id="123456789",
    )
    part = BilledClaim(
        payer=Payer(id=f"PAYER{payer_order}", name="Sandbox Payer", claim_filing_indicator="CI"),
        payer_count=payer_count,
        lines=tuple(
            ServiceLine(
                procedure_code=CODES[place],
                charge_cents=cents,
                units=Decimal(1),
                diagnosis_pointers=(1,),
                service_date=SERVICE_DAY,
                line_control_number=f"{number}{place + 1:02d}",
            )
            for place, cents in enumerate(charges)
        ),
    )
    return queued, parties, part


async def make_template(stack: TestStack) -> None:
    """Make the database that every test copies."""
    await stack.make_database(TEMPLATE)
    await stack.migrate("remittance", TEMPLATE)


async def migrate_again(stack: TestStack, database: str, revision: str) -> None:
    """Run one migration of the service over what a database holds, as its owner, and none of those behind it."""
    engine = create_async_engine(
        URL.create(
            "postgresql+asyncpg",
            username="migrator",
            password=stack.password_of("migrator"),
            host=HOST,
            port=stack.ports.postgres,
            database=database,
        ),
        poolclass=NullPool,
    )

    def upgrade(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            import_module(f"claimwright_remittance.migrations.versions.{revision}").upgrade()

    async with engine.begin() as connection:
        await connection.execute(text("set local role owner_remittance"))
        await connection.execute(text("set local search_path = remittance"))
        await connection.run_sync(upgrade)
    await engine.dispose()


@asynccontextmanager
async def a_bench(stack: TestStack) -> AsyncIterator[RemittanceBench]:
    """Give a bench on a fresh copy of the template; two organizations are known in it."""
    name = f"remittance_{uuid.uuid4().hex[:10]}"
    await stack.copy_database(TEMPLATE, name)
    root = await stack.connect("postgres", name)
    for org_id in (ORG_A, ORG_B):
        await root.execute("insert into remittance.access_organization values ($1, 'test', 'Test')", org_id)
    await root.close()
    settings = DatabaseSettings(
        port=stack.ports.postgres, name=name, password_file=stack.places.secrets / "svc_remittance", pool_size=20
    )
    database = Database.connect(settings, service="remittance")
    try:
        yield RemittanceBench(stack, name, Transactions(database, OneKey(), asyncio.Event(), "remittance"))
    finally:
        await database.close()
        await stack.drop_database(name)
