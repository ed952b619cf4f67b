"""Which requests leave a trace when none is sampled by its share: those that fail here, and those that ask.

Seen to fail: without `tracing.tell` in the last catch, and without `is_wanted` at the edge.
"""

from collections.abc import Iterator

import pytest
from httpx2 import ASGITransport, AsyncClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import Tracer
from starlette.types import Receive, Scope, Send

from claimwright.http.edge import Edge
from claimwright.telemetry import tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=tracing.WantedOrShare(ParentBased(ALWAYS_OFF)))
    provider.add_span_processor(SimpleSpanProcessor(tracing.ScrubbedExporter(exporter)))
    made: Tracer = provider.get_tracer("test")
    monkeypatch.setattr(tracing, "tracer", lambda: made)
    yield exporter
    provider.shutdown()


async def an_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 204, or fail with words that must not leave."""
    if scope["path"] == "/fails":
        raise ValueError("QZYXWVUT")
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(path: str, headers: dict[str, str]) -> int:
    transport = ASGITransport(app=Edge(an_app, most_in_flight=8), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://edge.test") as client:
        return (await client.get(path, headers=headers)).status_code


async def test_a_usual_request_leaves_none(exported: InMemorySpanExporter) -> None:
    assert await ask("/", {}) == 204
    assert exported.get_finished_spans() == ()


async def test_a_request_that_asks_is_traced(exported: InMemorySpanExporter) -> None:
    await ask("/", {"x-trace": "1"})

    (span,) = exported.get_finished_spans()
    assert (span.attributes or {})["http.response.status_code"] == 204


async def test_a_request_that_fails_is_told_in_the_trace_that_it_came_with(exported: InMemorySpanExporter) -> None:
    assert await ask("/fails", {"traceparent": f"00-{TRACE}-b7ad6b7169203331-00"}) == 500

    (span,) = exported.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == TRACE
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert "QZYXWVUT" not in span.to_json()
