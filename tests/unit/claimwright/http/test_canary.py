"""Unmistakable words in queries, paths, bodies, headers and crashes: none of them in any span, log line or answer.

Seen to fail: with FastAPI's own `telemetry` left on, its spans told the query; with the path in place of the route's
template, the log did.
"""

import io
import logging as standard
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from claimwright.http.app import create_app
from claimwright.http.models import Body
from claimwright.http.parts import AppParts
from claimwright.http.permissions import requires
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright.telemetry import logging, tracing
from tests.support.http import UNUSED_DATABASE, KnownCallers, bearer, client_of

SECRET = "QZYXWVUT"
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Patient(Body):
    """What is posted."""

    name: str
    note: str = ""


def a_router(seen: list[str | None]) -> Router:
    router = Router()

    @router.post("/v1/patients/{patient}")
    async def post(
        patient: str, body: Patient, _caller: Annotated[Caller, requires("encounter:write")], q: str = ""
    ) -> dict[str, str]:
        seen.append(tracing.current_traceparent())
        if body.note == "crash":
            raise ValueError(f"no such patient: {patient} {body.name} {q}")
        return {"id": "enc_1"}

    return router


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    """All spans that anybody makes, before any scrubbing."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    yield exporter
    processor.shutdown()


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = standard.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    logging.configure("intake", "debug", stream=stream)
    yield stream
    root.handlers, root.level = before


async def test_nothing_that_a_caller_sends_is_told(exported: InMemorySpanExporter, logged: io.StringIO) -> None:
    known, seen = KnownCallers(), list[str | None]()
    key = known.add_key()
    none: Any = None
    parts = AppParts(service="intake", database=UNUSED_DATABASE, transactions=none, access=known, keyring=none)
    async with client_of(create_app("intake", (a_router(seen),), parts=parts)) as client:
        client.headers |= bearer(key) | {"x-patient": SECRET, "user-agent": SECRET}
        paths = (f"/v1/patients/{SECRET}?q={SECRET}", f"/{SECRET}", f"/v1/patients/{SECRET}/x?q={SECRET}")
        bodies = ({"name": SECRET}, {"name": SECRET, "note": "crash"}, {"name": 1, SECRET: SECRET}, SECRET)
        answers = [await client.post(path, json=body) for path in paths for body in bodies]
        answers.append(await client.post(f"/v1/patients/{SECRET}", content=SECRET.encode()))
        answers.append(await client.request("QZYXWVUT", "/v1/patients/x"))
        figures = (await client.get("/metrics")).text

    spans = [span.to_json() for span in exported.get_finished_spans()]
    assert {answer.status_code for answer in answers} == {200, 404, 405, 415, 422, 500}
    assert len(spans) >= len(answers)
    assert SECRET not in "".join(spans)
    assert SECRET not in logged.getvalue()
    assert key not in logged.getvalue() + "".join(spans)
    assert SECRET not in figures
    assert all(SECRET not in answer.text for answer in answers)


async def test_the_trace_of_the_caller_goes_on_inside(exported: InMemorySpanExporter) -> None:
    known, seen = KnownCallers(), list[str | None]()
    none: Any = None
    parts = AppParts(service="intake", database=UNUSED_DATABASE, transactions=none, access=known, keyring=none)
    async with client_of(create_app("intake", (a_router(seen),), parts=parts)) as client:
        client.headers |= bearer(known.add_key())
        await client.post("/v1/patients/1", json={"name": "x"}, headers={"traceparent": f"00-{TRACE}-{'1' * 16}-01"})
        await client.post("/v1/patients/1", json={"name": "x"}, headers={"traceparent": f"00-{SECRET}-1"})

    continued, begun = seen
    assert continued is not None
    assert begun is not None
    assert continued[3:35] == TRACE
    assert begun[3:35] != TRACE
    (span, _) = exported.get_finished_spans()
    assert span.name == "POST /v1/patients/{patient}"
    assert (span.attributes or {})["http.response.status_code"] == 200
