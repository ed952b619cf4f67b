"""What is published can be read again, and what is no event of ours is told apart before anything is done with it."""

import json
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from claimwright import ids
from claimwright.events import catalog
from claimwright.events.envelope import EventData, Purpose
from claimwright.messaging.envelope import (
    Envelope,
    EnvelopeUnreadable,
    Record,
    headers_of,
    read_envelope,
    read_event,
    stored_headers,
    wire_headers,
)
from claimwright.refusals import Poison

EVENT, ORG, CAUSE, BEGINNING = (ids.new() for _ in range(4))
WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Weighed(EventData):
    TYPE: ClassVar[str] = "test.weighed.v1"
    TOPIC: ClassVar[str] = "claimwright.intake"
    KEY: ClassVar[str] = "thing"

    thing: str
    grams: int


VALUE = {"data": {"thing": "thing-1", "grams": 3}, "sealed": {}}


def _record(headers: dict[str, str] | None = None, value: object = VALUE, key: bytes | None = b"thing-1") -> Record:
    written = headers_of(
        Weighed(thing="thing-1", grams=3),
        source="intake",
        event_id=EVENT,
        org_id=ORG,
        version=4,
        occurred_at=WHEN,
        causation_id=CAUSE,
        correlation_id=BEGINNING,
        traceparent=TRACE,
    )
    told = {name: text for name, text in (written | (headers or {})).items() if text != "-"}
    return Record(
        topic="claimwright.intake",
        partition=2,
        position=17,
        key=key,
        value=json.dumps(
            value if value is not None else {"data": {"thing": "thing-1", "grams": 3}, "sealed": {}}
        ).encode(),
        headers=wire_headers(told),
    )


def test_an_event_comes_out_as_it_went_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog.MODEL_NAMED, Weighed.TYPE, Weighed)
    value = {"data": {"thing": "thing-1", "grams": 3}, "sealed": {"identity": "c2VhbGVk"}}

    received = read_event(read_envelope(_record(value=value)))

    assert received is not None
    assert (received.id, received.org_id, received.version) == (EVENT, ORG, 4)
    assert (received.causation_id, received.correlation_id) == (CAUSE, BEGINNING)
    assert (received.occurred_at, received.traceparent) == (WHEN, TRACE)
    assert received.data == Weighed(thing="thing-1", grams=3)
    assert received.sealed == {Purpose.IDENTITY: "c2VhbGVk"}


def test_a_field_that_a_newer_publisher_added_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog.MODEL_NAMED, Weighed.TYPE, Weighed)
    value = {"data": {"thing": "thing-1", "grams": 3, "ounces": 1}, "sealed": {}}

    received = read_event(read_envelope(_record(value=value)))

    assert received is not None
    assert received.data == Weighed(thing="thing-1", grams=3)


def test_a_type_that_this_version_does_not_know_is_no_error() -> None:
    assert read_event(read_envelope(_record({"ce_type": "test.from_the_future.v9"}))) is None


@pytest.mark.parametrize("value", [[], {"data": {}}, {"data": {"thing": "x", "grams": "many"}, "sealed": {}}, "text"])
def test_a_value_of_another_shape_is_poison_that_quotes_nothing(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog.MODEL_NAMED, Weighed.TYPE, Weighed)

    with pytest.raises(Poison) as poison:
        read_event(read_envelope(_record(value=value)))

    assert poison.value.reason == "event_data_unreadable"
    assert poison.value.__cause__ is None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ce_id": "evt_x"}, "header_unreadable:ce_id"),
        ({"ce_id": ids.text("evt", ids.UUID(int=0))}, "header_unreadable:ce_id"),
        ({"ce_org": "-"}, "header_unreadable:ce_org"),
        ({"ce_aggversion": "0"}, "header_unreadable:ce_aggversion"),
        ({"ce_aggversion": "-1"}, "header_unreadable:ce_aggversion"),
        ({"ce_aggversion": "9" * 40}, "header_unreadable:ce_aggversion"),
        ({"ce_time": "yesterday"}, "header_unreadable:ce_time"),
        ({"ce_time": "2026-03-01T12:30:00"}, "header_unreadable:ce_time"),
        ({"ce_type": "é"}, "header_unreadable:ce_type"),
    ],
)
def test_headers_that_are_not_ours_are_named(headers: dict[str, str], code: str) -> None:
    with pytest.raises(EnvelopeUnreadable) as unreadable:
        read_envelope(_record(headers))

    assert unreadable.value.code == code


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"a\0b"])
def test_a_record_without_a_readable_key_is_no_event(key: bytes | None) -> None:
    with pytest.raises(EnvelopeUnreadable, match="key_unreadable"):
        read_envelope(_record(key=key))


def test_headers_of_any_bytes_can_be_stored_as_text() -> None:
    assert stored_headers([("a\0", b"\xffx\0y")]) == {"a": "\N{REPLACEMENT CHARACTER}xy"}


def test_a_replayed_record_tells_its_floor() -> None:
    envelope: Envelope = read_envelope(_record({"ce_aggfloor": "4"}))

    assert envelope.floor == 4
