"""A request that loses a race for locks is tried again, a few times; nothing that was committed is done twice."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from fastapi import Request
from httpx2 import AsyncClient

from claimwright.database.engine import _COMMITS
from claimwright.http import again
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.http.permissions import public
from claimwright.http.routes import Router
from tests.support.http import UNUSED_DATABASE, KnownCallers, client_of

LOST = [asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError]


class Acting:
    """An act that fails some times first."""

    def __init__(self) -> None:
        self.fails: list[type[Exception]] = []
        self.tries = 0
        self.bodies: list[bytes] = []
        self.commits = False

    def act(self, body: bytes = b"") -> dict[str, int]:
        self.tries += 1
        self.bodies.append(body)
        if self.commits and (commits := _COMMITS.get()) is not None:
            commits.append(None)
        if self.fails:
            raise self.fails.pop(0)("words of the database")
        return {"tries": self.tries}


@pytest.fixture
def acting() -> Acting:
    return Acting()


@pytest.fixture
async def client(acting: Acting, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    monkeypatch.setattr(again, "PAUSES_SECONDS", (0.0, 0.0, 0.0))
    router = Router()

    @router.post("/v1/acts", dependencies=[public("a test")])
    async def act(request: Request) -> dict[str, int]:
        return acting.act(await request.body())

    @router.post("/v1/streams", dependencies=[public("a test")])
    async def stream(request: Request) -> dict[str, int]:
        return acting.act(b"".join([chunk async for chunk in request.stream()]))

    @router.post("/v1/beginnings", dependencies=[public("a test")])
    async def beginning(request: Request) -> dict[str, int]:
        async for chunk in request.stream():
            return acting.act(chunk)
        return acting.act()

    none: Any = None  # these routes ask no database
    parts = AppParts(service="intake", database=UNUSED_DATABASE, transactions=none, access=KnownCallers(), keyring=none)
    async with client_of(create_app("intake", (router,), parts=parts)) as client:
        yield client


@pytest.mark.parametrize("lost", LOST)
async def test_what_lost_a_race_is_tried_again_with_the_same_body(
    client: AsyncClient, acting: Acting, lost: type[Exception]
) -> None:
    acting.fails = [lost, lost, lost]

    answer = await client.post("/v1/acts", content=b"said once")

    assert (answer.status_code, answer.json()) == (200, {"tries": 4})
    assert acting.bodies == [b"said once"] * 4


async def test_who_loses_again_and_again_is_told_to_come_later(client: AsyncClient, acting: Acting) -> None:
    acting.fails = [asyncpg.DeadlockDetectedError] * 9

    answer = await client.post("/v1/acts")

    assert (answer.status_code, answer.headers["retry-after"], acting.tries) == (503, "1", 4)
    assert "words" not in answer.text


async def test_what_was_committed_in_part_is_not_done_twice(client: AsyncClient, acting: Acting) -> None:
    acting.fails, acting.commits = [asyncpg.DeadlockDetectedError], True

    answer = await client.post("/v1/acts")

    assert (answer.status_code, acting.tries) == (503, 1)


async def test_a_body_that_was_read_as_a_stream_is_not_read_again(client: AsyncClient, acting: Acting) -> None:
    acting.fails = [asyncpg.DeadlockDetectedError]

    answer = await client.post("/v1/streams", content=b"said once")

    assert (answer.status_code, acting.tries) == (503, 1)


async def test_a_stream_that_was_begun_is_not_read_on_by_a_second_try(client: AsyncClient, acting: Acting) -> None:
    acting.fails = [asyncpg.DeadlockDetectedError]

    answer = await client.post("/v1/beginnings", content=b"said once")

    assert (answer.status_code, acting.bodies) == (503, [b"said once"])


async def test_any_other_fault_is_not_tried_again(client: AsyncClient, acting: Acting) -> None:
    acting.fails = [ValueError]

    assert (await client.post("/v1/acts")).status_code == 500
    assert acting.tries == 1
