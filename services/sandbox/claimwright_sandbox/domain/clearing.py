"""What the clearinghouse itself makes of a file: its 999 and 277CA, and what goes on to the payers."""

from dataclasses import dataclass
from datetime import datetime

from claimwright.x12 import (
    BatchAck,
    ClaimSet,
    Finding,
    GroupAck,
    Interchange,
    InterchangeAck,
    Party,
    acknowledge,
    judge,
    read_837p,
    read_interchanges,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A file as it was read, with all that is wrong with it."""

    interchange: Interchange
    claim_sets: tuple[ClaimSet, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """A file gone through: the interchange, the answers, and the claims that payers get, by set."""

    interchange: Interchange
    interchange_acks: tuple[InterchangeAck, ...]
    groups: tuple[GroupAck, ...]
    batches: tuple[BatchAck, ...]
    claim_sets: tuple[ClaimSet, ...]


def read_and_judge(content: bytes) -> Judged:
    """Read a file and judge it.

    Shape: the bytes of exactly one interchange, as `domain.intake.inspect` lets in.
    """
    return Judged(
        interchange=read_interchanges(content).values[0],
        claim_sets=tuple(read_837p(content).values),
        findings=tuple(judge(content)),
    )


def clear(file: Judged, *, receiver_id: str, moment: datetime) -> Cleared:
    """Answer a file as the clearinghouse."""
    interchange, claim_sets = file.interchange, file.claim_sets
    source = Party("AY", last_name="SANDBOX CLEARINGHOUSE", id_qualifier="46", id=receiver_id)
    answers = acknowledge([interchange], claim_sets, file.findings, source=source, moment=moment)
    accepted = {
        (batch.batch_reference, ack.patient_control_number)
        for batch in answers.batches
        for ack, is_rejected in batch.verdicts()
        if not is_rejected
    }
    going_on = tuple(
        claim_set._replace(
            claims=tuple(
                claim
                for claim in claim_set.claims
                if (claim_set.header.reference, claim.patient_control_number) in accepted
            )
        )
        for claim_set in claim_sets
    )
    return Cleared(
        interchange=interchange,
        interchange_acks=answers.interchanges,
        groups=answers.groups,
        batches=answers.batches,
        claim_sets=tuple(claim_set for claim_set in going_on if claim_set.claims),
    )
