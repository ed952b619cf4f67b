"""A stack: its parts started in the order of their needs, watched, and stopped the other way round."""

import asyncio
import signal
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.certificates import make_broker_certificate, make_sandbox_certificate
from deploy.stack import topics
from deploy.stack.children import Child, Register, last_lines, run_to_end, start
from deploy.stack.environment import base_environment, environment_of, migration_environment_of, replica_environment
from deploy.stack.kafka import Kafka
from deploy.stack.migrations import is_current
from deploy.stack.places import Places
from deploy.stack.ports import HOST, Ports, instance_of, require_free
from deploy.stack.postgres import Postgres
from deploy.stack.postgres_roles import DATABASE
from deploy.stack.routes import handover_file, make_empty_routes, write_authorization, write_routes
from deploy.stack.secret_files import make_keys
from deploy.stack.sentences import PartEnded, StackProblem
from deploy.stack.size import Size
from deploy.stack.space import SPACE_NEEDED, require_space
from deploy.stack.table import Kind, Part, Table

if TYPE_CHECKING:
    import asyncpg

_SERVICE_STOP_SECONDS: Final = 10
_SERVICE_READY_SECONDS: Final = 60
_TASK_SECONDS: Final = 120


class State(StrEnum):
    """What a part is doing."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    STOPPED = "stopped"


News = Callable[[Part, State, float], None]


def no_news(part: Part, state: State, seconds: float) -> None:
    """Tell nobody."""


class Stack:
    """The running parts of one state folder."""

    def __init__(
        self,
        places: Places,
        ports: Ports,
        *,
        table: Table | None = None,
        size: Size | None = None,
        durable: bool = True,
        tell: News = no_news,
    ) -> None:
        """Describe a stack.

        `size` says how many instances of what, one of each by default; `durable=False` lets PostgreSQL skip its syncs,
        for tests that don't crash it; `tell` hears of each change of a part's state with the seconds since its start.
        """
        self.places = places
        self.ports = ports
        self.size = size or Size()
        self.table = (table or Table.read()).with_instances(self.size.instances)
        self._tell = tell
        self._postgres = Postgres(places, ports.postgres, durable=durable)
        self._kafka = Kafka(places, ports, nodes=self.size.brokers, tls=self.size.broker_tls)
        self._register = Register(places.state / "children.json")
        self._children: dict[str, Child] = {}
        self._done: set[str] = set()

    def prepare(self, *, space_needed: int = SPACE_NEEDED) -> list[str]:
        """Make the folders, end what an earlier run left, and make secrets; return the names of what was ended.

        Errors: StackProblem when the disk is too full.
        """
        require_space(self.places.state.parent, space_needed)
        self.places.make()
        ended = self._register.end_orphans()
        make_keys(self.places.keys)
        make_sandbox_certificate(self.places.tls)
        if self.size.broker_tls:
            make_broker_certificate(self.places.tls)
        make_empty_routes(self.places)
        return ended

    async def start(self, names: Collection[str] | None = None) -> None:
        """Start these parts and all that they need; everything when no names are given.

        Errors: the first StackProblem, after what this call had started was stopped again.
        """
        wanted = self.table.with_needs(self.table.parts if names is None else names)
        starting = {name for name in wanted if name not in self._children and name not in self._done}
        require_free({port: self.ports.of(port) for name in starting for port in self.table.parts[name].ports})
        ready = {name: asyncio.Event() for name in starting}

        async def bring_up(part: Part) -> None:
            for need in part.needs:
                if need in ready:
                    await ready[need].wait()
            await self.start_part(part.name)
            ready[part.name].set()

        try:
            async with asyncio.TaskGroup() as group:
                for name in starting:
                    group.create_task(bring_up(self.table.parts[name]))
        except BaseExceptionGroup as failures:
            await self.stop(starting)
            raise failures.exceptions[0] from None
        except asyncio.CancelledError:
            await self.stop(starting)
            raise

    async def start_part(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Start one part, with additions to its environment if given, and wait until it is ready.

        Errors: StackProblem when it fails, ends or is not ready in time.
        """
        part = self.table.parts[name]
        began = time.monotonic()
        self._tell(part, State.STARTING, 0)
        if name == "postgres":
            await self._postgres.make()
            child = self._keep(self._postgres.start())
            await self._postgres.wait(child)
            await self._postgres.provide()
        elif instance_of(name)[0] == "kafka":
            await self._start_broker(instance_of(name)[1])
        elif part.kind is Kind.TASK:
            await self._run_task_of_table(part, environment)
        else:
            await self._start_service(part, environment or {})
        self._done.add(name)
        self._tell(part, State.READY, time.monotonic() - began)

    async def _start_broker(self, node: int) -> None:
        await self._kafka.make(node)
        child = self._keep(self._kafka.start(node))
        await self._kafka.wait(child, node)
        if node == 1:
            provide = partial(topics.provide, brokers=self._kafka.nodes)
            await asyncio.to_thread(provide, self._kafka.administrator, self.places)

    async def _run_task_of_table(self, part: Part, environment: Mapping[str, str] | None) -> None:
        if part.name == "bootstrap":
            await self.run_task(part, environment, "--handover-file", str(handover_file(self.places)))
            write_authorization(self.places)
            write_routes(self.places, sandbox_url=self.url_of("sandbox"))
        elif not await self._is_migrated(part.service):
            await self.run_task(part, environment)

    async def _is_migrated(self, service: str) -> bool:
        connection = await self.connect("postgres")
        try:
            return await is_current(connection, service)
        finally:
            await connection.close()

    async def run_task(self, part: Part, environment: Mapping[str, str] | None = None, *more: str) -> None:
        """Run a task's command, with `more` words after it, to its end.

        Errors: StackProblem with the end of its log when it fails.
        """
        migrates = part.name.startswith("migrate-")
        told = self.migration_environment_of(part.service) if migrates else self.environment_of(part.service)
        log = self.log_of(part.name)
        await run_to_end(
            part.name,
            [*part.command, *more],
            log=log,
            environment=told | dict(environment or {}),
            seconds=_TASK_SECONDS,
        )

    async def stop(self, names: Collection[str] | None = None) -> None:
        """Stop these parts, or all that run, what depends on others first."""
        stopping = [name for name in self._children if names is None or name in names]
        for group in reversed(self.table.levels(stopping)):
            await asyncio.gather(*(self.stop_part(name) for name in group))
        if names is None:
            self._done.clear()  # tasks are looked at again at the next start

    async def stop_part(self, name: str) -> int | None:
        """Stop one part and return its exit code, None if it was not running."""
        child = self._children.get(name)
        if child is None:
            return None
        part, began = self.table.parts[name], time.monotonic()
        self._tell(part, State.STOPPING, 0)
        code = await child.stop()
        self._forget(name)
        self._tell(part, State.STOPPED, time.monotonic() - began)
        return code

    async def kill_part(self, name: str) -> None:
        """Kill one part without asking it, as a crash would, and collect it."""
        child = self._children[name]
        child.process.send_signal(signal.SIGKILL)
        await child.ended()
        self._forget(name)

    async def ended_part(self, name: str) -> int:
        """Wait until one part has ended by itself (a failpoint, say), collect it and return its exit code."""
        code = await self._children[name].ended()
        self._forget(name)
        return code

    async def until_one_ends(self) -> StackProblem:
        """Wait until a part that should stay up has ended, and return the sentence that says so."""
        waiting = {asyncio.create_task(child.ended()): child for child in self._children.values()}
        try:
            over, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        task = next(iter(over))
        name = waiting[task].name
        log = self.log_of(name)
        return PartEnded(f"{name} ended by itself (exit code {task.result()}). Its log: {log}\n{last_lines(log)}")

    def is_running(self) -> bool:
        """Tell whether any part is up."""
        return bool(self._children)

    def log_of(self, name: str) -> Path:
        """Return where a part writes its log."""
        return self.places.logs / f"{name}.log"

    def url_of(self, name: str) -> str:
        """Return the address of a service."""
        return f"{self.table.parts[name].scheme}://{HOST}:{self.ports.of(name)}"

    def environment_of(self, service: str, *, database: str = DATABASE) -> dict[str, str]:
        """Return what a service is told at its start."""
        return environment_of(service, self.places, self.ports, database=database, size=self.size)

    def migration_environment_of(self, service: str, *, database: str = DATABASE) -> dict[str, str]:
        """Return what a service's `migrate` is told: the same, and the role that migrates."""
        return migration_environment_of(service, self.places, self.ports, database=database, size=self.size)

    def base_environment(self) -> dict[str, str]:
        """Return what a program is told that belongs to no service."""
        return base_environment()

    async def connect(self, role: str, database: str = DATABASE) -> "asyncpg.Connection[asyncpg.Record]":
        """Log in to PostgreSQL as a role: `svc_intake`, `relay_intake`, `migrator`, or `postgres` for the last word."""
        return await self._postgres.connect(database, role)

    async def _start_service(self, part: Part, environment: Mapping[str, str]) -> None:
        child = self._keep(
            start(
                part.name,
                part.command,
                log=self.log_of(part.name),
                environment=self.environment_of(part.service)
                | replica_environment(part.name, self.ports)
                | dict(environment),
                stop_seconds=_SERVICE_STOP_SECONDS,
            )
        )
        log = self.log_of(part.name)
        try:
            async with asyncio.timeout(_SERVICE_READY_SECONDS):
                while child.is_running():
                    if await self._answers(part):
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StackProblem(
                f"{part.name} was not ready after {_SERVICE_READY_SECONDS} s. Its log: {log}\n{last_lines(log)}"
            ) from None
        raise PartEnded(f"{part.name} ended while it started. Its log: {log}\n{last_lines(log)}")

    async def _answers(self, part: Part) -> bool:
        """Tell whether a service says that it is ready."""
        secure = ssl.create_default_context(cafile=self.places.tls / "ca.pem") if part.scheme == "https" else None
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection(HOST, self.ports.of(part.name), ssl=secure)
                try:
                    writer.write(f"GET /readyz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                    status = await reader.readline()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False
        return b" 200 " in status

    def _keep(self, child: Child) -> Child:
        self._children[child.name] = child
        self._register.add(child)
        return child

    def _forget(self, name: str) -> None:
        self._register.remove(self._children.pop(name))
        self._done.discard(name)
