"""The relay's way of reading loses nothing and keeps each key's order, where the two popular ways fail.

All three read the same rows while sixteen writers commit, roll back, and write something else first.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from claimwright.database.direct import Connection, connect_directly
from claimwright.messaging.prefix_reader import NumberedTable, PrefixReader, Row
from tests.support.backbone import Backbone

WRITERS = 16
KEYS = 12
SECONDS = 4.0


@dataclass
class Reading:
    """What one way of reading has taken, in its order."""

    seqs: list[int] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)

    def take(self, rows: Sequence[Row]) -> None:
        self.seqs += [row["seq"] for row in rows]
        self.rows += [(row["key"], row["version"]) for row in rows]

    def out_of_order(self) -> int:
        last: dict[str, int] = {}
        wrong = 0
        for key, version in self.rows:
            wrong += version < last.get(key, 0)
            last[key] = version
        return wrong


def outbox(connection: Connection, columns: str) -> NumberedTable:
    return NumberedTable(connection, table="outbox", sequence="outbox_seq", columns=columns)


@asynccontextmanager
async def connection_of(tables: Backbone) -> AsyncIterator[Connection]:
    connection = await connect_directly(tables.database("intake"), service="intake", role="relay", name="reader")
    try:
        yield connection
    finally:
        await connection.close()


async def by_number(connection: Connection, reading: Reading) -> Callable[[], Awaitable[int]]:
    """Read `seq > cursor`, as most descriptions of an outbox do."""

    async def step() -> int:
        cursor = max(reading.seqs, default=0)
        rows = await connection.fetch(
            "select seq, key, version from outbox where seq > $1 order by seq limit 500", cursor
        )
        reading.take(rows)
        return len(rows)

    return step


async def by_transaction(connection: Connection, reading: Reading) -> Callable[[], Awaitable[int]]:
    """Read `(xid, seq) > cursor and xid < xmin`, as the careful descriptions do."""
    cursor = [0, 0]

    async def step() -> int:
        rows = await connection.fetch(
            "select xid::text::bigint as number, seq, key, version from outbox "
            "where (xid, seq) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) "
            "order by xid, seq limit 500",
            str(cursor[0]),
            cursor[1],
        )
        if rows:
            cursor[:] = rows[-1]["number"], rows[-1]["seq"]
        reading.take(rows)
        return len(rows)

    return step


async def by_prefix(connection: Connection, reading: Reading) -> Callable[[], Awaitable[int]]:
    """Read as the relay does."""
    reader = PrefixReader(outbox(connection, "seq, key, version"), cursor=0)

    async def step() -> int:
        rows = list(await reader.read(500))
        if rows:
            reader.advance(rows[-1]["seq"])
        reading.take(rows)
        return len(rows)

    return step


async def write(tables: Backbone, stop: asyncio.Event, chance: random.Random) -> None:
    """Publish as a service does: something else first, often, then the key's lock, then the row; some roll back."""
    connection = await tables.stack.connect("svc_intake", tables.name)
    try:
        await connection.execute("set app.org_id = '01900000-0000-7000-8000-00000000000a'")
        while not stop.is_set():
            key = f"key-{chance.randrange(KEYS)}"
            transaction = connection.transaction()
            await transaction.start()
            if chance.random() < 0.5:
                await connection.execute("select pg_current_xact_id()")  # as an inbox row would draw it
                await asyncio.sleep(chance.random() * 0.004)
            version = await connection.fetchval(
                "insert into key_version as kept (org_id, topic, key, version) "
                "values (current_setting('app.org_id')::uuid, 't', $1, 1) "
                "on conflict (topic, key) do update set version = kept.version + 1 returning version",
                key,
            )
            await connection.execute(
                "insert into outbox (org_id, event_id, topic, key, type, version, headers, payload) "
                "values (current_setting('app.org_id')::uuid, gen_random_uuid(), 't', $1, 'x', $2, '{}', '')",
                key,
                version,
            )
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() * 0.004)
            await (transaction.rollback() if chance.random() < 0.05 else transaction.commit())
    finally:
        await connection.close()


async def read_until_done(step: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    quiet = 0
    while quiet < 20:
        if await step():
            quiet = 0
        else:
            quiet += stop.is_set()
            await asyncio.sleep(0.01)


async def test_only_the_contiguous_prefix_loses_nothing_and_keeps_order(tables: Backbone) -> None:
    readings = {"by number": Reading(), "by transaction": Reading(), "by prefix": Reading()}
    stop = asyncio.Event()
    async with (
        connection_of(tables) as first,
        connection_of(tables) as second,
        connection_of(tables) as third,
    ):
        steps = [
            await by_number(first, readings["by number"]),
            await by_transaction(second, readings["by transaction"]),
            await by_prefix(third, readings["by prefix"]),
        ]
        writers = [asyncio.create_task(write(tables, stop, random.Random(seed))) for seed in range(WRITERS)]
        readers = [asyncio.create_task(read_until_done(step, stop)) for step in steps]

        await asyncio.sleep(SECONDS)
        stop.set()
        await asyncio.gather(*writers, *readers)
        committed = {row["seq"] for row in await first.fetch("select seq from outbox")}

    lost = {name: len(committed - set(reading.seqs)) for name, reading in readings.items()}
    wrong = {name: reading.out_of_order() for name, reading in readings.items()}
    print(f"{len(committed)} committed; lost {lost}; out of order {wrong}")
    assert (lost["by prefix"], wrong["by prefix"]) == (0, 0)
    assert sorted(readings["by prefix"].seqs) == sorted(committed)  # each once
    assert lost["by number"] > 0
    assert wrong["by transaction"] > 0


async def test_a_writer_that_holds_a_drawn_number_stops_the_relay_only_until_it_ends(tables: Backbone) -> None:
    root = await tables.root()
    slow = await tables.root()
    insert = (
        "insert into intake.outbox (org_id, event_id, topic, key, type, version, headers, payload) "
        "values (gen_random_uuid(), gen_random_uuid(), 't', 'k', 'x', 1, '{}', '') returning seq"
    )
    async with connection_of(tables) as connection:
        reader = PrefixReader(outbox(connection, "seq"), cursor=0)
        holding = slow.transaction()
        await holding.start()
        held = await slow.fetchval(insert)
        later = await root.fetchval(insert)

        while_it_runs = [list(await reader.read(10)) for _ in range(5)]
        blocked = reader.blocked_seconds
        await holding.rollback()
        after = [row["seq"] for _ in range(3) for row in await reader.read(10)][:1]

    await root.close()
    await slow.close()
    assert held < later
    assert while_it_runs == [[]] * 5
    assert blocked > 0
    assert after == [later]
