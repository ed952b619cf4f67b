"""Events as Kafka records: CloudEvents 1.0 in binary mode, with our extensions.

The headers say all that is needed to route, order and drop an event, so that nothing has to parse the value first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from claimwright import ids
from claimwright.events.catalog import model_named
from claimwright.events.envelope import EventData, Purpose, Received
from claimwright.events.upcasting import newest_data, newest_name
from claimwright.refusals import Poison

Headers = tuple[tuple[str, bytes], ...]
LARGEST_PAYLOAD: Final = 900_000
"""Bytes. The broker refuses a record above 1 MB, and a refused one spoils its producer."""

_EARLIEST_MS: Final = 1_577_836_800_000  # 2020-01-01
_LATEST_MS: Final = 7_258_118_400_000  # 2200-01-01

FLOOR: Final = "ce_aggfloor"
"""The first version of the key that its publisher still keeps, where that is not the very first."""
MEANT_FOR: Final = "ce_meantfor"
"""On replayed records only: the one consumer that they are sent to again (`coding.access`); others pass over them."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it came from a topic; nothing of it is trusted yet."""

    topic: str
    partition: int
    position: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    stamped_ms: int | None = None  # when it was written to the broker, where that is known


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers of one event say."""

    id: UUID
    type: str
    topic: str
    key: str
    version: int
    floor: int
    org_id: UUID
    occurred_at: datetime
    causation_id: UUID | None
    correlation_id: UUID
    traceparent: str | None
    record: Record
    meant_for: str | None = None

    @property
    def aggregate(self) -> tuple[str, str]:
        """Return what this event is ordered by: its topic and record key."""
        return self.topic, self.key


class EnvelopeUnreadable(Exception):
    """A record whose headers or key are no event of ours. `code` says which part."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def headers_of(
    data: EventData,
    *,
    source: str,
    event_id: UUID,
    org_id: UUID,
    version: int | None,
    occurred_at: datetime,
    causation_id: UUID | None,
    correlation_id: UUID,
    traceparent: str | None,
) -> dict[str, str]:
    """Return the headers of an event that is about to be published; without a version where it is not drawn yet."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": ids.text(ids.EVENT, event_id),
        "ce_source": f"/claimwright/{source}",
        "ce_type": data.TYPE,
        "ce_time": occurred_at.isoformat(),
        "ce_subject": data.record_key,
        "ce_dataschema": _schema_of(data.TYPE),
        "ce_org": ids.text(ids.ORGANIZATION, org_id),
        "ce_correlationid": ids.text(ids.EVENT, correlation_id),
        "content-type": "application/json",
    }
    if version is not None:
        headers["ce_aggversion"] = str(version)
    if causation_id is not None:
        headers["ce_causationid"] = ids.text(ids.EVENT, causation_id)
    if traceparent is not None:
        headers["traceparent"] = traceparent
    return headers


@cache
def _schema_of(event_type: str) -> str:
    """Return where the schema of a type of ours stands among the contracts."""
    name, _, version = event_type.rpartition(".")
    return f"/contracts/events/{name}/{version}/schema.json"


def wire_headers(headers: Mapping[str, str]) -> Headers:
    """Return stored headers as they go onto the wire."""
    return tuple((name, value.encode()) for name, value in headers.items())


def stored_headers(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return a record's headers as text that a JSON column takes, whatever bytes they hold."""
    return {name.replace("\0", ""): value.decode("utf-8", "replace").replace("\0", "") for name, value in headers}


def read_envelope(record: Record) -> Envelope:
    """Return what a record's headers say.

    Errors: EnvelopeUnreadable for a record that was not written by `headers_of`.
    """
    headers = dict(record.headers)
    return Envelope(
        id=_event_id(headers, "ce_id"),
        type=_text(headers, "ce_type"),
        topic=record.topic,
        key=_key(record.key),
        version=_positive(headers, "ce_aggversion"),
        floor=_positive(headers, FLOOR) if FLOOR in headers else 1,
        org_id=_id(headers, "ce_org", ids.ORGANIZATION),
        occurred_at=_moment(headers, "ce_time"),
        causation_id=_id(headers, "ce_causationid", ids.EVENT) if "ce_causationid" in headers else None,
        correlation_id=_id(headers, "ce_correlationid", ids.EVENT),
        traceparent=_text(headers, "traceparent") if "traceparent" in headers else None,
        record=record,
        meant_for=_text(headers, MEANT_FOR) if MEANT_FOR in headers else None,
    )


def read_event(envelope: Envelope) -> Received | None:
    """Return the event with its data typed, or None for a type that this version does not know.

    Unknown fields are ignored: a newer publisher may add some. An earlier version is read as the newest.
    Errors: Poison when the value is no JSON of this shape.
    """
    newest = newest_name(envelope.type)
    model = model_named(newest)
    if model is None:
        return None
    try:
        value = from_json(envelope.record.value or b"")
        data = model.model_validate(newest_data(envelope.type, value["data"])[1], extra="ignore")
        sealed = {Purpose(purpose): str(text) for purpose, text in value["sealed"].items()}
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        # Not chained: the cause's text may quote the value.
        raise Poison("event_data_unreadable") from None
    return Received(
        id=envelope.id,
        type=newest,
        topic=envelope.topic,
        key=envelope.key,
        version=envelope.version,
        org_id=envelope.org_id,
        occurred_at=envelope.occurred_at,
        causation_id=envelope.causation_id,
        correlation_id=envelope.correlation_id,
        traceparent=envelope.traceparent,
        data=data,
        sealed=sealed,
        published=None if newest == envelope.type else (envelope.type, value["data"]),
    )


def _text(headers: Mapping[str, bytes], name: str) -> str:
    try:
        return headers[name].decode("ascii")
    except (KeyError, UnicodeDecodeError):
        raise EnvelopeUnreadable(f"header_unreadable:{name}") from None


def _key(key: bytes | None) -> str:
    try:
        text = (key or b"").decode("ascii")
    except UnicodeDecodeError:
        raise EnvelopeUnreadable("key_unreadable") from None
    if not text or "\0" in text:
        raise EnvelopeUnreadable("key_unreadable")
    return text


def _id(headers: Mapping[str, bytes], name: str, prefix: str) -> UUID:
    try:
        return ids.parse(prefix, _text(headers, name))
    except ids.MalformedId:
        raise EnvelopeUnreadable(f"header_unreadable:{name}") from None


def _event_id(headers: Mapping[str, bytes], name: str) -> UUID:
    value = _id(headers, name, ids.EVENT)
    if value.version != 7 or not _EARLIEST_MS <= value.int >> 80 < _LATEST_MS:  # its time chooses the inbox partition
        raise EnvelopeUnreadable(f"header_unreadable:{name}")
    return value


def _positive(headers: Mapping[str, bytes], name: str) -> int:
    text = _text(headers, name)
    if not text.isdigit() or len(text) > 18 or int(text) == 0:
        raise EnvelopeUnreadable(f"header_unreadable:{name}")
    return int(text)


def _moment(headers: Mapping[str, bytes], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(headers, name))
    except ValueError:
        raise EnvelopeUnreadable(f"header_unreadable:{name}") from None
    if moment.tzinfo is None:
        raise EnvelopeUnreadable(f"header_unreadable:{name}")
    return moment.astimezone(UTC)
