"""The canary: planted names, numbers, dates and notes are driven through good, bad and crashing requests.

Afterwards no log, span, metric, topic, header, URL, error body or database page holds any of them, in any form.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.canary import FIRST_NAME, LAST_NAME, MEMBER, PLANTED, Hit, a_canary, forms_of, search, search_files
from tests.support.journey import Journey, journey_on
from tests.support.people import sign_in_links, signed_in
from tests.support.stack import TestStack

SERVICES = ("intake", "coding", "submission", "remittance", "console")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[TestStack]:
    """A stack whose files nobody else writes into."""
    stack = TestStack.at(tmp_path / "state")
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


async def test_planted_values_are_found_nowhere_but_in_sealed_places(own_stack: TestStack) -> None:
    async with journey_on(own_stack) as journey:
        answers = await bad_requests(journey)
        answers += await crashing_requests(journey)
        claim_id = await journey.claim_of(a_canary())
        await journey.until_stage(claim_id, "CLOSED", within=120)
        told = [journey.client.get(f"/v1/claims/{claim_id}"), journey.client.get("/v1/events")]
        answers += await asyncio.gather(*told)

    hits = [hit for answer in answers for hit in search(f"answer {answer.status_code}", whole(answer))]
    hits += await hits_in_pages(own_stack, claim_id)
    hits += await hits_in_metrics(own_stack)
    hits += await hits_in_catalogs(own_stack)
    await checkpoint(own_stack)
    await own_stack.stop()
    hits += search_files([own_stack.places.state])

    assert hits == []
    assert {answer.status_code for answer in answers} >= {400, 401, 404, 409, 413, 415, 422, 500}


def test_the_search_finds_each_form_of_each_planted_value(tmp_path: Path) -> None:
    """The negative control: a leak of any kind would be seen."""
    for value in PLANTED:
        for form, content in forms_of(value):
            (tmp_path / "log").write_bytes(b"\x00before" + content + b"after\xff")
            assert any(hit.value == value for hit in search_files([tmp_path])), (value, form)


def whole(answer: httpx2.Response) -> bytes:
    """Return status, headers and body of an answer."""
    return repr(answer.headers.multi_items()).encode() + answer.content


async def bad_requests(journey: Journey) -> list[httpx2.Response]:
    """Send everything that is refused, each with planted values in it."""
    client, good = journey.client, a_canary(external_id="canary-refused-1")
    person = good["patient"]
    json_type = {"content-type": "application/json"}
    bad_bodies = [
        good | {"patient": person | {"birth_date": f"not a date {LAST_NAME}"}},
        good | {"patient": person | {"name": {"last": f"{LAST_NAME}~CLM*1", "first": FIRST_NAME}}},
        good | {"patient": person | {LAST_NAME: FIRST_NAME}},
        good | {"coverages": [{"member_id": MEMBER * 20}]},
        good | {LAST_NAME: MEMBER},
        good | {"lines": [{"procedure_code": LAST_NAME, "charge_cents": MEMBER}]},
        good | {"billing_provider": {"npi": MEMBER}},
        [good],
    ]
    answers = [await client.post("/v1/encounters", json=body) for body in bad_bodies]
    raw = str(good).encode()
    answers += [
        await client.post("/v1/encounters", content=raw, headers=json_type),
        await client.post(
            "/v1/encounters", content=b'{"a": NaN, "b": "' + LAST_NAME.encode() + b'"}', headers=json_type
        ),
        await client.post("/v1/encounters", content=raw, headers={"content-type": "text/plain"}),
        await client.post("/v1/encounters", content=raw * 3000, headers=json_type),
        await client.post("/v1/encounters", json=good, headers={"authorization": f"Bearer {MEMBER}"}),
        await client.post("/v1/files", content=raw, headers={"content-type": "application/edi-x12"}),
        await client.get("/v1/encounters/enc_unknown"),
    ]
    repeated = a_canary(external_id="canary-refused-2")
    await client.post("/v1/encounters", json=repeated)
    answers.append(await client.post("/v1/encounters", json=repeated | {"place_of_service": "22"}))
    answers.append(await client.post("/v1/encounters", json=repeated | {"external_id": "canary-3", "coverages": []}))
    return answers


async def crashing_requests(journey: Journey) -> list[httpx2.Response]:
    """Post while the database refuses the insert, so that an exception with values in it is on its way."""
    superuser = await journey.stack.connect("postgres")
    await superuser.execute("revoke insert on intake.encounter from svc_intake")
    try:
        return [await journey.post(a_canary(external_id="canary-crash"))]
    finally:
        await superuser.execute("grant insert on intake.encounter to svc_intake")
        await superuser.close()


async def hits_in_pages(stack: TestStack, claim_id: str) -> list[Hit]:
    """Look at the console's pages as a biller who reveals nothing."""
    hits: list[Hit] = []
    async with signed_in((await sign_in_links(stack))["biller"]) as biller:
        for path in ("/", "/pipeline", "/claims", f"/claims/{claim_id}", "/events", "/parked", "/traces"):
            answer = await biller.get(path)
            hits += search(f"page {path}", whole(answer))
    return hits


async def hits_in_metrics(stack: TestStack) -> list[Hit]:
    hits: list[Hit] = []
    async with httpx2.AsyncClient(timeout=10) as client:
        for service in SERVICES:
            hits += search(f"metrics of {service}", (await client.get(f"{stack.url_of(service)}/metrics")).content)
    return hits


async def hits_in_catalogs(stack: TestStack) -> list[Hit]:
    """Look at what PostgreSQL keeps of statements."""
    superuser = await stack.connect("postgres")
    try:
        rows = await superuser.fetch("select query from pg_stat_activity")
        return [hit for row in rows for hit in search("pg_stat_activity", (row["query"] or "").encode())]
    finally:
        await superuser.close()


async def checkpoint(stack: TestStack) -> None:
    """Bring every page of the database onto the disk."""
    superuser = await stack.connect("postgres")
    await superuser.execute("checkpoint")
    await superuser.close()
