"""Around every request: an id, a span, a line in the log, a time in the metrics, safe headers, and a last catch.

Plain ASGI, so that it sees answers that no route made. It never reads a body and never logs a path: a template, ids and
codes only.
"""

import time
from collections.abc import Sequence
from random import Random
from typing import Final, TypeAlias

from fastapi.responses import JSONResponse
from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimwright.http.admission import QUIET, QUOTA, Quota, busy
from claimwright.http.problems import MEDIA_TYPE, document, try_again
from claimwright.messaging.faults import Fault, fault_of
from claimwright.security.caller import Caller
from claimwright.telemetry import logging, metrics, redaction, tracing

REQUEST_ID: Final = "x-request-id"
_UNMATCHED: Final = "(no route)"
_LONGEST_QUERY: Final = 2 << 10
_LONGEST_HEADERS: Final = 16 << 10
_MOST_HEADERS: Final = 100
_HEADERS: Final = tuple(
    (name.encode(), value.encode())
    for name, value in {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }.items()
)
"""Set where a route has not set its own; the console's pages bring their own content security policy."""

_Header: TypeAlias = tuple[bytes, bytes]
_REQUEST_ID: Final = REQUEST_ID.encode()
_ASK: Final = tracing.ASK.encode()
_SET_HERE: Final = frozenset({name for name, _ in _HEADERS} | {_REQUEST_ID, b"ratelimit-policy", b"ratelimit"})

_IDS: Final = Random()
"""A request's id is what its line is found by; it guards nothing, so it need not be beyond guessing."""

_log = logging.get("claimwright.http")


class Edge:
    """The outermost part of an app."""

    def __init__(self, app: ASGIApp, *, most_in_flight: int) -> None:
        self._app = app
        self._most_in_flight = most_in_flight
        self._in_flight = 0
        self._asking = tracing.Asking()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._in_flight >= self._most_in_flight and scope["path"] not in QUIET:
            metrics.of(metrics.HTTP_TURNED_AWAY, "open").inc()
            await busy("Too many requests are open here")(scope, receive, send)
            return
        if _is_overlong(scope):
            await _overlong()(scope, receive, send)
            return
        self._in_flight += 1
        metrics.HTTP_IN_FLIGHT.set(self._in_flight)
        try:
            await self._answer(scope, receive, send)
        finally:
            self._in_flight -= 1
            metrics.HTTP_IN_FLIGHT.set(self._in_flight)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = f"req_{_IDS.getrandbits(96):024x}"
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(scope, receive, send, request_id)
        began = time.perf_counter()
        parent = tracing.parse(_header(scope, b"traceparent"))
        is_asked = self._asking.is_granted(_header(scope, _ASK))
        with tracing.span(str(scope["method"]), kind=SpanKind.SERVER, parent=parent, is_wanted=is_asked) as span:
            try:
                await self._app(scope, receive, answer.send)
            except Exception as error:  # noqa: BLE001 - the last catch: whatever it was, the caller gets an answer without words
                answer.failed = error
                _log.error("request_failed", request_id=request_id, exc_info=error)
                span.set_attribute("error.type", redaction.error_type(error))
                if not span.is_recording():
                    error_type = redaction.error_type(error)
                    place = span.get_span_context()
                    tracing.tell("request failed", place, error=error_type, attributes=_about(request_id))
                await answer.give_up()
            _finish(span, scope, answer, seconds=time.perf_counter() - began)


def _header(scope: Scope, wanted: bytes) -> str | None:
    """Return a header of a request; asking Starlette for one takes as long as this for ten."""
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value, "latin-1")
    return None


def _about(request_id: str) -> dict[str, str | int]:
    return {"claimwright.request_id": request_id}


class _Answer:
    """The answer on its way out: its status is noted, its headers are completed, a bare 413 becomes a problem."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self._replaced = False
        self.status = 0
        self.failed: Exception | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._is_bare_413(message):
                self._replaced = True
                await _too_large()(self._scope, self._receive, self._complete)
                return
            await self._complete(message)
        elif not self._replaced:
            await self._send(message)

    async def give_up(self) -> None:
        """Answer 500, or 503 where the world failed and a later try can help.

        An answer that had begun and broke in the middle is cut off by the server.
        """
        if self.status == 0:
            passes = self.failed is not None and fault_of(self.failed) in {Fault.WORLD, Fault.PASSING}
            await (try_again(1.0) if passes else _failed())(self._scope, self._receive, self._complete)
        elif self.failed is not None:
            raise _AnswerBroke from None

    async def _complete(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            ours = [(_REQUEST_ID, self._request_id.encode())]
            quota = self._scope["state"].get(QUOTA)
            if isinstance(quota, Quota):
                ours += ((name.encode(), value.encode()) for name, value in quota.headers().items())
            message["headers"] = [*_without(message["headers"], ours), *ours]
        await self._send(message)

    @staticmethod
    def _is_bare_413(message: Message) -> bool:
        return message["status"] == 413 and Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE


def _without(given: Sequence[_Header], ours: Sequence[_Header]) -> list[_Header]:
    """Return the headers that a route gave and the safe ones that it did not, less those that are ours to say."""
    names = {name for name, _ in given}
    if names.isdisjoint(_SET_HERE):
        return [*given, *_HEADERS]
    told = {name for name, _ in ours}
    return [
        *((name, value) for name, value in given if name not in told),
        *((name, value) for name, value in _HEADERS if name not in names),
    ]


class _AnswerBroke(Exception):
    """An answer that had begun and cannot be ended; what broke it is in the log, by its type."""


def _finish(span: Span, scope: Scope, answer: _Answer, *, seconds: float) -> None:
    """Note in span, metrics and log what became of a request."""
    method = str(scope["method"]) if scope["method"] in _METHODS else "OTHER"
    route = getattr(scope.get("route"), "path", _UNMATCHED)
    request_id = scope["state"]["request_id"]
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attributes(
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": answer.status,
                "url.scheme": str(scope.get("scheme", "http")),
                "claimwright.request_id": request_id,
            }
        )
    metrics.of(metrics.HTTP_SECONDS, method, route, str(answer.status)).observe(seconds)
    if route in QUIET and answer.status < 400:
        return
    caller = scope["state"].get("caller")
    who = {"actor": caller.actor, "org_id": caller.org_id} if isinstance(caller, Caller) else {}
    _log.info(
        "request",
        method=method,
        route=route,
        status=answer.status,
        milliseconds=round(seconds * 1000, 1),
        request_id=request_id,
        **who,
    )


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _failed() -> JSONResponse:
    return document(500, "internal", "This failed here", fix="Try again; give the request id if it stays so.")


def _too_large() -> JSONResponse:
    return document(
        413, "body_too_large", "The body is larger than this takes", fix="Send less at once; see the limits of the API."
    )


def _is_overlong(scope: Scope) -> bool:
    """Return whether query or headers are longer than any of our callers needs."""
    headers = scope["headers"]
    return (
        len(scope["query_string"]) > _LONGEST_QUERY
        or len(headers) > _MOST_HEADERS
        or sum(len(name) + len(value) for name, value in headers) > _LONGEST_HEADERS
    )


def _overlong() -> JSONResponse:
    return document(431, "head_too_large", "Address or headers are longer than this takes", fix="Send less in them.")
