"""What a signed-in person asks of a service about parked events, passed on to it in that person's name.

`claimwright parked` and `claimwright replay` come by here: a session proves the person, and the token that goes on
names the one act. Only the acts named here are passed on.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from claimwright.http.problems import NotFound, document
from claimwright.http.routes import Router
from claimwright_console.gateways.owners import OwnerDidNotAct, Owners, Person
from claimwright_console.visiting.parts import Console
from claimwright_console.visiting.visitors import Visitor, may

router: Final = Router(prefix="/v1/services", tags=["services"])

_READ: Final = re.compile(
    r"parked|parked/causes|parked/events/prk_[0-9a-z]{26}|long-acts|long-acts/lac_[0-9a-z]{26}|consumers"
)
_ACT: Final = re.compile(
    r"parked/events/prk_[0-9a-z]{26}/(release|skip|edit)|parked/(dry-run|acts)"
    r"|long-acts/lac_[0-9a-z]{26}/(stop|resume)|consumers/[a-z][a-z0-9_.-]{0,63}/resume"
)
_UNAVAILABLE: Final = 503


@router.post("/{service}/parked/events/{parked_id}/open")
async def open_event(
    service: str, parked_id: str, visitor: Annotated[Visitor, may("parked:open")], console: Console
) -> Response:
    """Show what a parked event of a service says."""
    path = f"parked/events/{parked_id}/open"
    return await _post(console.owners, visitor, service, path, permission="parked:open")


@router.post("/{service}/replays")
async def replay(
    service: str, what: dict[str, Any], visitor: Annotated[Visitor, may("replay:write")], console: Console
) -> Response:
    """Have a service send what it published again."""
    return await _post(console.owners, visitor, service, "replays", permission="replay:write", what=what)


@router.get("/{service}/{path:path}")
async def read(
    request: Request, service: str, path: str, visitor: Annotated[Visitor, may("parked:read")], console: Console
) -> Response:
    """Tell what a service has parked, its acts that take a while, and its consumers."""
    if not _READ.fullmatch(path):
        raise NotFound("path")
    owners = _known(console.owners, service)
    try:
        answer = await owners.get(
            Person(visitor.actor, visitor.org_id),
            service,
            f"/v1/{path}",
            permission="parked:read",
            params=dict(request.query_params),
        )
    except OwnerDidNotAct as refusal:
        return _refused(refusal)
    return JSONResponse(answer.json())


@router.post("/{service}/{path:path}")
async def act(
    service: str,
    path: str,
    visitor: Annotated[Visitor, may("parked:write")],
    console: Console,
    what: dict[str, Any] | None = None,
) -> Response:
    """Have a service act on parked events, on an act that takes a while, or on a consumer that stands still."""
    if not _ACT.fullmatch(path):
        raise NotFound("path")
    return await _post(console.owners, visitor, service, path, permission="parked:write", what=what)


async def _post(
    owners: Owners,
    visitor: Visitor,
    service: str,
    path: str,
    *,
    permission: str,
    what: Mapping[str, Any] | None = None,
) -> Response:
    person = Person(visitor.actor, visitor.org_id)
    try:
        answer = await _known(owners, service).post(person, service, f"/v1/{path}", permission=permission, body=what)
    except OwnerDidNotAct as refusal:
        return _refused(refusal)
    if not answer.content:
        return Response(status_code=answer.status_code)
    return JSONResponse(answer.json(), status_code=answer.status_code)


def _known(owners: Owners, service: str) -> Owners:
    if service not in owners.services:
        raise NotFound("service")
    return owners


def _refused(refusal: OwnerDidNotAct) -> Response:
    status, code = refusal.status or _UNAVAILABLE, refusal.code or "owner_did_not_act"
    return document(status, code, "The service did not act", detail=refusal.says)
