"""An owner as the console meets it: raw files in memory; parked events by the real routes, in the console's schema."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Final, cast
from uuid import UUID

import httpx2
from fastapi import Response

from claimwright import clock, ids
from claimwright.events.parking import EventParked
from claimwright.events.topics import CODING, SUBMISSION
from claimwright.http import long_acts, parked
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.http.permissions import requires
from claimwright.http.routes import Router
from claimwright.messaging import parked_list, parking
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.envelope import Record, wire_headers
from claimwright.messaging.parking import Parked
from claimwright.security.access import Access
from claimwright.security.caller import Caller
from claimwright_console.gateways.owners import Owners
from tests.support.console import TestConsole

CONSUMER: Final = "submission"


@dataclass
class Owner:
    """What was asked of the owner, and what it answers with."""

    raw: bytes = b""
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

    nowhere = console.settings.kafka
    app = create_app(
        service,
        (router, parked.router, long_acts.router),
        parts=AppParts(
            service=service,
            database=console.core.database,
            transactions=console.core.transactions,
            access=Access(console.core.database),
            keyring=console.core.keyring,
            consumers=(Consumer(CONSUMER, (CODING,), {}, transactions=console.core.transactions, kafka=nowhere),),
        ),
    )
    owners = cast("Owners", console.service.app.state.console.owners)
    owners._client = httpx2.AsyncClient(transport=_Only(service, owners, httpx2.ASGITransport(app=app)))


async def park(
    console: TestConsole, *, versions: int = 1, reason: str = "part_missing:identity", key: str | None = None
) -> str:
    """Park events of a key as a consumer of the owner would, tell the console, and return the first one's id."""
    claim = key or ids.text(ids.CLAIM, ids.new())
    async with console.core.transactions.begin(org_id=console.org_id, actor=f"consumer:{CONSUMER}") as work:
        rows = []
        for version in range(1, versions + 1):
            event_id = ids.new()
            data = {"claim_id": claim, "encounter_id": "enc_1", "encounter_version": version, "reason": "duplicate"}
            rows.append(
                Parked(
                    consumer=CONSUMER,
                    topic=CODING,
                    key=claim,
                    version=version,
                    record=Record(
                        topic=CODING,
                        partition=3,
                        position=40 + version,
                        key=claim.encode(),
                        value=json.dumps({"data": data, "sealed": {}}).encode(),
                        headers=_headers(event_id, console.org_id, version),
                    ),
                    reason=reason if version == 1 else "queued_behind",
                    state="dead" if version == 1 else "waiting",
                    event_id=event_id,
                    type="claim.withdrawn.v1",
                )
            )
        await parking.park(work, rows)
        parked_id = (await parked_list.listed(work.connection))[0].id
        for one in await parked_list.listed(work.connection):
            if one.key == claim:
                parked_id = one.id
    await console.hear(
        EventParked(
            parked_id=ids.text(ids.PARKED, parked_id),
            consumer=CONSUMER,
            topic=CODING,
            parked_key=claim,
            event_version=1,
            event_type="claim.withdrawn.v1",
            reason=reason,
            attempts=0,
            parked_at=clock.now(),
        ),
        topic=SUBMISSION,
    )
    return ids.text(ids.PARKED, parked_id)


def _headers(event_id: UUID, org_id: UUID, version: int) -> tuple[tuple[str, bytes], ...]:
    event = ids.text(ids.EVENT, event_id)
    return wire_headers(
        {
            "ce_id": event,
            "ce_type": "claim.withdrawn.v1",
            "ce_time": clock.now().isoformat(),
            "ce_org": ids.text(ids.ORGANIZATION, org_id),
            "ce_aggversion": str(version),
            "ce_correlationid": event,
        }
    )


class _Only(httpx2.AsyncBaseTransport):
    """Answers for one service; the others give no answer."""

    def __init__(self, service: str, owners: Owners, inner: httpx2.AsyncBaseTransport) -> None:
        self._address = owners.address_of(service)
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not str(request.url).startswith(self._address):
            raise httpx2.ConnectError("nobody listens")
        return await self._inner.handle_async_request(request)
