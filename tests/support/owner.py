"""An owner of raw files and parked keys as the console meets it: real guards, real tokens, in memory."""

from dataclasses import dataclass, field
from typing import Annotated, Any, cast

import httpx2
from fastapi import Response

from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.http.permissions import requires
from claimwright.http.routes import Router
from claimwright.security.access import Access
from claimwright.security.caller import Caller
from claimwright_console.gateways.owners import Owners
from tests.support.console import TestConsole


@dataclass
class Owner:
    """What was asked of the owner, and what it answers with."""

    raw: bytes = b""
    parked: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)


def owner_of(console: TestConsole, service: str, owner: Owner) -> None:
    """Let the console's calls to one service reach an owner in memory, which proves each token as in earnest."""
    router = Router()

    def note(caller: Caller, what: str) -> None:
        owner.asked.append((caller.actor, ",".join(sorted(caller.permissions)), what))

    for path in ("/v1/artifacts/{file}", "/v1/files/{file}/raw"):

        @router.get(path, response_class=Response)
        async def raw(file: str, caller: Annotated[Caller, requires("artifact:read")]) -> Response:
            """Give a raw file."""
            note(caller, f"raw {file}")
            return Response(owner.raw, media_type="application/edi-x12")

    @router.get("/v1/parked")
    async def listed(caller: Annotated[Caller, requires("parked:read")]) -> dict[str, Any]:
        """List parked keys."""
        note(caller, "parked")
        return {"items": owner.parked, "next": None}

    @router.post("/v1/parked/{consumer}/{key}/release", status_code=204)
    async def release(consumer: str, key: str, caller: Annotated[Caller, requires("parked:write")]) -> None:
        """Release a key."""
        note(caller, f"release {consumer}/{key}")
        owner.parked = [one for one in owner.parked if one["key"] != key]

    app = create_app(
        service,
        (router,),
        parts=AppParts(
            service=service,
            database=console.core.database,
            transactions=console.core.transactions,
            access=Access(console.core.database),
            keyring=console.core.keyring,
        ),
    )
    owners = cast("Owners", console.service.app.state.console.owners)
    owners._client = httpx2.AsyncClient(transport=_Only(service, owners, httpx2.ASGITransport(app=app)))


class _Only(httpx2.AsyncBaseTransport):
    """Answers for one service; the others give no answer."""

    def __init__(self, service: str, owners: Owners, inner: httpx2.AsyncBaseTransport) -> None:
        self._address = owners.address_of(service)
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not str(request.url).startswith(self._address):
            raise httpx2.ConnectError("nobody listens")
        return await self._inner.handle_async_request(request)
