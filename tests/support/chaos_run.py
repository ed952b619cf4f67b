"""One run with everything that can go wrong: load, failpoints, nemesis, calm, and the checker's word in the end."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import asyncpg

from claimwright import failpoints
from tests.chaos.checker import CONSUMERS, PUBLISHERS
from tests.support.chaos_load import Load, load_on
from tests.support.chaos_stack import SERVICES, ChaosStack
from tests.support.journey import journey_on
from tests.support.nemesis import Blow, Nemesis

CHECKER = Path(__file__).parents[1] / "chaos" / "checker.py"
_EVERYWHERE = {
    **dict.fromkeys(("relay.mid_send", "relay.after_ack", "relay.after_cursor"), 0.1),
    **dict.fromkeys(("consumer.after_inbox", "consumer.before_commit", "consumer.after_commit"), 0.1),
    "consumer.after_offset": 0.1,
}
CHANCES = {
    "intake": _EVERYWHERE | dict.fromkeys(("http.before_commit", "http.after_commit_before_reply"), 0.05),
    "coding": _EVERYWHERE | {"park.before_commit": 0.5},
    "submission": dict.fromkeys(("edi.after_allocate", "edi.after_store", "edi.after_send", "edi.after_mark"), 0.5),
    "remittance": dict.fromkeys(
        ("posting.prepared", "posting.written", "posting.before_commit", "posting.after_commit"), 0.3
    ),
    "console": _EVERYWHERE,
}
"""Each service's points with their chances, higher where fewer pass.

Submission and remittance have points of their own and die of nothing else here: the nemesis kills their relays and
consumers all the same.
"""
POINTS = sorted({point for chances in CHANCES.values() for point in chances})

# A poison event for one claim in a hundred or so: its case cannot be kept, so that its key parks and others go on.
_POISON = """
    create function coding.chaos_poison() returns trigger language plpgsql as $$
    begin
      if get_byte(uuid_send(new.claim_id), 15) < {of_256} then raise exception 'poison'; end if;
      return new;
    end $$;
    create trigger chaos_poison before insert on coding.coding_case
    for each row execute function coding.chaos_poison()
