"""Once under a key: stored bytes again, another body refused, in flight told at once; all in the effect's transaction.

Seen to fail: without the lock the second request waited for the first; without the comparison of the bodies another
body got the first one's answer; with every answer kept, the mended body was refused.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from httpx2 import AsyncClient
from sqlalchemy import text

from claimwright.findings import Finding
from claimwright.http import idempotency
from claimwright.http.app import create_app
from claimwright.http.models import Body
from claimwright.http.parts import AppParts, Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import problem
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright.security.caller import Caller
from claimwright.settings import EdgeSettings
from tests.support.edge import Edge
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION, KnownCallers, bearer, client_of

JSON = {"content-type": "application/json"}


class Thing(Body):
    """What is posted."""

    name: str


class Gate:
    """Holds an act open until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()


def an_app(edge: Edge, known: KnownCallers, gate: Gate) -> FastAPI:
    """Return an app with one act, whose effect is a row of the audit trail."""
    router = Router()

    @router.post("/v1/things", status_code=202)
    async def post(
        thing: Thing, request: Request, parts: Parts, caller: Annotated[Caller, requires("encounter:write")]
    ) -> Response:
        async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:

            async def act() -> Response:
                if thing.name == "wrong":
                    return problem([Finding(code="name_wrong", says="This name is wrong.")])
                await audit.record(work, action="thing.made", object=thing.name)
                gate.entered.set()
                await gate.open.wait()
                if thing.name == "crash":
                    raise ValueError
                number = (await work.execute(text("select count(*) from audit"))).scalar_one()
                return JSONResponse({"id": thing.name, "number": number}, 202, {"etag": '"1"', "x-other": "no"})

            return await idempotency.once(work, request, act)

    @router.post("/v1/other-things", status_code=202)
    async def post_other(
        thing: Thing, request: Request, parts: Parts, caller: Annotated[Caller, requires("encounter:write")]
    ) -> Response:
        return await post(thing, request, parts, caller)

    parts = AppParts(
        service="intake",
        database=edge.database,
        transactions=edge.transactions,
        access=known,
        keyring=edge.keyring,
        limits=EdgeSettings(longest_database_wait_ms=10_000),  # nobody is turned away for the pool's sake here
    )
    return create_app("intake", (router,), parts=parts)


@pytest.fixture
def known() -> KnownCallers:
    return KnownCallers()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def client(edge: Edge, known: KnownCallers, gate: Gate) -> AsyncIterator[AsyncClient]:
    async with client_of(an_app(edge, known, gate)) as client:
        client.headers |= bearer(known.add_key()) | JSON
        yield client


async def effects(edge: Edge) -> int:
    root = await edge.root()
    count: int = await root.fetchval("select count(*) from intake.audit")
    await root.close()
    return count


def under(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def test_the_same_body_again_gets_the_stored_bytes_and_has_no_second_effect(
    client: AsyncClient, edge: Edge
) -> None:
    first = await client.post("/v1/things", content=b'{"name":"a"}', headers=under("k"))
    again = await client.post("/v1/things", content=b'{"name":"a"}', headers=under("k"))

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert (again.headers["etag"], again.headers["content-type"]) == ('"1"', first.headers["content-type"])
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await effects(edge) == 1


async def test_another_body_under_the_key_is_refused_even_by_one_space(client: AsyncClient, edge: Edge) -> None:
    await client.post("/v1/things", content=b'{"name":"a"}', headers=under("k"))

    other = await client.post("/v1/things", content=b'{"name": "a"}', headers=under("k"))

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await effects(edge) == 1


async def test_a_request_under_way_is_told_at_once_and_not_waited_for(
    client: AsyncClient, edge: Edge, gate: Gate
) -> None:
    gate.open.clear()
    first = asyncio.create_task(client.post("/v1/things", content=b'{"name":"a"}', headers=under("k")))
    await gate.entered.wait()

    second = await asyncio.wait_for(client.post("/v1/things", content=b'{"name":"a"}', headers=under("k")), 2)
    gate.open.set()
    done = await first
    third = await client.post("/v1/things", content=b'{"name":"a"}', headers=under("k"))

    assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_in_flight")
    assert second.headers["retry-after"] == "1"
    assert (done.status_code, third.content) == (202, done.content)
    assert await effects(edge) == 1


async def test_twenty_at_once_have_one_effect(client: AsyncClient, edge: Edge) -> None:
    answers = await asyncio.gather(
        *(client.post("/v1/things", content=b'{"name":"a"}', headers=under("k")) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert await effects(edge) == 1


async def test_a_refused_body_can_be_mended_under_the_same_key(client: AsyncClient, edge: Edge) -> None:
    refused = await client.post("/v1/things", content=b'{"name":"wrong"}', headers=under("k"))
    mended = await client.post("/v1/things", content=b'{"name":"right"}', headers=under("k"))

    assert (refused.status_code, mended.status_code) == (422, 202)
    assert await effects(edge) == 1


async def test_an_act_that_crashed_left_neither_effect_nor_answer(client: AsyncClient, edge: Edge) -> None:
    crashed = await client.post("/v1/things", content=b'{"name":"crash"}', headers=under("k"))
    kept = await client.post("/v1/things", content=b'{"name":"fine"}', headers=under("k"))

    assert (crashed.status_code, kept.status_code) == (500, 202)
    assert await effects(edge) == 1


async def test_a_key_is_of_its_organization_and_route(client: AsyncClient, known: KnownCallers, edge: Edge) -> None:
    stranger = bearer(known.add_key(OTHER_ORGANIZATION))
    first = await client.post("/v1/things", content=b'{"name":"a"}', headers=under("k"))

    other_organization = await client.post("/v1/things", content=b'{"name":"b"}', headers=under("k") | stranger)
    other_route = await client.post("/v1/other-things", content=b'{"name":"c"}', headers=under("k"))

    assert {first.status_code, other_organization.status_code, other_route.status_code} == {202}
    assert await effects(edge) == 3


async def test_without_a_key_each_request_acts(client: AsyncClient, edge: Edge) -> None:
    for _ in range(2):
        await client.post("/v1/things", content=b'{"name":"a"}')

    assert await effects(edge) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_cannot_be_used_is_refused(client: AsyncClient, key: str) -> None:
    answer = await client.post("/v1/things", content=b'{"name":"a"}', headers=under(key))

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_malformed")


async def test_what_a_partner_put_into_the_key_is_not_stored(client: AsyncClient, edge: Edge) -> None:
    await client.post("/v1/things", content=b'{"name":"a"}', headers=under("MRN-QZYXWVUT"))

    root = await edge.root()
    rows = await root.fetch("select * from intake.http_idempotency")
    await root.close()
    assert len(rows) == 1
    assert b"QZYXWVUT" not in json.dumps(dict(rows[0]), default=repr).encode()
    assert rows[0]["org_id"] == TEST_ORGANIZATION
    assert json.loads(rows[0]["headers"]).keys() == {"content-type", "etag"}
