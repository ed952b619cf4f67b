"""Pages from templates: escaped by default, under a policy that runs no script but our own, compressed."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from claimwright import clock
from claimwright_console.domain import pipeline, words
from claimwright_console.pages.static_files import FILES
from claimwright_console.pages.words_for_pages import FILTERS
from claimwright_console.visiting.visitors import Visitor

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = {"content-security-policy": POLICY, "cache-control": "no-store", "vary": "accept-encoding, cookie"}
_WORTH_COMPRESSING: Final = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation, for those who hold its permission."""

    name: str
    href: str
    permission: str


PLACES: Final = (
    Place("Pipeline", "/pipeline", "claim:read"),
    Place("Claims", "/claims", "claim:read"),
    Place("Payments", "/payments", "ledger:read"),
    Place("Events", "/events", "event:read"),
    Place("Parked", "/parked", "parked:read"),
    Place("Traces", "/traces", "event:read"),
)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("claimwright_console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(
        static=FILES.address, words=words, titles=pipeline.TITLES, holds=pipeline.HOLDS, visitor=None, here=""
    )
    return made


_TEMPLATES: Final = _environment()


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a template filled in."""
    return _TEMPLATES.get_template(template).render(context)


def page(
    request: Request,
    template: str,
    *,
    visitor: Visitor | None,
    here: str = "",
    status: int = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Return a page, or a part of one for htmx, as an answer."""
    places = [place for place in PLACES if visitor is not None and visitor.may(place.permission)]
    text = render(template, {"visitor": visitor, "places": places, "here": here, "now": clock.now(), **context})
    return html(request, text, status=status)


def html(request: Request, text: str, *, status: int = HTTPStatus.OK) -> Response:
    """Return HTML as an answer, compressed where the browser takes it."""
    body, headers = text.encode(), dict(_HEADERS)
    if len(body) > _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        headers["content-encoding"] = "gzip"
    return HTMLResponse(body, status_code=status, headers=headers)
