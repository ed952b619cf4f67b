"""How an event looks on the wire: others read this without our code."""

from datetime import UTC, datetime
from uuid import UUID

from claimwright.events.access import ApiKeyRevoked
from claimwright.messaging.envelope import headers_of

EVENT = UUID("01960000-0000-7000-8000-000000000001")
ORG = UUID("01960000-0000-7000-8000-000000000002")


def test_headers_are_cloudevents_in_binary_mode_with_our_extensions() -> None:
    headers = headers_of(
        ApiKeyRevoked(org_id="org_1", key_id="key_1"),
        source="console",
        event_id=EVENT,
        org_id=ORG,
        version=3,
        occurred_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        causation_id=EVENT,
        correlation_id=EVENT,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )

    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": "evt_01jr000000e008000000000001",
        "ce_source": "/claimwright/console",
        "ce_type": "api_key.revoked.v1",
        "ce_time": "2026-03-01T12:30:00+00:00",
        "ce_subject": "org_1",
        "ce_dataschema": "/contracts/events/api_key.revoked/v1/schema.json",
        "ce_org": "org_01jr000000e008000000000002",
        "ce_aggversion": "3",
        "ce_correlationid": "evt_01jr000000e008000000000001",
        "ce_causationid": "evt_01jr000000e008000000000001",
        "content-type": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
