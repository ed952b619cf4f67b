"""Parked events over HTTP: seen by their organization, released or skipped by who may, and audited.

Seen to fail: with `audit.record` left out of `skip`, the reason was lost; with row-level security off, the other
organization saw the key.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from claimwright import clock, ids
from claimwright.http import parked
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from tests.support.edge import Edge
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION, KnownCallers, bearer, client_of

SERVICE = "intake"


@pytest.fixture
def known() -> KnownCallers:
    return KnownCallers()


@pytest.fixture
async def client(edge: Edge, known: KnownCallers) -> AsyncIterator[AsyncClient]:
    parts = AppParts(
        service=SERVICE, database=edge.database, transactions=edge.transactions, access=known, keyring=edge.keyring
    )
    async with client_of(create_app(SERVICE, (parked.router,), parts=parts)) as client:
        yield client


async def park(edge: Edge, key: str, *, versions: int = 1, state: str = "dead") -> None:
    """Put events of a key into the parking table, as the consumer leaves them."""
    root = await edge.root()
    for version in range(1, versions + 1):
        await root.execute(
            "insert into intake.parked (org_id, consumer, topic, key, version, event_id, type, partition, position,"
            " headers, payload, reason, attempts, state, parked_at)"
            " values ($1, 'work', 'claimwright.coding', $2, $3, $4, 'claim.scrub_passed.v1', 0, $3, '{}', '', $5, 5,"
            " $6, $7)",
            TEST_ORGANIZATION,
            key,
            version,
            ids.new(),
            "key_unknown" if version == 1 else "queued_behind",
            state if version == 1 else "waiting",
            clock.now() - timedelta(minutes=5),
        )
    await root.close()


def person(known: KnownCallers, method: str, path: str, permission: str = "parked:write") -> dict[str, str]:
    return bearer(known.token(permission, method, path, service=SERVICE))


async def test_a_parked_key_is_shown_with_why_and_since_when(
    client: AsyncClient, edge: Edge, known: KnownCallers
) -> None:
    await park(edge, "clm_1", versions=3)

    answer = await client.get("/v1/parked", headers=person(known, "GET", "/v1/parked", "parked:read"))

    (item,) = answer.json()["items"]
    assert (item["consumer"], item["key"], item["event_type"]) == ("work", "clm_1", "claim.scrub_passed.v1")
    assert (item["reason"], item["attempts"], item["waiting"], item["state"]) == ("key_unknown", 5, 2, "dead")
    assert 299 <= item["age_seconds"] <= 320


async def test_pages_lead_through_all_keys_once(client: AsyncClient, edge: Edge, known: KnownCallers) -> None:
    for number in range(5):
        await park(edge, f"clm_{number}")

    seen, after, pages = [], None, 0
    while pages == 0 or after:
        answer = await client.get(
            "/v1/parked",
            params={"limit": 2} | ({"after": after} if after else {}),
            headers=person(known, "GET", "/v1/parked", "parked:read"),
        )
        seen += [item["key"] for item in answer.json()["items"]]
        after = answer.json().get("next")
        pages += 1

    assert seen == [f"clm_{number}" for number in range(5)]
    assert pages == 3


async def test_another_organization_sees_and_frees_nothing(
    client: AsyncClient, edge: Edge, known: KnownCallers
) -> None:
    await park(edge, "clm_1")
    path = "/v1/parked/work/clm_1/release"

    listed = await client.get(
        "/v1/parked",
        headers=bearer(known.token("parked:read", "GET", "/v1/parked", service=SERVICE, org_id=OTHER_ORGANIZATION)),
    )
    released = await client.post(
        path, headers=bearer(known.token("parked:write", "POST", path, service=SERVICE, org_id=OTHER_ORGANIZATION))
    )

    assert listed.json()["items"] == []
    assert (released.status_code, released.json()["code"]) == (404, "nothing_parked")


async def test_a_release_lets_the_key_be_tried_at_once_and_is_audited(
    client: AsyncClient, edge: Edge, known: KnownCallers
) -> None:
    await park(edge, "clm_1", versions=2)
    path = "/v1/parked/work/clm_1/release"

    answer = await client.post(path, headers=person(known, "POST", path))

    root = await edge.root()
    rows = await root.fetch("select version, state, next_try <= now() as due from intake.parked order by version")
    trail = await root.fetchrow("select action, object, actor_kind from intake.audit")
    await root.close()
    assert answer.status_code == 204
    assert [tuple(row) for row in rows] == [(1, "retry", True), (2, "waiting", None)]
    assert tuple(trail or ()) == ("parked.released", "work/clm_1", "person")


async def test_a_skip_needs_a_reason_drops_the_oldest_event_and_is_audited(
    client: AsyncClient, edge: Edge, known: KnownCallers
) -> None:
    await park(edge, "clm_1", versions=2)
    path = "/v1/parked/work/clm_1/skip"

    without = await client.post(path, json={}, headers=person(known, "POST", path))
    answer = await client.post(path, json={"reason": "sent by a test partner"}, headers=person(known, "POST", path))

    root = await edge.root()
    versions = await root.fetch("select version from intake.parked")
    trail = await root.fetch("select action, object, reason from intake.audit")
    await root.close()
    assert (without.status_code, answer.status_code) == (422, 204)
    assert [row["version"] for row in versions] == [2]
    assert [tuple(row) for row in trail] == [("parked.skipped", "work/clm_1", "sent by a test partner")]


async def test_who_may_see_may_not_free(client: AsyncClient, edge: Edge, known: KnownCallers) -> None:
    await park(edge, "clm_1")
    path = "/v1/parked/work/clm_1/release"

    answer = await client.post(path, headers=person(known, "POST", path, "parked:read"))

    assert answer.status_code == 403
