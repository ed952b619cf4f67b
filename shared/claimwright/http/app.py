"""A FastAPI app made our way: problems instead of echoes, limits, headers, health, and a guard on every route."""

import inspect
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from claimwright.http.admission import Admission
from claimwright.http.direct import Direct
from claimwright.http.edge import Edge
from claimwright.http.models import Answer, ProblemDocument
from claimwright.http.parts import EdgeParts
from claimwright.http.permissions import public
from claimwright.http.problems import MEDIA_TYPE, document, findings_of, problem, try_again
from claimwright.http.refusing import answer_to
from claimwright.http.routes import Router, StrictRoute
from claimwright.refusals import Refusal, Transient
from claimwright.telemetry import logging, metrics, redaction

EDGE_CODES: Final = {
    400: ("bad_request", "The request cannot be read"),
    404: ("no_such_route", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take this method"),
    413: ("body_too_large", "The body is larger than this takes"),
}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": says, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}
    for status, says in {
        400: "The body cannot be read.",
        401: "Nobody is proved to call.",
        403: "The caller lacks the permission.",
        422: "All that is wrong in what was sent.",
        429: "The organization's quota is used up; try again after the seconds in Retry-After.",
        503: "Try again after the seconds in Retry-After.",
    }.items()
}


class App(FastAPI):
    """FastAPI without the layers that ours replace: the edge catches what is raised, and tells metrics and traces."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers around the router."""
        app: ASGIApp = ExceptionMiddleware(AsyncExitStackMiddleware(self.router), handlers=self.exception_handlers)
        app = Direct(app, routes_of(self), self.exception_handlers)
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)


_ExceptionHandler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
_log = logging.get("claimwright.http")


class Health(Answer):
    """Whether the process lives, or what it waits for, by part."""

    status: str
    waits_for: dict[str, str] = Field(default_factory=dict)


def create_app(name: str, routers: Sequence[Router], *, parts: EdgeParts) -> FastAPI:
    """Return the app of a service.

    Errors: TypeError at start for a route that is not made by `routes.Router`, whose routes have one guard each.
    """
    app = App(
        title=f"Claimwright {name}",
        version="1",
        docs_url=None,  # its pages would load scripts of third parties
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # they tell queries and exceptions' texts
        responses=_PROBLEMS,
        exception_handlers=_handlers(parts),
    )
    app.state.parts = parts
    app.state.admission = Admission(parts.limits)
    for router in (_own_routes(app, parts), *routers):
        for route in router.routes:
            if not isinstance(route, StrictRoute):
                raise TypeError(f"{getattr(route, 'path', route)} is not made by claimwright.http.routes.Router")
        app.include_router(router)
    app.add_middleware(Edge, most_in_flight=parts.limits.most_in_flight)
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]  # FastAPI's documented way to change it
    return app


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """Return the app's OpenAPI document, with our problem documents in place of FastAPI's own errors."""
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        problem_schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem_schema.pop("$defs", {})
        schemas["ProblemDocument"] = problem_schema
        app.openapi_schema = found
    return app.openapi_schema


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Return every route of an app that does an act."""
    return [route for route in _flat(app.router.routes) if isinstance(route, APIRoute)]


def _flat(routes: Sequence[object]) -> list[object]:
    flat: list[object] = []
    for route in routes:
        inner = getattr(route, "original_router", None)
        flat += [route] if inner is None else _flat(inner.routes)
    return flat


def _own_routes(app: FastAPI, parts: EdgeParts) -> Router:
    """Return the routes that every service has."""
    router = Router(tags=["service"])

    @router.get("/healthz", dependencies=[public("a supervisor has no key; it tells that the process lives")])
    async def health() -> Health:
        """Tell that the process lives."""
        return Health(status="alive")

    @router.get("/readyz", dependencies=[public("a supervisor has no key; it tells which part is waited for")])
    async def ready(
        response: Response,
        only: Annotated[
            list[str] | None,
            Query(description="The parts that are asked, by name; all without it. An unknown one is never ready."),
        ] = None,
    ) -> Health:
        """Tell whether the service can do its work, or whether some parts of it can.

        A balancer asks for `access` alone: while the broker is away events wait, and the API goes on.
        """
        asked = parts.readiness if only is None else {name: parts.readiness.get(name, _no_such_part) for name in only}
        waits_for = {name: why for name, check in asked.items() if (why := await _asked(check)) is not None}
        if waits_for:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Health(status="waiting" if waits_for else "ready", waits_for=waits_for)

    @router.get(
        "/metrics",
        response_class=Response,
        include_in_schema=False,
        dependencies=[public("counts and times without ids; the network decides who may scrape")],
    )
    async def figures(
        names: Annotated[list[str] | None, Query(alias="name[]", description="Only samples of these names.")] = None,
    ) -> Response:
        """Tell the metrics of this process."""
        return Response(metrics.rendered(names or ()), media_type=metrics.CONTENT_TYPE)

    @router.get(
        "/openapi.json", include_in_schema=False, dependencies=[public("the description of the API is no secret")]
    )
    async def description() -> JSONResponse:
        """Tell the API's description."""
        return JSONResponse(app.openapi())

    return router


def _no_such_part() -> str:
    return "no such part"


async def _asked(check: Any) -> str | None:
    """Return why a part is not ready; a check that fails is a reason too."""
    try:
        answer = check()
        why = await answer if inspect.isawaitable(answer) else answer
    except Exception as error:  # noqa: BLE001 - whatever keeps a part from answering keeps it from being ready
        return redaction.error_type(error)
    return None if why is None else str(why)


def _handlers(parts: EdgeParts) -> dict[int | type[Exception], _ExceptionHandler]:
    async def refusal(_request: Request, error: Exception) -> Response:
        answer = answer_to(error, parts.status_of)
        if answer is None:
            raise error
        return answer

    return {
        Refusal: refusal,
        Transient: _transient,
        RequestValidationError: _validation,
        HTTPException: _http_exception,
    }


async def _validation(_request: Request, error: Exception) -> Response:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    return problem(findings_of(errors))


async def _transient(request: Request, error: Exception) -> Response:
    _log.warning("request_put_off", request_id=request.state.request_id, error=redaction.error_type(error))
    return answer_to(error, {}) or try_again(1.0)


async def _http_exception(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, title = EDGE_CODES.get(status, ("http_error", HTTPStatus(status).phrase))
    headers = error.headers if isinstance(error, HTTPException) else None
    return document(status, code, title, headers=headers)
