"""Rows of an organization are seen by it alone: forced, failing closed, and by no table's oversight."""

import contextlib
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from claimwright.database.engine import bind, fetch
from claimwright.messaging.faults import Fault, fault_of
from claimwright.messaging.work import Transactions
from tests.support.backbone import ORG_A, ORG_B, Backbone, note

WITHOUT_ORGANIZATION = {"inbox", "seen_version", "relay_cursor", "consumer_stop"}
"""Ids and counts alone; a table that is added here has to be looked at."""

KEYS_WITHOUT_ORGANIZATION = {
    "pk_outbox": "numbers of one sequence",
    "audit_pkey": "numbers of one sequence",
    "pk_key_version": "a record key belongs to one organization; a second one is to be refused, not counted apart",
}


async def unguarded(tables: Backbone, schema: str) -> dict[str, str]:
    """Return what is wrong with the row-level security of a schema's tables, by table."""
    rows = await tables.fetch(
        """
        select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
               exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as has_org,
               (select count(*) from pg_policy p where p.polrelid = c.oid) as policies,
               (select count(*) from pg_policy p
                where p.polrelid = c.oid and p.polname = 'organization'
                  and pg_get_expr(p.polqual, p.polrelid) like '%app.org_id%'
                  and pg_get_expr(p.polwithcheck, p.polrelid) like '%app.org_id%') as bound
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
        """,
        schema,
    )
    wrong = {}
    for row in rows:
        if not row["has_org"]:
            if row["name"] not in WITHOUT_ORGANIZATION:
                wrong[row["name"]] = "has no org_id and is not on the list"
        elif not (row["enabled"] and row["forced"]):
            wrong[row["name"]] = "row-level security is not forced"
        elif not row["bound"]:
            wrong[row["name"]] = "no policy looks at the bound organization"
    return wrong


async def test_every_table_of_an_organization_is_guarded(tables: Backbone) -> None:
    for schema in ("intake", "coding"):
        assert await unguarded(tables, schema) == {}


@pytest.mark.parametrize(
    ("breach", "table"),
    [
        ("drop policy organization on intake.outbox", "outbox"),
        ("alter table intake.parked no force row level security", "parked"),
        ("alter table intake.key_version disable row level security", "key_version"),
        ("create table intake.notes (id int)", "notes"),
        ("create table intake.notes (id int, org_id uuid)", "notes"),
    ],
)
async def test_the_check_sees_each_breach(tables: Backbone, breach: str, table: str) -> None:
    await tables.fetch(breach)

    assert table in await unguarded(tables, "intake")


async def test_partitions_are_closed_to_whoever_asks_them_directly(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1])
    service = await tables.stack.connect("svc_intake", tables.name)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.fetch("select from intake.outbox_p0")
    await service.close()


async def test_with_none_bound_nothing_is_seen_and_nothing_can_be_written(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1], org_id=ORG_A)

        async with intake.database.transaction(None) as connection:
            assert (await connection.execute(text("select seq from outbox"))).all() == []
            assert (await connection.execute(text("select key from key_version"))).all() == []
            with pytest.raises(DBAPIError, match="row-level security"):
                await connection.execute(
                    text(
                        "insert into key_version (org_id, topic, key, version) values (gen_random_uuid(), 't', 'k', 1)"
                    )
                )


async def test_a_binding_is_changed_within_and_ends_with_the_transaction(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1, 2], org_id=ORG_A)
        await note(intake, "b", [1], org_id=ORG_B)
        count = text("select count(*) from outbox")

        async with intake.database.transaction(ORG_A) as connection:
            first = (await connection.execute(count)).scalar_one()
            await bind(connection, ORG_B)
            second = (await connection.execute(count)).scalar_one()
            await bind(connection, None)
            third = (await connection.execute(count)).scalar_one()
        async with intake.database.transaction(None) as connection:
            after = (await connection.execute(count)).scalar_one()

    assert (first, second, third, after) == (2, 1, 0, 0)


