"""What goes wrong, and when: a schedule that is a pure function of its seed, and the acts that it names.

F15 (the broker wiped) and F16 (a restore) stand in tests of their own, and F13 (poison) is there all the time.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.stack.children import start
from deploy.stack.sentences import StackProblem
from tests.support.chaos_stack import SERVICES, ChaosStack
from tests.support.proxy import Proxy, Weather

OWNERS = ("intake", "coding", "submission", "remittance")


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault: when, which, to whom, and for how long."""

    at: float
    fault: str
    victim: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.fault:26} {self.victim:11} {self.seconds:.1f} s"


FAULTS: dict[str, tuple[Sequence[str], float, float]] = {
    "F1-F5 kill -9": (SERVICES, 0, 0),
    "F6 broker killed": (("kafka",), 0, 6),
    "F7 broker frozen": (("kafka",), 4, 8),
    "F8 database crashes": (("postgres",), 0, 2),
    "F9 relay loses its lock": (OWNERS, 0, 0),
    "F10 zombie": (SERVICES[1:], 4, 7),
    "F11 blackhole": (("postgres", "kafka"), 2, 5),
    "F11 delay": (("postgres", "kafka"), 2, 5),
    "F11 reset": (("postgres", "kafka"), 1, 2),
    "F11 half open": (("postgres", "kafka"), 2, 4),
    "F12 writer holds a number": (OWNERS, 4, 8),
    "F14 rebalance storm": (("remittance", "coding"), 6, 9),
    "F17 the sink is away": (("sandbox",), 1, 4),
    "F17 disk full": (OWNERS, 2, 4),
    "F18 clock an hour ahead": (OWNERS, 3, 6),
    "F18 clock an hour behind": (OWNERS, 3, 6),
}
"""Each fault with whom it may meet and for how long; the long form makes the waits longer."""

_DISK_FULL = """
    create or replace function {schema}.chaos_disk_full() returns trigger language plpgsql as
    $$ begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$;
    create or replace trigger chaos_disk_full before insert on {schema}.outbox
    for each statement execute function {schema}.chaos_disk_full()
"""


def schedule(seed: int, *, seconds: float, every: float, longer: float = 1.0) -> list[Blow]:
    """Return the blows of a run: all faults in turn, each order shuffled, one every so many seconds."""
    chance = random.Random(f"nemesis {seed}")
    blows: list[Blow] = []
    at = every / 2
    while at < seconds:
        for fault in chance.sample(list(FAULTS), len(FAULTS)):
            victims, least, most = FAULTS[fault]
            lasts = chance.uniform(least, most) * longer
            if at < seconds:
                blows.append(Blow(at, fault, chance.choice(victims), lasts))
            at += every * chance.uniform(0.7, 1.3)
    return blows


