"""What the database itself keeps: each guard holds, and taken away in a scratch database is seen to be needed."""

import uuid
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.support.backbone import ORG_A, ORG_B
from tests.support.remittance import RemittanceBench
from tests.support.tables import run

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ADD_POSTING = "insert into posting values ($1, $2, 'remit_claim', $3, $4, $5)"
ADD_ENTRY = "insert into ledger_entry (org_id, posting_id, ordinal, account, cents) values ($1, $2, $3, 'suspense', $4)"
CHANGES = ["update ledger_entry set cents = 1", "delete from ledger_entry", "delete from posting"]
OWNERS_CHANGES = ["update posting set day = day", "delete from ledger_entry", "truncate ledger_entry"]
ONE_PAYMENT = """
    day  file  does                                expect
    1          bill A 100.00
    5    F     pay A 60.00 CO-45 40.00             A closed
"""


async def a_service_connection(
    bench: RemittanceBench, org_id: uuid.UUID = ORG_A
) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await bench.stack.connect("svc_remittance", bench.name)
    await connection.execute("set search_path = remittance")
    await connection.execute("select set_config('app.org_id', $1, false)", str(org_id))
    return connection


async def as_owner(bench: RemittanceBench, statement: str) -> None:
    root = await bench.root()
    await root.execute(statement)
    await root.close()


async def post(
    connection: "asyncpg.Connection[asyncpg.Record]",
    *cents: int,
    cause_id: uuid.UUID | None = None,
    org_id: uuid.UUID = ORG_A,
    bound_at_commit: uuid.UUID = ORG_A,
) -> None:
    posting_id = uuid.uuid4()
    async with connection.transaction():
        await connection.execute(ADD_POSTING, org_id, posting_id, cause_id or uuid.uuid4(), NOW.date(), NOW)
        for ordinal, amount in enumerate(cents, 1):
            await connection.execute(ADD_ENTRY, org_id, posting_id, ordinal, amount)
        await connection.execute("select set_config('app.org_id', $1, true)", str(bound_at_commit))


async def test_a_posting_that_does_not_sum_to_zero_cannot_be_committed(bench: RemittanceBench) -> None:
    connection = await a_service_connection(bench)
    try:
        with pytest.raises(asyncpg.CheckViolationError, match="does not sum to zero"):
            await post(connection, 5_00, -4_99)
        await post(connection, 5_00, -5_00)

        await as_owner(bench, "drop trigger posting_is_balanced on ledger_entry")

        await post(connection, 5_00, -4_99)
    finally:
        await connection.close()
    assert "posting_out_of_balance by 1" in await bench.faults()


async def test_the_balance_is_judged_by_the_rows_own_organization(bench: RemittanceBench) -> None:
    """A batch commits with its last group's organization bound, and that must not hide the others' entries."""
    connection = await a_service_connection(bench)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await post(connection, 1, bound_at_commit=ORG_B)
    finally:
        await connection.close()


async def test_one_cause_posts_once(bench: RemittanceBench) -> None:
    connection = await a_service_connection(bench)
    cause_id = uuid.uuid4()
    try:
        await post(connection, 5_00, -5_00, cause_id=cause_id)
        with pytest.raises(asyncpg.UniqueViolationError, match="uq_posting_cause"):
            await post(connection, 5_00, -5_00, cause_id=cause_id)

        await as_owner(bench, "alter table posting drop constraint uq_posting_cause")

        await post(connection, 5_00, -5_00, cause_id=cause_id)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement", ["update ledger_entry set cents = 1", "delete from ledger_entry", "delete from posting"]
)
async def test_the_service_may_not_change_the_ledger(bench: RemittanceBench, statement: str) -> None:
    connection = await a_service_connection(bench)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement", ["update posting set day = day", "delete from ledger_entry", "truncate ledger_entry"]
)
async def test_nobody_may_change_the_ledger_not_even_its_owner(bench: RemittanceBench, statement: str) -> None:
    """The grants keep the service away; the trigger keeps away who owns the tables, until it is dropped."""
    await run(ONE_PAYMENT, bench)
    root = await bench.root()
    try:
        with pytest.raises(asyncpg.PostgresError, match="only grows"):
            await root.execute(statement)

        await root.execute("drop trigger only_grows on posting")
        await root.execute("drop trigger only_grows on ledger_entry")

        await root.execute(statement)
    finally:
        await root.close()


async def test_another_organization_sees_and_matches_nothing(bench: RemittanceBench) -> None:
    await run(ONE_PAYMENT, bench)
    other = await a_service_connection(bench, ORG_B)
    nobody = await bench.stack.connect("svc_remittance", bench.name)
    tables = [
        row["relname"]
        for row in await bench.rows(
            "select relname from pg_class join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'remittance' and relkind in ('r', 'p') and relname !~ '^(outbox|inbox)_' "
            "and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'org_id')"
        )
    ]
    try:
        for table in (table for table in tables if not table.startswith("access_")):
            assert await other.fetchval(f"select count(*) from {table}") == 0, table
            assert await nobody.fetchval(f"select count(*) from remittance.{table}") == 0, table

        await as_owner(bench, "alter table ledger_entry disable row level security")

        assert await other.fetchval("select count(*) from ledger_entry") > 0
    finally:
        await other.close()
        await nobody.close()


async def test_another_organizations_claim_number_goes_to_suspense(bench: RemittanceBench) -> None:
    await run("day  file  does           expect\n1          bill A 100.00", bench)
    theirs = RemittanceBench(bench.stack, bench.name, bench.transactions, org_id=ORG_B)

    await run(
        """
        day  file  does                                expect
        5    F     pay A 60.00 CO-45 40.00             suspense -60.00, holds number_unknown
        """,
        theirs,
    )

    assert (await bench.see()).organization == {}


async def test_no_name_and_no_member_id_stands_in_the_clear(bench: RemittanceBench) -> None:
    await run(ONE_PAYMENT, bench)

    found = await bench.rows(
        "select encode(content, 'escape') as file, encode(parties, 'escape') as parties "
        "from remittance_file, billed_claim"
    )

    assert all("DOE" not in row["file"] and "Doe" not in row["parties"] for row in found)
    assert await bench.rows("select from remit_claim where content::text ilike '%doe%'") == []
