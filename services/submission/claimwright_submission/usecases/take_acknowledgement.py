"""Read a file that was kept, and apply what it says to the claims of the files it answers.

All of one file is one transaction. What was said before is not said again, so that a file may be read twice.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from claimwright import ids, x12
from claimwright.events.envelope import EventData
from claimwright.events.submission import (
    AckClearinghouseAccepted,
    AckClearinghouseRejected,
    AckInterchangeRejected,
    AckPayerAccepted,
    AckPayerReceived,
    AckPayerRejected,
    AckSetAccepted,
    AckSetRejected,
    ArtifactAcknowledged,
    ArtifactUnmatched,
)
from claimwright.messaging.work import Work
from claimwright.telemetry import logging, metrics
from claimwright_submission.domain.acknowledgements import (
    Answer,
    Answers,
    Kind,
    Said,
    Sent,
    Verdict,
    answers_in,
    verdicts,
)
from claimwright_submission.domain.attempt import News, after
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.submission import Artifact, Carried
from claimwright_submission.persistence import answers, artifacts
from claimwright_submission.persistence.answers import Unread
from claimwright_submission.usecases.conclude_sending import Heard, conclude_sending
from claimwright_submission.usecases.in_thread import in_thread
from claimwright_submission.usecases.restage import restage
from claimwright_submission.usecases.told import address_in, head, trace_of

_LARGEST_CONTROL: Final = 999_999_999
_log = logging.get(__name__)


async def take_acknowledgement(work: Work, waiting: Unread) -> None:
    """Read one file that waits to be read and is locked."""
    data = await answers.opened(work, waiting)
    try:
        found = await in_thread(work, lambda: answers_in(data, received_at=waiting.received_at))
    except x12.Unreadable:
        found = Answers(answers=(), kinds=(), reasons=("unreadable",))
    reasons = list(found.reasons)
    for answer in found.answers:
        reasons += await _apply(work, waiting, answer)
    await _close(work, waiting, kinds=found.kinds, reasons=tuple(dict.fromkeys(reasons)))


async def set_acknowledgement_aside(work: Work, answer_id: UUID, *, reason: str) -> None:
    """Keep a file out of the reader's way that it stumbled over, and show it; the files behind it go on."""
    waiting = await answers.locked_unread(work, answer_id)
    if waiting is not None:
        await _close(work, waiting, kinds=(), reasons=(reason,))


async def _apply(work: Work, waiting: Unread, answer: Answer) -> list[str]:
    """Apply one answer to the file that it names; return the reasons why something of it found no home."""
    answer_id, sha256 = waiting.id, waiting.sha256
    artifact = await _answered(work, waiting.route_id, answer)
    if artifact is None:
        return [f"control_unknown:{answer.kind.value}"]
    transport = artifact.transport
    if after(transport, News.ACKNOWLEDGED) is not None:
        # Whoever answers has the file, whatever was heard of its transport so far.
        transport = await conclude_sending(work, artifact.id, Heard(News.ACKNOWLEDGED)) or transport
    carried = await artifacts.carried(work, artifact.id)
    by_attempt = {each.attempt.id: each for each in carried}
    said = verdicts(answer, (_sent(each) for each in carried))
    new = await answers.note(
        work,
        answer_id=answer_id,
        artifact_id=artifact.id,
        answer=answer,
        verdicts=said.of_claims,
        carried=by_attempt,
    )
    if new.of_file:
        work.publish(_of_file(artifact, answer_id, answer, claim_count=len(said.of_claims)))
    for verdict in new.of_claims:
        each = by_attempt[verdict.attempt_id]
        with trace_of(each.submission, "acknowledgment"):
            work.publish(_of_claim(work, artifact, each, verdict, answer, answer_id=answer_id, sha256=sha256))
    await restage(work, transport, carried)
    return [f"claim_unknown:{answer.kind.value}"] if said.strangers else []


