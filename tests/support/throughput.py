"""What the benches of a whole stack share: load, the plain inserts beside it, and where the time and the CPU went."""

import asyncio
import json
import os
import re
import shutil
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import psutil

from claimwright import clock, ids
from tests.support.journey import Journey, a_visit
from tests.support.plain_http import PlainClient
from tests.support.postgres_programs import run_program
from tests.support.stack import TestStack

PARTS: Final = ("intake", "coding", "submission", "remittance", "console", "sandbox", "kafka", "postgres")
SERVICES: Final = ("intake", "coding", "submission", "remittance", "console")
ROWS: Final = 100
_SECONDS: Final = 4
_SCRIPTS: Final = {
    "r1": "insert into bench.r1 (payload) values (repeat('x', 2000));\n",
    "r2": """\\set key random(1, 1000000)
with taken as (insert into bench.inbox (event_id) values (gen_random_uuid()) returning event_id),
     kept as (insert into bench.claim (id, version, state) values (:key, 1, repeat('s', 500))
              on conflict (id) do update set version = bench.claim.version + 1, state = excluded.state)
insert into bench.outbox (event_id, key, payload) select event_id, :key, repeat('x', 2000) from taken;
""",
}
_AGAIN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_TABLES: Final = """
create schema bench;
create table bench.r1 (id bigint generated always as identity primary key, payload text not null)
  with (autovacuum_enabled = off);
create table bench.inbox (event_id uuid primary key) with (autovacuum_enabled = off);
create table bench.claim (id bigint primary key, version bigint not null, state text not null)
  with (autovacuum_enabled = off);
create table bench.outbox (
  seq bigint generated always as identity primary key, event_id uuid not null unique, key bigint not null,
  payload text not null
) with (autovacuum_enabled = off);
"""
"""What the plain sides leave behind is not to be cleared away while the other side is measured."""


async def make_r_tables(stack: TestStack) -> None:
    """Make the tables that the plain inserts go to."""
    root = await stack.connect("postgres")
    await root.execute(_TABLES)
    await root.close()


async def nothing_to_write(stack: TestStack) -> None:
    """Let PostgreSQL write what it still holds, so that neither side pays for the pages of the other."""
    root = await stack.connect("postgres")
    await root.execute("checkpoint")
    await root.close()


async def inserts_a_second(stack: TestStack, folder: Path, name: str) -> float:
    """Return the commits a second of one of the plain sides."""
    script = folder / f"{name}.sql"
    script.write_text(_SCRIPTS[name])
    await nothing_to_write(stack)
    printed = await run_program(
        stack, "pgbench", "-n", *("-c", "16"), *("-j", "2"), *("-T", str(_SECONDS)), *("-M", "prepared"),
        *("-f", str(script)), "claimwright",
    )  # fmt: skip
    found = re.search(rb"tps = ([0-9.]+)", printed)
    assert found is not None
    return float(found[1])


def cpu_seconds(stack: TestStack) -> dict[str, float]:
    """Return what each part has used so far, its children with it."""
    used = {}
    for row in _children(stack):
        process = psutil.Process(row["pid"])
        family = [process, *process.children(recursive=True)]
        times = [each.cpu_times() for each in family]
        gone = times[0].children_user + times[0].children_system
        used[row["name"]] = gone + sum(each.user + each.system for each in times)
    return used


def _children(stack: TestStack) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((stack.places.state / "children.json").read_text())
    return rows


async def post_batches(journey: Journey, claims: int, *, at_once: int = 2) -> None:
    """Post so many claims as NDJSON, each row again until it is taken."""
    gate = asyncio.Semaphore(at_once)

    async def batch(rows: list[bytes]) -> None:
        async with gate:
            while rows:
                answer = await journey.client.post(
                    "/v1/encounters:batch",
                    content=b"\n".join(rows),
                    headers={"content-type": "application/x-ndjson"},
                    timeout=120,
                )
                if answer.status_code in {429, 503}:
                    await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
                    continue
                assert answer.is_success, answer.text
                states = [json.loads(line)["status"] for line in answer.text.splitlines()]
                rows = [row for row, status in zip(rows, states, strict=True) if status >= 400]

    bodies = [json.dumps(visit(number)).encode() for number in range(claims)]
    await asyncio.gather(*(batch(bodies[at : at + ROWS]) for at in range(0, claims, ROWS)))


