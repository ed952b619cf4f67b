"""Take up a version of an encounter: scrub it, keep the case, and tell that the claim is coded or what stops it."""

from claimwright import ids
from claimwright.findings import blocks
from claimwright.messaging.work import Work
from claimwright_coding.domain.case import Take, due_at, events_of_scrub
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.scrub import scrub
from claimwright_coding.persistence import cases


async def scrub_encounter(work: Work, take: Take, content: Content, codes: DatedCodes) -> None:
    """Scrub one version and publish what came of it; an older version than the kept one changes nothing.

    A claim that was sent is scrubbed and told of like any other: submission knows what it has sent, and decides whether
    a new version is sent, or opens work for a person.
    """
    claim_id = ids.parse(ids.CLAIM, take.claim_id)
    before = await cases.find(work, claim_id, to_change=True)
    if before is not None and before.encounter_version >= take.encounter_version:
        return
    findings = scrub(content, codes)
    is_stopped = blocks(findings)
    await cases.save(
        work,
        claim_id,
        content,
        encounter_id=ids.parse(ids.ENCOUNTER, take.encounter_id),
        encounter_version=take.encounter_version,
        findings=findings,
        is_stopped=is_stopped,
        code_set=codes.release,
        due_at=due_at(work.now) if is_stopped else None,
    )
    was_stopped = before is not None and before.is_stopped
    parts = (content.identity, content.clinical, content.financial)
    for data in events_of_scrub(take, content, findings, code_set=codes.release, was_stopped=was_stopped, now=work.now):
        work.publish(data, *(parts if data.PARTS else ()))
