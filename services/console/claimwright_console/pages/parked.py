"""Parked events of every service: by cause, one by one, tried first, acted on, and watched; each act is the owner's."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.problems import NotFound
from claimwright.http.routes import Router
from claimwright_console.gateways import parked_events as told
from claimwright_console.gateways.owners import OwnerDidNotAct, Person
from claimwright_console.gateways.parked_events import PAGE, ParkedEvents
from claimwright_console.pages.rendering import page
from claimwright_console.persistence import parked_events
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

HERE: Final = "Parked"
_Code = Annotated[str, Query(max_length=200)]
_Word = Annotated[str, Form(max_length=200)]
_Act = Annotated[str, Form(pattern="^(release|skip)$")]
_Reason = Annotated[str, Form(min_length=8, max_length=200)]
_Rate = Annotated[int, Form(ge=1, le=1000)]
_EDIT_HAS_TO: Final = (
    "Nothing was kept: an edit has to be of the event's schema, keep the record key and change something."
)
_DONE: Final = {"release": "It is tried again now.", "skip": "It is left out for good."}


@dataclass(frozen=True, slots=True)
class OfService:
    """What one service tells of its parked events, or why that is not known."""

    name: str
    causes: Sequence[told.Cause] = ()
    acts: Sequence[told.Act] = ()
    stopped: Sequence[told.Consumer] = ()
    problem: str | None = None


@router.get("/parked", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request, parts: Parts, visitor: Annotated[Visitor, may("parked:read")], console: Console
) -> Response:
    """Show why events are parked, in every service."""
    return await _show_list(request, parts, visitor, console)


@router.post("/parked/{service}/consumers/{consumer}/resume", response_class=HTMLResponse, include_in_schema=False)
async def resume_consumer(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    consumer: str,
    reason: _Reason,
) -> Response:
    """Have a consumer go on that stands still."""
    owner = _owner(console, visitor, service)
    path = f"/v1/consumers/{consumer}/resume"
    done, refused = await _tried(owner, path, {"reason": reason}, done=f"{service}.{consumer} goes on.")
    return await _show_list(request, parts, visitor, console, done=done, refused=refused)


@router.get("/parked/{service}/cause", response_class=HTMLResponse, include_in_schema=False)
async def cause(
    request: Request,
    visitor: Annotated[Visitor, may("parked:read")],
    console: Console,
    service: str,
    consumer: _Code,
    *,
    reason: _Code,
    event_type: _Code = "",
    after: paging.After = None,
) -> Response:
    """Show the events of one cause."""
    chosen = {"consumer": consumer, "reason": reason, "event_type": event_type}
    return await _show_cause(request, visitor, console, service, chosen, after=after)


@router.post("/parked/{service}/cause/dry-run", response_class=HTMLResponse, include_in_schema=False)
async def try_cause(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    act: _Act,
    consumer: _Word,
    reason: _Word,
    event_type: _Word = "",
) -> Response:
    """Tell what an act on all events of a cause would do."""
    chosen = {"consumer": consumer, "reason": reason, "event_type": event_type}
    tried, refused = await _dry_run(
        _owner(console, visitor, service), {"act": act, **{name: word for name, word in chosen.items() if word}}
    )
    return await _show_cause(request, visitor, console, service, chosen, act=act, tried=tried, refused=refused)


@router.post("/parked/{service}/cause/act", response_class=HTMLResponse, include_in_schema=False)
async def act_on_cause(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    act: _Act,
    consumer: _Word,
    reason: _Word,
    event_type: _Word = "",
    because: _Reason,
    rate: _Rate = 20,
) -> Response:
    """Begin an act on all events of a cause, and show how far it has come."""
    chosen = {"consumer": consumer, "reason": reason, "event_type": event_type}
    given = {name: word for name, word in chosen.items() if word}
    try:
        begun = await _owner(console, visitor, service).act(
            "/v1/parked/acts", told.Act, {"act": act, "because": because, "rate": rate, **given}
        )
    except OwnerDidNotAct as refusal:
        return await _show_cause(request, visitor, console, service, chosen, refused=refusal.says)
    return RedirectResponse(f"/parked/{service}/acts/{begun.id}", HTTPStatus.SEE_OTHER)


@router.get("/parked/{service}/acts/{act_id}", response_class=HTMLResponse, include_in_schema=False)
async def watch_act(
    request: Request, visitor: Annotated[Visitor, may("parked:read")], console: Console, service: str, act_id: str
) -> Response:
    """Show how far an act has come."""
    return await _show_act(request, visitor, console, service, act_id)


@router.post("/parked/{service}/acts/{act_id}/{what}", response_class=HTMLResponse, include_in_schema=False)
async def change_act(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    act_id: str,
    what: str,
) -> Response:
    """Stop an act, or go on with it."""
    if what not in {"stop", "resume"}:
        raise NotFound("act")
    _, refused = await _tried(_owner(console, visitor, service), f"/v1/long-acts/{act_id}/{what}", None, done="")
    return await _show_act(request, visitor, console, service, act_id, refused=refused)


@router.get("/parked/{service}/events/{parked_id}", response_class=HTMLResponse, include_in_schema=False)
async def event(
    request: Request, visitor: Annotated[Visitor, may("parked:read")], console: Console, service: str, parked_id: str
) -> Response:
    """Show one parked event."""
    return await _show_event(request, visitor, console, service, parked_id)


@router.post("/parked/{service}/events/{parked_id}/dry-run", response_class=HTMLResponse, include_in_schema=False)
async def try_event(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    parked_id: str,
    act: _Act,
) -> Response:
    """Tell what an act on one event would do."""
    tried, refused = await _dry_run(_owner(console, visitor, service), {"act": act, "parked_id": parked_id})
    return await _show_event(request, visitor, console, service, parked_id, act=act, tried=tried, refused=refused)


@router.post("/parked/{service}/events/{parked_id}/open", response_class=HTMLResponse, include_in_schema=False)
async def open_event(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:open")],
    console: Console,
    service: str,
    parked_id: str,
) -> Response:
    """Show what an event says; the owner's audit trail says who looked."""
    return await _show_event(request, visitor, console, service, parked_id, is_open=True)


