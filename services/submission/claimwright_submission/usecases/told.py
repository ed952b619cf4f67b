"""How our events speak of a submission and of a place in a file, and whose trace they continue."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict
from uuid import UUID

from claimwright import ids
from claimwright.events.submission import FileAddress
from claimwright.telemetry import tracing
from claimwright_submission.domain.acknowledgements import Place
from claimwright_submission.domain.submission import Artifact, Attempt, Submission


class Head(TypedDict):
    """What every event of a submission begins with."""

    claim_id: str
    submission_id: str
    payer_order: int
    patient_control_number: str


def head(submission: Submission) -> Head:
    """Return which submission an event is about.

    Errors: ValueError for a submission that is held and has no number yet.
    """
    if submission.patient_control_number is None:
        raise ValueError("a submission without a number is not spoken of by one")
    return Head(
        claim_id=ids.text(ids.CLAIM, submission.claim_id),
        submission_id=ids.text(ids.SUBMISSION, submission.id),
        payer_order=submission.payer_order,
        patient_control_number=submission.patient_control_number,
    )


def address_of(artifact: Artifact, attempt: Attempt) -> FileAddress:
    """Return where in a file of ours a claim stands."""
    return FileAddress(
        artifact_id=ids.text(ids.ARTIFACT, artifact.id),
        sha256=artifact.sha256,
        interchange_control=artifact.interchange_control,
        group_control=artifact.group_control,
        set_control=attempt.set_control,
        segment=attempt.segment,
        byte_start=attempt.byte_start,
        byte_end=attempt.byte_end,
    )


def address_in(answer_id: UUID, sha256: str, place: Place) -> FileAddress:
    """Return where in a file that came in something stands."""
    return FileAddress(
        artifact_id=ids.text(ids.ARTIFACT, answer_id),
        sha256=sha256,
        interchange_control=place.interchange_control,
        group_control=place.group_control,
        set_control=place.set_control,
        segment=place.segment,
        byte_start=place.byte_start,
        byte_end=place.byte_end,
    )


@contextmanager
def trace_of(submission: Submission, act: str) -> Iterator[None]:
    """Go on with the trace of the request that a claim came with, for what is published of it inside."""
    with tracing.event_span(act, submission.traceparent):
        yield
