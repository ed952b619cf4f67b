"""No statistics are gathered of documents and seals: to sort thousands of them by each other helps no query."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from claimwright import ids
from claimwright.database.ddl import leave_contents_uncounted
from tests.support.stack import TestStack

CONTENTS = """
    select attrelid::regclass || '.' || attname
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = $1::text::regnamespace and relkind in ('r', 'p') and attnum > 0
      and atttypid in ('jsonb'::regtype, 'bytea'::regtype) and attstattarget is distinct from 0
      and not exists (select from pg_index where indrelid = attrelid and attnum = any(indkey::smallint[]))
"""


SAMPLES = """
    select starelid::regclass || '.' || attname
    from pg_statistic join pg_attribute on attrelid = starelid and attnum = staattnum
    where starelid::regclass::text like 'intake.outbox%' and attname in ('headers', 'payload')
"""


class Statements:
    """Keeps what a migration would run."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.said.append(sqltext)


@pytest.fixture
async def empty(postgres: TestStack) -> AsyncIterator[str]:
    name = f"uncounted_{ids.new().hex[-12:]}"
    await postgres.make_database(name)
    yield name
    await postgres.drop_database(name)


@pytest.mark.parametrize("service", ["intake", "coding", "submission", "remittance", "console"])
async def test_contents_are_not_counted_nor_those_of_partitions_to_come(
    postgres: TestStack, empty: str, service: str
) -> None:
    """Seen to fail: without the migration, and with one that leaves out the function that makes partitions."""
    await postgres.migrate(service, empty)
    root = await postgres.connect("postgres", empty)
    await root.execute(f"select setval('{service}.outbox_seq', 2500000)")
    await root.execute(f"select {service}.provide_outbox_partitions()")

    counted = [row[0] for row in await root.fetch(CONTENTS, service)]
    whole = await root.fetchval(
        "select reloptions from pg_class where oid = $1::text::regclass", f"{service}.outbox_p4"
    )
    await root.close()

    assert counted == []
    assert whole == ["toast_tuple_target=8160"]


async def test_what_was_counted_before_is_forgotten(postgres: TestStack, empty: str) -> None:
    """Seen to fail: samples of headers and payloads stayed, of the table and of its partition."""
    await postgres.migrate("intake", empty)
    root = await postgres.connect("postgres", empty)
    for column in ("headers", "payload"):
        await root.execute(f"alter table intake.outbox alter column {column} set statistics 100")
    await root.execute(
        "insert into intake.outbox (org_id, event_id, topic, key, type, version, headers, payload) "
        "select gen_random_uuid(), gen_random_uuid(), 't', 'k', 'x', 1, '{}', 'p' from generate_series(1, 100)"
    )
    await root.execute("analyze intake.outbox")
    before = await _samples(root)

    statements = Statements()
    leave_contents_uncounted(statements, "intake")
    for statement in statements.said:
        await root.execute(statement)

    after = await _samples(root)
    await root.close()
    assert len(before) == 4
    assert after == []


async def _samples(root: asyncpg.Connection) -> list[str]:
    return [row[0] for row in await root.fetch(SAMPLES)]