def visit(number: int) -> dict[str, Any]:
    """Return one of many visits: most are paid, some in part, some denied."""
    return a_visit(member_id=f"{('PAID', 'PARTIAL', 'DENY_50')[number % 3]}-0000001")


async def post_open_loop(journey: Journey, *, rate: float, seconds: float, rows: int) -> dict[str, float]:
    """Post at fixed moments, so many rows a request, whatever becomes of those before.

    Returns each claim's intended moment as wall time.
    """
    sent: dict[str, float] = {}
    headers = {"authorization": journey.client.headers["authorization"], "content-type": "application/x-ndjson"}
    client = PlainClient(str(journey.client.base_url), headers)
    bodies = [b"\n".join(json.dumps(visit(0)).encode() for _ in range(rows)) for _ in range(int(rate * seconds / rows))]
    began = clock.now().timestamp()

    async def one(number: int) -> None:
        due = began + number * rows / rate
        await asyncio.sleep(max(0.0, due - clock.now().timestamp()))
        async with asyncio.timeout(60):
            while True:
                status, said = await client.post("/v1/encounters:batch", bodies[number])
                if status not in _AGAIN:
                    break
                await asyncio.sleep(0.2)
        assert status == HTTPStatus.OK, said
        for answer in map(json.loads, said.splitlines()):
            assert answer["status"] == HTTPStatus.ACCEPTED, answer
            sent[answer["encounter"]["claims"][0]["id"]] = due

    await asyncio.gather(*(one(number) for number in range(len(bodies))))
    client.close()
    return sent


@dataclass(frozen=True, slots=True)
class Counts:
    """Events that were published, and how often any was handled."""

    events: int
    handlings: int

    def __sub__(self, before: "Counts") -> "Counts":
        return Counts(self.events - before.events, self.handlings - before.handlings)


async def counts(root: Any) -> Counts:
    """Return how many events there are by now, and how many inbox rows."""
    events, handlings = 0, 0
    for service in SERVICES:
        events += await root.fetchval(f"select count(*) from {service}.outbox")
        handlings += await root.fetchval(f"select count(*) from {service}.inbox")
    return Counts(events, handlings)


async def until_adjudicated(root: Any, claims: int, *, within: float = 1500.0) -> None:
    """Wait until the money of so many claims is posted, by one look at the database at a time."""
    counting = "select count(distinct key) from remittance.outbox where type = 'claim.adjudicated.v1'"
    until = time.monotonic() + within
    while (count := await root.fetchval(counting)) < claims:
        assert time.monotonic() < until, f"{count} of {claims}"
        await asyncio.sleep(0.2)


async def ages(root: Any, *, since: datetime, sent: dict[str, float]) -> list[float]:
    """Return how long each of these claims took from its intended moment until its money was posted."""
    rows = await root.fetch(
        "select key, extract(epoch from min(created_at))::float8 as at from remittance.outbox "
        "where type = 'claim.adjudicated.v1' and created_at > $1 group by key",
        since,
    )
    return [row["at"] - sent[row["key"]] for row in rows if row["key"] in sent]


_FILES: Final = """
    select s.claim_id, extract(epoch from a.created_at)::float8 as "file built",
           extract(epoch from f.received_at)::float8 as "file at the sandbox",
           (select extract(epoch from max(d.answered_at))::float8 from sandbox.due_answer as d where d.file_id = f.id)
             as "remittance begun"
    from submission.attempt as t
    join submission.artifact as a on a.org_id = t.org_id and a.id = t.artifact_id
    join submission.submission as s on s.org_id = t.org_id and s.id = t.submission_id
    join sandbox.received_file as f on f.sha256 = a.sha256
    where a.created_at > $1
"""


