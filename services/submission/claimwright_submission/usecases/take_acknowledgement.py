"""Read files that were kept, and apply what they say to the claims of the files they answer.

All of one file is one transaction. What was said before is not said again, so that a file may be read twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from claimwright_submission.domain.attempt import News, Transport, after
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.stage import Evidence
from claimwright_submission.domain.submission import Artifact, Carried
from claimwright_submission.persistence import answers, artifacts
from claimwright_submission.persistence.answers import Closed, Matched, Noted, Unread
from claimwright_submission.persistence.artifacts import Named
from claimwright_submission.usecases.conclude_sending import Heard, conclude_sending
from claimwright_submission.usecases.in_thread import in_thread
from claimwright_submission.usecases.restage import restage
from claimwright_submission.usecases.told import address_in, head, trace_of

_LARGEST_CONTROL: Final = 999_999_999
_log = logging.get(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, and why what of it found no home."""

    waiting: Unread
    found: Answers
    reasons: list[str]


async def take_acknowledgements(work: Work, waiting: Sequence[Unread]) -> None:
    """Read files that wait to be read and are locked."""
    contents = [(each, await answers.opened(work, each)) for each in waiting]
    read = await in_thread(work, lambda: [_read(each, data) for each, data in contents])
    await _apply(work, read)
    await _close(work, read)


async def set_acknowledgement_aside(work: Work, answer_id: UUID, *, reason: str) -> None:
    """Keep a file out of the reader's way that it stumbled over, and show it; the files behind it go on."""
    waiting = await answers.locked_unread(work, answer_id)
    if waiting is not None:
        await _close(work, [_Read(waiting, Answers((), (), ()), [reason])])


def _read(waiting: Unread, data: bytes) -> _Read:
    try:
        found = answers_in(data, received_at=waiting.received_at)
    except x12.Unreadable:
        found = Answers(answers=(), kinds=(), reasons=("unreadable",))
    return _Read(waiting, found, list(found.reasons))


async def _apply(work: Work, read: Sequence[_Read]) -> None:
    """Apply all answers to the files that they name, and note why something of one found no home."""
    asked = [(each, answer, _name(each.waiting.route_id, answer)) for each in read for answer in each.found.answers]
    named = await artifacts.held_by_name(work, {name for _, _, name in asked if name is not None}) if asked else {}
    transports: dict[UUID, Transport] = {}
    for artifact in named.values():
        if artifact.id not in transports:
            transports[artifact.id] = await _proven(work, artifact)
    carried = await artifacts.carried(work, transports) if transports else {}

    matched: list[Matched] = []
    of_which: list[tuple[Unread, Artifact]] = []
    for each, answer, name in asked:
        if name is None or (answered := named.get(name)) is None:
            each.reasons.append(f"control_unknown:{answer.kind.value}")
            continue
        said = verdicts(answer, (_sent(one) for one in carried[answered.id]))
        if said.strangers:
            each.reasons.append(f"claim_unknown:{answer.kind.value}")
        by_attempt = {one.attempt.id: one for one in carried[answered.id]}
        matched.append(Matched(each.waiting.id, answered.id, answer, said.of_claims, by_attempt))
        of_which.append((each.waiting, answered))
    if not matched:
        return
    new_evidence: dict[UUID, list[Evidence]] = {}
    for one, (unread, artifact), new in zip(matched, of_which, await answers.note(work, matched), strict=True):
        _tell(work, one, unread, artifact, new)
        for verdict in new.of_claims:
            new_evidence.setdefault(verdict.attempt_id, []).append(
                Evidence(verdict.said.event_type, one.answer.answered_at, str(unread.id))
            )
    of_files = ((transports[artifact_id], each) for artifact_id, all_ in carried.items() for each in all_)
    await restage(work, of_files, new=new_evidence)


async def _proven(work: Work, artifact: Artifact) -> Transport:
    """Return where the transport of a file is that somebody answers: who does has it, whatever was heard so far."""
    if after(artifact.transport, News.ACKNOWLEDGED) is None:
        return artifact.transport
    return await conclude_sending(work, artifact.id, Heard(News.ACKNOWLEDGED)) or artifact.transport


def _tell(work: Work, matched: Matched, unread: Unread, artifact: Artifact, new: Noted) -> None:
    """Publish what one answer said for the first time."""
    if new.of_file:
        work.publish(_of_file(artifact, unread.id, matched.answer, claim_count=len(matched.verdicts)))
    for verdict in new.of_claims:
        each = matched.carried[verdict.attempt_id]
        with trace_of(each.submission, "acknowledgment"):
            work.publish(
                _of_claim(work, artifact, each, verdict, matched.answer, answer_id=unread.id, sha256=unread.sha256)
            )


def _name(route_id: str, answer: Answer) -> Named | None:
    """Return the name by which an answer calls the file of ours that it is about, or None where it is none."""
    control = answer.control.strip()
    if not (control.isascii() and control.isdigit()) or int(control) > _LARGEST_CONTROL:
        return None
    return route_id, "group" if answer.kind is Kind.IMPLEMENTATION else "interchange", int(control)


async def _close(work: Work, read: Sequence[_Read]) -> None:
    duty = duty_for("artifact.unmatched", now=work.now)
    closed = []
    for each in read:
        waiting, kinds, reasons = each.waiting, each.found.kinds, tuple(dict.fromkeys(each.reasons))
        closed.append(Closed(waiting.id, kinds, reasons, duty if reasons else None))
        name = ids.text(ids.ARTIFACT, waiting.id)
        for reason in reasons:
            metrics.of(metrics.ANSWERS_UNMATCHED, reason.partition(":")[0]).inc()
        _log.info("answer_read", artifact_id=name, route_id=waiting.route_id, codes=list(reasons))
        if reasons:
            work.publish(
                ArtifactUnmatched(
                    artifact_id=name,
                    sha256=waiting.sha256,
                    route_id=waiting.route_id,
                    kinds=kinds,
                    reasons=reasons,
                    owner=duty.owner,
                    due_at=duty.due_at,
                )
            )
    await answers.close(work, closed)


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
