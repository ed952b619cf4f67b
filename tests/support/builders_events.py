"""The smallest claim events, as the fold takes them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.lifecycle import ClaimEvent

DAY_ONE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class History:
    """A claim's history written down in the order in which things happened; each event names its cause."""

    def __init__(self) -> None:
        self.events: list[ClaimEvent] = []
        self._versions: dict[str, int] = {}

    def add(
        self, type_name: str, *, cause: ClaimEvent | None = None, at: float | None = None, **data: Any
    ) -> ClaimEvent:
        """Append one event; `at` is hours after the first moment, by default one more than the last event's."""
        topic = MODEL_NAMED[type_name].TOPIC
        version = self._versions[topic] = self._versions.get(topic, 0) + 1
        hours = len(self.events) if at is None else at
        event = ClaimEvent(
            id=UUID(int=len(self.events) + 1),
            type=type_name,
            topic=topic,
            version=version,
            occurred_at=DAY_ONE + timedelta(hours=hours),
            causation_id=cause.id if cause else None,
            data=data,
        )
        self.events.append(event)
        return event


def a_sent_claim() -> History:
    """Return the history of a claim of $100.00 up to the moment when its file left."""
    history = History()
    received = history.add("encounter.received.v1", charge_cents=100_00, encounter_id="enc_1", is_complete=True)
    history.add("coding.started.v1", cause=received)
    coded = history.add("claim.coded.v1", cause=received, charge_cents=100_00, encounter_id="enc_1")
    history.add("claim.queued.v1", cause=coded, charge_cents=100_00, encounter_id="enc_1")
    history.add("submission.sent.v1")
    return history


def a_decision(**changes: Any) -> dict[str, Any]:
    """Return the data of a `claim.adjudicated`: $80.00 paid, $15.00 cut, $5.00 the patient's."""
    return {
        "payer_order": 1,
        "payer_count": 1,
        "outcome": "PAID_PARTIAL",
        "outcome_version": 1,
        "charge_cents": 100_00,
        "paid_cents": 80_00,
        "adjusted_cents": 15_00,
        "patient_cents": 5_00,
        "open_cents": 5_00,
    } | changes
