"""The audit trail: in the transaction of the act, for its organization, and never changed.

Seen to fail: with the triggers dropped and `update, delete` granted, the row was changed; with the policy dropped, the
other organization saw the row.
"""

import json

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from claimwright import ids
from claimwright.security import audit
from tests.support.edge import Edge
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION

PERSON = ids.text(ids.PERSON, ids.new())


async def record_one(edge: Edge) -> None:
    async with edge.transactions.begin(org_id=TEST_ORGANIZATION, actor=PERSON) as work:
        await audit.record(work, action="artifact.opened", object="art_1", fields=["raw"], reason="a call of the payer")


async def test_a_row_says_who_did_what_to_what_and_why(edge: Edge) -> None:
    await record_one(edge)

    root = await edge.root()
    row = await root.fetchrow("select * from intake.audit")
    await root.close()
    assert row is not None
    assert (row["actor"], row["actor_kind"], row["action"], row["object"]) == (
        PERSON,
        "person",
        "artifact.opened",
        "art_1",
    )
    assert (row["fields"], row["reason"]) == (["raw"], "a call of the payer")
    assert row["xid"] is not None
    canon = json.loads(row["canon"])
    assert canon == {
        "action": "artifact.opened",
        "actor": PERSON,
        "actor_kind": "person",
        "at": row["at"].isoformat(),
        "fields": ["raw"],
        "object": "art_1",
        "org_id": ids.text(ids.ORGANIZATION, TEST_ORGANIZATION),
        "reason": "a call of the payer",
        "trace_id": None,
    }
    assert row["canon"] == json.dumps(canon, sort_keys=True, separators=(",", ":"))


async def test_an_act_that_fails_leaves_no_row(edge: Edge) -> None:
    async def fail() -> None:
        async with edge.transactions.begin(org_id=TEST_ORGANIZATION, actor=PERSON) as work:
            await audit.record(work, action="artifact.opened", object="art_1")
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await fail()

    root = await edge.root()
    assert await root.fetchval("select count(*) from intake.audit") == 0
    await root.close()


async def test_another_organization_sees_no_row(edge: Edge) -> None:
    await record_one(edge)

    seen = {}
    for org_id in (TEST_ORGANIZATION, OTHER_ORGANIZATION, None):
        async with edge.database.transaction(org_id) as connection:
            seen[org_id] = (await connection.execute(text("select count(*) from audit"))).scalar_one()

    assert seen == {TEST_ORGANIZATION: 1, OTHER_ORGANIZATION: 0, None: 0}


@pytest.mark.parametrize("statement", ["update audit set action = 'x'", "delete from audit", "truncate audit"])
async def test_the_service_may_not_change_a_row(edge: Edge, statement: str) -> None:
    await record_one(edge)

    with pytest.raises(DBAPIError, match="permission denied"):
        async with edge.database.transaction(TEST_ORGANIZATION) as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement", ["update intake.audit set action = 'x'", "delete from intake.audit", "truncate intake.audit"]
)
async def test_not_even_a_superuser_changes_a_row_by_mistake(edge: Edge, statement: str) -> None:
    await record_one(edge)

    root = await edge.root()
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await root.execute(statement)
    await root.close()
