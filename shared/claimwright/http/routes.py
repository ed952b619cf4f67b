"""Routes made our way: the guard first, then the content type, then strict JSON, then the act."""

from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from functools import lru_cache
from inspect import isasyncgenfunction, iscoroutinefunction, isroutine
from typing import Any, Final, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args
from fastapi.exceptions import RequestValidationError
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


class BlockingRoute(TypeError):
    """A route that needs a function which is not `async`: each call of one is handed to a thread and waited for."""


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
        return self._behind_questions(_plain(self) or super().get_route_handler())

    def directly(self) -> _Handler | None:
        """Return what answers a request to a fixed address without FastAPI, or None where that is not enough."""
        plain = None if self.param_convertors else _plain(self)
        return None if plain is None else self._behind_questions(plain)

    def _behind_questions(self, inner: _Handler) -> _Handler:
        guard = guard_of(self)
        _check_asynchronous(self)
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)
        answers_json = getattr(self.response_class, "value", self.response_class) is JSONResponse

        async def handle(given: Request) -> Response:
            request = given if isinstance(given, StrictRequest) else StrictRequest(given.scope, given.receive)
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


def _plain(route: APIRoute) -> _Handler | None:
    """Return what answers a route that needs no more than its request, what is made of that, and a body; else None.

    FastAPI works out for each request anew what a route needs, which costs more than the rest of it.
    """
    dependant, act = route.dependant, route.endpoint
    asked = (dependant.path_params, dependant.query_params, dependant.header_params, dependant.cookie_params)
    makers = [(needed.name, needed.call) for needed in dependant.dependencies if needed.name is not None]
    if (
        any(asked)
        or isinstance(route.body_field and route.body_field.field_info, Form)
        or any(not _takes_request_alone(needed) for needed in dependant.dependencies)
        or any((dependant.response_param_name, dependant.background_tasks_param_name, dependant.websocket_param_name))
        or get_type_hints(act).get("return") is not Response
    ):
        return None

    itself = [name for name in (dependant.request_param_name, dependant.http_connection_param_name) if name]
    # One body that is no form stands for itself, as FastAPI has it too.
    alone = dependant.body_params[0] if len(dependant.body_params) == 1 and not route._embed_body_fields else None

    async def answer(request: Request) -> Response:
        values: dict[str, Any] = {}
        errors: list[Any] = []
        if route.body_field is not None:
            body = await request.json() if await request.body() else None
            if alone is None:
                values, errors = await request_body_to_args(
                    dependant.body_params, body, embed_body_fields=route._embed_body_fields
                )
            else:
                values[alone.name], errors = alone.validate(body, {}, loc=("body",))
            if errors:
                raise RequestValidationError(errors)
        for name in itself:
            values[name] = request
        for name, make in makers:
            values[name] = await make(request)  # type: ignore[misc]  # seen to be async
        answered: Response = await act(**values)
        return answered

    return answer


def _takes_request_alone(needed: Dependant) -> bool:
    """Return whether a dependency is made of the request and of nothing else.

    One without a name is called by FastAPI for what it does, and not here; only a guard has been asked already.
    """
    if isasyncgenfunction(needed.call) or (needed.name is None and not isinstance(needed.call, Guard)):
        return False
    of_request = needed.request_param_name or needed.http_connection_param_name
    others = (
        *(needed.dependencies, needed.path_params, needed.query_params, needed.header_params, needed.cookie_params),
        *(needed.body_params, needed.response_param_name, needed.background_tasks_param_name),
    )
    return (of_request is not None or needed.name is None) and not any(others)


def _check_asynchronous(route: APIRoute) -> None:
    """Refuse a route that would call anything in a thread: the hand-over alone costs more than the rest of a request.

    Errors: BlockingRoute.
    """
    for call in _all_needed(route.dependant):
        act = call if isroutine(call) else type(call).__call__
        if not (iscoroutinefunction(act) or isasyncgenfunction(act)):
            raise BlockingRoute(f"{route.path} calls {getattr(call, '__name__', call)}, which is not async")


def _all_needed(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for needed in dependant.dependencies:
        yield from _all_needed(needed)


def _guards_in(dependant: Dependant) -> Iterator[Guard]:
    for needed in dependant.dependencies:
        call: object = needed.call
        if isinstance(call, Guard):
            yield call
        yield from _guards_in(needed)


@lru_cache(maxsize=64)
def _is_json(content_type: str | None) -> bool:
    """Return whether a body says that it is JSON in UTF-8."""
    message = Message()
    message["content-type"] = content_type or ""
    kind = message.get_content_type()
    charset = message.get_content_charset("utf-8")
    return (kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))) and (
        charset in {"utf-8", "utf8"}
    )


@lru_cache(maxsize=64)
def _accepts_json(accept: str | None) -> bool:
    """Return whether a caller can read our answer."""
    if not accept:
        return True
    return any(choice.split(";")[0].strip().lower() in _ACCEPTED for choice in accept.split(","))
