"""Traces: one from the request over every event that it caused; attributes by allow-list, no texts of exceptions.

The names of messaging attributes are OpenTelemetry's, pinned here and in `redaction.SPAN_KEYS`.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes

from claimwright.settings import ProcessSettings
from claimwright.telemetry import redaction

SAMPLED_SHARE: Final = 0.05
"""Of traces that begin here, in production where no other share is told: enough to see a slow day by."""
MOST_LINKS: Final = 128
ASK: Final = "x-trace"
"""A request with `X-Trace: 1` is traced whatever the share: somebody looks into one case."""
ASKED_A_SECOND: Final = 10
"""Requests a second and process that are traced since they ask for it; asking is open to everybody."""
_NAME: Final = "claimwright"
_TRACEPARENT: Final = re.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def configure(service: str, settings: ProcessSettings) -> None:
    """Make spans in this process, and send them by OTLP over HTTP when there is somewhere to send them."""
    provider = TracerProvider(
        sampler=WantedOrShare(ParentBased(TraceIdRatioBased(share_of(settings)))),
        resource=Resource.create({"service.name": f"claimwright-{service}"}),
        shutdown_on_exit=True,
    )
    if settings.otlp_endpoint is not None:
        exporter = ScrubbedExporter(OTLPSpanExporter(endpoint=settings.otlp_endpoint, timeout=5))
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)


def share_of(settings: ProcessSettings) -> float:
    """Return which share is recorded of the traces that begin here."""
    if settings.traced_share is not None:
        return settings.traced_share
    return SAMPLED_SHARE if settings.is_production else 1.0


def tracer() -> trace.Tracer:
    """Return our tracer of the provider that is configured."""
    return _tracer_of(trace.get_tracer_provider())


@lru_cache(maxsize=1)
def _tracer_of(provider: trace.TracerProvider) -> trace.Tracer:
    """Return our tracer of a provider, which makes a new one each time that it is asked."""
    return provider.get_tracer(_NAME)


_WANTED: Final = otel_context.create_key("claimwright-wanted")


class WantedOrShare(Sampler):
    """Samples what is wanted in any case (errors, parked events, `X-Trace: 1`), and of the rest what another says."""

    def __init__(self, share: Sampler) -> None:
        self._share = share

    def should_sample(  # noqa: PLR0917 - the SDK calls it by position
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Return whether a span is recorded; whoever goes on with its trace then records too."""
        if otel_context.get_value(_WANTED, parent_context):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, trace_state)
        return self._share.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        """Return how this sampler is named."""
        return f"WantedOrShare({self._share.get_description()})"


