"""What is published is versioned without a hole, bound to its organization, and written before nothing else."""

import asyncio
import json
import random
from contextlib import suppress

import pytest
from asyncpg import InsufficientPrivilegeError

from claimwright.messaging.outbox import EventTooLarge
from tests.support.backbone import ORG_A, ORG_B, Backbone, Noted, Secret


class Changed(Exception):
    """The use case fails after it published."""


async def test_versions_are_contiguous_and_in_order_whoever_writes_at_once(tables: Backbone) -> None:
    chance = random.Random(4)

    async with tables.transactions("intake") as transactions:

        async def publish(things: list[str], number: int, *, fails: bool) -> None:
            async with transactions.begin(org_id=ORG_A, actor="test") as work:
                for thing in things:
                    work.publish(Noted(thing=thing, number=number))
                if fails:
                    raise Changed

        async def writer(number: int) -> None:
            for round_ in range(12):
                things = chance.sample(["a", "b", "c"], k=chance.randint(1, 3))
                with suppress(Changed):
                    await publish(things, number * 100 + round_, fails=chance.random() < 0.2)

        await asyncio.gather(*(writer(number) for number in range(12)))

    root = await tables.root()
    rows = await root.fetch("select key, array_agg(version order by seq) as versions from intake.outbox group by key")
    await root.close()
    assert len(rows) == 3
    for row in rows:
        assert row["versions"] == list(range(1, len(row["versions"]) + 1))


async def test_a_use_case_that_raises_publishes_nothing(tables: Backbone) -> None:
    async with tables.transactions("intake") as transactions:
        with suppress(Changed):
            async with transactions.begin(org_id=ORG_A, actor="test") as work:
                work.publish(Noted(thing="a", number=1))
                raise Changed

        assert not transactions.wake.is_set()
    root = await tables.root()
    assert await root.fetchval("select count(*) from intake.outbox") == 0
    await root.close()


async def test_a_commit_wakes_the_relay(tables: Backbone) -> None:
    async with tables.transactions("intake") as transactions:
        async with transactions.begin(org_id=ORG_A, actor="test") as work:
            work.publish(Noted(thing="a", number=1))

        assert transactions.wake.is_set()


async def test_a_second_organization_cannot_publish_under_the_key_of_the_first(tables: Backbone) -> None:
    async with tables.transactions("intake") as transactions:
        async with transactions.begin(org_id=ORG_A, actor="test") as work:
            work.publish(Noted(thing="a", number=1))

        with pytest.raises(InsufficientPrivilegeError, match="row-level security"):
            async with transactions.begin(org_id=ORG_B, actor="test") as work:
                work.publish(Noted(thing="a", number=2))


async def test_a_sealed_part_is_not_readable_in_the_row(tables: Backbone) -> None:
    async with (
        tables.transactions("intake") as transactions,
        transactions.begin(org_id=ORG_A, actor="test") as work,
    ):
        work.publish(Noted(thing="a", number=1), Secret(word="Canary"))

    root = await tables.root()
    row = await root.fetchrow("select headers::text as headers, payload from intake.outbox")
    await root.close()
    assert row is not None
    assert "Canary" not in row["headers"]
    assert b"Canary" not in row["payload"]
    assert json.loads(row["payload"])["data"] == {"thing": "a", "number": 1, "does": "count"}


async def test_an_event_that_the_broker_would_refuse_is_refused_at_home(tables: Backbone) -> None:
    async with tables.transactions("intake") as transactions:
        with pytest.raises(EventTooLarge):
            async with transactions.begin(org_id=ORG_A, actor="test") as work:
                work.publish(Noted(thing="a", number=1), Secret(word="x" * 700_000))


async def test_another_services_event_is_not_published(tables: Backbone) -> None:
    async with tables.transactions("coding") as transactions, transactions.begin(org_id=ORG_A, actor="t") as work:
        with pytest.raises(ValueError, match="does not publish"):
            work.publish(Noted(thing="a", number=1))


async def test_the_outboxs_partitions_are_made_ahead_of_its_numbers(tables: Backbone) -> None:
    root = await tables.root()
    await root.execute("select setval('intake.outbox_seq', 2500000)")
    relay = await tables.stack.connect("relay_intake", tables.name)

    await relay.execute("select intake.provide_outbox_partitions()")

    parts = await root.fetch("select relid::text from pg_partition_tree('intake.outbox') where isleaf order by 1")
    await relay.close()
    await root.close()
    assert [row["relid"] for row in parts] == [f"intake.outbox_p{number}" for number in range(5)]
