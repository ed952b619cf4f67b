"""What the routes answer with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from claimwright import ids
from claimwright.http.models import Answer


class FilePlace(Answer):
    """Where a claim, or what was said of it, stands in a file: control numbers, segment, bytes (end exclusive)."""

    interchange_control: str
    group_control: str | None
    set_control: str | None
    segment: int
    byte_start: int
    byte_end: int


class AcknowledgmentView(Answer):
    """One answer for one try. `attempt_was_over` marks one that came when the claim had left that file behind."""

    artifact_id: str
    kind: str
    says: str
    verdict: str
    codes: list[str]
    statuses: list[dict[str, str | None]]
    payer_claim_control_number: str | None
    clearinghouse_trace_number: str | None
    attempt_was_over: bool
    answered_at: datetime
    received_at: datetime
    place: FilePlace


class AttemptView(Answer):
    """One try: the file, where its transport is, and what was answered."""

    id: str
    ordinal: int
    is_live: bool
    encounter_version: int
    artifact_id: str
    route_id: str
    usage_indicator: str
    transport: str
    tries: int
    built_at: datetime
    sent_at: datetime | None
    place: FilePlace
    acknowledgments: list[AcknowledgmentView]


class SubmissionView(Answer):
    """One claim to one payer order with one frequency.

    `queued_version` below `encounter_version` says that the encounter was amended after the claim was billed.
    """

    id: str
    payer_order: int
    frequency: str
    patient_control_number: str | None
    stage: str
    reason: str | None
    owner: str | None
    due_at: datetime | None
    encounter_id: str
    encounter_version: int
    queued_version: int | None
    route_id: str | None
    charge_cents: int
    line_count: int
    payer_count: int
    attempts: list[AttemptView]


class ClaimView(Answer):
    """A claim as submission knows it."""

    id: str
    submissions: list[SubmissionView]


class ArtifactView(Answer):
    """A file that has to do with a claim, and where in it the claim stands."""

    id: str
    direction: Literal["sent", "received"]
    kind: str
    sha256: str
    byte_count: int
    state: str
    at: datetime
    place: FilePlace


class ClaimArtifacts(Answer):
    """The files of a claim, the oldest first."""

    items: list[ArtifactView]


class UnmatchedView(Answer):
    """A file that came in and has something without a home here: which kinds, and the codes of why."""

    id: str
    route_id: str
    came_by: str
    sha256: str
    byte_count: int
    kinds: list[str]
    reasons: list[str]
    owner: str | None
    due_at: datetime | None
    received_at: datetime


class Rebuilt(Answer):
    """The submission waits for its next file."""

    id: str
    stage: str


Rows = Mapping[UUID, Sequence[Row[Any]]]


def submission_view(row: Row[Any], attempts: Rows, acknowledgments: Rows) -> SubmissionView:
    """Return one submission with its tries."""
    return SubmissionView(
        id=ids.text(ids.SUBMISSION, row.id),
        payer_order=row.payer_order,
        frequency=row.frequency,
        patient_control_number=row.patient_control_number,
        stage=row.stage,
        reason=row.reason,
        owner=row.owner,
        due_at=row.due_at,
        encounter_id=ids.text(ids.ENCOUNTER, row.encounter_id),
        encounter_version=row.encounter_version,
        queued_version=row.queued_version,
        route_id=row.route_id,
        charge_cents=row.charge_cents,
        line_count=row.line_count,
        payer_count=row.payer_count,
        attempts=[_attempt_view(each, acknowledgments) for each in attempts.get(row.id, ())],
    )


def artifact_views(attempts: Rows, acknowledgments: Rows) -> list[ArtifactView]:
    """Return the files of a claim: those that carried it, and those that answered."""
    sent = [
        ArtifactView(
            id=ids.text(ids.ARTIFACT, row.artifact_id),
            direction="sent",
            kind="837P",
            sha256=row.sha256,
            byte_count=row.byte_count,
            state=row.transport,
            at=row.built_at,
            place=_place_of_attempt(row),
        )
        for rows in attempts.values()
        for row in rows
    ]
    received = [
        ArtifactView(
            id=ids.text(ids.ARTIFACT, row.answer_id),
            direction="received",
            kind=row.kind,
            sha256=row.sha256,
            byte_count=row.byte_count,
            state="read",
            at=row.received_at,
            place=_place_of_answer(row),
        )
        for rows in acknowledgments.values()
        for row in rows
    ]
    return sorted([*sent, *received], key=lambda each: (each.at, each.id))


def unmatched_view(row: Row[Any]) -> UnmatchedView:
    """Return one file without a home."""
    return UnmatchedView(
        id=ids.text(ids.ARTIFACT, row.id),
        route_id=row.route_id,
        came_by=row.came_by,
        sha256=row.sha256,
        byte_count=row.byte_count,
        kinds=row.kinds,
        reasons=row.reasons,
        owner=row.owner,
        due_at=row.due_at,
        received_at=row.received_at,
    )


def _attempt_view(row: Row[Any], acknowledgments: Rows) -> AttemptView:
    return AttemptView(
        id=ids.text(ids.ATTEMPT, row.id),
        ordinal=row.ordinal,
        is_live=row.is_live,
        encounter_version=row.encounter_version,
        artifact_id=ids.text(ids.ARTIFACT, row.artifact_id),
        route_id=row.route_id,
        usage_indicator=row.usage_indicator,
        transport=row.transport,
        tries=row.tries,
        built_at=row.built_at,
        sent_at=row.sent_at,
        place=_place_of_attempt(row),
        acknowledgments=[_acknowledgment_view(each) for each in acknowledgments.get(row.id, ())],
    )


def _acknowledgment_view(row: Row[Any]) -> AcknowledgmentView:
    return AcknowledgmentView(
        artifact_id=ids.text(ids.ARTIFACT, row.answer_id),
        kind=row.kind,
        says=row.event_type,
        verdict=row.verdict,
        codes=row.codes,
        statuses=row.statuses,
        payer_claim_control_number=row.payer_claim_control_number,
        clearinghouse_trace_number=row.clearinghouse_trace_number,
        attempt_was_over=row.attempt_was_over,
        answered_at=row.answered_at,
        received_at=row.received_at,
        place=_place_of_answer(row),
    )


def _place_of_attempt(row: Row[Any]) -> FilePlace:
    return FilePlace(
        interchange_control=f"{row.interchange_number:09d}",
        group_control=str(row.group_number),
        set_control=row.set_control,
        segment=row.segment,
        byte_start=row.byte_start,
        byte_end=row.byte_end,
    )


def _place_of_answer(row: Row[Any]) -> FilePlace:
    return FilePlace(
        interchange_control=row.interchange_control,
        group_control=row.group_control,
        set_control=row.set_control,
        segment=row.segment,
        byte_start=row.byte_start,
        byte_end=row.byte_end,
    )