async def way(root: Any, *, since: datetime, sent: dict[str, float]) -> str:
    """Return how long after their intended moments these claims came to each place on their way to posted money."""
    at: dict[str, list[float]] = {}
    for service in ("intake", "coding", "submission", "remittance"):
        rows = await root.fetch(
            f"select key, type, extract(epoch from min(created_at))::float8 as at from {service}.outbox "
            "where created_at > $1 group by key, type",
            since,
        )
        for row in rows:
            if row["key"] in sent:
                at.setdefault(row["type"], []).append(row["at"] - sent[row["key"]])
    for row in await root.fetch(_FILES, since):
        key = ids.text(ids.CLAIM, row["claim_id"])
        for place in ("file built", "file at the sandbox", "remittance begun"):
            if key in sent and row[place] is not None:
                at.setdefault(place, []).append(row[place] - sent[key])
    lines = []
    for place, waited in sorted(at.items(), key=lambda item: statistics.median(item[1])):
        waited.sort()
        shares = "".join(f"{waited[int(len(waited) * share)]:>9.2f}" for share in (0.05, 0.5, 0.99))
        lines.append(f"    {place:<36}{len(waited):>7}{shares}")
    return "\n".join(["    place, how many, seconds after the intended start at p5, p50 and p99", *lines])


async def stages(root: Any) -> str:
    """Return when, after the first event of the last minute or so, each type of event came: first, middle and last."""
    union = " union all ".join(f"select type, created_at from {service}.outbox" for service in SERVICES)
    rows = await root.fetch(
        f"""
        with told as ({union}), began as (select max(created_at) as at from told where type = 'access.none'),
        recent as (select * from told where created_at > clock_timestamp() - interval '10 minutes')
        select type, count(*) as n, min(created_at) as first, max(created_at) as last,
               percentile_disc(0.5) within group (order by created_at) as middle
        from recent group by type order by 5
        """
    )
    if not rows:
        return ""
    zero = min(row["first"] for row in rows)
    lines = [
        f"    {row['type']:<36}{row['n']:>7}"
        + "".join(f"{(row[name] - zero).total_seconds():>9.1f}" for name in ("first", "middle", "last"))
        for row in rows
    ]
    return "\n".join(["    event, how many, seconds after the first until the first, the middle and the last", *lines])


async def until_quiet(*, at_most: float = float(os.environ.get("BENCH_WAIT", "180"))) -> str:
    """Wait for a load average of a half, but no longer; return it, marked where the machine did not get quiet."""
    until = time.monotonic() + at_most
    while os.getloadavg()[0] > 0.5 and time.monotonic() < until:  # noqa: ASYNC110 it is the machine that gets quiet
        await asyncio.sleep(2)
    load = os.getloadavg()[0]
    return f"{load:.1f}" + (" (NOT QUIET)" if load > 0.5 else "")


@asynccontextmanager
async def profiled(stack: TestStack) -> AsyncIterator[None]:
    """Let py-spy watch the services while the block runs, where BENCH_PROFILE names a folder."""
    folder = os.environ.get("BENCH_PROFILE")
    spy = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not folder or spy is None:
        yield
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    watchers = [
        await asyncio.create_subprocess_exec(
            spy,
            "record",
            "-r",
            "25",
            "--nonblocking",
            "-f",
            "raw",
            "-o",
            f"{folder}/{row['name']}.txt",
            "-p",
            str(row["pid"]),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for row in _children(stack)
        if row["name"] in {*SERVICES, "sandbox"}
    ]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.send_signal(signal.SIGINT)
        await asyncio.gather(*(watcher.wait() for watcher in watchers))
