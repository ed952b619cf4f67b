"""Spans by OTLP over HTTP, as the stock exporter sends them."""

import gzip

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from claimwright_console.gateways.traces import MOST_TRACES, TraceStore
from tests.support.console import TestConsole

PROTOBUF = {"content-type": "application/x-protobuf"}


def spans() -> list[ReadableSpan]:
    """Return a request's span with a child, an attribute that may be shown and one that may not."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "claimwright-intake"}))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("POST /v1/encounters") as parent:
        parent.set_attribute("http.route", "/v1/encounters")
        parent.set_attribute("url.query", "q=QUILLFEATHER")
        with tracer.start_as_current_span("encounter.received"):
            pass
    return list(kept.get_finished_spans())


async def test_spans_are_shown_as_bars_with_allowed_attributes_alone(console: TestConsole) -> None:
    sent = spans()
    trace_id = f"{sent[0].context.trace_id:032x}" if sent[0].context else ""
    body = encode_spans(sent).SerializeToString()

    async with console.browser() as exporter:
        plain = await exporter.post("/v1/traces", content=body, headers=PROTOBUF)
        packed = await exporter.post(
            "/v1/traces", content=gzip.compress(body), headers=PROTOBUF | {"content-encoding": "gzip"}
        )
        broken = await exporter.post("/v1/traces", content=b"\xff\xff", headers=PROTOBUF)
    async with console.browser("biller") as browser:
        listed = (await browser.get("/traces")).text
        page = (await browser.get(f"/traces/{trace_id}")).text

    assert [plain.status_code, packed.status_code, broken.status_code] == [200, 200, 400]
    assert "POST /v1/encounters" in listed
    assert "encounter.received" in page
    assert "http.route" in page
    assert "QUILLFEATHER" not in page


async def test_spans_are_taken_from_exporters_alone(console: TestConsole) -> None:
    # Seen to fail while any form on any page could post bytes here.
    async with console.browser() as somebody:
        from_a_page = await somebody.post("/v1/traces", content=b"", headers=PROTOBUF | {"sec-fetch-site": "same-site"})
        as_a_form = await somebody.post("/v1/traces", content=b"", headers={"content-type": "text/plain"})
        without = await somebody.post("/v1/traces", content=b"")

    assert [answer.status_code for answer in (from_a_page, as_a_form, without)] == [403, 415, 415]


async def test_receiving_spans_makes_no_span(console: TestConsole) -> None:
    async with console.browser() as exporter:
        answer = await exporter.post("/v1/traces", content=b"", headers=PROTOBUF)

    assert answer.status_code == 200
    assert "x-request-id" not in answer.headers, "it went through the edge, which makes a span of each request"


def test_only_the_last_traces_are_kept() -> None:
    from claimwright_console.domain.traces import Span

    store = TraceStore()
    for number in range(MOST_TRACES + 3):
        store.add([Span(f"{number:032x}", "1", None, "intake", "x", number, number + 1, failed=False)])

    assert len(store.newest(MOST_TRACES * 2)) == MOST_TRACES
    assert store.spans_of(f"{0:032x}") == ()
