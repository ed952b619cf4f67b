"""The live board: sent when something changed, and never past the end of its session."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request

from claimwright import clock
from claimwright_console.pages import board
from claimwright_console.visiting.visitors import visitor_of
from tests.support import console_day as day
from tests.support.console import TestConsole


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the board and at the session often."""
    monkeypatch.setattr(board, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(board, "RECHECK_SECONDS", 0.1)
    monkeypatch.setattr("claimwright_console.visiting.boards.FRESH_SECONDS", 0.0)


async def boards_of(console: TestConsole, cookie: str) -> AsyncIterator[str]:
    """Yield what a browser with this session gets of the live board, without a server between."""

    async def nothing_comes() -> MutableMapping[str, Any]:
        await asyncio.sleep(3600)
        return {}

    app = console.service.app
    scope = {
        "type": "http", "method": "GET", "path": "/pipeline/live", "query_string": b"", "app": app,
        "headers": [(b"cookie", f"sid={cookie}".encode())], "state": {},
    }  # fmt: skip
    request = Request(scope, nothing_comes)
    visitor = await visitor_of(request)
    assert visitor is not None
    async for chunk in board.boards(request, visitor, app.state.console):
        yield chunk


async def test_a_board_comes_again_when_a_claim_moved(console: TestConsole) -> None:
    story = await day.received(console, at=clock.now())

    async with console.browser("biller") as browser:
        stream = boards_of(console, browser.cookies["sid"])
        first = await anext(stream)
        await day.coded(story)
        second = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator has it

    assert first.startswith("data: ")
    assert first != second


async def test_a_stream_is_closed_when_its_session_ends(console: TestConsole) -> None:
    # Seen to fail: without the look at the session, the stream went on after the sign-out.
    chunks: list[str] = []
    async with console.browser("biller") as browser:
        async for chunk in boards_of(console, browser.cookies["sid"]):
            chunks.append(chunk)
            if len(chunks) == 1:
                await browser.post("/sign-out")

    assert chunks[0].startswith("data: ")
    assert chunks[-1].startswith("event: signed-out")


async def test_looking_at_a_board_keeps_no_session_alive(console: TestConsole, monkeypatch: pytest.MonkeyPatch) -> None:
    began = clock.now()
    chunks: list[str] = []
    async with console.browser("biller") as browser:
        async for chunk in boards_of(console, browser.cookies["sid"]):
            chunks.append(chunk)
            if len(chunks) == 1:
                monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=16))

    assert chunks[-1].startswith("event: signed-out")


async def test_an_ended_session_begins_no_stream(console: TestConsole) -> None:
    async with console.browser() as browser:
        answer = await browser.get("/pipeline/live")

    assert answer.status_code == 303
