"""Write down the stages of the submissions in files, folded from their transport and all that was answered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from claimwright.events.lifecycle_words import Stage
from claimwright.events.remittance import ClaimAdjudicated, ClaimNotRecognised
from claimwright.messaging.work import Work
from claimwright_submission.domain.attempt import Transport
from claimwright_submission.domain.duties import duty_for
from claimwright_submission.domain.stage import Evidence, stage_of
from claimwright_submission.domain.submission import Carried, Submission
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.submissions import Standing

_STAGE_OF_TRANSPORT: Final[Mapping[Transport, Stage]] = {
    Transport.READY: Stage.QUEUED,
    Transport.SENDING: Stage.QUEUED,
    Transport.UNKNOWN: Stage.TRANSMIT_UNKNOWN,
    Transport.SENT: Stage.TRANSMITTED,
    Transport.REFUSED: Stage.FILE_REJECTED,
}
_MATTER_OF: Final[Mapping[Stage, str]] = {
    Stage.TRANSMIT_UNKNOWN: "submission.outcome_unknown",
    Stage.FILE_REJECTED: "file.rejected",
    Stage.CH_REJECTED: "claim.rejected",
    Stage.PAYER_REJECTED: "claim.rejected",
}


async def restage(
    work: Work, carried: Iterable[tuple[Transport, Carried]], *, new: Mapping[UUID, Sequence[Evidence]] | None = None
) -> None:
    """Fold the stage of each submission whose live try is this file; the others have left it behind.

    Shape: each with the transport of its file; `new` is what was answered since they were read, by attempt.
    """
    standings = []
    for transport, each in carried:
        if not each.attempt.is_live:
            continue
        said = [*each.answered, *(new or {}).get(each.attempt.id, ()), *_decision(each.submission)]
        stage = stage_of(_STAGE_OF_TRANSPORT[transport], said)
        if stage is not each.submission.stage:
            standings.append(_standing(work, each.submission.id, stage))
    await submissions.put(work, standings)


def _decision(submission: Submission) -> list[Evidence]:
    """Return what the payer's remittance said; a decision that was posted outweighs that it knew nobody."""
    if submission.adjudicated_at is not None:
        return [Evidence(ClaimAdjudicated.TYPE, submission.adjudicated_at, str(submission.adjudicated_by))]
    if submission.not_recognised_at is not None:
        return [Evidence(ClaimNotRecognised.TYPE, submission.not_recognised_at, str(submission.not_recognised_by))]
    return []


def _standing(work: Work, submission_id: UUID, stage: Stage) -> Standing:
    matter = _MATTER_OF.get(stage)
    return Standing(
        submission_id, stage, reason=matter, duty=duty_for(matter, now=work.now) if matter is not None else None
    )