@router.post("/parked/{service}/events/{parked_id}/edit", response_class=HTMLResponse, include_in_schema=False)
async def edit_event(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    parked_id: str,
    data: Annotated[str, Form(max_length=100_000)],
    reason: _Reason,
) -> Response:
    """Have a mended copy of an event's data kept, and show what it changes."""
    edited: told.Edited | None = None
    refused: str | None = None
    try:
        edited = await _owner(console, visitor, service).act(
            f"/v1/parked/events/{parked_id}/edit", told.Edited, {"data": json.loads(data), "reason": reason}
        )
    except ValueError:
        refused = "This is no JSON. Nothing was kept."
    except OwnerDidNotAct as refusal:
        refused = f"{refusal.says} {_EDIT_HAS_TO}"
    return await _show_event(request, visitor, console, service, parked_id, refused=refused, edited=edited)


@router.post("/parked/{service}/events/{parked_id}/{act}", response_class=HTMLResponse, include_in_schema=False)
async def act_on_event(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    parked_id: str,
    act: str,
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Have an event tried again at once, or left out for good with a reason."""
    if act not in _DONE:
        raise NotFound("act")
    owner = _owner(console, visitor, service)
    body = {"reason": reason} if act == "skip" else None
    done, refused = await _tried(owner, f"/v1/parked/events/{parked_id}/{act}", body, done=_DONE[act])
    if refused:
        return await _show_event(request, visitor, console, service, parked_id, refused=refused)
    return await _show_list(request, parts, visitor, console, done=done)


def _owner(console: ConsoleParts, visitor: Visitor, service: str) -> ParkedEvents:
    if service not in console.owners.services:
        raise NotFound("service")
    return ParkedEvents(console.owners, Person(visitor.actor, visitor.org_id), service)


async def _tried(
    owner: ParkedEvents, path: str, body: Mapping[str, object] | None, *, done: str
) -> tuple[str | None, str | None]:
    """Return what became of an act: that it is done, or why not."""
    try:
        await owner.act(path, told.Told, body)
    except OwnerDidNotAct as refusal:
        return None, refusal.says
    return done, None


async def _dry_run(owner: ParkedEvents, what: Mapping[str, object]) -> tuple[told.DryRun | None, str | None]:
    try:
        return await owner.act("/v1/parked/dry-run", told.DryRun, what), None
    except OwnerDidNotAct as refusal:
        return None, refusal.says


async def _show_list(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    console: ConsoleParts,
    *,
    done: str | None = None,
    refused: str | None = None,
) -> Response:
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        waiting = await parked_events.causes(work)
    owners = [_owner(console, visitor, name) for name in console.owners.services]
    services = await asyncio.gather(*map(_of, owners))
    return page(
        request,
        "parked.html",
        visitor=visitor,
        here=HERE,
        waiting=waiting,
        total=sum(one.events for one in waiting),
        tried_again=_tried_again(services),
        services=services,
        acts=[(service.name, act) for service in services for act in service.acts[:5]],
        done=done,
        refused=refused,
    )


def _tried_again(services: Sequence[OfService]) -> list[tuple[str, told.Cause]]:
    """Return what the services try again by themselves; what waits for a person is known without asking."""
    return [
        (service.name, cause) for service in services for cause in service.causes if cause.events > cause.for_person
    ]


async def _of(owner: ParkedEvents) -> OfService:
    try:
        causes, acts, consumers = await asyncio.gather(
            owner.read("/v1/parked/causes", told.Causes),
            owner.read("/v1/long-acts", told.Acts, {"limit": "5"}),
            owner.read("/v1/consumers", told.Consumers),
        )
    except OwnerDidNotAct as refusal:
        return OfService(owner.service, problem=refusal.says)
    stopped = [consumer for consumer in consumers.items if consumer.is_stopped]
    return OfService(owner.service, causes.items, acts.items, stopped)


async def _show_cause(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    service: str,
    chosen: Mapping[str, str],
    **context: Any,
) -> Response:
    owner = _owner(console, visitor, service)
    after = context.pop("after", None)
    keys, problem = told.Keys(items=[]), None
    try:
        keys = await owner.read("/v1/parked", told.Keys, {**chosen, "limit": str(PAGE), "after": after})
    except OwnerDidNotAct as refusal:
        problem = refusal.says
    shown = {"act": None, "tried": None, "refused": None, **context}
    return page(
        request,
        "parked_cause.html",
        visitor=visitor,
        here=HERE,
        service=service,
        chosen=chosen,
        keys=keys,
        problem=problem,
        **shown,
    )


async def _show_act(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    service: str,
    act_id: str,
    *,
    refused: str | None = None,
) -> Response:
    try:
        act = await _owner(console, visitor, service).read(f"/v1/long-acts/{act_id}", told.Act)
    except OwnerDidNotAct as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            raise NotFound("act") from refusal
        return await _unknown(request, visitor, service, refusal)
    return page(request, "parked_act.html", visitor=visitor, here=HERE, service=service, act=act, refused=refused)


async def _show_event(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    service: str,
    parked_id: str,
    *,
    is_open: bool = False,
    **context: Any,
) -> Response:
    owner = _owner(console, visitor, service)
    path = f"/v1/parked/events/{parked_id}"
    opened: told.Opened | None = None
    try:
        shown = await owner.read(path, told.Event)
        if is_open:
            opened = await owner.act(f"{path}/open", told.Opened, permission="parked:open")
    except OwnerDidNotAct as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            raise NotFound("parked event") from refusal
        return await _unknown(request, visitor, service, refusal)
    return page(
        request,
        "parked_event.html",
        visitor=visitor,
        here=HERE,
        service=service,
        event=shown,
        opened=opened,
        text=None if opened is None else _text(opened.edited or opened.data),
        sealed={} if opened is None else {name: _text(part) for name, part in opened.sealed.items() if part},
        **{"act": None, "tried": None, "refused": None, "edited": None, **context},
    )


async def _unknown(request: Request, visitor: Visitor, service: str, refusal: OwnerDidNotAct) -> Response:
    return page(request, "parked_unknown.html", visitor=visitor, here=HERE, service=service, problem=refusal.says)


def _text(value: Mapping[str, Any] | None) -> str:
    return json.dumps(value or {}, indent=2, ensure_ascii=False)