class Nemesis:
    """Strikes a stack by a schedule; one blow may begin before the last has healed, if they do not hit one server."""

    def __init__(self, stack: ChaosStack, *, tell: Callable[[str], None] = print) -> None:
        self._stack = stack
        self._tell = tell
        self._servers = {"kafka": asyncio.Lock(), "postgres": asyncio.Lock(), "sandbox": asyncio.Lock()}
        self.struck: list[str] = []
        self.failed: list[str] = []

    async def run(self, blows: Sequence[Blow]) -> None:
        """Strike each blow at its time, and return when all have healed."""
        began = asyncio.get_running_loop().time()
        striking = []
        for blow in blows:
            await asyncio.sleep(max(0.0, began + blow.at - asyncio.get_running_loop().time()))
            self._tell(str(blow))
            striking.append(asyncio.create_task(self._strike(blow)))
        await asyncio.gather(*striking)

    async def _strike(self, blow: Blow) -> None:
        act = self._act(blow)
        try:
            if lock := self._servers.get(blow.victim):
                async with lock:
                    await act(blow)
            else:
                await act(blow)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, StackProblem) as error:
            # The database was away when it was to be asked, or a server takes longer to come back than is told.
            self.failed.append(f"{blow}: {type(error).__name__}")
        else:
            self.struck.append(blow.fault)

    def _act(self, blow: Blow) -> Callable[[Blow], Awaitable[None]]:
        match blow.fault.split()[0]:
            case "F1-F5":
                return self._kill
            case "F6":
                return self._server_killed
            case "F7":
                return self._server_frozen
            case "F8":
                return self._database_crashes
            case "F9":
                return self._relay_loses_its_lock
            case "F10":
                return self._zombie
            case "F11":
                return self._weather
            case "F12":
                return self._writer_holds_a_number
            case "F14":
                return self._storm
            case "F17":
                return self._disk_full if "disk" in blow.fault else self._server_killed
            case _:
                return self._clock

    async def _kill(self, blow: Blow) -> None:
        self._stack.send(blow.victim, signal.SIGKILL)

    async def _server_killed(self, blow: Blow) -> None:
        await self._stack.restart_server(blow.victim, signal.SIGKILL, after=blow.seconds)

    async def _database_crashes(self, blow: Blow) -> None:
        await self._stack.restart_server("postgres", signal.SIGQUIT, after=blow.seconds)  # `stop -m immediate`

    async def _server_frozen(self, blow: Blow) -> None:
        self._stack.freeze(blow.victim)
        await asyncio.sleep(blow.seconds)
        self._stack.thaw(blow.victim)

    async def _zombie(self, blow: Blow) -> None:
        """Freeze a consumer past the life of its leases; it wakes up and goes on with what it had begun."""
        pid = self._stack.pid_of(blow.victim)
        self._stack.send(blow.victim, signal.SIGSTOP)
        await asyncio.sleep(blow.seconds)
        if self._stack.pid_of(blow.victim) == pid:
            self._stack.send(blow.victim, signal.SIGCONT)

    async def _relay_loses_its_lock(self, blow: Blow) -> None:
        await self._ask(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
            f"claimwright-{blow.victim} relay",
        )

    async def _writer_holds_a_number(self, blow: Blow) -> None:
        """Draw from the sequence and do nothing more, until the server ends what is idle in a transaction."""
        connection = await self._stack.connect("postgres")
        try:
            milliseconds = int(blow.seconds * 1000)
            await connection.execute(f"set idle_in_transaction_session_timeout = {milliseconds}")
            await connection.execute("begin")
            await connection.execute(f"select pg_current_xact_id(), nextval('{blow.victim}.outbox_seq')")
            await asyncio.sleep(blow.seconds + 1)
        finally:
            connection.terminate()

    async def _disk_full(self, blow: Blow) -> None:
        """Let the database answer as it does when its disk is full, whenever one service would keep an event."""
        await self._ask(_DISK_FULL.format(schema=blow.victim))
        try:
            await asyncio.sleep(blow.seconds)
        finally:
            await self._again(f"drop function if exists {blow.victim}.chaos_disk_full() cascade")

    async def _weather(self, blow: Blow) -> None:
        weather = Weather(blow.fault.partition(" ")[2].replace(" ", "_"))
        proxy: Proxy = self._stack.postgres_proxy if blow.victim == "postgres" else self._stack.kafka_proxy
        proxy.change(weather)
        await asyncio.sleep(blow.seconds)
        proxy.change(Weather.PASS)

    async def _storm(self, blow: Blow) -> None:
        """Let a second replica come and go, which takes half of the partitions each time."""
        until = asyncio.get_running_loop().time() + blow.seconds
        while asyncio.get_running_loop().time() < until:
            name = blow.victim
            child = start(
                f"{name} again",
                [f"claimwright-{name}", "serve", "--only", "consumer"],
                log=self._stack.log_of(f"{name}-again"),
                environment=self._stack.environment_of(name)
                | {f"CLAIMWRIGHT_{name.upper()}__HTTP_PORT": str(self._stack.spare_port())},
                stop_seconds=8,
            )
            await asyncio.sleep(3)
            await child.stop()

    async def _clock(self, blow: Blow) -> None:
        file = self._stack.clock_of(blow.victim)
        _write(file, 3600 if "ahead" in blow.fault else -3600)
        await asyncio.sleep(blow.seconds)
        _write(file, 0)

    async def _again(self, statement: str) -> None:
        """Run a statement that undoes a fault, again while the database is away."""
        while True:
            try:
                return await self._ask(statement)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.5)

    async def _ask(self, statements: str, *arguments: object) -> None:
        connection = await self._stack.connect("postgres")
        try:
            await connection.execute(statements, *arguments)
        finally:
            connection.terminate()


def _write(file: Path, seconds: int) -> None:
    new = file.with_suffix(".new")
    new.write_text(f"{seconds}\n")
    new.replace(file)
