"""A clearinghouse that misbehaves when told to: once in memory, once as a TLS server on a socket.

Both pass the tests of the port (tests/contract/test_clearinghouse.py); the one in memory is what tests of submission
use, the server is what the HTTPS part is tried against.
"""

import asyncio
import hashlib
import json
import ssl
from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from claimwright.clearinghouse.port import (
    Accepted,
    Asking,
    MailboxEntry,
    NotSeen,
    Outgoing,
    Refused,
    Seen,
    Sending,
    Unknown,
    Unreached,
)
from claimwright.refusals import Transient


class Behavior(StrEnum):
    """What happens to the next request."""

    TAKES = "takes"
    REFUSES = "refuses"
    CLOSES_ITS_DOOR = "closes its door"
    IS_AWAY = "is away"
    DIES_AFTER_TAKING = "dies after taking"
    DIES_BEFORE_TAKING = "dies before taking"
    HANGS_AFTER_TAKING = "hangs after taking"
    ANSWERS_NONSENSE = "answers nonsense"
    BREAKS_DOWN = "breaks down"
    SEES_A_CONFLICT = "sees a conflict"


class FarEnd:
    """What a clearinghouse remembers: files it has, and what lies in its mailbox."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}
        self.arrivals: list[str] = []
        self.mailbox: list[tuple[MailboxEntry, bytes]] = []
        self._next: deque[Behavior] = deque()

    def behave(self, *behaviors: Behavior) -> None:
        """Set what happens to the next requests, in turn; after them everything is well again."""
        self._next.extend(behaviors)

    def next_behavior(self) -> Behavior:
        return self._next.popleft() if self._next else Behavior.TAKES

    def take(self, data: bytes) -> bool:
        """Keep a file; return whether it was here before."""
        sha256 = hashlib.sha256(data).hexdigest()
        was_known = sha256 in self.taken
        self.taken[sha256] = data
        self.arrivals.append(sha256)
        return was_known

    def put(self, kind: str, data: bytes) -> MailboxEntry:
        """Lay a file into the mailbox."""
        place = len(self.mailbox) + 1
        entry = MailboxEntry(
            id=f"file-{place}", kind=kind, sha256=hashlib.sha256(data).hexdigest(), cursor=f"{place:06d}"
        )
        self.mailbox.append((entry, data))
        return entry

    def listed(self, kind: str, after: str) -> list[MailboxEntry]:
        return [entry for entry, _ in self.mailbox if entry.kind == kind and entry.cursor > after]

    def bytes_of(self, file_id: str) -> bytes | None:
        return next((data for entry, data in self.mailbox if entry.id == file_id), None)


class FakeClearinghouse:
    """The port in memory."""

    def __init__(self, far_end: FarEnd | None = None) -> None:
        self.far_end = far_end or FarEnd()

    async def send(self, artifact: Outgoing) -> Sending:
        match self.far_end.next_behavior():
            case Behavior.TAKES:
                return Accepted(artifact.sha256[:8], was_known=self.far_end.take(artifact.data))
            case Behavior.REFUSES:
                return Refused("not_x12")
            case Behavior.CLOSES_ITS_DOOR:
                return Unreached("credentials_refused")
            case Behavior.IS_AWAY:
                return Unreached("ConnectError")
            case Behavior.DIES_BEFORE_TAKING:
                return Unknown("ReadError")
            case Behavior.DIES_AFTER_TAKING:
                self.far_end.take(artifact.data)
                return Unknown("ReadError")
            case Behavior.HANGS_AFTER_TAKING:
                self.far_end.take(artifact.data)
                return Unknown("timeout")
            case Behavior.ANSWERS_NONSENSE:
                return Unknown("answer_names_another_file")
            case Behavior.BREAKS_DOWN:
                return Unknown("http_500")
            case Behavior.SEES_A_CONFLICT:
                return Unknown("http_409")

    async def ask(self, sha256: str) -> Asking:
        match self.far_end.next_behavior():
            case Behavior.TAKES:
                return Seen(sha256[:8]) if sha256 in self.far_end.taken else NotSeen()
            case behavior:
                return Unknown(behavior.value)

    async def listed(self, kind: str, *, after: str | None) -> Sequence[MailboxEntry]:
        if self.far_end.next_behavior() is not Behavior.TAKES:
            raise Transient("the mailbox could not be read")
        return self.far_end.listed(kind, after or "")

    async def fetch(self, entry: MailboxEntry) -> bytes:
        data = self.far_end.bytes_of(entry.id)
        if data is None or self.far_end.next_behavior() is not Behavior.TAKES:
            raise Transient("the mailbox could not be read")
        return data

    async def close(self) -> None:
        return None


class ClearinghouseServer:
    """The same far end behind TLS and HTTP/1.1 on a free port of the loopback, written on bare sockets.

    Bare, because it has to do what no server library does: take a file and die without a word.
    """

    def __init__(self, far_end: FarEnd, *, certificate: Path, key: Path) -> None:
        self.far_end = far_end
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate, key)
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen; on the same port again after a stop."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, so that connections are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            length = next(
                (int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")), 0
            )
            behavior = self.far_end.next_behavior()
            if behavior is Behavior.DIES_BEFORE_TAKING:
                await reader.readexactly(min(length, 3))
                writer.transport.abort()
                return
            body = await reader.readexactly(length)
            if behavior is Behavior.DIES_AFTER_TAKING:
                self.far_end.take(body)
                writer.transport.abort()
                return
            if behavior is Behavior.HANGS_AFTER_TAKING:
                self.far_end.take(body)
                await reader.read()
                return
            status, kind, answer = self._answer(behavior, method, target, body)
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(answer)}\r\n"
                "connection: close\r\n\r\n".encode()
                + answer
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The other side left; so be it.
        finally:
            writer.close()

    def _answer(self, behavior: Behavior, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:
        match behavior:
            case Behavior.REFUSES:
                return 422, "application/problem+json", b'{"code":"not_x12"}'
            case Behavior.CLOSES_ITS_DOOR:
                return 401, "application/problem+json", b'{"code":"unauthenticated"}'
            case Behavior.ANSWERS_NONSENSE:
                return 200, "text/html", b"<p>We are sorry</p>"
            case Behavior.BREAKS_DOWN:
                return 500, "text/plain", b""
            case Behavior.SEES_A_CONFLICT:
                return 409, "application/problem+json", b'{"code":"conflict"}'
            case _:
                return self._well(method, target, body)

    def _well(self, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:
        path, _, query = target.partition("?")
        if method == "POST":
            was_known = self.far_end.take(body)
            sha256 = hashlib.sha256(body).hexdigest()
            return 200 if was_known else 202, *_json({"file_id": sha256[:8], "sha256": sha256})
        if path.startswith("/v1/files/by-hash/"):
            sha256 = path.rsplit("/", 1)[1]
            if sha256 in self.far_end.taken:
                return 200, *_json({"file_id": sha256[:8], "sha256": sha256})
            return 404, "application/problem+json", b'{"code":"not_found"}'
        if path == "/v1/mailbox":
            asked = dict(pair.split("=", 1) for pair in query.split("&"))
            files = [
                {"id": entry.id, "kind": entry.kind, "name": entry.id, "sha256": entry.sha256, "cursor": entry.cursor}
                for entry in self.far_end.listed(asked["kind"], asked.get("after", ""))
            ]
            return 200, *_json({"files": files, "next": files[-1]["cursor"] if files else None})
        data = self.far_end.bytes_of(path.rsplit("/", 1)[1])
        return (404, "text/plain", b"") if data is None else (200, "application/edi-x12", data)


def _json(answer: object) -> tuple[str, bytes]:
    return "application/json", json.dumps(answer).encode()
