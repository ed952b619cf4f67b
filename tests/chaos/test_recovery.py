"""How soon work goes on after kill -9 of any one process, and that intake goes on while the broker is away.

How long it took is printed and not asserted; that nothing is lost or doubled is what the checker says in the end.
"""

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import asyncpg
import pytest
from aiokafka.partitioner import DefaultPartitioner

from claimwright.events.topics import TOPIC_NAMED
from claimwright.messaging.leases import _lock_class, _lock_number
from tests.chaos.checker import CONSUMERS, PUBLISHERS
from tests.support.chaos_run import Run, say
from tests.support.chaos_stack import SERVICES, ChaosStack

SEED = int(os.environ.get("CHAOS_SEED") or 6)
ROUNDS = 6
BETWEEN = 5.0
"""Seconds from one kill to the next."""
AWAY = 60.0
SHARE = 0.3
"""Of the calm rate: enough for a partition that stands still to be noticed, and little enough that nothing queues."""

_WATCH = """
    create table {schema}.chaos_seen (consumer text, event_id uuid, at timestamptz);
    create function {schema}.chaos_saw() returns trigger language plpgsql security definer as
    $$ begin
      insert into {schema}.chaos_seen values (new.consumer, new.event_id, clock_timestamp()); return null;
    end $$;
    create constraint trigger chaos_saw after insert on {schema}.inbox deferrable initially deferred
    for each row execute function {schema}.chaos_saw()
"""
"""Keeps when each event was taken in: at the very end of its transaction."""

_SEEN = """
    select s.consumer, o.topic, o.key, extract(epoch from s.at)::float8 as at,
           extract(epoch from o.created_at)::float8 as told
    from {schema}.chaos_seen as s join ({outboxes}) as o using (event_id)
"""
_HELD = """
    select l.classid::bigint as class, l.objid::bigint as object, l.pid from pg_locks as l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

Place = tuple[str, str, str, int]
"""Service, consumer, topic and partition."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One event in one inbox: where, when it was told and when it was taken in."""

    place: Place
    publisher: str
    told: float
    at: float


@dataclass(frozen=True, slots=True)
class Kill:
    """Who was killed, when, and what it had read."""

    victim: str
    at: float
    was_its: frozenset[Place]


@dataclass(slots=True)
class Figures:
    """Seconds from a kill to the first effect on the partitions of the killed, and how long others' events waited."""

    first_effect: list[float] = field(default_factory=list)
    others_waited: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return f"first effect after {spread(self.first_effect)}; events of others waited {spread(self.others_waited)}"


def spread(seconds: Sequence[float]) -> str:
    """Return the middle, the 95th of a hundred and the most."""
    if len(seconds) < 2:
        return f"({len(seconds)} looked at)"
    cuts = quantiles(seconds, n=20, method="inclusive")
    return f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, most {max(seconds):.2f} s ({len(seconds)})"


def places() -> dict[tuple[int, int], Place]:
    """Return what each lease's lock stands for."""
    return {
        (_lock_class(service, consumer), _lock_number((name, number))): (service, consumer, name, number)
        for (service, consumer), topics in CONSUMERS.items()
        for name in (f"claimwright.{topic}" for topic in topics)
        for number in range(TOPIC_NAMED[name].partitions)
    }


def partition_of(topic: str, key: str) -> int:
    """Return the partition that a key falls into, as every Kafka client computes it."""
    numbers = list(range(TOPIC_NAMED[topic].partitions))
    return int(DefaultPartitioner()(key.encode(), numbers, numbers))


async def held(stack: ChaosStack) -> Mapping[Place, int]:
    """Return who holds each partition, by the number of its connection."""
    stands_for = places()
    connection = await stack.connect("postgres")
    try:
        rows = await connection.fetch(_HELD)
    finally:
        await connection.close()
    return {
        stands_for[row["class"], row["object"]]: row["pid"]
        for row in rows
        if (row["class"], row["object"]) in stands_for
    }


async def until_held(stack: ChaosStack, replicas: int) -> None:
    """Wait until every partition is held, and every consumer by all replicas."""
    async with asyncio.timeout(60):
        while True:
            holds = await held(stack)
            holders = {(place[:2], pid) for place, pid in holds.items()}
            if holds.keys() == set(places().values()) and len(holders) == replicas * len(CONSUMERS):
                return
            await asyncio.sleep(0.3)


async def kill(stack: ChaosStack, victim: str) -> Kill:
    """Kill one process, and learn from the connections that went with it what it had read."""
    before = await held(stack)
    at = await now(stack)
    stack.send(victim, signal.SIGKILL)
    was_its: frozenset[Place] = frozenset()
    connection = await stack.connect("postgres")
    try:
        for _ in range(20):  # a busy machine takes a moment to notice that a client is gone
            await asyncio.sleep(0.1)
            alive = {row["pid"] for row in await connection.fetch("select pid from pg_stat_activity")}
            seen, was_its = was_its, frozenset(place for place, pid in before.items() if pid not in alive)
            if was_its and was_its == seen:
                break
    finally:
        await connection.close()
    return Kill(victim, at, was_its)


