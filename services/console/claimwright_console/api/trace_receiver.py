"""Takes spans by OTLP over HTTP in local runs, in front of the edge.

It stands before the part that makes a span of each request: a receiver that made spans of receiving spans would never
come to rest.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from claimwright_console.gateways.traces import TraceStore, UnreadableSpans, read_spans

PATH: Final = "/v1/traces"
MOST_BYTES: Final = 4 << 20
_PROTOBUF: Final = "application/x-protobuf"


class TraceReceiver:
    """Answers `POST /v1/traces` and passes on all else."""

    def __init__(self, app: ASGIApp, *, traces: TraceStore) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one export."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        refused = _refused(Headers(scope=scope))
        if refused is not None:
            await _answer(send, refused)
            return
        body = bytearray()
        more = True
        while more and len(body) <= MOST_BYTES:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
        await _answer(send, self._take(bytes(body), Headers(scope=scope)))

    def _take(self, body: bytes, headers: Headers) -> int:
        if len(body) > MOST_BYTES:
            return 413
        try:
            self._traces.add(read_spans(body, encoding=headers.get("content-encoding", "")))
        except UnreadableSpans:
            return 400
        return 200


def _refused(headers: Headers) -> int | None:
    """Return why an export is not read: exporters name their one content type, and none of them is a browser.

    No page that a person looks at meanwhile can send either without asking first, which nobody here answers.
    """
    if "sec-fetch-site" in headers:
        return 403
    return None if headers.get("content-type", "").partition(";")[0].strip() == _PROTOBUF else 415


async def _answer(send: Send, status: int) -> None:
    kind = [(b"content-type", _PROTOBUF.encode())]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": b""})
