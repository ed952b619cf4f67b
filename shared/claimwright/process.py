"""One service's process: API, consumers, relay and periodic acts in one event loop, begun and ended together.

A part that dies takes the process with it, so that whoever watches the process sees it and starts it anew; what was
under way is safe in the database.
"""

import asyncio
import gc
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import uvicorn
import uvloop
from fastapi import FastAPI

from claimwright.telemetry import logging, metrics

API: Final = "api"
CONSUMER: Final = "consumer"
RELAY: Final = "relay"
PERIODIC: Final = "periodic"
PARTS: Final = frozenset({API, CONSUMER, RELAY, PERIODIC})

_DRAINED_WITHIN: Final = 5.0
_LONGEST_PAUSE: Final = 60.0

Act = Callable[[], Awaitable[None]]
ResultT = TypeVar("ResultT")
_log = logging.get(__name__)


class Runs(Protocol):
    """A part that works until it is told to stop."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work; return soon after `stop` is set, with what is in hand finished."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """An act done again and again. `act` returns whether more waits, and is then called again at once.

    `wake`, set by whoever in this process makes work for it, ends the wait for the next time.
    """

    name: str
    every_seconds: float
    act: Callable[[], Awaitable[bool]]
    wake: asyncio.Event | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Act until told to stop; after an error wait longer each time, for the act is tried again anyway."""
        pause = self.every_seconds
        while not stop.is_set():
            if self.wake is not None:
                self.wake.clear()  # before the act, so that what comes while it looks is looked for again
            try:
                more = await self.act()
                pause = 0.0 if more else self.every_seconds
            except Exception as error:  # noqa: BLE001 whatever it is, the next try comes, and the log tells its type
                metrics.of(metrics.PERIODIC_FAILURES, self.name).inc()
                _log.warning("periodic_failed", name=self.name, error=type(error).__name__)
                pause = min(max(pause, self.every_seconds, 0.1) * 2, max(_LONGEST_PAUSE, self.every_seconds))
            await self._wait(stop, pause)

    async def _wait(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait for as long, at most until told to stop or woken; let others work in any case."""
        if not seconds:
            await asyncio.sleep(0)
            return
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self.wake) if event is not None]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that one service's process runs. `startup` comes before all parts and `shutdown` after them."""

    name: str
    app: FastAPI
    consumers: Sequence[Runs] = ()
    relay: Runs | None = None
    periodics: Sequence[Periodic] = ()
    startup: Sequence[Act] = ()
    shutdown: Sequence[Act] = ()


async def serve(
    service: Service,
    *,
    host: str,
    port: int,
    only: frozenset[str] | None = None,
    tls: tuple[Path, Path] | None = None,
) -> None:
    """Run a service, or the parts of it that `only` names, until SIGTERM or SIGINT; drain within five seconds.

    `tls`: the files of certificate and private key (PEM); without them the app answers plain HTTP.
    The app is served whatever `only` says, for its health and metrics; parts that are split need ports of their own.
    Errors: SystemExit with the part's exit code, 1 by default, when a part died.
    """
    wanted = PARTS if only is None else only
    stop = asyncio.Event()
    relay_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    for act in service.startup:
        await act()
    spare_collections()
    server = _server(service.app, host, port, tls)
    working = [*service.consumers] if CONSUMER in wanted else []
    working += [*service.periodics] if PERIODIC in wanted else []
    tasks = [_task(f"{service.name} api", _serve_http(server, stop))]
    tasks += [_task(f"{service.name} {type(part).__name__.lower()}", part.run(stop)) for part in working]
    relay = [_task(f"{service.name} relay", service.relay.run(relay_stop))] if service.relay and RELAY in wanted else []
    watch = _task(f"{service.name} loop", _watch_loop())
    stopping = _task(f"{service.name} stop", stop.wait())
    try:
        await asyncio.wait({*tasks, *relay, stopping}, return_when=asyncio.FIRST_COMPLETED)
        code = _exit_code([*tasks, *relay], asked_to_end=stop.is_set())
        stop.set()
        await asyncio.wait(tasks, timeout=_DRAINED_WITHIN - 1)
        relay_stop.set()  # last, so that what the others published on their way out still leaves
        if relay:
            await asyncio.wait(relay, timeout=1)
        code = code or _exit_code([*tasks, *relay], asked_to_end=True)
        for task in (*tasks, *relay):
            task.cancel()
    finally:
        watch.cancel()
        stopping.cancel()
        for act in service.shutdown:
            await act()
    if code:
        raise SystemExit(code)


def run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run to its end on the loop of every service: uvloop's, which costs less than asyncio's own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def spare_collections() -> None:
    """Let the garbage collector look at less, and less often, from now on.

    What was loaded until here stays for good, and is looked at no more. Work that makes many values at a time, as the
    posting of a file does, spent two fifths of its time on looking at values that no cycle holds. What it has in hand
    at a time, some 200,000 values, is below the first threshold: most of them are gone before anybody looks.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(250_000, 20, 50)


async def _serve_http(server: uvicorn.Server, stop: asyncio.Event) -> None:
    """Serve until told to stop, then finish the requests in hand."""
    serving = asyncio.create_task(server.serve())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    server.should_exit = True
    await serving


def _server(app: FastAPI, host: str, port: int, tls: tuple[Path, Path] | None) -> uvicorn.Server:
    certificate, private_key = tls or (None, None)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="claimwright.http.protocol:BoundedProtocol",
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
        log_config=None,
        access_log=False,  # a path may hold an id of a patient's; spans and metrics tell the rest
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=3,
        timeout_keep_alive=5,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: this process has other parts to stop too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `serve`."""
        yield


def _task(name: str, part: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(part, name=name)


def _exit_code(tasks: Sequence[asyncio.Task[Any]], *, asked_to_end: bool) -> int:
    """Return the exit code for a part that died, or 0. A part that ended without being asked to has died too."""
    for task in tasks:
        if not task.done() or task.cancelled():
            continue
        error = task.exception()
        if error is not None or not asked_to_end:
            _log.error("part_ended", part=task.get_name(), error=None if error is None else type(error).__name__)
            return int(getattr(error, "exit_code", 1))
    return 0


async def _watch_loop() -> None:
    """Show how late the event loop is: whatever blocks it holds up every part of this process."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(0.5)
        metrics.LOOP_LAG_SECONDS.set(max(0.0, time.monotonic() - began - 0.5))