"""
_UNPOISON = "drop trigger if exists chaos_poison on coding.coding_case; drop function if exists coding.chaos_poison()"


_MEASURED = 24
_MOST = 0.5  # what died at its first point every time would never come to the next, and nobody behind it to any
_FASTEST = 20.0
_SLOWEST = 0.8  # on a machine that is busy with other things there would be nothing to kill


@dataclass(slots=True)
class Report:
    """How a run went."""

    seed: int
    hits: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    calm_rate: float = 0.0
    stuck: str | None = None
    parked: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    told: str = ""
    drained: dict[str, float] = field(default_factory=dict)


class Run:
    """A running stack with a partner who posts."""

    def __init__(self, stack: ChaosStack, folder: Path, *, seed: int) -> None:
        self.stack = stack
        self.journal = folder / "journal"
        self.config = folder / "checker.json"
        self.report = Report(seed)
        self._switches: tuple[str, ...] = ()
        self._poison_of_256 = 0
        stack.seed = seed

    async def play(
        self,
        *,
        times: int,
        failing: float,
        blows: list[Blow],
        poison_of_256: int,
        patience: float,
        switches: Sequence[str] = (),
        sabotage: str = "",
    ) -> Report:
        """Post while each point kills `times` times and the blows fall; wait, stop, and judge.

        Posts come at a sixth of the rate that this machine takes in calm weather. `failing`: how many seconds the
        points are given at most; `switches` and `sabotage` (SQL): which protections are off.
        """
        self._switches = tuple(switches)
        self.stack.arm({}, times=0, switches=switches)
        async with (
            journey_on(self.stack) as journey,
            load_on(journey, self.journal, seed=self.report.seed) as load,
        ):
            done = asyncio.Event()
            self.report.calm_rate = await load.calm_rate(_MEASURED, lambda ends: self.until_at_rest(ends, patience))
            rate = min(max(self.report.calm_rate / 6, _SLOWEST), _FASTEST)
            say(
                f"seed {self.report.seed}: {self.report.calm_rate:.1f} claims/s in calm weather, {rate:.1f} from now on"
            )
            if sabotage:
                await self.sql(sabotage)
            self._poison_of_256 = poison_of_256
            await self.sql(_POISON.format(of_256=poison_of_256))
            posting = asyncio.create_task(load.run(done, rate=rate))
            nemesis = Nemesis(self.stack, tell=say)
            await asyncio.gather(self._kill_at_points(times, failing), nemesis.run(blows))
            done.set()
            await posting
            self.report.struck = Counter(nemesis.struck)
            say(f"calm again: {load.posted} posted, {load.cut_off} cut off, {load.refused} refused; {nemesis.failed}")
            await self.sql(_UNPOISON)
            self.report.parked += await self._release()  # a partner may wait to mend what is parked
            with suppress(TimeoutError):
                await load.finish(seconds=patience)  # what is missing then is missed below
            self.report.claims = len(load.ends)
            # On a machine that is busy with other things; what lost something without a protection never comes to rest.
            backlog = 0 if switches else 2 * len(load.ends) / self.report.calm_rate
            self.report.stuck = await self.until_at_rest(load.ends, patience + backlog)
            say(answers_of(load))
        await self._drain()
        await self.judge()
        return self.report

    @asynccontextmanager
    async def under_load(self, share: float) -> AsyncIterator[Load]:
        """Post at a share of the calm rate for as long as the context is open; then wait, stop and judge."""
        async with journey_on(self.stack) as journey, load_on(journey, self.journal, seed=self.report.seed) as load:
            calm = await load.calm_rate(_MEASURED, lambda ends: self.until_at_rest(ends, 120))
            say(f"{calm:.1f} claims/s in calm weather, {calm * share:.1f} from now on")
            done = asyncio.Event()
            posting = asyncio.create_task(load.run(done, rate=calm * share))
            try:
                yield load
            finally:
                done.set()
                await posting
            began = time.monotonic()
            await load.finish(seconds=120)
            self.report.stuck = await self.until_at_rest(load.ends, 180)
            say(f"at rest {time.monotonic() - began:.1f} s after the last post")
        await self._drain()
        await self.judge()

    async def _kill_at_points(self, times: int, seconds: float) -> None:
        """Arm every point, restart what is up so that it is armed, and wait until each has killed often enough."""
        if not times and not self._switches:
            return
        began = time.monotonic()
        grown = 1.0
        self._arm(times, 1)
        for service in SERVICES:
            self.stack.send(service, signal.SIGKILL)
        while time.monotonic() - began < seconds:
            if all(self.stack.hits()[point] >= times for point in POINTS):
                break
            await asyncio.sleep(0.5)
            wanted = 2 ** int((time.monotonic() - began) / (4 * times))
            if wanted != grown:  # on a slow machine little passes in the time, so more of it has to die
                grown = wanted
                self._arm(times, grown)
        self._arm(0, 1)
        for service in SERVICES:
            self.stack.send(service, signal.SIGKILL)  # the lives that follow are not armed
        self.report.hits = self.stack.hits()
        say(f"killed at points {self.report.hits.total()} times: {dict(sorted(self.report.hits.items()))}")

    def _arm(self, times: int, grown: float) -> None:
        chances = {
            service: {point: min(chance * grown, _MOST) for point, chance in points.items()} if times else {}
            for service, points in CHANCES.items()
        }
        self.stack.arm(chances, times=times, switches=self._switches)

    async def until_at_rest(self, ends: dict[str, str], patience: float) -> str | None:
        """Let what is parked be tried at once, and wait until every claim has its end and nothing is under way."""
        until = time.monotonic() + patience
        missing: list[str] = []
        while time.monotonic() < until:
            try:
                self.report.parked += await self._release()
                missing = await self._missing(ends)
            except (OSError, asyncpg.PostgresError) as error:
                missing = [type(error).__name__]
            if not missing:
                return None
            await asyncio.sleep(1)
        return f"{len(missing)} things are not done after {patience:.0f} s: {missing[:3]}"

    async def _release(self) -> int:
        released = 0
        connection = await self.stack.connect("postgres")
        try:
            for service in SERVICES:
                rows = await connection.fetch(
                    f"update {service}.parked set state = 'retry', attempts = 0, next_try = clock_timestamp() "
                    "where state in ('retry', 'dead') and (next_try is null or next_try > clock_timestamp()) "
                    "and reason <> 'version_gap' returning key"
                )
                released += len(rows)
        finally:
            await connection.close()
        return released

    async def _missing(self, ends: dict[str, str]) -> list[str]:
        connection = await self.stack.connect("postgres")
        try:
            ended: set[tuple[str, str]] = set()
            waiting: list[str] = []
            for service in SERVICES:
                rows = await connection.fetch(
                    f"select key, type from {service}.outbox where type = any($1)", list(set(ends.values()))
                )
                ended |= {(row["key"], row["type"]) for row in rows}
                if await connection.fetchval(f"select count(*) from {service}.parked"):
                    waiting.append(f"{service} has parked events")
                if await connection.fetchval(
                    f"select count(*) from {service}.outbox where seq > (select seq from {service}.relay_cursor)"
                ):
                    waiting.append(f"{service} has events to relay")
            if failpoints.INBOX_OFF not in self._switches:  # the inbox is what tells
                waiting += [await _behind(connection, *reader) for reader in CONSUMERS]
            return [claim for claim, end in ends.items() if (claim, end) not in ended] + [*filter(None, waiting)]
        finally:
            await connection.close()

    async def _drain(self) -> None:
        """Give the last events time to be read, then tell every service to end, and note how long each takes."""
        await asyncio.sleep(3)
        for service in SERVICES:
            began = time.monotonic()
            await self.stack.stop_part(service)
            self.report.drained[service] = time.monotonic() - began
        say("ended on SIGTERM after " + ", ".join(f"{name} {sec:.1f} s" for name, sec in self.report.drained.items()))

    async def judge(self) -> None:
        """Let the checker judge what is there, and keep how much is wrong by invariant."""
        self.report.verdicts, self.report.told = await self._ask_checker({})
        say(self.report.told)

    async def judge_planted(self, planted: Mapping[str, str]) -> dict[str, int]:
        """Let the checker break each invariant by a statement, and return how much it then finds wrong with it."""
        return (await self._ask_checker({"planted": planted}))[0]

    async def _ask_checker(self, more: Mapping[str, object]) -> tuple[dict[str, int], str]:
        """Run the checker in a process of its own, and return its verdicts and its words."""
        told = self.stack.checker_config(self.journal) | {"poison_of_256": self._poison_of_256, **more}
        self.config.write_text(json.dumps(told))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CHECKER), str(self.config)),
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath},
        )
        printed, _ = await process.communicate()
        said = printed.decode()
        assert process.returncode in {0, 1}, said
        return json.loads(said.splitlines()[-1]), said

    async def sql(self, statements: str) -> None:
        connection = await self.stack.connect("postgres")
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


async def _behind(connection: "asyncpg.Connection[asyncpg.Record]", service: str, consumer: str) -> str:
    """Return a sentence when a consumer has not taken in all that is published, or nothing."""
    topics = [f"claimwright.{topic}" for topic in CONSUMERS[service, consumer]]
    published = 0
    for publisher in PUBLISHERS:
        published += await connection.fetchval(f"select count(*) from {publisher}.outbox where topic = any($1)", topics)
    taken = await connection.fetchval(f"select count(*) from {service}.inbox where consumer = $1", consumer)
    return "" if taken == published else f"{service}/{consumer} has taken {taken} of {published}"


def answers_of(load: Load) -> str:
    """Return how soon posts were accepted, counted from when each was due."""
    seconds = sorted(seconds for _, seconds in load.first_answers)
    if len(seconds) < 2:
        return f"{len(seconds)} posts"
    cuts = quantiles(seconds, n=100)
    return f"{len(seconds)} posts accepted after p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s from their moment"


def say(text: str) -> None:
    """Print at once: a run takes minutes, and whoever watches wants to see it go on."""
    print(text, flush=True)
