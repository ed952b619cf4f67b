"""How quick intake's edge is, beside one insert of 2 KB a commit on the same durable PostgreSQL.

`pytest -m bench -s tests/bench/test_edge.py` prints the ratios. R1 is pgbench with 16 clients. All sides run in turn in
one run, and medians count; nothing here fails for being slow. `EDGE_BENCH_ROUNDS`, `…_SECONDS`, `…_SINGLES` and
`…_BATCHES` set how often, how long pgbench runs each time, and how many requests are sent. Where other work shares the
machine, the ratios by CPU time hold better than those by the clock.
"""

import os
import re
import statistics
import uuid
from collections.abc import AsyncIterator, Awaitable
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
from tests.support.throughput import nothing_to_write

ROUNDS = int(os.environ.get("EDGE_BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("EDGE_BENCH_SECONDS", "4"))
CLIENTS = 16
SINGLES = int(os.environ.get("EDGE_BENCH_SINGLES", "1500"))
BATCHES = int(os.environ.get("EDGE_BENCH_BATCHES", "40"))
ROWS = 100
MANY = 400
"""Clients at once, of which the server takes up a sixth."""
FEW_AT_ONCE = UNLIMITED.model_copy(update={"most_in_flight": 64})

R1_TABLE = """
    create table public.r1 (id bigint generated always as identity primary key, payload text not null)
    with (autovacuum_enabled = off)
"""
"""What R1 leaves behind is not to be cleared away while posts are measured."""
R1_SCRIPT = "insert into public.r1 (payload) values (repeat('x', 2000));\n"


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
    one: list[float] = []
    many: list[float] = []
    cpu: tuple[list[list[float]], list[list[float]]] = ([], [])
    insert_cpu: list[float] = []

    taken = refused = 0
    async with serving(durable, name) as served:
        taken += await _warm(served, "warm")
        for round_ in range(ROUNDS):
            await nothing_to_write(durable)
            before = _cpu_of_inserts(durable)
            rate, inserts = await _r1(durable, name, script)
            r1.append(rate)
            insert_cpu.append((_cpu_of_inserts(durable) - before) / inserts)
            single, *single_cpu = await _measured(
                durable, served, load(served, singles(f"s{round_}"), requests=SINGLES, clients=CLIENTS)
            )
            batch, *batch_cpu = await _measured(
                durable, served, load(served, batches(f"b{round_}", ROWS), requests=BATCHES, clients=4)
            )
            one.append(single.rate)
            many.append(batch.rate)
            cpu[0].append([seconds / single.claims for seconds in single_cpu])
            cpu[1].append([seconds / batch.claims for seconds in batch_cpu])
            taken += single.claims + batch.claims
            refused += single.refused + batch.refused
    replicas: list[float] = []
    async with serving(durable, name) as one_of_two, serving(durable, name) as other:
        for served in (one_of_two, other):
            taken += await _warm(served, f"warm {served.port}")
        for round_ in range(ROUNDS):
            await nothing_to_write(durable)
            both = await load_shared((one_of_two, other), singles(f"r{round_}"), requests=SINGLES, clients=CLIENTS)
            replicas.append(both.rate)
            taken += both.claims
            refused += both.refused
    async with serving(durable, name, FEW_AT_ONCE) as served:
        taken += await _warm(served, "warm again")
        over = await overload(served, singles("o"), requests=4 * SINGLES, clients=MANY)
        taken += len(over.accepted)
    synchronous = await root.fetchval("show synchronous_commit")
    kept = await root.fetchval("select count(*) from intake.encounter")
    await root.close()

    assert kept == taken
    base = statistics.median(r1)
    print(f"\nsynchronous_commit={synchronous}, pg_test_fsync: {await fsync_rate(durable)}")
    print(f"  load average {os.getloadavg()[0]:.1f}; {refused} requests turned away; all that was answered 2xx is kept")
    print(f"  CPU of an insert of R1, pgbench and PostgreSQL: {statistics.median(insert_cpu) * 1e3:.3f} ms")
    print(f"  R1, one insert of 2 KB a commit, {CLIENTS} clients: {base:,.0f}/s  {[round(rate) for rate in r1]}")
    for title, rates, place, must, stretch in (
        (f"single POST, {CLIENTS} clients", one, 0, 0.12, 0.25),
        (f"NDJSON, {ROWS} rows a request, 4 clients", many, 1, 0.20, 0.40),
    ):
        rate = statistics.median(rates)
        ratio = statistics.median(each / below for each, below in zip(rates, r1, strict=True))
        server, database = (statistics.median(each) for each in zip(*cpu[place], strict=True))
        print(f"  {title}: {rate:,.0f} claims/s  {[round(each) for each in rates]}")
        print(f"    CPU a claim: {server * 1e3:.2f} ms in the server's process, {database * 1e3:.2f} ms in PostgreSQL")
        print(f"    by CPU ÷ R1 = {statistics.median(insert_cpu) / (server + database):.3f}")
        print(f"    ÷ R1 = {ratio:.3f}  {against(ratio, must, stretch)}")
    two = statistics.median(replicas)
    print(f"  two replicas, single POST, {CLIENTS} clients: {two:,.0f} claims/s, ÷ R1 = {two / base:.3f}")
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


async def _measured(stack: TestStack, served: Served, running: Awaitable[Load]) -> tuple[Load, float, float]:
    """Return what a load did, and the CPU time of the server's process and of PostgreSQL beside it."""
    await nothing_to_write(stack)
    server, database = served.cpu_seconds(), postgres_cpu_seconds(stack)
    done = await running
    return done, served.cpu_seconds() - server, postgres_cpu_seconds(stack) - database


def _cpu_of_inserts(stack: TestStack) -> float:
    """Return the CPU time so far of PostgreSQL and of the programs that this process has run to their end."""
    return postgres_cpu_seconds(stack) + sum(os.times()[2:4])


async def _r1(stack: TestStack, name: str, script: Path) -> tuple[float, int]:
    """Return the commits a second of pgbench, and how many there were."""
    printed = await run_program(
        stack,
        "pgbench",
        "-n",
        "-c",
        str(CLIENTS),
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
