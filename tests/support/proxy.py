"""A TCP proxy that stands in front of a server and lets through, delays, swallows, resets or half-opens."""

import asyncio
from contextlib import suppress
from enum import StrEnum

from deploy.stack.ports import HOST


class Weather(StrEnum):
    """What a proxy does to every connection, those that are open included."""

    PASS = "pass"
    DELAY = "delay"  # every piece comes half a second later
    BLACKHOLE = "blackhole"  # nothing comes and nobody is told; it goes on when the weather is over
    RESET = "reset"  # all connections are reset, and new ones too
    HALF_OPEN = "half_open"  # the server's side is gone; the client is told when the weather is over


_DELAY_SECONDS = 0.5


class Proxy:
    """One proxy in front of one port of this machine."""

    def __init__(self, port: int, behind: int) -> None:
        self.port = port
        self._behind = behind
        self._weather = Weather.PASS
        self._clear = asyncio.Event()
        self._clear.set()
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def stop(self) -> None:
        """Reset everything and listen no more."""
        self._abort_all()
        if self._server is not None:
            self._server.close()

    def change(self, weather: Weather) -> None:
        """Let the weather turn."""
        before, self._weather = self._weather, weather
        if weather is Weather.BLACKHOLE:
            self._clear.clear()
        else:
            self._clear.set()
        if weather is Weather.RESET or before is Weather.HALF_OPEN:
            self._abort_all()
        if weather is not Weather.HALF_OPEN:
            self._whole.set()
        else:
            self._whole.clear()
            for _, server in self._ends:
                server.transport.abort()

    def _abort_all(self) -> None:
        for client, server in self._ends:
            client.transport.abort()
            server.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._clear.wait()
        if self._weather is Weather.RESET:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._behind)
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, far_writer)
        self._ends.add(ends)
        there = asyncio.create_task(self._pump(reader, far_writer))
        back = asyncio.create_task(self._pump(far_reader, writer))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            await self._whole.wait()
        finally:
            for task in (there, back):
                task.cancel()
            for end in ends:
                end.transport.abort()
            self._ends.discard(ends)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(64 * 1024):
                if self._weather is Weather.DELAY:
                    await asyncio.sleep(_DELAY_SECONDS)
                await self._clear.wait()
                if self._weather is not Weather.HALF_OPEN:
                    writer.write(piece)
                    await writer.drain()
