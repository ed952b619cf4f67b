"""How many claims a second go from a partner's POST to posted money, beside plain inserts on the same PostgreSQL.

Everything runs on this machine: all services, the sandbox's clearinghouse and payers, Kafka, PostgreSQL, and the
partner. R1 is pgbench with 16 clients and one insert of 2 KB a commit; R2 the same with an inbox row, a claim's upsert
and an outbox row in one statement. Both sides run in turn, and medians count; nothing here fails for being slow.
`BENCH_ROUNDS` and `BENCH_CLAIMS` set how often and how much; `BENCH_PROFILE=FOLDER` keeps py-spy's profiles, where that
is installed.
"""

import asyncio
import os
import statistics
import time
from pathlib import Path

import pytest

from claimwright.telemetry.tracing import SAMPLED_SHARE
from deploy.stack.postgres_roles import DATABASE
from tests.support.benchmark import against
from tests.support.journey import Journey, journey_on
from tests.support.postgres_programs import fsync_rate
from tests.support.stack import TestStack
from tests.support.throughput import (
    PARTS,
    ROWS,
    Counts,
    ages,
    counts,
    cpu_seconds,
    inserts_a_second,
    make_r_tables,
    nothing_to_write,
    post_batches,
    post_open_loop,
    profiled,
    stages,
    until_adjudicated,
    until_quiet,
    way,
)

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CLAIMS = int(os.environ.get("BENCH_CLAIMS", "1000"))
WARM_UP = 100
OPEN_LOOP_SECONDS = 20
QUIET_SECONDS = 1.0
"""Without a change, until all events count as handled: the slowest reader begins four batches within it."""
ROWS_A_REQUEST = (ROWS, 10, 1)
"""How many claims come at once while ages are measured: as the rate was measured, in small batches, and one by one."""

pytestmark = pytest.mark.timeout(3600)


class SampledStack(TestStack):
    """A stack that keeps as many traces as production does; a local run keeps all, which costs a third more."""

    def environment_of(self, service: str, *, database: str = DATABASE) -> dict[str, str]:
        return super().environment_of(service, database=database) | {"CLAIMWRIGHT_TRACED_SHARE": str(SAMPLED_SHARE)}


async def test_claims_from_post_to_posted(tmp_path: Path) -> None:
    stack = SampledStack.at(tmp_path / "state", durable=True)
    try:
        await stack.start()
        async with journey_on(stack) as journey:
            await _measure(stack, journey, tmp_path)
    finally:
        await stack.stop()


async def _measure(stack: TestStack, journey: Journey, folder: Path) -> None:
    await make_r_tables(stack)
    root = await stack.connect("postgres")
    try:
        done = WARM_UP
        await post_batches(journey, WARM_UP)
        await until_adjudicated(root, done)
        load = await until_quiet()
        rates: list[float] = []
        handlings: list[float] = []
        r1: list[float] = []
        r2: list[float] = []
        used: list[dict[str, float]] = []
        told = Counts(0, 0)
        for _ in range(ROUNDS):
            r1.append(await inserts_a_second(stack, folder, "r1"))
            r2.append(await inserts_a_second(stack, folder, "r2"))
            await nothing_to_write(stack)
            before, cpu, began = await counts(root), cpu_seconds(stack), time.monotonic()
            async with profiled(stack):
                await post_batches(journey, CLAIMS)
                accepted = time.monotonic() - began
                done += CLAIMS
                await until_adjudicated(root, done)
            seconds = time.monotonic() - began
            handled_in = await _until_handled(root) - began
            after = cpu_seconds(stack)
            told = (await counts(root)) - before
            rates.append(CLAIMS / seconds)
            handlings.append(told.handlings / handled_in)
            used.append({part: after[part] - cpu[part] for part in PARTS})
            print(
                f"\n{CLAIMS} claims: accepted {accepted:.1f} s, posted {seconds:.1f} s, all handled {handled_in:.1f} s"
            )
            print(await stages(root))

        rate, base = statistics.median(rates), statistics.median(r2)
        ratio = statistics.median(each / below for each, below in zip(rates, r2, strict=True))
        handled = statistics.median(each / below for each, below in zip(handlings, r2, strict=True))
        print(f"\nload average before {load}; pg_test_fsync: {await fsync_rate(stack)}")
        print(f"  R1 {statistics.median(r1):,.0f}/s  {[round(each) for each in r1]}")
        print(f"  R2 {base:,.0f}/s  {[round(each) for each in r2]}")
        print(f"  end to end, NDJSON POST to posted: {rate:,.1f} claims/s  {[round(each, 1) for each in rates]}")
        print(f"    ÷ R2 = {ratio:.4f}  {against(ratio, 0.015, 0.04)}")
        print(
            f"  handlings: {statistics.median(handlings):,.0f}/s; a claim makes {told.events / CLAIMS:.1f} events, "
            f"handled {told.handlings / CLAIMS:.1f} times"
        )
        print(f"    ÷ R2 = {handled:.3f}  {against(handled, 0.4, 0.8)}")
        for part in PARTS:
            each = statistics.median(one[part] for one in used) / CLAIMS
            print(f"  {part:<12}{1000 * each:>8.1f} ms of CPU a claim")

        calm = 0.3 * rate
        for rows in ROWS_A_REQUEST:
            await _until_handled(root)
            await nothing_to_write(stack)
            first = await root.fetchval("select clock_timestamp()")
            before, began = cpu_seconds(stack), time.monotonic()
            sent = await post_open_loop(journey, rate=calm, seconds=OPEN_LOOP_SECONDS, rows=rows)
            done += len(sent)
            await until_adjudicated(root, done)
            seconds, after = time.monotonic() - began, cpu_seconds(stack)
            cores = sum(after[part] - before[part] for part in PARTS) / seconds
            waited = sorted(await ages(root, since=first, sent=sent))
            assert len(waited) == len(sent)
            middle, late = (waited[int(len(waited) * part)] for part in (0.5, 0.99))
            print(
                f"  at {calm:.1f} claims/s, {rows} a request, {len(waited)} claims, {cores:.1f} cores busy: from the "
                f"intended start to posted p50 {middle:.2f} s, p99 {late:.2f} s (the bar is 1 s)"
            )
            print(await way(root, since=first, sent=sent))
    finally:
        await root.close()


async def _until_handled(root: object) -> float:
    """Wait until no event waits for a reader any more, and return when the last change was seen."""
    last, changed = None, time.monotonic()
    while time.monotonic() - changed < QUIET_SECONDS:
        now = await counts(root)
        if now != last:
            last, changed = now, time.monotonic()
        await asyncio.sleep(0.25)
    return changed
