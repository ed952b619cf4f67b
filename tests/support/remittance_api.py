"""The remittance service's API in memory, and who calls it."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx2
from pydantic import SecretStr

from claimwright import clock
from claimwright.clearinghouse.routes import Route
from claimwright.http.app import create_app
from claimwright.security import signatures
from claimwright.security.keys import Keyring
from claimwright_remittance.api.refusals import STATUS_OF
from claimwright_remittance.app import ROUTERS
from claimwright_remittance.parts import RemittanceParts
from tests.support.backbone import ORG_A, ORG_B
from tests.support.http import KnownCallers, bearer, client_of
from tests.support.remittance import RemittanceBench

SECRET = "whsec_" + b64encode(bytes(24)).decode()
ROUTE = Route(
    id="rte_sandbox",
    org_id=ORG_A,
    name="sandbox",
    kind="sandbox",
    base_url="https://127.0.0.1:1",
    submitter_id="CLAIMWRIGHT",
    receiver_id="SANDBOX",
    username="u",
    password=SecretStr("p"),
    submission_callback_secret=SecretStr(SECRET),
    remittance_callback_secret=SecretStr(SECRET),
)


class Api:
    """A client of the service's app in memory, and who calls."""

    def __init__(
        self, client: httpx2.AsyncClient, callers: KnownCallers, bench: RemittanceBench, file_came: asyncio.Event
    ) -> None:
        self.client, self.callers, self.bench, self.file_came = client, callers, bench, file_came

    async def get(self, path: str, permission: str = "ledger:read", *, org_id: object = ORG_A) -> httpx2.Response:
        headers = self.as_person(permission, "GET", path.partition("?")[0], org_id=org_id)
        return await self.client.get(path, headers=headers)

    def as_person(self, permission: str, method: str, path: str, *, org_id: object = ORG_A) -> dict[str, str]:
        assert org_id in (ORG_A, ORG_B)
        token = self.callers.token(permission, method, path, service="remittance", org_id=org_id)  # type: ignore[arg-type]
        return bearer(token)

    async def call_back(self, content: bytes, *, message_id: str = "msg_1", secret: str = SECRET) -> httpx2.Response:
        signed = signatures.sign(secret=secret, message_id=message_id, now=clock.now(), body=content)
        return await self.client.post(f"/v1/callbacks/{ROUTE.id}", content=content, headers=signed)

    async def post(self, path: str, body: object = None, permission: str = "adjustment:write") -> httpx2.Response:
        """Post JSON as a person."""
        return await self.client.post(path, json=body, headers=self.as_person(permission, "POST", path))


@asynccontextmanager
async def an_api(bench: RemittanceBench) -> AsyncIterator[Api]:
    """Give the API on a bench's database."""
    callers = KnownCallers()
    parts = RemittanceParts(
        service="remittance",
        status_of=STATUS_OF,
        database=bench.transactions.database,
        transactions=bench.transactions,
        access=callers,
        keyring=cast(Keyring, None),
        routes={ROUTE.id: ROUTE},
    )
    async with client_of(create_app("remittance", ROUTERS, parts=parts)) as client:
        yield Api(client, callers, bench, parts.file_came)