async def test_the_relay_reads_all_outboxes_and_of_parked_events_no_content(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1], org_id=ORG_A)
        await note(intake, "b", [1], org_id=ORG_B)
    relay = await tables.stack.connect("relay_intake", tables.name)

    seen = await relay.fetch("select distinct org_id from intake.outbox")
    await relay.fetch("select consumer, key, next_try from intake.parked")

    assert {row["org_id"] for row in seen} == {ORG_A, ORG_B}
    for forbidden in (
        "select payload from intake.parked",
        "select from intake.inbox",
        "delete from intake.outbox",
        "insert into intake.key_version values (gen_random_uuid(), 't', 'k', 1)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await relay.fetch(forbidden)
    await relay.close()


async def test_a_service_cannot_change_what_it_published(tables: Backbone) -> None:
    service = await tables.stack.connect("svc_intake", tables.name)

    for forbidden in ("update intake.outbox set payload = ''", "delete from intake.outbox", "truncate intake.outbox"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.fetch(forbidden)
    await service.close()


async def test_each_unique_key_leads_with_the_organization_or_is_known_not_to(tables: Backbone) -> None:
    rows = await tables.fetch(
        """
        select i.relname as name,
               (select attname from pg_attribute where attrelid = t.oid and attnum = x.indkey[0]) as first
        from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
        join pg_namespace n on n.oid = t.relnamespace
        where n.nspname = 'intake' and x.indisunique and not t.relispartition
          and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'org_id')
        """
    )

    not_led = {row["name"] for row in rows if row["first"] != "org_id"}
    assert not_led <= set(KEYS_WITHOUT_ORGANIZATION)


async def test_a_transaction_is_bound_in_the_round_trip_that_begins_it(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1], org_id=ORG_A)
        sent: list[str] = []
        async with intake.database.transaction(ORG_A, "it's me\\") as connection:
            assert connection.sync_connection is not None
            driver = connection.sync_connection.connection.driver_connection
            driver.add_query_logger(lambda record: sent.append(record.query))
            seen = (await connection.execute(text("select current_setting('app.actor'), count(*) from outbox"))).one()

    assert tuple(seen) == ("it's me\\", 1)
    assert [query.partition(";")[0] for query in sent if "outbox" not in query] == ["BEGIN", "COMMIT"]


async def test_a_binding_that_began_nothing_is_not_left_to_whoever_comes_next(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1], org_id=ORG_A)
        async with intake.database.transaction(ORG_A):
            """No statement, so nothing begins."""

        async with intake.database.engine.begin() as connection:
            seen = (await connection.execute(text("select count(*) from outbox"))).scalar_one()

    assert seen == 0


async def test_a_connection_that_was_closed_is_not_given_out(tables: Backbone) -> None:
    async with tables.transactions("intake") as intake:
        async with intake.database.transaction(None) as connection:
            first = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
        root = await tables.root()
        await root.execute("select pg_terminate_backend($1, 5000)", first)
        await root.close()

        async with intake.database.transaction(None) as connection:
            second = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()

    assert second != first


async def test_what_the_driver_runs_alone_is_bound_and_is_undone_with_the_rest(tables: Backbone) -> None:
    """Seen to fail: without `_begin` the driver saw no organization's rows, and what it wrote stayed."""
    write = "insert into key_version (org_id, topic, key, version) values ($1, 't', $2, 1)"
    async with tables.transactions("intake") as intake:
        await note(intake, "a", [1], org_id=ORG_A)
        await note(intake, "b", [1, 2], org_id=ORG_B)

        async with intake.database.transaction(ORG_B) as connection:
            (first,) = await fetch(connection, "select count(*) from outbox where topic <> $1", "t")
            then = (await connection.execute(text("select count(*) from outbox"))).scalar_one()
        await _undone(intake, write, ORG_A)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with intake.database.transaction(ORG_A) as connection:
                await fetch(connection, write, ORG_B, "not mine")
        kept = await tables.fetch("select key from intake.key_version where topic = 't'")

    assert (first["count"], then) == (2, 2)
    assert kept == []


async def test_a_database_that_goes_away_is_told_by_the_driver_as_the_worlds_fault(tables: Backbone) -> None:
    """Seen to fail: without the cause in `_begin` it was the event's own fault, and would have been parked."""
    async with tables.transactions("intake") as intake:
        for begun in (False, True):
            with pytest.raises(Exception, match="connection") as raised:
                await _cut_off(intake, tables, begun=begun)

            assert fault_of(raised.value) is Fault.WORLD


async def _undone(transactions: Transactions, write: str, org_id: UUID) -> None:
    with contextlib.suppress(RuntimeError):
        async with transactions.database.transaction(org_id) as connection:
            await fetch(connection, write, org_id, "gone")
            await connection.execute(text("select 1"))
            raise RuntimeError


async def _cut_off(transactions: Transactions, tables: Backbone, *, begun: bool) -> None:
    async with transactions.database.transaction(ORG_A) as connection:
        if begun:
            await fetch(connection, "select 1")
        root = await tables.root()
        await root.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'claimwright-intake'"
        )
        await root.close()
        await fetch(connection, "select 1")
