"""Routes made our way: the guard first, then the content type, then strict JSON, then the act."""

from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from claimwright.findings import NOWHERE, Finding
from claimwright.http import strict_json
from claimwright.http.admission import turned_away
from claimwright.http.again import tried_again
from claimwright.http.permissions import Guard
from claimwright.http.problems import document, problem

BODY_LIMIT: Final = 1 << 20
"""One MiB of JSON; a route that takes files says `max_body_size=` itself. Counted on the stream, whatever is announced.

The limit stands at the routes and not at the app: FastAPI's limiter of the app would answer 413 outside of our edge.
"""

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_ACCEPTED: Final = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})


class UnguardedRoute(TypeError):
    """A route that does not say who may call it, or says it twice."""


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """Return the body's value. Errors: `NotStrictJson`."""
        if not hasattr(self, "_json"):
            self._json = strict_json.loads(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that proves its caller before it reads a body, and reads JSON strictly."""

    def get_route_handler(self) -> _Handler:
        """Return the handler of FastAPI behind our own questions."""
        inner = super().get_route_handler()
        guard = guard_of(self)
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)
        answers_json = getattr(self.response_class, "value", self.response_class) is JSONResponse

        async def handle(given: Request) -> Response:
            request = StrictRequest(given.scope, given.receive)
            await guard.admit(request)
            away = turned_away(request)
            if away is not None:
                return away
            if answers_json and not _accepts_json(request.headers.get("accept")):
                return document(406, "not_acceptable", "This answers JSON only", fix="Send `Accept: application/json`.")
            content_type = request.headers.get("content-type")
            if not takes_json or (content_type is None and not await request.body()):
                return await tried_again(inner, request)
            if not _is_json(content_type):
                return document(
                    415,
                    "content_type_unsupported",
                    "This takes JSON only",
                    fix="Send `Content-Type: application/json`.",
                )
            try:
                await request.json()
            except strict_json.NotStrictJson as wrong:
                finding = Finding(code=wrong.code, says=wrong.says, where=NOWHERE, fix=wrong.fix)
                return problem([finding], status=400, code=wrong.code, title="The body cannot be read")
            return await tried_again(inner, request)

        return handle


class Router(APIRouter):
    """The router that services use: its routes are `StrictRoute`s."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        super().__init__(prefix=prefix, tags=list(tags or ()), route_class=StrictRoute, max_body_size=BODY_LIMIT)


def guard_of(route: APIRoute) -> Guard:
    """Return the one guard of a route.

    Errors: UnguardedRoute.
    """
    guards = list(_guards_in(route.dependant))
    if len(guards) != 1:
        raise UnguardedRoute(f"{route.path} has {len(guards)} guards and needs one")
    return guards[0]


def _guards_in(dependant: Dependant) -> Iterator[Guard]:
    for needed in dependant.dependencies:
        call: object = needed.call
        if isinstance(call, Guard):
            yield call
        yield from _guards_in(needed)


def _is_json(content_type: str | None) -> bool:
    """Return whether a body says that it is JSON in UTF-8."""
    message = Message()
    message["content-type"] = content_type or ""
    kind = message.get_content_type()
    charset = message.get_content_charset("utf-8")
    return (kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))) and (
        charset in {"utf-8", "utf8"}
    )


def _accepts_json(accept: str | None) -> bool:
    """Return whether a caller can read our answer."""
    if not accept:
        return True
    return any(choice.split(";")[0].strip().lower() in _ACCEPTED for choice in accept.split(","))
