"""What a case says when it takes up a version of an encounter: taken up, coded, stopped, or passed after all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from claimwright.events.coding import ClaimCoded, ClaimScrubFailed, ClaimScrubPassed, CodingStarted
from claimwright.events.envelope import EventData
from claimwright.findings import Finding, blocks
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.scrub import stopping
from claimwright_coding.domain.working_days import after_working_days

OWNER: Final = "coding"
WORKING_DAYS: Final = 2
"""How long a stopped claim may wait for its mend before somebody asks."""


@dataclass(frozen=True, slots=True)
class Take:
    """One version of an encounter, as its event named it."""

    claim_id: str
    encounter_id: str
    encounter_version: int


def due_at(now: datetime) -> datetime:
    """Return by when a claim that is stopped now should be mended."""
    return after_working_days(now, WORKING_DAYS)


def events_of_scrub(
    take: Take,
    content: Content,
    findings: Sequence[Finding],
    *,
    code_set: str,
    was_stopped: bool,
    now: datetime,
) -> Iterator[EventData]:
    """Yield what is true once a version was scrubbed, in order."""
    if not was_stopped:
        yield CodingStarted(
            claim_id=take.claim_id, encounter_id=take.encounter_id, encounter_version=take.encounter_version
        )
    if blocks(findings):
        yield ClaimScrubFailed(
            claim_id=take.claim_id,
            encounter_id=take.encounter_id,
            encounter_version=take.encounter_version,
            findings=stopping(findings),
            code_set=code_set,
            owner=OWNER,
            due_at=due_at(now),
        )
        return
    if was_stopped:
        yield ClaimScrubPassed(
            claim_id=take.claim_id,
            encounter_id=take.encounter_id,
            encounter_version=take.encounter_version,
            code_set=code_set,
        )
    yield ClaimCoded(
        claim_id=take.claim_id,
        encounter_id=take.encounter_id,
        encounter_version=take.encounter_version,
        charge_cents=sum(line.charge_cents for line in content.financial.lines),
        line_count=len(content.financial.lines),
        payer_count=len(content.financial.payers),
        code_set=code_set,
    )
