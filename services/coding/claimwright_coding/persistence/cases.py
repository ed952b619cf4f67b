"""Cases: one a claim, with coding's own copy of the encounter, sealed by purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert

from claimwright.events.envelope import Part, Purpose
from claimwright.events.parts import EncounterClinical, EncounterFinancial
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright_coding.domain.content import Content
from claimwright_coding.persistence import tables

_TABLE: Final = "coding_case"


@dataclass(frozen=True, slots=True)
class Case:
    """One case without its content."""

    claim_id: UUID
    encounter_id: UUID
    encounter_version: int
    is_stopped: bool
    findings: tuple[dict[str, Any], ...]
    code_set: str
    due_at: datetime | None
    started_at: datetime
    changed_at: datetime


async def find(work: Work, claim_id: UUID, *, to_change: bool = False) -> Case | None:
    """Return a claim's case, held against other changes until the transaction ends where `to_change`."""
    statement = select(tables.coding_case).where(tables.coding_case.c.claim_id == claim_id)
    rows = await work.execute(statement.with_for_update() if to_change else statement)
    row = rows.mappings().one_or_none()
    return None if row is None else _case(row)


async def save(
    work: Work,
    claim_id: UUID,
    content: Content,
    *,
    encounter_id: UUID,
    encounter_version: int,
    findings: Sequence[Finding],
    is_stopped: bool,
    code_set: str,
    due_at: datetime | None,
) -> None:
    """Keep what a claim's case has come to with a version of its encounter."""
    values = {
        "encounter_id": encounter_id,
        "encounter_version": encounter_version,
        "is_stopped": is_stopped,
        "findings": [told(finding) for finding in findings],
        "code_set": code_set,
        "due_at": due_at,
        "changed_at": work.now,
        "identity": await _seal(work, content.identity, claim_id, encounter_version),
        "clinical": await _seal(work, content.clinical, claim_id, encounter_version),
        "financial": await _seal(work, content.financial, claim_id, encounter_version),
    }
    statement = insert(tables.coding_case).values(org_id=work.org_id, claim_id=claim_id, started_at=work.now, **values)
    await work.execute(statement.on_conflict_do_update(index_elements=["org_id", "claim_id"], set_=values))


async def drop(work: Work, claim_id: UUID) -> None:
    """Keep nothing of a claim any more."""
    await work.execute(delete(tables.coding_case).where(tables.coding_case.c.claim_id == claim_id))


async def open_codes(work: Work, case: Case) -> tuple[EncounterClinical, EncounterFinancial]:
    """Open what was wrong and what is billed; who the patient is stays sealed."""
    table = tables.coding_case
    statement = select(table.c.clinical, table.c.financial).where(table.c.claim_id == case.claim_id)
    row = (await work.execute(statement)).one()
    clinical = await _unseal(work, Purpose.CLINICAL, row.clinical, case)
    financial = await _unseal(work, Purpose.FINANCIAL, row.financial, case)
    return EncounterClinical.model_validate_json(clinical), EncounterFinancial.model_validate_json(financial)


def told(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON data."""
    return {
        "code": finding.code,
        "pointer": finding.where.pointer,
        "says": finding.says,
        "severity": finding.severity.value,
        "fix": finding.fix,
    }


async def _seal(work: Work, part: Part, row: UUID, version: int) -> bytes:
    plain = part.model_dump_json().encode()
    return await work.seal(part.PURPOSE, plain, table=_TABLE, column=part.PURPOSE.value, row=row, version=version)


async def _unseal(work: Work, purpose: Purpose, sealed: bytes, case: Case) -> bytes:
    return await work.unseal(
        purpose, sealed, table=_TABLE, column=purpose.value, row=case.claim_id, version=case.encounter_version
    )


def _case(row: RowMapping) -> Case:
    return Case(
        claim_id=row["claim_id"],
        encounter_id=row["encounter_id"],
        encounter_version=row["encounter_version"],
        is_stopped=row["is_stopped"],
        findings=tuple(row["findings"]),
        code_set=row["code_set"],
        due_at=row["due_at"],
        started_at=row["started_at"],
        changed_at=row["changed_at"],
    )
