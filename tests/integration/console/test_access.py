"""The access authority: what it publishes, what counts at once, and who may do what."""

import json

from sqlalchemy import text

from claimwright import ids
from claimwright.events.access import ApiKeyIssued
from claimwright.events.envelope import PLATFORM
from claimwright.security.access import Access
from tests.support.console import TestConsole


async def published(console: TestConsole, org: str) -> list[str]:
    """Return the types in the outbox of one organization, in order."""
    async with console.core.transactions.begin(org_id=ids.parse(ids.ORGANIZATION, org), actor="test") as work:
        rows = await work.execute(text("select type from outbox order by seq"))
        return list(rows.scalars())


async def test_the_first_start_publishes_everything_that_services_wait_for(console: TestConsole) -> None:
    organization = ids.text(ids.ORGANIZATION, console.org_id)

    assert await published(console, organization) == [
        "organization.created.v1",
        "data_key.wrapped.v1",
        "data_key.wrapped.v1",
        "data_key.wrapped.v1",
        "api_key.issued.v1",
    ]
    assert await published(console, ids.text(ids.ORGANIZATION, PLATFORM)) == [
        "data_key.wrapped.v1",
        "signing_key.published.v1",
    ]
    assert await Access(console.core.database).why_not_ready() is None


async def test_a_keys_text_is_shown_once_and_kept_nowhere(console: TestConsole) -> None:
    async with console.browser("admin") as admin:
        made = (await admin.post("/v1/access/keys", json={"scopes": ["claim:read"]})).json()
        listed = (await admin.get("/v1/access/keys")).json()

    secret = made["key"].rpartition("_")[2]
    async with console.core.transactions.begin(org_id=console.org_id, actor="test") as work:
        payloads = (await work.execute(text("select convert_from(payload, 'utf8') from outbox"))).scalars().all()
    assert [key["scopes"] for key in listed if key["key_id"] == made["key_id"]] == [["claim:read"]]
    assert secret not in json.dumps(listed)
    assert not any(secret in payload for payload in payloads)


async def test_a_revoked_key_counts_no_more_and_revoking_it_again_is_refused(console: TestConsole) -> None:
    async with console.browser("admin") as admin:
        key_id = (await admin.post("/v1/access/keys", json={})).json()["key_id"]
        first = await admin.post(f"/v1/access/keys/{key_id}/revoke")
        second = await admin.post(f"/v1/access/keys/{key_id}/revoke")

    known = await Access(console.core.database).api_key(key_id)
    assert known is not None
    assert known.revoked_at is not None
    assert (first.status_code, second.status_code) == (204, 404)


async def test_a_key_gets_no_scope_that_is_not_a_partners(console: TestConsole) -> None:
    async with console.browser("admin") as admin:
        answer = await admin.post("/v1/access/keys", json={"scopes": ["claim:read", "identity:read"]})

    assert answer.status_code == 422
    assert answer.json()["code"] == "scope_not_for_partners"


async def test_only_the_operator_makes_organizations_and_test_is_for_good(console: TestConsole) -> None:
    body = {"name": "Oak Clinic", "kind": "live"}
    async with console.browser("admin") as admin, console.browser("operator") as operator:
        refused = await admin.post("/v1/access/organizations", json=body)
        made = (await operator.post("/v1/access/organizations", json=body)).json()
        key = (await operator.post("/v1/access/keys", params={"org_id": made["org_id"]}, json={})).json()["key"]
        seen_by_admin = (await admin.get("/v1/access/organizations")).json()
        seen_by_operator = (await operator.get("/v1/access/organizations")).json()

    assert refused.status_code == 403
    assert key.startswith("cw_live_")
    assert [one["name"] for one in seen_by_admin] == [console.handover.organization]
    assert {one["name"] for one in seen_by_operator} == {console.handover.organization, "Oak Clinic"}
    assert (await published(console, made["org_id"]))[0] == "organization.created.v1"


async def test_an_admin_can_not_act_on_another_organization(console: TestConsole) -> None:
    other = ids.text(ids.ORGANIZATION, ids.new())
    async with console.browser("admin") as admin:
        answers = [
            await admin.get("/v1/access/people", params={"org_id": other}),
            await admin.post("/v1/access/keys", params={"org_id": other}, json={}),
            await admin.post("/v1/access/people", params={"org_id": other}, json={"role": "biller", "name": "X"}),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_a_new_person_signs_in_by_their_link_and_is_stored_sealed(console: TestConsole) -> None:
    async with console.browser("admin") as admin:
        body = {"role": "poster", "name": "Ottoline Farrow", "email": "ottoline@clinic.test"}
        made = (await admin.post("/v1/access/people", json=body)).json()
        listed = (await admin.get("/v1/access/people")).text

    async with console.browser() as browser:
        answer = await browser.post("/sign-in", data={"token": made["sign_in"].partition("#")[2]})
        page = await browser.get("/claims")
    async with console.core.transactions.begin(org_id=console.org_id, actor="test") as work:
        stored = (await work.execute(text("select encode(name || email, 'escape') from person"))).scalars().all()

    assert answer.status_code == 303
    assert "Poster" in page.text
    assert "Ottoline" not in listed + "".join(one or "" for one in stored)


async def test_an_act_is_in_the_trail_of_its_organization(console: TestConsole) -> None:
    async with console.browser("admin") as admin:
        key_id = (await admin.post("/v1/access/keys", json={})).json()["key_id"]

    actor, action, about = (await console.audited())[-1]
    assert actor.startswith("per_")
    assert (action, about) == ("api_key.issued", key_id)


async def test_no_page_shows_a_keys_hash_or_a_wrapped_key(console: TestConsole) -> None:
    data = ApiKeyIssued(
        org_id=ids.text(ids.ORGANIZATION, console.org_id), key_id="k1", sha256="f" * 64, scopes=("claim:read",)
    )
    event = await console.hear(data)

    async with console.browser("auditor") as browser:
        page = (await browser.get(f"/events/{ids.text(ids.EVENT, event.id)}")).text

    assert "claim:read" in page
    assert "f" * 64 not in page
