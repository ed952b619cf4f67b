"""Take in what was heard of a file's transport: move it, move its claims, and tell so, once.

Whoever hears something comes here: the sender with its answer, who asked about a lost file, and the reader of an
acknowledgment, which proves that the file arrived. The file's row is locked first, so that two of them take turns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import EventData
from claimwright.events.submission import (
    ArtifactRefused,
    ArtifactSent,
    SubmissionOutcomeResolved,
    SubmissionOutcomeUnknown,
    SubmissionRefused,
    SubmissionSent,
    SubmissionTransportFailed,
)
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_submission.domain.attempt import News, Step, Told, Transport, after, wait_before_next_try
from claimwright_submission.domain.duties import Duty, duty_for
from claimwright_submission.domain.submission import Artifact, Carried
from claimwright_submission.persistence import artifacts
from claimwright_submission.usecases.restage import restage
from claimwright_submission.usecases.told import address_of, head, trace_of

_FROM_THE_SENDER: Final = frozenset({News.REFUSED, News.UNREACHED, News.NO_ANSWER})
_EVIDENCE: Final[Mapping[News, Literal["clearinghouse_saw_it", "clearinghouse_never_saw_it", "acknowledgment"]]] = {
    News.SEEN: "clearinghouse_saw_it",
    News.ACCEPTED: "clearinghouse_saw_it",
    News.NOT_SEEN: "clearinghouse_never_saw_it",
    News.UNREACHED: "clearinghouse_never_saw_it",
    News.ACKNOWLEDGED: "acknowledgment",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One piece of news of a file. `lease_token` is that of the sending it is about, where it is about one."""

    news: News
    reason: str = ""
    file_id: str | None = None
    lease_token: UUID | None = None


async def conclude_sending(work: Work, artifact_id: UUID, heard: Heard) -> Transport | None:
    """Take in news of a file and return where its transport is now; None for a file that is not there.

    News that changes nothing is taken without a word, so that it may come twice and late.
    """
    artifact = await artifacts.held(work, artifact_id)
    if artifact is None:
        return None
    if heard.news in _FROM_THE_SENDER and heard.lease_token != artifact.lease_token:
        # Another sender has begun since; what became of the earlier try says nothing of this one.
        return artifact.transport
    step = after(artifact.transport, heard.news)
    if step is None:
        return artifact.transport
    carried = (await artifacts.carried(work, [artifact_id]))[artifact_id]
    await _move(work, artifact, step, heard)
    _tell(work, artifact, step, heard, carried)
    await restage(work, ((step.to, each) for each in carried))
    return step.to


async def _move(work: Work, artifact: Artifact, step: Step, heard: Heard) -> None:
    duty = _duty(work, step)
    waits = step.told in (Told.TRANSPORT_FAILED, Told.RESOLVED_AS_NOT_SENT)
    await artifacts.move(
        work,
        artifact.id,
        step.to,
        next_try_at=work.now + wait_before_next_try(artifact.tries) if waits else None,
        file_id=heard.file_id,
        reason=heard.reason or None,
        duty=duty,
        keeps_lease=heard.news is News.SENDER_LOST,
    )


def _duty(work: Work, step: Step) -> Duty | None:
    match step.told:
        case Told.OUTCOME_UNKNOWN:
            return duty_for("submission.outcome_unknown", now=work.now)
        case Told.REFUSED:
            return duty_for("submission.refused", now=work.now)
        case _:
            return None


def _tell(work: Work, artifact: Artifact, step: Step, heard: Heard, carried: Sequence[Carried]) -> None:
    """Publish the step for each claim that still stands by this file, and for the file."""
    if step.told is None:
        return
    metrics.of(metrics.FILE_STEPS, step.told.value).inc()
    for each in carried:
        if each.attempt.is_live:
            with trace_of(each.submission, f"submission {step.told.value}"):
                work.publish(_of_claim(work, artifact, step.told, heard, each))
    name = ids.text(ids.ARTIFACT, artifact.id)
    if step.to is Transport.SENT:
        work.publish(
            ArtifactSent(
                artifact_id=name,
                sha256=artifact.sha256,
                interchange_control=artifact.interchange_control,
                route_id=artifact.route_id,
                claim_count=artifact.claim_count,
                charge_cents=artifact.charge_cents,
                byte_count=artifact.byte_count,
            )
        )
    elif step.told is Told.REFUSED:
        duty = duty_for("submission.refused", now=work.now)
        work.publish(
            ArtifactRefused(
                artifact_id=name,
                sha256=artifact.sha256,
                interchange_control=artifact.interchange_control,
                route_id=artifact.route_id,
                reason=heard.reason,
                owner=duty.owner,
                due_at=duty.due_at,
            )
        )


def _of_claim(work: Work, artifact: Artifact, told: Told, heard: Heard, each: Carried) -> EventData:
    who = head(each.submission)
    attempt_id = ids.text(ids.ATTEMPT, each.attempt.id)
    file = address_of(artifact, each.attempt)
    match told:
        case Told.SENT:
            return SubmissionSent(**who, attempt_id=attempt_id, route_id=artifact.route_id, file=file)
        case Told.OUTCOME_UNKNOWN:
            duty = duty_for("submission.outcome_unknown", now=work.now)
            return SubmissionOutcomeUnknown(
                **who, attempt_id=attempt_id, file=file, reason=heard.reason, owner=duty.owner, due_at=duty.due_at
            )
        case Told.RESOLVED_AS_SENT | Told.RESOLVED_AS_NOT_SENT:
            return SubmissionOutcomeResolved(
                **who,
                attempt_id=attempt_id,
                file=file,
                was_sent=told is Told.RESOLVED_AS_SENT,
                evidence=_EVIDENCE[heard.news],
            )
        case Told.TRANSPORT_FAILED:
            return SubmissionTransportFailed(
                **who,
                attempt_id=attempt_id,
                file=file,
                reason=heard.reason,
                retry_at=work.now + wait_before_next_try(artifact.tries),
            )
        case Told.REFUSED:
            duty = duty_for("submission.refused", now=work.now)
            return SubmissionRefused(
                **who, attempt_id=attempt_id, file=file, reason=heard.reason, owner=duty.owner, due_at=duty.due_at
            )
