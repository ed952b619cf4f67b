"""What submission publishes: claims queued, sent and acknowledged, and the files that carried them."""

from datetime import datetime
from typing import ClassVar, Literal

from claimwright.events.coding import ScrubFinding
from claimwright.events.envelope import EventData, Part, Value
from claimwright.events.parts import BilledClaim, BilledParties
from claimwright.events.topics import SUBMISSION


class FileAddress(Value):
    """Where in a file a claim stands: the file's id and hash, its control numbers, and the claim's bytes."""

    artifact_id: str
    sha256: str
    interchange_control: str
    group_control: str | None = None
    set_control: str | None = None
    segment: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


class StatusCode(Value):
    """One claim status: X12 category, status and entity codes, and the action (WQ accepted, U rejected)."""

    category: str
    status: str
    entity: str | None = None
    action: str | None = None


class _OfSubmission(EventData):
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "claim_id"

    claim_id: str
    submission_id: str
    payer_order: int
    patient_control_number: str


class ClaimQueued(_OfSubmission):
    """A claim waits for its next file to one payer order, with its number and its lines fixed."""

    TYPE: ClassVar[str] = "claim.queued.v1"
    PARTS: ClassVar[tuple[type[Part], ...]] = (BilledParties, BilledClaim)

    encounter_id: str
    encounter_version: int
    frequency: Literal["1", "7", "8"]
    charge_cents: int
    line_count: int
    payer_count: int
    route_id: str


class ClaimHeld(EventData):
    """A claim can't be queued yet; it goes on by itself when `release_condition` is met."""

    TYPE: ClassVar[str] = "claim.held.v1"
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "claim_id"

    claim_id: str
    encounter_id: str
    encounter_version: int
    reason: str
    release_condition: str
    owner: str
    due_at: datetime


class ClaimReleased(EventData):
    """What a claim was held for is there; `claim.queued` follows in the same transaction."""

    TYPE: ClassVar[str] = "claim.released.v1"
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "claim_id"

    claim_id: str
    reason: str


class ClaimAmendedAfterBilling(_OfSubmission):
    """An encounter changed after its claim was billed; a person decides whether a replacement or a void follows."""

    TYPE: ClassVar[str] = "claim.amended_after_billing.v1"

    encounter_version: int
    sent_version: int
    owner: str
    due_at: datetime


class ClaimDropped(EventData):
    """A claim that was on its way to nobody will not be sent: its encounter is not billed."""

    TYPE: ClassVar[str] = "claim.dropped.v1"
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "claim_id"

    claim_id: str
    submission_id: str
    encounter_id: str
    reason: str


class ClaimWithdrawnAfterBilling(_OfSubmission):
    """An encounter will not be billed after its claim was; a person decides whether a void follows."""

    TYPE: ClassVar[str] = "claim.withdrawn_after_billing.v1"

    reason: str
    owner: str
    due_at: datetime


class SubmissionBuildFailed(_OfSubmission):
    """The claim can't be written as an 837; it goes on by itself when coding passes it again."""

    TYPE: ClassVar[str] = "submission.build_failed.v1"

    findings: tuple[ScrubFinding, ...]
    owner: str
    due_at: datetime


class SubmissionSent(_OfSubmission):
    """The clearinghouse took the file that holds this claim."""

    TYPE: ClassVar[str] = "submission.sent.v1"

    attempt_id: str
    route_id: str
    file: FileAddress


class SubmissionOutcomeUnknown(_OfSubmission):
    """The bytes left and no answer came; the claim is not sent again until somebody was asked."""

    TYPE: ClassVar[str] = "submission.outcome_unknown.v1"

    attempt_id: str
    file: FileAddress
    reason: str
    owner: str
    due_at: datetime


class SubmissionOutcomeResolved(_OfSubmission):
    """What became of an unknown attempt, and what proves it."""

    TYPE: ClassVar[str] = "submission.outcome_resolved.v1"

    attempt_id: str
    file: FileAddress
    was_sent: bool
    evidence: Literal["clearinghouse_saw_it", "clearinghouse_never_saw_it", "acknowledgment"]


class SubmissionTransportFailed(_OfSubmission):
    """The connection was refused before a byte left; the same file is tried again at `retry_at`."""

    TYPE: ClassVar[str] = "submission.transport_failed.v1"

    attempt_id: str
    file: FileAddress
    reason: str
    retry_at: datetime


