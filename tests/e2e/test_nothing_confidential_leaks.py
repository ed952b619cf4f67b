"""The canary: planted names, numbers, dates and notes are driven through good, bad and crashing requests.

Afterwards no log, span, metric, topic, header, URL, error body or database page holds any of them, in any form.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from claimwright import clock
from claimwright.events.topics import INTAKE, Service
from deploy.stack.kafka_properties import MECHANISM
from deploy.stack.ports import HOST
from deploy.stack.postgres_roles import DATABASE
from deploy.stack.secret_files import password
from deploy.stack.topics import user_of
from tests.support.canary import (
    CONTROL,
    FIRST_NAME,
    LAST_NAME,
    MEMBER,
    PLANTED,
    Hit,
    a_canary,
    forms_of,
    search,
    search_dump,
    search_files,
)
from tests.support.journey import Journey, journey_on
from tests.support.people import sign_in_links, signed_in
from tests.support.postgres_programs import run_program
from tests.support.stack import TestStack

SERVICES = ("intake", "coding", "submission", "remittance", "console")

CONTROLS = {
    "list of traces": re.compile(r"page /traces$"),
    "trace": re.compile(r"page /traces/[0-9a-f]{32}$"),
    "log": re.compile(r"state/logs/remittance\.log$"),
    "table on disk": re.compile(r"state/postgres/.*base/\d+/\d+$"),
    "dump": re.compile(r"dump$"),
    "record": re.compile(r"state/kafka/.*claimwright\.intake-\d+/\d+\.log$"),
}
"""Where the control value is laid, and how the search names the place."""

_TRACE_LINK = re.compile(r'"(/traces/[0-9a-f]{32})"')

pytestmark = pytest.mark.timeout(420)


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
    """The search looks at answers, pages, traces, metrics, catalogs, a dump and every file of the stack.

    At the end a control value is laid by hand into a trace, a log file, a table and a record, and has to be found in
    each, or the search does not look there.
    """
    stack = own_stack
    async with journey_on(stack) as journey:
        answers = await bad_requests(journey)
        answers += await crashing_requests(journey)
        hits, parked_claim = await crashing_consumer(journey)
        claim_id = await journey.claim_of(a_canary())
        for each in (parked_claim, claim_id):
            await journey.until_stage(each, "CLOSED", within=120)
        told = [journey.client.get(f"/v1/claims/{claim_id}"), journey.client.get("/v1/events")]
        answers += await asyncio.gather(*told)
    await lay_into_a_trace(stack)

    hits += [hit for answer in answers for hit in search(f"answer {answer.status_code}", whole(answer))]
    hits += await hits_in_pages(stack, claim_id)
    hits += await hits_in_metrics(stack)
    hits += await hits_in_catalogs(stack)
    await stack.stop(SERVICES)  # nobody is left to read the record that is laid
    await lay_into_files(stack)
    hits += search_dump(await run_program(stack, "pg_dump", "--data-only", "--no-password", DATABASE))
    await checkpoint(stack)
    await stack.stop()
    hits += search_files([stack.places.state])

    found_control = {hit.place for hit in hits if hit.value == CONTROL}
    assert {kind for kind, begins in CONTROLS.items() if any(map(begins.match, found_control))} == CONTROLS.keys()
    assert [hit for hit in hits if hit.value != CONTROL] == []
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


async def crashing_consumer(journey: Journey) -> tuple[list[Hit], str]:
    """Let coding fail at an event with planted content until it is parked, look at it, and let it go on."""
    superuser = await journey.stack.connect("postgres")
    await superuser.execute("revoke insert on coding.coding_case from svc_coding")
    try:
        claim_id = await journey.claim_of(a_canary(external_id="canary-parked"))
        deadline = time.monotonic() + 60
        while not await superuser.fetchval("select exists (select from coding.parked where key = $1)", claim_id):
            assert time.monotonic() < deadline, "coding did not park the event"
            await asyncio.sleep(0.1)
        hits = await hits_in_pages(journey.stack, claim_id)
        dump = await run_program(
            journey.stack, "pg_dump", "--data-only", "--no-password", "--table", "coding.*", DATABASE
        )
        assert claim_id.encode() in dump
        return hits + search_dump(dump), claim_id
    finally:
        await superuser.execute("grant insert on coding.coding_case to svc_coding")
        # Looking may take long enough for the next try to be an hour away.
        await superuser.execute("update coding.parked set next_try = clock_timestamp() where state = 'retry'")
        await superuser.close()


async def hits_in_pages(stack: TestStack, claim_id: str) -> list[Hit]:
    """Look at the console's pages as a biller who reveals nothing, and at every trace that they link."""
    hits: list[Hit] = []
    traces: set[str] = set()
    async with signed_in((await sign_in_links(stack))["biller"]) as biller:
        for path in ("/", "/pipeline", "/claims", f"/claims/{claim_id}", "/events", "/parked", "/traces"):
            answer = await biller.get(path)
            assert answer.is_success or path == "/", path
            hits += search(f"page {path}", whole(answer))
            traces |= set(_TRACE_LINK.findall(answer.text))
        assert traces
        for path in sorted(traces):
            answer = await biller.get(path)
            assert answer.status_code == 200, path
            hits += search(f"page {path}", whole(answer))
    return hits


async def lay_into_a_trace(stack: TestStack) -> None:
    """Send the console a span that is named by the control value."""
    now = int(clock.now().timestamp() * 1_000_000_000)
    span = Span(
        trace_id=os.urandom(16), span_id=os.urandom(8), name=CONTROL, start_time_unix_nano=now, end_time_unix_nano=now
    )
    export = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])])
    async with httpx2.AsyncClient(timeout=10, headers={"content-type": "application/x-protobuf"}) as client:
        answer = await client.post(f"{stack.url_of('console')}/v1/traces", content=export.SerializeToString())
    assert answer.status_code == 200


async def lay_into_files(stack: TestStack) -> None:
    """Lay the control value into a log, into two rows of a table, one of them compressed, and into a record."""
    with stack.log_of("remittance").open("a") as log:
        log.write(f"{CONTROL}\n")
    superuser = await stack.connect("postgres")
    try:
        await superuser.execute("create table public.control (content text)")
        rows = [(f"short {CONTROL}",), (f"{'long ' * 2000}{CONTROL.lower()}",)]
        await superuser.executemany("insert into public.control values ($1)", rows)
    finally:
        await superuser.close()
    user = user_of(Service.INTAKE)
    producer = AIOKafkaProducer(
        bootstrap_servers=f"{HOST}:{stack.ports.kafka}",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=MECHANISM,
        sasl_plain_username=user,
        sasl_plain_password=password(stack.places.secrets, f"kafka_{user}"),
    )
    await producer.start()
    try:
        await producer.send_and_wait(INTAKE, b"{}", key=b"harmless", headers=[("control", CONTROL.encode())])
    finally:
        await producer.stop()


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
