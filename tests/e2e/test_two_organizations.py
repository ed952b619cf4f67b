"""Two organizations on one stack: neither sees the other by API, by SQL or by page."""

import httpx2
import pytest

from claimwright import ids
from tests.support.backbone import until
from tests.support.journey import Journey, a_visit, until_known
from tests.support.people import a_second_partner, sign_in_links, signed_in

TABLES_OF_AN_ORGANIZATION = """
    select c.oid::regclass::text as name from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
    where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'access\\_%'
"""
SERVICES = ("intake", "coding", "submission", "remittance", "console")


async def test_another_organizations_claims_encounters_and_events_are_not_there(journey: Journey) -> None:
    answer = (await journey.post(a_visit())).json()
    claim_id = answer["claims"][0]["id"]
    await journey.until_stage(claim_id, "CLOSED")
    stranger = await a_second_partner(journey.stack)

    async with httpx2.AsyncClient(
        base_url=journey.stack.url_of("intake"), headers={"authorization": f"Bearer {stranger.api_key}"}
    ) as other:
        await until_known(other)
        asked = [
            await other.get(f"/v1/encounters/{answer['id']}"),
            await other.get(f"/v1/claims/{claim_id}"),
            await other.patch(
                f"/v1/encounters/{answer['id']}",
                json={"notes": []},
                headers={"if-match": '"1"', "content-type": "application/merge-patch+json"},
            ),
            await other.post(f"/v1/encounters/{answer['id']}/not-billable", json={"reason": "duplicate"}),
        ]
        unknown = await other.get(f"/v1/claims/{ids.text(ids.CLAIM, ids.new())}")
        feed = await other.get("/v1/events")

    assert [each.status_code for each in asked] == [404] * 4
    assert asked[1].json() == unknown.json()
    assert feed.json()["items"] == []


async def test_another_organizations_claim_has_no_page(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit())
    await journey.until_stage(claim_id, "CLOSED")
    stranger = await a_second_partner(journey.stack)
    links = await sign_in_links(journey.stack)

    async with signed_in(links["biller"]) as own:

        async def is_shown() -> bool:
            return (await own.get(f"/claims/{claim_id}")).status_code == 200

        await until(is_shown)  # the console hears of a claim in its own time
    async with signed_in(links["operator"]) as operator:
        renewed = await operator.get("/v1/access/people", params={"org_id": stranger.org_id})
        person = renewed.json()[0]["person_id"]
        link = await operator.post(f"/v1/access/people/{person}/sign-in-link", params={"org_id": stranger.org_id})
    async with signed_in(link.json()["sign_in"]) as other:
        other_page = await other.get(f"/claims/{claim_id}")

    assert other_page.status_code in {403, 404}
    assert "CLOSED" not in other_page.text


@pytest.mark.parametrize("service", SERVICES)
async def test_a_services_role_sees_no_row_of_an_organization_that_is_not_bound(journey: Journey, service: str) -> None:
    await journey.until_stage(await journey.claim_of(a_visit()), "CLOSED")

    seen = await rows_seen(journey, service, bound=None)
    of_a_stranger = await rows_seen(journey, service, bound=str(ids.new()))
    of_its_own = await rows_seen(journey, service, bound=str(ids.parse(ids.ORGANIZATION, journey.org_id)))

    assert sum(seen.values()) == 0
    assert sum(of_a_stranger.values()) == 0
    assert of_its_own[f"{service}.outbox"] > 0


@pytest.mark.parametrize("service", SERVICES)
async def test_a_dropped_policy_does_not_go_unnoticed(journey: Journey, service: str) -> None:
    """The negative control of the test above: with row-level security off on one table, rows are seen."""
    await journey.until_stage(await journey.claim_of(a_visit()), "CLOSED")
    owner = await journey.stack.connect("postgres")
    table = f"{service}.outbox"
    await owner.execute(f"alter table {table} disable row level security")
    try:
        seen = await rows_seen(journey, service, bound=None)
    finally:
        await owner.execute(f"alter table {table} enable row level security")
        await owner.close()

    assert seen[table] > 0


async def rows_seen(journey: Journey, service: str, *, bound: str | None) -> dict[str, int]:
    """Count, as the service's own role, the rows of every organization's table with an organization bound or none."""
    superuser = await journey.stack.connect("postgres")
    names = [row["name"] for row in await superuser.fetch(TABLES_OF_AN_ORGANIZATION, service)]
    await superuser.close()
    connection = await journey.stack.connect(f"svc_{service}")
    counts: dict[str, int] = {}
    try:
        role = await connection.fetchrow("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert role is not None
        assert not role["rolsuper"]
        assert not role["rolbypassrls"]
        for name in names:
            async with connection.transaction():
                if bound is not None:
                    await connection.execute("select set_config('app.org_id', $1, true)", bound)
                counts[name] = await connection.fetchval(f"select count(*) from {name}")
    finally:
        await connection.close()
    return counts
