"""One claim to one payer order with one frequency, and the files that carried it, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from claimwright.events.lifecycle_words import Stage
from claimwright_submission.domain.attempt import Transport
from claimwright_submission.domain.claim import Frequency
from claimwright_submission.domain.stage import Evidence


@dataclass(frozen=True, slots=True)
class Submission:
    """What is kept of a submission, without its sealed content.

    `encounter_version` is that of the content, `queued_version` that which was last told with `claim.queued`.
    `patient_control_number` and the route are None while the claim is held. `not_recognised_at` is
    of the live try alone: it goes when the claim is queued again. `traceparent` is the trace of the request that the
    claim came with.
    """

    id: UUID
    claim_id: UUID
    payer_order: int
    frequency: Frequency
    patient_control_number: str | None
    encounter_id: UUID
    encounter_version: int
    queued_version: int | None
    route_id: str | None
    usage_indicator: str | None
    guide: str | None
    charge_cents: int
    line_count: int
    payer_count: int
    billing_npi: str
    stage: Stage
    waiting_since: datetime | None
    adjudicated_at: datetime | None
    adjudicated_by: UUID | None
    not_recognised_at: datetime | None
    not_recognised_by: UUID | None
    traceparent: str | None
    content_version: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of ours, without its bytes."""

    id: UUID
    route_id: str
    interchange_number: int
    group_number: int
    set_number: int
    sha256: str
    byte_count: int
    claim_count: int
    charge_cents: int
    transport: Transport
    tries: int
    lease_token: UUID | None

    @property
    def interchange_control(self) -> str:
        """Return ISA13 as it is written."""
        return f"{self.interchange_number:09d}"

    @property
    def group_control(self) -> str:
        """Return GS06 as it is written."""
        return str(self.group_number)

    @property
    def file_name(self) -> str:
        return f"{self.interchange_control}.edi"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One submission in one file: where it stands there, and whether it is the try that counts."""

    id: UUID
    submission_id: UUID
    artifact_id: UUID
    encounter_version: int
    is_live: bool
    set_control: str
    segment: int
    byte_start: int
    byte_end: int


@dataclass(frozen=True, slots=True)
class Carried:
    """A submission together with its attempt in some file, and all that was answered to this attempt."""

    submission: Submission
    attempt: Attempt
    answered: tuple[Evidence, ...] = ()
