"""How quick intake's edge is, beside one insert of 2 KB a commit on the same durable PostgreSQL.

`pytest -m bench -s tests/bench/test_edge.py` prints the ratios. R1 is pgbench with 16 clients. Single posts come by as
many connections and by eight times as many, to one replica, which a core of this machine bounds, and to two; the more
wait, the more share a commit. So do inserts: pgbench with as many clients is printed beside it. All sides run in turn
in one run, and medians count; nothing here fails for being slow. `EDGE_BENCH_ROUNDS`, `…_SECONDS`, `…_SINGLES` and
`…_BATCHES` set how often, how long pgbench runs each time, and how many requests are sent. Where other work shares the
machine, the ratios by CPU time hold better than those by the clock.
"""

import os
import re
import statistics
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

from tests.support.benchmark import against
from tests.support.edge_bench import (
    UNLIMITED,
    Load,
    Served,
    batches,
    load,
    load_shared,
    overload,
    postgres_cpu_seconds,
    serving,
    singles,
)
from tests.support.intake import TEMPLATE, make_template
from tests.support.postgres_programs import fsync_rate, run_program
from tests.support.stack import TestStack
from tests.support.throughput import nothing_to_write, until_quiet

ROUNDS = int(os.environ.get("EDGE_BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("EDGE_BENCH_SECONDS", "4"))
CLIENTS = 16
MORE_CLIENTS = 8 * CLIENTS
"""As many as fill the groups of two replicas, while as many wait."""
SINGLES_BY = tuple((replicas, clients) for clients in (CLIENTS, MORE_CLIENTS) for replicas in (1, 2))
"""Replicas, and the connections that they share."""
OF_SINGLES = (0.12, 0.25)
OF_BATCHES = (0.20, 0.40)
"""What the ratios to R1 must be, and what would be better still."""
SINGLES = int(os.environ.get("EDGE_BENCH_SINGLES", "4000"))
BATCHES = int(os.environ.get("EDGE_BENCH_BATCHES", "40"))
ROWS = 100
MANY = 400
"""Clients at once, of which the server takes up a sixth."""
FLOOD = 6000
"""Requests of those clients: some seconds of answers, of either kind."""
FEW_AT_ONCE = UNLIMITED.model_copy(update={"most_in_flight": 64})

R1_TABLE = """
    create table public.r1 (id bigint generated always as identity primary key, payload text not null)
    with (autovacuum_enabled = off)
"""
"""What R1 leaves behind is not to be cleared away while posts are measured."""
R1_SCRIPT = "insert into public.r1 (payload) values (repeat('x', 2000));\n"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a load did, and the seconds of CPU that the servers' processes and PostgreSQL used for it."""

    load: Load
    server_seconds: float
    database_seconds: float


@pytest.fixture
async def durable(tmp_path: Path) -> AsyncIterator[TestStack]:
    """A PostgreSQL that keeps what it commits, with intake's tables in a template."""
    stack = TestStack.at(tmp_path / "state", durable=True)
    try:
        await stack.ensure("postgres")
        await make_template(stack)
        yield stack
    finally:
        await stack.stop()


@pytest.mark.timeout(1800)
async def test_posts_beside_one_insert_a_commit(durable: TestStack, tmp_path: Path) -> None:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    await durable.copy_database(TEMPLATE, name)
    script = tmp_path / "r1.sql"
    script.write_text(R1_SCRIPT)
    root = await durable.connect("postgres", name)
    await root.execute(R1_TABLE)
    r1: list[float] = []
    with_more: list[float] = []
    insert_cpu: list[float] = []
    sides: dict[str, list[Measured]] = {}
    bars: dict[str, tuple[float, float]] = {}
    taken = 0
    async with serving(durable, name) as one, serving(durable, name) as other:
        for served in (one, other):
            taken += await _warm(served, f"warm {served.port}")
        quiet = await until_quiet()
        for round_ in range(ROUNDS):
            await nothing_to_write(durable)
            with_more.append((await _r1(durable, name, script, clients=MORE_CLIENTS))[0])
            await nothing_to_write(durable)
            before = _cpu_of_inserts(durable)
            rate, inserts = await _r1(durable, name, script, clients=CLIENTS)
            r1.append(rate)
            insert_cpu.append((_cpu_of_inserts(durable) - before) / inserts)
            for replicas, clients in SINGLES_BY:
                asked = (one, other)[:replicas]
                prefix = f"s{round_}.{replicas}.{clients}"
                running = load_shared(asked, singles(prefix), requests=SINGLES, clients=clients)
                title = f"single POST, {clients} clients, {replicas} replica{'s' * (replicas - 1)}"
                bars[title] = OF_SINGLES
                sides.setdefault(title, []).append(await _measured(durable, asked, running))
            for replicas in (1, 2):
                asked, clients = (one, other)[:replicas], 4 * replicas
                prefix = f"b{round_}.{replicas}"
                running = load_shared(asked, batches(prefix, ROWS), requests=BATCHES * replicas, clients=clients)
                title = f"NDJSON, {ROWS} rows a request, {clients} clients, {replicas} replica{'s' * (replicas - 1)}"
                bars[title] = OF_BATCHES
                sides.setdefault(title, []).append(await _measured(durable, asked, running))
    for each in chain.from_iterable(sides.values()):
        assert each.load.refused == 0
        taken += each.load.claims
    async with serving(durable, name, FEW_AT_ONCE) as served:
        taken += await _warm(served, "warm again")
        over = await overload(served, singles("o"), requests=FLOOD, clients=MANY)
        taken += len(over.accepted)
    synchronous = await root.fetchval("show synchronous_commit")
    kept = await root.fetchval("select count(*) from intake.encounter")
    await root.close()

    assert kept == taken
    base = statistics.median(r1)
    print(f"\nsynchronous_commit={synchronous}, pg_test_fsync: {await fsync_rate(durable)}")
    print(f"  load average before {quiet}; all that was answered 2xx is kept")
    print(f"  CPU of an insert of R1, pgbench and PostgreSQL: {statistics.median(insert_cpu) * 1e3:.3f} ms")
    print(f"  R1, one insert of 2 KB a commit, {CLIENTS} clients: {base:,.0f}/s  {[round(rate) for rate in r1]}")
    more = statistics.median(with_more)
    print(f"  the same with {MORE_CLIENTS} clients: {more:,.0f}/s  {[round(rate) for rate in with_more]}")
    for title, measured in sides.items():
        rates = [each.load.rate for each in measured]
        ratio = statistics.median(rate / below for rate, below in zip(rates, r1, strict=True))
        server = statistics.median(each.server_seconds / each.load.claims for each in measured)
        database = statistics.median(each.database_seconds / each.load.claims for each in measured)
        print(f"  {title}: {statistics.median(rates):,.0f} claims/s  {[round(rate) for rate in rates]}")
        print(
            f"    CPU a claim: {server * 1e3:.2f} ms in the servers' processes, {database * 1e3:.2f} ms in PostgreSQL"
        )
        print(f"    by CPU ÷ R1 = {statistics.median(insert_cpu) / (server + database):.3f}")
        print(f"    ÷ R1 = {ratio:.3f}  {against(ratio, *bars[title])}")
    away, accepted = sorted(over.turned_away), sorted(over.accepted)
    print(
        f"  overload, {MANY} clients where {FEW_AT_ONCE.most_in_flight} are taken up at once: {len(away)} turned away,"
    )
    print(
        f"    {over.without_retry_after} of them without Retry-After; other answers than 202, 429, 503: {over.others}"
    )
    print(
        f"    turned away after {_at(away, 0.5):.1f} ms, 99 in 100 within {_at(away, 0.99):.1f} ms (the bar is 50 ms)"
    )
    print(f"    taken in: {len(accepted) / over.seconds:,.0f} claims/s; 99 in 100 within {_at(accepted, 0.99):,.0f} ms")


def _at(seconds: list[float], share: float) -> float:
    """Return the milliseconds below which a share of sorted times lies."""
    return seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1e3 if seconds else 0.0


async def _warm(served: Served, prefix: str) -> int:
    return (await load(served, singles(prefix), requests=300, clients=CLIENTS)).claims


async def _measured(stack: TestStack, servers: Sequence[Served], running: Awaitable[Load]) -> Measured:
    await nothing_to_write(stack)
    server, database = sum(each.cpu_seconds() for each in servers), postgres_cpu_seconds(stack)
    done = await running
    used = sum(each.cpu_seconds() for each in servers) - server
    return Measured(done, used, postgres_cpu_seconds(stack) - database)


def _cpu_of_inserts(stack: TestStack) -> float:
    """Return the CPU time so far of PostgreSQL and of the programs that this process has run to their end."""
    return postgres_cpu_seconds(stack) + sum(os.times()[2:4])


async def _r1(stack: TestStack, name: str, script: Path, *, clients: int) -> tuple[float, int]:
    """Return the commits a second of pgbench, and how many there were."""
    printed = await run_program(
        stack,
        "pgbench",
        "-n",
        "-c",
        str(clients),
        "-j",
        "2",
        "-T",
        str(SECONDS),
        "-M",
        "prepared",
        "-f",
        str(script),
        name,
    )
    tps = re.search(rb"tps = ([0-9.]+)", printed)
    count = re.search(rb"transactions actually processed: ([0-9]+)", printed)
    assert tps is not None
    assert count is not None
    return float(tps[1]), int(count[1])
