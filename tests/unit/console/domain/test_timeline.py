"""A claim's timeline, its way through the columns, its journey, and the raw bytes behind an entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from claimwright.events.lifecycle import ClaimEvent, fold, fold_by_steps, in_order
from claimwright.events.lifecycle_words import Stage
from claimwright_console.domain.journey import Stay, journey
from claimwright_console.domain.raw import raw_file
from claimwright_console.domain.timeline import files_of, rail, timeline
from tests.support.builders_claims import a_billed_claim, a_claim_file
from tests.support.builders_events import a_sent_claim

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Logged:
    id: UUID
    type: str = "coding.started.v1"
    topic: str = "claimwright.coding"
    key: str = "clm_1"
    occurred_at: datetime = NOON
    version: int = 1
    causation_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def test_an_effect_of_the_same_moment_stands_after_its_cause() -> None:
    cause, effect = Logged(UUID(int=9), topic="claimwright.zulu"), Logged(UUID(int=1), causation_id=UUID(int=9))

    items = timeline([effect, cause], [], only_moves=False)

    assert [item.row.id for item in items] == [cause.id, effect.id]
    assert items[1].cause == cause


def test_the_story_is_what_moved_the_claim() -> None:
    first, second = Logged(UUID(int=1)), Logged(UUID(int=2), occurred_at=NOON + timedelta(days=1))

    items = timeline([first, second], [Stay(Stage.CODING, NOON, second.id)], only_moves=True)

    assert [(item.row.id, item.moved_to, item.starts_day) for item in items] == [(second.id, Stage.CODING, True)]


def test_a_circle_of_causes_ends() -> None:
    one, other = Logged(UUID(int=1), causation_id=UUID(int=2)), Logged(UUID(int=2), causation_id=UUID(int=1))

    assert len(timeline([one, other], [], only_moves=False)) == 2


def test_files_are_those_that_events_name() -> None:
    rows = [
        Logged(UUID(int=1), data={"file": {"artifact_id": "art_sent"}}),
        Logged(UUID(int=2), data={"artifact_id": "art_sent", "answer": {"artifact_id": "art_answer"}}),
        Logged(UUID(int=3), data={"file_id": "fil_835"}),
    ]

    assert files_of(rows) == {"art_sent", "art_answer", "fil_835"}


def test_the_rail_shows_done_here_and_ahead() -> None:
    stays = [Stay(stage, NOON, UUID(int=1)) for stage in (Stage.RECEIVED, Stage.CODING, Stage.QUEUED)]

    assert [step.state for step in rail(stays, Stage.QUEUED)] == ["done", "done", "here", "ahead", "ahead", "ahead"]
    stopped = rail([*stays, Stay(Stage.PAYER_REJECTED, NOON, UUID(int=1))], Stage.PAYER_REJECTED)
    assert [step.state for step in stopped] == ["done", "done", "done", "stopped", "ahead", "ahead"]
    closed = rail([*stays, Stay(Stage.CLOSED, NOON, UUID(int=1))], Stage.CLOSED)
    assert [step.state for step in closed] == ["done", "done", "done", "ahead", "ahead", "ahead"]


def journey_of(events: list[ClaimEvent]) -> list[Stay]:
    ordered = in_order(events)
    axes, stages = fold_by_steps(ordered)
    assert axes == fold(events)
    return journey(ordered, stages)


def test_a_journey_is_the_stages_of_ever_longer_beginnings() -> None:
    events = in_order(a_sent_claim().events)
    stages = [fold(events[:count]).stage for count in range(1, len(events) + 1)]
    entered = [
        event for event, before, stage in zip(events, [None, *stages], stages, strict=False) if stage is not before
    ]

    stays = journey_of(events)

    assert [stay.event_id for stay in stays] == [event.id for event in entered]
    assert [stay.stage for stay in stays][-1] is Stage.TRANSMITTED


def test_an_event_that_comes_late_changes_the_journey_behind_it() -> None:
    events: list[ClaimEvent] = a_sent_claim().events

    before, after = journey_of([*events[:1], *events[2:]]), journey_of(events)

    assert Stage.CODING not in [stay.stage for stay in before]
    assert Stage.CODING in [stay.stage for stay in after]


def test_raw_bytes_are_marked_with_a_little_around_them() -> None:
    data = a_claim_file(a_billed_claim())
    start = data.index(b"CLM*")

    shown = raw_file(data, start=start, end=start + 1)

    marked = [line for line in shown.segments if line.is_marked]
    assert [line.text[:4] for line in marked] == ["CLM*"]
    assert len(shown.segments) == 13
    assert shown.byte_count == len(data)


def test_with_no_bytes_asked_for_a_file_is_shown_from_its_start() -> None:
    shown = raw_file(a_claim_file(a_billed_claim()), start=0, end=0)

    assert shown.segments[0].text.startswith("ISA*")
    assert not any(line.is_marked for line in shown.segments)