class Asking:
    """Counts the requests that ask to be traced, so that asking costs no more than it may."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._second = 0
        self._count = 0

    def is_granted(self, asked: str | None) -> bool:
        """Return whether a request with this header is traced whatever the share."""
        if asked != "1":
            return False
        second = int(self._monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count <= ASKED_A_SECOND


class ScrubbedExporter(SpanExporter):
    """Passes spans on without what a patient's words could be in: whoever made the span, and whatever they put in."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans of allowed attributes."""
        return self._inner.export([scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        """Close the inner exporter."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._inner.force_flush(timeout_millis)


def scrubbed(span: ReadableSpan) -> ReadableSpan:
    """Return a span with allowed attributes, the types of its exceptions, and a status without words."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes),
        events=[Event(event.name, _exception_type(event.attributes), event.timestamp) for event in span.events],
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def current_traceparent() -> str | None:
    """Return the W3C `traceparent` of the current span, or None outside of any."""
    return traceparent_of(current())


def traceparent_of(context: SpanContext) -> str | None:
    """Return a span's place in its trace as W3C text."""
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def parse(traceparent: str | None) -> SpanContext | None:
    """Return the place that a W3C `traceparent` names, or None for anything else.

    Source: W3C Trace Context, level 1, 3.2.
    """
    if traceparent is None or _TRACEPARENT.fullmatch(traceparent) is None:
        return None
    return _place(traceparent)


def is_left_out(traceparent: str | None) -> bool:
    """Return whether a trace is not sampled: its events make no spans, and only its place is handed on."""
    place = parse(traceparent)
    return place is not None and not place.trace_flags.sampled


@lru_cache(maxsize=4096)
def _place(traceparent: str) -> SpanContext | None:
    """Return the place that a well-formed text names: only such a one is remembered, whatever callers send."""
    _, trace_id, span_id, flags = traceparent.split("-")
    context = SpanContext(
        trace_id=int(trace_id, 16), span_id=int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return context if context.is_valid else None


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: SpanContext | None = None,
    links: Iterable[SpanContext] = (),
    attributes: Mapping[str, str | int] | None = None,
    is_wanted: bool = False,
) -> Iterator[Span]:
    """Make a span the current one; an exception that passes marks it with its type and no words.

    `is_wanted` records it whatever share of traces is sampled, and with it what it causes.
    """
    around = None if parent is None else trace.set_span_in_context(NonRecordingSpan(parent))
    if is_wanted:
        around = otel_context.set_value(_WANTED, value=True, context=around)
    made = tracer().start_span(
        name,
        context=around,
        kind=kind,
        attributes=attributes,
        links=[Link(link) for link in links],
        record_exception=False,
        set_status_on_exception=False,
    )
    token = otel_context.attach(trace.set_span_in_context(made))
    try:
        yield made
    except BaseException as error:
        made.set_attribute("error.type", redaction.error_type(error))
        made.set_status(StatusCode.ERROR)
        raise
    finally:
        otel_context.detach(token)
        made.end()


def tell(
    name: str, place: SpanContext | None, *, error: str | None, attributes: Mapping[str, str | int] | None = None
) -> None:
    """Record in any case that something went wrong at a place in a trace, also where the trace is not sampled.

    `error` is a type or code, never a text.
    """
    with span(name, parent=place, attributes=attributes, is_wanted=True) as made:
        if error is not None:
            made.set_attribute("error.type", error)
            made.set_status(StatusCode.ERROR)


@contextmanager
def send_span(service: str, traceparents: Sequence[str | None]) -> Iterator[Span]:
    """Make the one span of a relay's batch, linked to the traces of its events."""
    with span(
        f"send {service}",
        kind=SpanKind.PRODUCER,
        links=_links(traceparents),
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.batch.message_count": len(traceparents),
        },
    ) as made:
        yield made


@contextmanager
def batch_span(consumer: str, topic: str, count: int, traceparents: Iterable[str | None]) -> Iterator[Span]:
    """Make the one span of a consumer's batch, linked to the traces of its events."""
    with span(
        f"process {topic}",
        kind=SpanKind.CONSUMER,
        links=_links(traceparents),
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": consumer,
            "messaging.batch.message_count": count,
        },
    ) as made:
        yield made


def current() -> SpanContext:
    """Return the place of the current span."""
    return trace.get_current_span().get_span_context()


@contextmanager
def event_span(
    name: str,
    traceparent: str | None,
    attributes: Mapping[str, str | int] | None = None,
    *,
    batch: SpanContext | None = None,
) -> Iterator[Span]:
    """Go on with the trace of one event: a span when that trace is sampled, else only its place, for what it causes.

    `batch` is what the event came with, when that is not the current span.
    """
    parent = parse(traceparent)
    if parent is not None and not parent.trace_flags.sampled:
        token = otel_context.attach(trace.set_span_in_context(NonRecordingSpan(parent)))
        try:
            yield trace.get_current_span()
        finally:
            otel_context.detach(token)
        return
    batch = batch or current()
    links = [batch] if batch.is_valid and parent is not None else []
    around = parent or (batch if batch.is_valid else None)
    with span(name, kind=SpanKind.CONSUMER, parent=around, links=links, attributes=attributes) as made:
        yield made


def _links(traceparents: Iterable[str | None]) -> list[SpanContext]:
    contexts = (context for text in traceparents if (context := parse(text)) is not None)
    return list(islice(contexts, MOST_LINKS))


def _allowed(attributes: Mapping[str, object] | None) -> dict[str, str | int | float | bool]:
    kept: dict[str, str | int | float | bool] = {}
    for key, value in (attributes or {}).items():
        if key not in redaction.SPAN_KEYS:
            continue
        if isinstance(value, str):
            kept[key] = redaction.clean(value)
        elif isinstance(value, bool | int | float):
            kept[key] = value
    return kept


def _exception_type(attributes: Mapping[str, object] | None) -> dict[str, str]:
    kind = (attributes or {}).get("exception.type")
    return {"exception.type": kind} if isinstance(kind, str) else {}
