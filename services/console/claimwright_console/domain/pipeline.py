"""The six columns of the pipeline: which stages stand in each, and how long a claim may stand there.

A claim that stands longer is stuck, whatever the lag of any consumer is: stuck is a rule about time in a stage.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from claimwright.events.lifecycle_words import Stage


class Column(StrEnum):
    """Where a claim is, as broadly as the pipeline shows it."""

    INTAKE = "intake"
    CODING = "coding"
    SUBMISSION = "submission"
    ACKNOWLEDGED = "acknowledged"
    REMITTANCE = "remittance"
    PATIENT = "patient"


TITLES: Final[Mapping[Column, str]] = {
    Column.INTAKE: "Intake",
    Column.CODING: "Coding",
    Column.SUBMISSION: "Submission",
    Column.ACKNOWLEDGED: "Acknowledged",
    Column.REMITTANCE: "Remittance",
    Column.PATIENT: "Patient billing",
}

HOLDS: Final[Mapping[Column, str]] = {
    Column.INTAKE: "Encounters that came in, and those that lack a fact.",
    Column.CODING: "Codes being checked, and claims that an edit stops.",
    Column.SUBMISSION: "Ready, queued or sent, with no answer yet.",
    Column.ACKNOWLEDGED: "A clearinghouse or payer answered; no decision yet.",
    Column.REMITTANCE: "Decided and posted; something is still open.",
    Column.PATIENT: "All payers are final; the patient owes the rest.",
}

STAGES: Final[Mapping[Column, tuple[Stage, ...]]] = {
    Column.INTAKE: (Stage.RECEIVED, Stage.INCOMPLETE),
    Column.CODING: (Stage.CODING, Stage.CODING_QUERY, Stage.SCRUB_FAILED, Stage.HELD),
    Column.SUBMISSION: (
        Stage.READY,
        Stage.QUEUED,
        Stage.TRANSMITTED,
        Stage.TRANSMIT_UNKNOWN,
        Stage.FILE_REJECTED,
    ),
    Column.ACKNOWLEDGED: (
        Stage.CH_ACCEPTED,
        Stage.CH_REJECTED,
        Stage.PAYER_RECEIVED,
        Stage.PAYER_ACCEPTED,
        Stage.PAYER_REJECTED,
        Stage.PENDED,
        Stage.INFO_REQUESTED,
    ),
    Column.REMITTANCE: (Stage.ADJUDICATED, Stage.NEXT_PAYER_PENDING, Stage.VOID_PENDING),
    Column.PATIENT: (Stage.PATIENT_BALANCE,),
}

FINISHED: Final = frozenset({Stage.NOT_BILLABLE, Stage.CLOSED, Stage.VOIDED, Stage.REPLACED})

LONGEST: Final[Mapping[Stage, timedelta]] = {
    Stage.RECEIVED: timedelta(minutes=10),  # no person is waited for here
    Stage.CODING: timedelta(days=2),
    Stage.READY: timedelta(minutes=10),
    Stage.QUEUED: timedelta(minutes=10),
    Stage.TRANSMIT_UNKNOWN: timedelta(minutes=10),
    Stage.TRANSMITTED: timedelta(hours=2),  # a 999 comes within minutes
    Stage.CH_ACCEPTED: timedelta(days=2),  # a payer's 277CA takes up to two business days
    Stage.PAYER_RECEIVED: timedelta(days=30),  # until a payer's own days to pay are known
    Stage.PAYER_ACCEPTED: timedelta(days=30),
    Stage.ADJUDICATED: timedelta(days=3),
}
"""How long a claim may stand in a stage that waits for no due date. Stages that are not here have an owner and one."""

_COLUMN_OF: Final = {stage: column for column, stages in STAGES.items() for stage in stages}


def column_of(stage: Stage) -> Column | None:
    """Return the column that a stage stands in, or None for a claim whose work is over."""
    return _COLUMN_OF.get(stage)


def stuck_since(stage: Stage, *, entered_at: datetime, due_at: datetime | None) -> datetime | None:
    """Return from when on a claim counts as stuck: its due date, or the end of what its stage may take."""
    if stage in FINISHED:
        return None
    if due_at is not None:
        return due_at
    longest = LONGEST.get(stage)
    return entered_at + longest if longest else None