async def now(stack: ChaosStack) -> float:
    """Return the moment by the database's clock, which all that is compared here is stamped with."""
    connection = await stack.connect("postgres")
    try:
        return float(await connection.fetchval("select extract(epoch from clock_timestamp())::float8"))
    finally:
        await connection.close()


async def taken_in(stack: ChaosStack) -> list[Taken]:
    """Return every event of every inbox since the watch began."""
    outboxes = " union all ".join(
        f"select event_id, topic, key, created_at from {publisher}.outbox" for publisher in PUBLISHERS
    )
    connection = await stack.connect("postgres")
    try:
        return [
            Taken(
                (service, row["consumer"], row["topic"], partition_of(row["topic"], row["key"])),
                row["topic"].removeprefix("claimwright."),
                row["told"],
                row["at"],
            )
            for service in SERVICES
            for row in await connection.fetch(_SEEN.format(schema=service, outboxes=outboxes))
        ]
    finally:
        await connection.close()


def figures_of(kills: Sequence[Kill], taken: Sequence[Taken]) -> Figures:
    """Return what the kills cost.

    Others' events: of topics that the killed does not publish, on partitions that others read, told in the two seconds
    after the kill.
    """
    figures = Figures()
    for each in kills:
        service = each.victim.partition("-")[0]
        effects = [one.at for one in taken if one.place in each.was_its and each.at + 0.02 < one.at < each.at + BETWEEN]
        figures.first_effect.append(min(effects) - each.at if effects else BETWEEN)
        waited = [
            one.at - one.told
            for one in taken
            if one.place not in each.was_its and one.publisher != service and each.at < one.told < each.at + 2
        ]
        figures.others_waited += [max(waited)] if waited else []
    return figures


@pytest.mark.parametrize("replicas", [1, 2])
async def test_after_kill_9_of_any_one_process_its_partitions_go_on(tmp_path: Path, replicas: int) -> None:
    kills: list[Kill] = []
    stack = ChaosStack.made(tmp_path / "state", replicas=replicas)
    run = Run(stack, tmp_path, seed=SEED)
    async with stack.running():
        await until_held(stack, replicas)
        await run.sql("; ".join(_WATCH.format(schema=service) for service in SERVICES))
        async with run.under_load(SHARE):
            await asyncio.sleep(3)
            calm_since = await now(stack)
            await asyncio.sleep(15)
            calm_until = await now(stack)
            for _ in range(ROUNDS):
                for service in SERVICES:
                    kills.append(await kill(stack, service))
                    await asyncio.sleep(BETWEEN)
        taken = await taken_in(stack)

    calm = [one.at - one.told for one in taken if calm_since < one.told < calm_until]
    say(f"{replicas} of each: events waited {spread(calm)} in calm weather; kills: {figures_of(kills, taken)}")
    for service in SERVICES:
        own = [each for each in kills if each.victim == service]
        say(f"  {service:10} {figures_of(own, taken)}")
    assert run.report.stuck is None
    assert all(each.was_its for each in kills)
    assert run.report.verdicts == dict.fromkeys(run.report.verdicts, 0), run.report.told


async def test_while_the_broker_is_away_for_a_minute_intake_goes_on_and_then_all_drains(tmp_path: Path) -> None:
    stack = ChaosStack.made(tmp_path / "state")
    run = Run(stack, tmp_path, seed=SEED)
    async with stack.running(), run.under_load(SHARE) as load:
        await asyncio.sleep(3)
        before = len(load.ends)
        await stack.restart_server("kafka", signal.SIGKILL, after=AWAY)
        accepted = len(load.ends) - before
        first = await first_event_after(stack)
        say(f"{accepted} accepted while the broker was away; the first event {first:.1f} s after it was ready")

    assert (load.refused, load.cut_off) == (0, 0)
    assert accepted
    assert run.report.stuck is None
    assert run.report.verdicts == dict.fromkeys(run.report.verdicts, 0), run.report.told


async def first_event_after(stack: ChaosStack) -> float:
    """Return the seconds until coding has taken in an event more than now."""
    began = time.monotonic()
    connection: asyncpg.Connection[asyncpg.Record] = await stack.connect("postgres")
    try:
        count = "select count(*) from coding.inbox"
        before = await connection.fetchval(count)
        while await connection.fetchval(count) == before:  # noqa: ASYNC110 it is in a database
            await asyncio.sleep(0.05)
    finally:
        await connection.close()
    return time.monotonic() - began
