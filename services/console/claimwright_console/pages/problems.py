"""What a person sees when a page can't be shown; programs get problem documents as everywhere."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from claimwright.http.permissions import PermissionMissing
from claimwright.http.problems import NotFound
from claimwright.refusals import Poison, Refusal, Transient
from claimwright_console.pages.rendering import page
from claimwright_console.visiting.visitors import ForeignOrigin, SignInNeeded, Visitor

_Handler = Callable[[Request, Any], Awaitable[Response]]

_SAID: Final[dict[type[Exception], tuple[int, str, str]]] = {
    PermissionMissing: (403, "Not for this role", "Your role does not include this."),
    NotFound: (404, "Nothing is here", "No claim, file or event of your organization has this address."),
    ForeignOrigin: (403, "Not from here", "This was asked for by another page than the console's own."),
    RequestValidationError: (422, "That can't be read", "Something in the address or the form is not as it should be."),
    Transient: (503, "Not at the moment", "Something that this page needs is not there. Try again in a moment."),
    Poison: (409, "This does not open", "A sealed part of this claim can't be opened here."),
}


def show_problems_as_pages(app: FastAPI) -> None:
    """Let pages answer problems as pages; what programs call keeps its problem documents."""
    for kind in (Refusal, Transient, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _for_people(cast(_Handler, app.exception_handlers[kind])))
    app.add_exception_handler(Poison, _poisoned)


def _for_people(for_programs: _Handler) -> _Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(("/v1/", "/static/", "/healthz", "/readyz", "/metrics")):
            return await for_programs(request, error)
        if isinstance(error, SignInNeeded):
            return _to_the_door(request)
        if isinstance(error, HTTPException) and error.status_code == 404:
            return _problem(request, *_SAID[NotFound])
        if isinstance(error, HTTPException) and error.status_code == 405 and request.method == "GET":
            return RedirectResponse(_page_above(request), status_code=303)
        said = next((_SAID[kind] for kind in type(error).__mro__ if kind in _SAID), None)
        return await for_programs(request, error) if said is None else _problem(request, *said)

    return handle


async def _poisoned(request: Request, _error: Exception) -> Response:
    return _problem(request, *_SAID[Poison])


def _page_above(request: Request) -> str:
    """Return the nearest page above an address that only takes acts, which is the browser's after one was answered."""
    path = request.url.path
    while path := path.rpartition("/")[0]:
        if any(each.matches({**request.scope, "path": path})[0] is Match.FULL for each in request.app.router.routes):
            return path
    return "/"


def _to_the_door(request: Request) -> Response:
    """Send the browser to the sign-in page; htmx is told to go there with the whole window."""
    if "hx-request" in request.headers:
        return Response(status_code=200, headers={"hx-redirect": "/sign-in"})
    return RedirectResponse("/sign-in", status_code=303)


def _problem(request: Request, status: int, title: str, says: str) -> Response:
    caller = getattr(request.state, "caller", None)
    visitor = caller if isinstance(caller, Visitor) else None
    return page(request, "problem.html", visitor=visitor, status=status, title=title, says=says)
