"""Requests to a fixed address go straight to their route.

FastAPI tries a request on one route after the other, twice, and lays eight layers around what it finds. So a route that
needs nothing of FastAPI's (`StrictRoute.directly`) is looked up by its method and address. All others, and what finds
no route here, go the way of FastAPI.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimwright.http.routes import StrictRequest, StrictRoute

ExceptionHandlers: TypeAlias = Mapping[Any, Callable[[Request, Any], Any]]
"""What answers a request whose route raised: by the class of what was raised."""


class _BodyTooLarge(Exception):
    """A body that is longer than its route takes."""


@dataclass(frozen=True, slots=True)
class _Door:
    route: StrictRoute
    handle: Callable[[Request], Awaitable[Response]]
    longest_body: int


class Direct:
    """Stands before FastAPI and its router."""

    def __init__(self, app: ASGIApp, routes: Sequence[APIRoute], handlers: ExceptionHandlers) -> None:
        """Stand before `app`, whose routes are given in the order that they are tried in."""
        self._app = app
        self._doors = _doors(routes)
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        door = None
        if scope["type"] == "http" and not scope.get("root_path"):
            door = self._doors.get((scope["method"], scope["path"]))
        if door is None:
            await self._app(scope, receive, send)
            return
        scope["route"], scope["endpoint"], scope["path_params"] = door.route, door.route.endpoint, {}
        is_too_long = _announced(scope) > door.longest_body
        request = StrictRequest(scope, _limited(receive, 0 if is_too_long else door.longest_body))
        response = await self._answered(door, request)
        await (Response(status_code=413) if is_too_long else response)(scope, receive, send)

    async def _answered(self, door: _Door, request: Request) -> Response:
        try:
            return await door.handle(request)
        except _BodyTooLarge:
            return Response(status_code=413)  # the edge puts it into words
        except Exception as error:
            handler = next((self._handlers[kind] for kind in type(error).__mro__ if kind in self._handlers), None)
            if handler is None:
                raise
            answer: Response = await handler(request, error)
            return answer


def _doors(routes: Sequence[APIRoute]) -> dict[tuple[str, str], _Door]:
    """Return the routes that are called directly, by method and address, less those that an earlier one hides."""
    doors: dict[tuple[str, str], _Door] = {}
    for place, route in enumerate(routes):
        handle = route.directly() if isinstance(route, StrictRoute) else None
        if handle is None or not isinstance(route, StrictRoute) or route.max_body_size is None:
            continue
        hidden = {
            method
            for earlier in routes[:place]
            if earlier.path_regex.fullmatch(route.path)
            for method in earlier.methods or ()
        }
        doors |= {
            (method, route.path): _Door(route, handle, route.max_body_size)
            for method in (route.methods or set()) - hidden
        }
    return doors


def _announced(scope: Scope) -> int:
    """Return how long a body says that it is, or 0 where it does not say."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


def _limited(receive: Receive, longest: int) -> Receive:
    """Return what receives a body and counts its bytes, whatever was announced."""
    count = 0

    async def limited() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > longest:
            raise _BodyTooLarge
        return message

    return limited
