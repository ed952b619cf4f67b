"""Intake's HTTP edge on a durable PostgreSQL, in a process of its own, and clients that cost next to nothing.

`python -m tests.support.edge_bench serve …` is the server: the real app behind uvicorn on a socket, with a pool, real
sealing under one key, and callers in memory. The load comes from this module's plain sockets: a client library would
cost more than the server.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final, cast

from claimwright.database.engine import Database
from claimwright.http.app import create_app
from claimwright.http.group_commit import GroupCommit
from claimwright.messaging.work import Transactions
from claimwright.process import _server, run, spare_collections
from claimwright.settings import DatabaseSettings, EdgeSettings, ProcessSettings
from claimwright.telemetry import logging, tracing
from claimwright_intake.api.parts import IntakeParts
from claimwright_intake.api.postings import post_together
from claimwright_intake.api.refusals import STATUS_OF
from claimwright_intake.app import NAME, ROUTERS
from claimwright_intake.settings import IntakeSettings
from deploy.stack.ports import HOST, Ports
from tests.support.backbone import OneKey
from tests.support.builders_intake import an_encounter_document
from tests.support.http import KnownCallers
from tests.support.plain_http import length_of, read_answer
from tests.support.stack import TestStack

UNLIMITED: Final = EdgeSettings(rate_per_second=1e9, burst=1_000_000_000, most_in_flight=100_000)


def cpu_seconds(pid: int, *, with_ended_children: bool = False) -> float:
    """Return the CPU time of a process so far, and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = [int(field) for field in fields[11 : 15 if with_ended_children else 13]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def postgres_cpu_seconds(stack: TestStack) -> float:
    """Return the CPU time of a stack's PostgreSQL so far: of the server, and of all its children, ended or not."""
    server = int((stack.places.postgres_data / "postmaster.pid").read_text().split()[0])
    while True:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        try:
            return sum(cpu_seconds(int(child)) for child in children) + cpu_seconds(server, with_ended_children=True)
        except (FileNotFoundError, ProcessLookupError):
            continue  # a child has ended since it was named


@dataclass(frozen=True, slots=True)
class Served:
    """One running server: where, the key to call it with, and the seconds of CPU that its process has used."""

    port: int
    key: str
    pid: int

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server's process so far."""
        return cpu_seconds(self.pid)


@dataclass(frozen=True, slots=True)
class Overload:
    """What more clients than are taken up at once were answered, and after how many seconds each."""

    accepted: list[float]
    turned_away: list[float]
    without_retry_after: int
    others: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What a load did: answers of 2xx by claims, and how long it took."""

    claims: int
    seconds: float
    refused: int

    @property
    def rate(self) -> float:
        """Return claims a second."""
        return self.claims / self.seconds


@asynccontextmanager
async def serving(stack: TestStack, database: str, limits: EdgeSettings = UNLIMITED) -> AsyncIterator[Served]:
    """Run a server on a database of the stack, which takes up no more than `limits` says."""
    port = Ports.free().intake
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.edge_bench",
        str(stack.ports.postgres),
        database,
        str(stack.places.secrets),
        str(port),
        limits.model_dump_json(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        key = (await process.stdout.readline()).decode().strip()
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield Served(port, key, process.pid)
    finally:
        process.terminate()
        await process.wait()


def singles(prefix: str) -> Callable[[int], tuple[str, str, bytes, int]]:
    """Return what the n-th single post is: path, content type, body, claims."""

    def request(number: int) -> tuple[str, str, bytes, int]:
        document = an_encounter_document(external_id=f"{prefix}-{number}")
        return "/v1/encounters", "application/json", json.dumps(document).encode(), 1

    return request


def batches(prefix: str, rows: int) -> Callable[[int], tuple[str, str, bytes, int]]:
    """Return what the n-th batch is: path, content type, body, claims."""

    def request(number: int) -> tuple[str, str, bytes, int]:
        documents = [an_encounter_document(external_id=f"{prefix}-{number}-{row}") for row in range(rows)]
        return (
            "/v1/encounters:batch",
            "application/x-ndjson",
            b"\n".join(json.dumps(document).encode() for document in documents),
            rows,
        )

    return request


async def load(
    served: Served, request: Callable[[int], tuple[str, str, bytes, int]], *, requests: int, clients: int
) -> Load:
    """Send requests over as many connections as there are clients, each waiting for its answer."""
    return await load_shared((served,), request, requests=requests, clients=clients)


async def load_shared(
    replicas: Sequence[Served], request: Callable[[int], tuple[str, str, bytes, int]], *, requests: int, clients: int
) -> Load:
    """Send requests to replicas that share the connections between them, as a balancer before them lets them do."""
    given = [_bytes_of(replicas[number % len(replicas)], *request(number)) for number in range(requests)]
    numbers = [iter(range(first, requests, len(replicas))) for first in range(len(replicas))]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    connected = []
    for place in (number % len(replicas) for number in range(clients)):
        _, client = await loop.create_connection(partial(_Client, given, numbers[place]), HOST, replicas[place].port)
        connected.append(client)
    done = list(chain.from_iterable(await asyncio.gather(*(client.done for client in connected))))
    seconds = time.perf_counter() - began
    taken = sum(claims for status, claims in done if 200 <= status < 300)
    return Load(taken, seconds, refused=sum(1 for status, _ in done if status >= 300))


class _Client(asyncio.Protocol):
    """One connection, which sends a request as soon as the one before it is answered; no streams, since they cost."""

    def __init__(self, given: Sequence[tuple[bytes, int]], numbers: Iterator[int]) -> None:
        self.done: asyncio.Future[list[tuple[int, int]]] = asyncio.get_running_loop().create_future()
        self._given = given
        self._numbers = numbers
        self._answers: list[tuple[int, int]] = []
        self._claims = 0
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if end and len(body) == length_of(head.lower()):
            self._answers.append((int(head[9:12]), self._claims))
            self._read = b""
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server hung up"))

    def _send(self) -> None:
        number = next(self._numbers, None)
        if number is None:
            self.done.set_result(self._answers)
            self._transport.close()
            return
        request, self._claims = self._given[number]
        self._transport.write(request)


async def overload(
    served: Served, request: Callable[[int], tuple[str, str, bytes, int]], *, requests: int, clients: int
) -> Overload:
    """Send requests from many clients at once; one that is turned away waits a tenth of a second, and goes on."""
    given = [_bytes_of(served, *request(number)) for number in range(requests)]
    numbers = iter(range(requests))
    told: dict[bool, list[float]] = {True: [], False: []}
    bare = others = 0

    async def client() -> None:
        nonlocal bare, others
        reader, writer = await asyncio.open_connection(HOST, served.port)
        for number in numbers:
            sent = time.perf_counter()
            writer.write(given[number][0])
            status, head, _ = await read_answer(reader)
            took = time.perf_counter() - sent
            if status == 202:
                told[True].append(took)
            elif status in {429, 503}:
                told[False].append(took)
                bare += b"\r\nretry-after:" not in head
                await asyncio.sleep(0.1)
            else:
                others += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Overload(told[True], told[False], bare, others, time.perf_counter() - began)


def _bytes_of(served: Served, path: str, kind: str, body: bytes, claims: int) -> tuple[bytes, int]:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}:{served.port}\r\nauthorization: Bearer {served.key}\r\n"
        f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body, claims


async def _serve(postgres_port: int, database_name: str, secrets: Path, port: int, limits: EdgeSettings) -> None:
    with Path(os.devnull).open("w") as nowhere:
        logging.configure(NAME, "info", stream=nowhere)
        await _serve_app(postgres_port, database_name, secrets, port, limits)


async def _serve_app(postgres_port: int, database_name: str, secrets: Path, port: int, limits: EdgeSettings) -> None:
    settings = DatabaseSettings(port=postgres_port, name=database_name, password_file=secrets / "svc_intake")
    tracing.configure(NAME, ProcessSettings(environment="production", database=settings))
    database = Database.connect(settings, service=NAME)
    callers = KnownCallers()
    key = callers.add_key()
    sealing: Any = OneKey()
    transactions = Transactions(database, sealing, asyncio.Event(), NAME)
    own = IntakeSettings()
    parts = IntakeParts(
        service=NAME,
        status_of=STATUS_OF,
        limits=limits,
        database=database,
        transactions=transactions,
        access=callers,
        keyring=sealing,
        postings=GroupCommit(transactions, post_together, most=own.group_most, wait_seconds=own.group_wait_ms / 1000),
    )
    spare_collections()
    print(key, flush=True)
    await _server(create_app(NAME, ROUTERS, parts=parts), HOST, port, None).serve()


if __name__ == "__main__":
    _, postgres_port, name, secrets, port, limits = sys.argv
    run(_serve(int(postgres_port), name, Path(secrets), int(port), EdgeSettings.model_validate_json(limits)))
