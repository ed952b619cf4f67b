"""The log of events, one event, one file, and the search by id or number."""

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from claimwright import ids
from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.topics import ACCESS, TOPICS
from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright_console.domain.telling import tell
from claimwright_console.pages.claims import cursor, moment_and_id
from claimwright_console.pages.rendering import page
from claimwright_console.pages.words_for_pages import fields_of, where
from claimwright_console.persistence import events
from claimwright_console.persistence.events import EventRow
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

PAGE: Final = 100
SERVICES: Final = {topic.name.removeprefix("claimwright."): topic.name for topic in TOPICS}
_TRACE_ID_LENGTH: Final = 32
_CLAIMS_OF_A_FILE: Final = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which events a person wants to see; words that are none of the choices choose nothing."""

    service: str | None
    type: str | None

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is chosen."""
        return self != Chosen(None, None)

    def address(self, **more: str) -> str:
        """Return the address of these choices."""
        words = {"service": self.service, "type": self.type, **more}
        kept = urlencode({name: value for name, value in words.items() if value})
        return f"/events?{kept}" if kept else "/events"


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what it says."""

    row: EventRow
    says: str


@router.get("/events", response_class=HTMLResponse, include_in_schema=False)
async def log(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("event:read")],
    service: Annotated[str, Query(max_length=40)] = "",
    type: Annotated[str, Query(max_length=80)] = "",  # noqa: A002 - the word in the address
    after: paging.After = None,
) -> Response:
    """Show a page of the log: no content, only who said what about which id, and when."""
    chosen = Chosen(service if service in SERVICES else None, type if type in MODEL_NAMED else None)
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        found = await events.page(
            work,
            topic=SERVICES[chosen.service] if chosen.service else None,
            event_type=chosen.type,
            before=None if after is None else moment_and_id(after),
            limit=PAGE + 1,
        )
    shown = found[:PAGE]
    older = chosen.address(after=cursor(shown[-1].occurred_at, shown[-1].id)) if len(found) > PAGE else None
    return page(
        request,
        "events.html",
        visitor=visitor,
        here="Events",
        events=shown,
        services=list(SERVICES),
        types=sorted(MODEL_NAMED),
        chosen=chosen,
        older=older,
        newest=chosen.address(),
        is_first=after is None,
    )


@router.get("/events/{event_id}", response_class=HTMLResponse, include_in_schema=False)
async def one_event(
    request: Request, parts: Parts, visitor: Annotated[Visitor, may("event:read")], event_id: str
) -> Response:
    """Show one event's clear data."""
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        event = await events.one(work, path_id(ids.EVENT, event_id))
    if event is None:
        raise NotFound(ids.EVENT)
    return page(
        request,
        "event.html",
        visitor=visitor,
        here="Events",
        event=event,
        says=tell(event.type, event.data),
        fields=fields_of({name: value for name, value in event.data.items() if not _is_secret_of(event, name)}),
    )


@router.get("/files/{key}", response_class=HTMLResponse, include_in_schema=False)
async def one_file(
    request: Request, parts: Parts, visitor: Annotated[Visitor, may("claim:read")], key: str
) -> Response:
    """Show what happened to a file, and the claims that stand in it."""
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        rows = sorted(await events.of_key(work, key), key=lambda row: row.version)
        named = await events.keys_named(work, key, limit=_CLAIMS_OF_A_FILE)
    if not rows:
        raise NotFound("file")
    return page(
        request,
        "file.html",
        visitor=visitor,
        here="Events",
        key=key,
        rows=[Told(row, tell(row.type, row.data)) for row in rows],
        claims=[name for name in named if name.startswith(f"{ids.CLAIM}_")],
    )


@router.api_route("/find", methods=["QUERY", "POST"], response_class=HTMLResponse, include_in_schema=False)
async def find(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("claim:read")],
    name: Annotated[str, Form(max_length=80)],
) -> Response:
    """Find a thing by an id or number. It comes in a body: whatever a person types never enters an address.

    The form of a page whose scripts aren't there yet posts it, and is answered by a page.
    """
    name = name.strip()
    if len(name) == _TRACE_ID_LENGTH and all(letter in "0123456789abcdef" for letter in name):
        return _go_to(request, f"/traces/{name}")
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        keys = await events.keys_named(work, name)
        if not keys and name.startswith(f"{ids.EVENT}_"):
            event = await events.one(work, path_id(ids.EVENT, name))
            keys = [] if event is None else [name]
    pages = {key: address for key in keys if (address := where(key)) is not None}
    if name in pages or len(pages) == 1:
        return _go_to(request, pages.get(name) or next(iter(pages.values())))
    template = "found.html" if _is_by_htmx(request) else "found_page.html"
    return page(request, template, visitor=visitor, keys=list(pages))


def _is_secret_of(event: EventRow, field: str) -> bool:
    """Return whether a field is of use to services alone: hashes of keys, and wrapped keys."""
    return event.topic == ACCESS and field in {"sha256", "wrapped"}


def _is_by_htmx(request: Request) -> bool:
    return request.method == "QUERY"


def _go_to(request: Request, address: str) -> Response:
    """Send the whole window to a page."""
    if _is_by_htmx(request):
        return Response(status_code=200, headers={"hx-redirect": address})
    return RedirectResponse(address, status_code=303)
