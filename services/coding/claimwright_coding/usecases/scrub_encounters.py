"""Take up versions of encounters: scrub them, keep the cases, and tell that claims are coded or what stops them."""

from collections.abc import Sequence
from uuid import UUID

from claimwright import ids
from claimwright.findings import blocks
from claimwright.messaging.work import Work
from claimwright_coding.domain.case import Take, due_at, events_of_scrub
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.scrub import scrub
from claimwright_coding.persistence import cases
from claimwright_coding.persistence.cases import Case


async def scrub_encounters(taken: Sequence[tuple[Work, Take, Content]], codes: DatedCodes) -> None:
    """Scrub versions and publish what came of them; an older version than the kept one changes nothing.

    A claim that was sent is scrubbed and told of like any other: submission knows what it has sent, and decides whether
    a new version is sent, or opens work for a person.
    """
    work = taken[0][0]
    known = await cases.find_to_change(work, {ids.parse(ids.CLAIM, take.claim_id) for _, take, _ in taken})
    changed: dict[UUID, tuple[Case, Content]] = {}
    for each, take, content in taken:
        claim_id = ids.parse(ids.CLAIM, take.claim_id)
        before = known.get(claim_id)
        if before is not None and before.encounter_version >= take.encounter_version:
            continue
        after = known[claim_id] = _scrubbed(each, take, content, before, codes)
        changed[claim_id] = (after, content)
    await cases.save(work, list(changed.values()))


def _scrubbed(work: Work, take: Take, content: Content, before: Case | None, codes: DatedCodes) -> Case:
    """Return the case that a version comes to, and publish it."""
    findings = scrub(content, codes)
    is_stopped = blocks(findings)
    was_stopped = before is not None and before.is_stopped
    parts = (content.identity, content.clinical, content.financial)
    for data in events_of_scrub(take, content, findings, code_set=codes.release, was_stopped=was_stopped, now=work.now):
        work.publish(data, *(parts if data.PARTS else ()))
    return Case(
        claim_id=ids.parse(ids.CLAIM, take.claim_id),
        encounter_id=ids.parse(ids.ENCOUNTER, take.encounter_id),
        encounter_version=take.encounter_version,
        is_stopped=is_stopped,
        findings=tuple(cases.told(finding) for finding in findings),
        code_set=codes.release,
        due_at=due_at(work.now) if is_stopped else None,
        started_at=work.now if before is None else before.started_at,
        changed_at=work.now,
    )
