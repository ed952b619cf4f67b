"""One process, one event loop: parts begin and end together, and a part that dies takes the process with it."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable

import httpx2
import pytest
from fastapi import FastAPI

from claimwright.process import CONSUMER, RELAY, Service, serve


class Part:
    """A part that works until it is told to stop, or until something else ends it."""

    def __init__(self, name: str, told: list[str], *, dies_of: Exception | None = None, ends: bool = False) -> None:
        self._name = name
        self._told = told
        self._dies_of = dies_of
        self._ends = ends

    async def run(self, stop: asyncio.Event) -> None:
        self._told.append(f"{self._name} begins")
        if self._dies_of is not None:
            raise self._dies_of
        if self._ends:
            return
        await stop.wait()
        await asyncio.sleep(0.1)  # what is in hand
        self._told.append(f"{self._name} has finished")


class OfItsOwnKind(Exception):
    exit_code = 76


def a_service(told: list[str], *consumers: Part, relay: Part | None = None) -> Service:
    app = FastAPI()

    @app.get("/healthz")
    async def healthz() -> str:
        return "well"

    async def startup() -> None:
        told.append("startup")

    async def shutdown() -> None:
        told.append("shutdown")

    return Service("test", app, consumers=consumers, relay=relay, startup=[startup], shutdown=[shutdown])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def when_told_to_end(serving: asyncio.Task[None], port: int) -> str:
    """Wait until the service answers, tell the process to end, and return what it had answered."""
    async with httpx2.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
                continue
            break
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
    return answer.text


async def test_told_to_end_it_finishes_what_is_in_hand_and_the_relay_goes_last() -> None:
    told: list[str] = []
    port = free_port()
    service = a_service(told, Part("consumer", told), relay=Part("relay", told))

    serving = asyncio.create_task(serve(service, host="127.0.0.1", port=port))
    answer = await when_told_to_end(serving, port)

    assert answer == '"well"'
    assert told[0] == "startup"
    assert told[-3:] == ["consumer has finished", "relay has finished", "shutdown"]


@pytest.mark.parametrize(
    ("dying", "code"),
    [
        (lambda told: Part("consumer", told, dies_of=OfItsOwnKind()), 76),
        (lambda told: Part("consumer", told, dies_of=ValueError()), 1),
        (lambda told: Part("consumer", told, ends=True), 1),
    ],
)
async def test_a_part_that_dies_or_ends_by_itself_ends_the_process(
    dying: Callable[[list[str]], Part], code: int
) -> None:
    told: list[str] = []
    service = a_service(told, dying(told), Part("other", told), relay=Part("relay", told))

    with pytest.raises(SystemExit) as ended:
        await serve(service, host="127.0.0.1", port=free_port())

    assert ended.value.code == code
    assert told[-3:] == ["other has finished", "relay has finished", "shutdown"]


async def test_parts_that_are_not_wanted_do_not_begin() -> None:
    told: list[str] = []
    port = free_port()
    service = a_service(told, Part("consumer", told), relay=Part("relay", told))

    serving = asyncio.create_task(serve(service, host="127.0.0.1", port=port, only=frozenset({RELAY})))
    await when_told_to_end(serving, port)
    assert "consumer begins" not in told
    assert "relay begins" in told

    told.clear()
    serving = asyncio.create_task(serve(service, host="127.0.0.1", port=port, only=frozenset({CONSUMER})))
    await when_told_to_end(serving, port)
    assert "relay begins" not in told
    assert "consumer begins" in told
