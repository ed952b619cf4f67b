"""HTTP on plain sockets for benches: a client library would cost more than what is measured."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit


def length_of(head: bytes) -> int:
    """Return how long the body is that follows a head, which is in small letters."""
    at = head.index(b"content-length:") + len(b"content-length:")
    end = head.find(b"\r\n", at)
    return int(head[at:] if end < 0 else head[at:end])


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Return the status, the head in small letters and the body of the answer that comes next."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    return int(head[9:12]), lower, await reader.readexactly(length_of(lower))


class PlainClient:
    """Posts to one server by as many connections as there are requests under way, and keeps them for the next ones."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Call a server by its address, with these headers on each request."""
        self._host = urlsplit(url).hostname or ""
        self._port = urlsplit(url).port or 80
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer to a post."""
        reader, writer = await self._connection()
        head = f"POST {path} HTTP/1.1\r\nhost: {self._host}\r\n{self._headers}content-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        status, _, said = await read_answer(reader)
        self._free.append((reader, writer))
        return status, said

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()  # the server lets go of one that has been idle for some seconds
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        """Let go of all connections."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()
