"""Which column a stage stands in, and when a claim is stuck."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from claimwright.events.lifecycle_words import Stage
from claimwright_console.domain.board import columns
from claimwright_console.domain.pipeline import FINISHED, STAGES, Column, column_of, stuck_since

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Counted:
    count: int
    oldest: datetime = NOON
    stuck: int = 0
    open_cents: int = 0


def test_every_stage_is_in_one_column_or_finished() -> None:
    in_columns = [stage for stages in STAGES.values() for stage in stages]

    assert sorted([*in_columns, *FINISHED]) == sorted(Stage)


@pytest.mark.parametrize("stage", sorted(FINISHED))
def test_a_finished_claim_is_never_stuck(stage: Stage) -> None:
    assert column_of(stage) is None
    assert stuck_since(stage, entered_at=NOON, due_at=NOON) is None


def test_a_due_date_goes_before_the_usual_time_of_a_stage() -> None:
    due = NOON + timedelta(days=9)

    assert stuck_since(Stage.CODING, entered_at=NOON, due_at=due) == due
    assert stuck_since(Stage.CODING, entered_at=NOON, due_at=None) == NOON + timedelta(days=2)


def test_a_move_within_a_column_crosses_no_edge() -> None:
    moves = [
        (None, Stage.RECEIVED, 5),
        (Stage.RECEIVED, Stage.CODING, 4),
        (Stage.CODING, Stage.SCRUB_FAILED, 1),
        (Stage.CODING, Stage.READY, 3),
        (Stage.PATIENT_BALANCE, Stage.CLOSED, 2),
    ]

    figures = {one.column: (one.came_in, one.went_out) for one in columns({}, moves)}

    assert figures == {
        Column.INTAKE: (5, 4),
        Column.CODING: (4, 3),
        Column.SUBMISSION: (3, 0),
        Column.ACKNOWLEDGED: (0, 0),
        Column.REMITTANCE: (0, 0),
        Column.PATIENT: (0, 2),
    }


def test_a_column_adds_its_stages_and_shows_the_eldest() -> None:
    earlier = NOON - timedelta(hours=3)

    made = columns(
        {Stage.QUEUED: Counted(2, oldest=earlier), Stage.TRANSMITTED: Counted(3, stuck=1), Stage.CODING: Counted(1)}, []
    )

    submission = next(one for one in made if one.column is Column.SUBMISSION)
    assert (submission.count, submission.oldest, submission.stuck, submission.health) == (5, earlier, 1, "stuck")
    assert [one.health for one in made] == ["empty", "busy", "stuck", "empty", "empty", "empty"]