async def _answered(work: Work, route_id: str, answer: Answer) -> Artifact | None:
    """Return the file of ours that an answer names by its control number."""
    control = answer.control.strip()
    if not (control.isascii() and control.isdigit()) or int(control) > _LARGEST_CONTROL:
        return None
    if answer.kind is Kind.IMPLEMENTATION:
        return await artifacts.find_by_group(work, route_id, int(control))
    return await artifacts.find_by_interchange(work, route_id, int(control))


async def _close(work: Work, waiting: Unread, *, kinds: Sequence[str], reasons: Sequence[str]) -> None:
    duty = duty_for("artifact.unmatched", now=work.now) if reasons else None
    await answers.close(work, waiting.id, kinds=kinds, reasons=reasons, duty=duty)
    name = ids.text(ids.ARTIFACT, waiting.id)
    for reason in reasons:
        metrics.of(metrics.ANSWERS_UNMATCHED, reason.partition(":")[0]).inc()
    _log.info("answer_read", artifact_id=name, route_id=waiting.route_id, codes=list(reasons))
    if duty is not None:
        work.publish(
            ArtifactUnmatched(
                artifact_id=name,
                sha256=waiting.sha256,
                route_id=waiting.route_id,
                kinds=tuple(kinds),
                reasons=tuple(reasons),
                owner=duty.owner,
                due_at=duty.due_at,
            )
        )


def _sent(each: Carried) -> Sent:
    return Sent(
        attempt_id=each.attempt.id,
        patient_control_number=each.submission.patient_control_number or "",
        set_control=each.attempt.set_control,
        billing_npi=each.submission.billing_npi,
    )


def _of_file(artifact: Artifact, answer_id: UUID, answer: Answer, *, claim_count: int) -> ArtifactAcknowledged:
    return ArtifactAcknowledged(
        artifact_id=ids.text(ids.ARTIFACT, artifact.id),
        sha256=artifact.sha256,
        interchange_control=artifact.interchange_control,
        answer_artifact_id=ids.text(ids.ARTIFACT, answer_id),
        kind=answer.kind.value,
        verdict=answer.verdict,
        claim_count=claim_count,
    )


_ACCEPTED: Final[Mapping[str, type[AckClearinghouseAccepted | AckPayerReceived | AckPayerAccepted]]] = {
    event.TYPE: event for event in (AckClearinghouseAccepted, AckPayerReceived, AckPayerAccepted)
}
_REFUSED: Final[Mapping[str, type[AckClearinghouseRejected | AckPayerRejected]]] = {
    event.TYPE: event for event in (AckClearinghouseRejected, AckPayerRejected)
}


def _of_claim(
    work: Work, artifact: Artifact, each: Carried, verdict: Verdict, answer: Answer, *, answer_id: UUID, sha256: str
) -> EventData:
    """Return the event that one verdict becomes."""
    said = verdict.said
    common = {
        **head(each.submission),
        "artifact_id": ids.text(ids.ARTIFACT, artifact.id),
        "answer": address_in(answer_id, sha256, said.place),
        "answered_at": answer.answered_at,
        "attempt_is_over": not each.attempt.is_live,
    }
    file_duty = duty_for("file.rejected", now=work.now)
    if said.event_type == AckInterchangeRejected.TYPE:
        return AckInterchangeRejected(
            **common, note_code=said.codes[0] if said.codes else "", owner=file_duty.owner, due_at=file_duty.due_at
        )
    if said.event_type == AckSetAccepted.TYPE:
        return AckSetAccepted(**common, verdict="E" if said.verdict == "E" else "A")
    if said.event_type == AckSetRejected.TYPE:
        return AckSetRejected(
            **common, verdict=said.verdict, codes=said.codes, owner=file_duty.owner, due_at=file_duty.due_at
        )
    common |= _detail(said)
    if said.event_type in _ACCEPTED:
        return _ACCEPTED[said.event_type](**common)
    claim_duty = duty_for("claim.rejected", now=work.now)
    return _REFUSED[said.event_type](**common, owner=claim_duty.owner, due_at=claim_duty.due_at)


def _detail(said: Said) -> dict[str, object]:
    return {
        "statuses": said.statuses,
        "payer_claim_control_number": said.payer_claim_control_number,
        "clearinghouse_trace_number": said.clearinghouse_trace_number,
    }
