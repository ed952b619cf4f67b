"""Spans as services send them by OTLP over HTTP, kept in memory for a local run: the last traces, and no more."""

import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # stubs for one name are too many
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from claimwright.telemetry import redaction
from claimwright_console.domain.traces import Span, Trace, outline

MOST_TRACES: Final = 500
MOST_SPANS: Final = 2_000
"""Spans of one trace that are kept: a day's file can set off more than a page can show."""
MOST_BYTES: Final = 16 << 20
"""Of one export, once it is unpacked; what is cut off there can't be read and is refused."""
_NOT_KEPT: Final = frozenset(
    {"/healthz", "/readyz", "/metrics", "/static/{version}/{path:path}", "/pipeline/live", "/pipeline", "/traces"}
)
"""Routes that are asked all the time by nobody's act: they would push out the traces that somebody looks for."""
_GZIP: Final = 31  # zlib's word for a gzip header and the largest window


class UnreadableSpans(ValueError):
    """A body that is no OTLP export of spans."""


class TraceStore:
    """The last traces of this run, the longest untouched one dropped first."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, list[Span]] = OrderedDict()

    def add(self, spans: Sequence[Span]) -> None:
        """Keep spans with their traces."""
        for span in spans:
            kept = self._traces.setdefault(span.trace_id, [])
            self._traces.move_to_end(span.trace_id)
            if len(kept) < MOST_SPANS:
                kept.append(span)
        while len(self._traces) > MOST_TRACES:
            self._traces.popitem(last=False)

    def spans_of(self, trace_id: str) -> Sequence[Span]:
        """Return what is kept of one trace."""
        return tuple(self._traces.get(trace_id, ()))

    def newest(self, limit: int) -> list[Trace]:
        """Return the outlines of the traces that began last."""
        outlines = [outline(spans) for spans in self._traces.values()]
        return sorted(outlines, key=lambda trace: -trace.started)[:limit]


def read_spans(body: bytes, *, encoding: str) -> list[Span]:
    """Return the spans of one export.

    Attributes are taken by the list that our own services keep to, so that a foreign sender can't bring more in.
    Errors: UnreadableSpans.
    """
    try:
        plain = zlib.decompressobj(_GZIP).decompress(body, MOST_BYTES) if encoding == "gzip" else body
        request = ExportTraceServiceRequest.FromString(plain)
    except (DecodeError, zlib.error) as error:
        raise UnreadableSpans from error
    return list(_spans(request))


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        service = _attributes(resource.resource.attributes).get("service.name", "unknown")
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = _attributes(span.attributes)
                if attributes.get("http.route") in _NOT_KEPT:
                    continue
                yield Span(
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex() or None,
                    service=service.removeprefix("claimwright-"),
                    name=redaction.clean(span.name),
                    started=span.start_time_unix_nano,
                    ended=max(span.end_time_unix_nano, span.start_time_unix_nano),
                    failed=span.status.code == Status.STATUS_CODE_ERROR,
                    attributes=tuple(
                        (name, redaction.clean(value))
                        for name, value in sorted(attributes.items())
                        if name in redaction.SPAN_KEYS
                    ),
                    links=tuple(dict.fromkeys(link.trace_id.hex() for link in span.links)),
                )


def _attributes(pairs: Sequence[KeyValue]) -> dict[str, str]:
    return {pair.key: _text(pair.value) for pair in pairs}


def _text(value: AnyValue) -> str:
    kind = value.WhichOneof("value")
    return "" if kind is None else str(getattr(value, kind))
