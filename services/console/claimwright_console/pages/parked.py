"""Parked keys of every service: why they wait, and the two acts that end it; each is done by the owner."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from claimwright.http.parts import Parts
from claimwright.http.problems import NotFound
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright_console.gateways.owners import OwnerDidNotAct, Owners, Person
from claimwright_console.pages.rendering import page
from claimwright_console.visiting.parts import Console
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

_MOST: Final = 100


class ParkedKey(BaseModel):
    """One parked key as its owner tells it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    consumer: str
    key: str
    event_type: str | None
    reason: str
    attempts: int
    next_try: datetime | None
    waiting: int
    parked_at: datetime | None


class ParkedList(BaseModel):
    """A page of parked keys."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    items: list[ParkedKey]


@dataclass(frozen=True, slots=True)
class ServiceParked:
    """What one service has parked, or why that is not known."""

    name: str
    keys: list[ParkedKey]
    problem: str | None = None


@router.get("/parked", response_class=HTMLResponse, include_in_schema=False)
async def listed(request: Request, visitor: Annotated[Visitor, may("parked:read")], console: Console) -> Response:
    """Show what every service has parked."""
    return await _show(request, visitor, console.owners)


@router.post("/parked/{service}/release", response_class=HTMLResponse, include_in_schema=False)
async def release(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    consumer: Annotated[str, Form(max_length=64)],
    key: Annotated[str, Form(max_length=200)],
) -> Response:
    """Have a key tried again at once."""
    return await _act(
        request, parts, visitor, console.owners, service=service, consumer=consumer, key=key, act="release", reason=None
    )


@router.post("/parked/{service}/skip", response_class=HTMLResponse, include_in_schema=False)
async def skip(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    service: str,
    consumer: Annotated[str, Form(max_length=64)],
    key: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(min_length=8, max_length=200)],
) -> Response:
    """Have the first event of a key left out for good, with a reason that the audit trail keeps."""
    return await _act(
        request, parts, visitor, console.owners, service=service, consumer=consumer, key=key, act="skip", reason=reason
    )


async def _act(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    owners: Owners,
    *,
    service: str,
    consumer: str,
    key: str,
    act: str,
    reason: str | None,
) -> Response:
    if service not in owners.services:
        raise NotFound("service")
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        await audit.record(work, action=f"parked.{act}_asked", object=f"{service}/{consumer}/{key}", reason=reason)
    try:
        await owners.post(
            Person(visitor.actor, visitor.org_id),
            service,
            f"/v1/parked/{consumer}/{key}/{act}",
            permission="parked:write",
            body=None if reason is None else {"reason": reason},
        )
    except OwnerDidNotAct as refusal:
        return await _show(request, visitor, owners, refused=refusal.says)
    done = f"{key} is tried again now." if act == "release" else f"The first event of {key} is left out."
    return await _show(request, visitor, owners, done=done)


async def _show(
    request: Request, visitor: Visitor, owners: Owners, *, done: str | None = None, refused: str | None = None
) -> Response:
    person = Person(visitor.actor, visitor.org_id)
    services = await asyncio.gather(*(_of(owners, person, name) for name in owners.services))
    return page(request, "parked.html", visitor=visitor, here="Parked", services=services, done=done, refused=refused)


async def _of(owners: Owners, person: Person, service: str) -> ServiceParked:
    try:
        answer = await owners.get(person, service, "/v1/parked", permission="parked:read")
        return ServiceParked(service, ParkedList.model_validate_json(answer.content).items[:_MOST])
    except OwnerDidNotAct as refusal:
        return ServiceParked(service, [], refusal.says)
    except ValidationError:
        return ServiceParked(service, [], f"{service.capitalize()} answered something that this console can't read.")