class SubmissionRefused(_OfSubmission):
    """The clearinghouse would not take the file that holds this claim; `reason` is its answer's code."""

    TYPE: ClassVar[str] = "submission.refused.v1"

    attempt_id: str
    file: FileAddress
    reason: str
    owner: str
    due_at: datetime


class SubmissionRebuilt(_OfSubmission):
    """A claim of a rejected file is queued again: new control numbers, the same patient control number."""

    TYPE: ClassVar[str] = "submission.rebuilt.v1"

    reason: str


class _Acknowledged(_OfSubmission):
    """One answer for one claim; `answer` says where in the answering file it stands.

    `attempt_is_over` is true of an answer to a file that the claim has left since: it is shown and moves nothing.
    """

    artifact_id: str
    answer: FileAddress
    answered_at: datetime
    attempt_is_over: bool = False


class AckInterchangeRejected(_Acknowledged):
    """A TA1 refused the whole interchange."""

    TYPE: ClassVar[str] = "ack.interchange_rejected.v1"

    note_code: str
    owner: str
    due_at: datetime


class AckSetAccepted(_Acknowledged):
    """A 999 accepted the transaction set, with errors or without."""

    TYPE: ClassVar[str] = "ack.set_accepted.v1"

    verdict: Literal["A", "E"]


class AckSetRejected(_Acknowledged):
    """A 999 rejected the transaction set or its group; `codes` are the IK5 and AK9 reasons."""

    TYPE: ClassVar[str] = "ack.set_rejected.v1"

    verdict: str
    codes: tuple[str, ...]
    owner: str
    due_at: datetime


class _ClaimAnswer(_Acknowledged):
    statuses: tuple[StatusCode, ...]
    payer_claim_control_number: str | None = None
    clearinghouse_trace_number: str | None = None


class _ClaimRefused(_ClaimAnswer):
    owner: str
    due_at: datetime


class AckClearinghouseAccepted(_ClaimAnswer):
    """The clearinghouse's 277CA took the claim."""

    TYPE: ClassVar[str] = "ack.clearinghouse_accepted.v1"


class AckClearinghouseRejected(_ClaimRefused):
    """The clearinghouse's 277CA refused the claim."""

    TYPE: ClassVar[str] = "ack.clearinghouse_rejected.v1"


class AckPayerReceived(_ClaimAnswer):
    """The payer's 277CA has the claim: first evidence of filing."""

    TYPE: ClassVar[str] = "ack.payer_received.v1"


class AckPayerAccepted(_ClaimAnswer):
    """The payer's 277CA took the claim for adjudication: the strongest proof of filing."""

    TYPE: ClassVar[str] = "ack.payer_accepted.v1"


class AckPayerRejected(_ClaimRefused):
    """The payer's 277CA refused the claim before adjudication; its mend is sent as an original."""

    TYPE: ClassVar[str] = "ack.payer_rejected.v1"


class _OfArtifact(EventData):
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "artifact_id"

    artifact_id: str
    sha256: str
    interchange_control: str


class ArtifactSent(_OfArtifact):
    """A file left: how many claims it holds and for how much."""

    TYPE: ClassVar[str] = "artifact.sent.v1"

    route_id: str
    claim_count: int
    charge_cents: int
    byte_count: int


class ArtifactAcknowledged(_OfArtifact):
    """A TA1, 999 or 277CA answered a file; `verdict` is the answer's own code."""

    TYPE: ClassVar[str] = "artifact.acknowledged.v1"

    answer_artifact_id: str
    kind: Literal["TA1", "999", "277CA"]
    verdict: str
    claim_count: int


class ArtifactRefused(_OfArtifact):
    """The clearinghouse would not take a file: its answer's code, and who looks into it by when."""

    TYPE: ClassVar[str] = "artifact.refused.v1"

    route_id: str
    reason: str
    owner: str
    due_at: datetime


class ArtifactUnmatched(EventData):
    """A file came through a mailbox or callback and something in it has no home here; it is kept and shown.

    `reasons` are codes: a kind that submission does not take, a control number that it never gave, an unreadable file.
    """

    TYPE: ClassVar[str] = "artifact.unmatched.v1"
    TOPIC: ClassVar[str] = SUBMISSION
    KEY: ClassVar[str] = "artifact_id"

    artifact_id: str
    sha256: str
    route_id: str
    kinds: tuple[str, ...]
    reasons: tuple[str, ...]
    owner: str
    due_at: datetime
