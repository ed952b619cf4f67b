"""What comes over a socket before a request's body has an end.

Seen to fail: with the plain protocol of uvicorn the endless header was taken in for as long as it was sent; with every
byte counted, the large body was cut off.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import Request

from claimwright.http.app import create_app
from claimwright.http.parts import EdgeParts
from claimwright.http.permissions import public
from claimwright.http.protocol import LONGEST_HEAD
from claimwright.http.routes import Router
from claimwright.process import _server
from deploy.stack.ports import HOST, Ports


@pytest.fixture
async def port() -> AsyncIterator[int]:
    router = Router()

    @router.post("/v1/sizes", dependencies=[public("a test")])
    async def post(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    port = Ports.free().intake
    server = _server(create_app("intake", (router,), parts=EdgeParts(service="intake")), HOST, port, None)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await serving


async def test_a_head_that_does_not_end_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"POST /v1/sizes HTTP/1.1\r\nhost: x\r\nx-long: ")
    most, sent = 20 * LONGEST_HEAD, 0
    try:
        while sent < most and not reader.at_eof():
            writer.write(b"x" * 4096)
            sent += 4096
            await asyncio.wait_for(writer.drain(), 5)
            await asyncio.sleep(0.001)
    except ConnectionError:
        pass
    writer.close()

    assert sent < most


async def test_a_large_body_in_many_pieces_and_the_next_request_are_read(port: int) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for _ in range(2):
        writer.write(b"POST /v1/sizes HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n")
        for _ in range(9):
            writer.write(b"x" * 100_000)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        body = await asyncio.wait_for(reader.readuntil(b"}"), 10)

        assert head.startswith(b"HTTP/1.1 200")
        assert body == b'{"bytes":900000}'
    writer.close()
