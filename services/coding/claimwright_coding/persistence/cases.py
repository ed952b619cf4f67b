"""Cases: one a claim, with coding's own copy of the encounter, sealed by purpose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import RowMapping, Uuid, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY

from claimwright.database.upserts import Upsert
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


# Built once: built anew for every event, they would cost more than what they do.
_FIND: Final = select(tables.coding_case).where(tables.coding_case.c.claim_id == bindparam("claim"))
_FIND_TO_CHANGE: Final = (
    select(tables.coding_case)
    .where(tables.coding_case.c.claim_id == any_(bindparam("claims", type_=ARRAY(Uuid))))
    .order_by(tables.coding_case.c.claim_id)
    .with_for_update()
)
_SAVE: Final = Upsert(
    tables.coding_case,
    *("claim_id", "encounter_id", "encounter_version", "is_stopped", "findings", "code_set", "due_at", "started_at"),
    *("changed_at", "identity", "clinical", "financial"),
    key=("claim_id",),
    kept=("started_at",),
)


async def find(work: Work, claim_id: UUID) -> Case | None:
    """Return a claim's case."""
    row = (await work.execute(_FIND, {"claim": claim_id})).mappings().one_or_none()
    return None if row is None else _case(row)


async def find_to_change(work: Work, claim_ids: Collection[UUID]) -> dict[UUID, Case]:
    """Return the cases that claims have, held against other changes until the transaction ends."""
    rows = await work.execute(_FIND_TO_CHANGE, {"claims": sorted(claim_ids)})
    return {row["claim_id"]: _case(row) for row in rows.mappings()}


async def save(work: Work, cases: Sequence[tuple[Case, Content]]) -> None:
    """Keep what claims' cases have come to, each with the version of its encounter that it was made of."""
    if cases:
        rows = [await _values(work, case, content) for case, content in cases]
        await work.fetch(_SAVE.statement, *_SAVE.values(work.org_id, rows))


async def _values(work: Work, case: Case, content: Content) -> tuple[Any, ...]:
    """Return the row of a case, in the order of `_SAVE`."""
    sealed = [
        await _seal(work, part, case.claim_id, case.encounter_version)
        for part in (content.identity, content.clinical, content.financial)
    ]
    return (
        case.claim_id,
        case.encounter_id,
        case.encounter_version,
        case.is_stopped,
        to_json(case.findings).decode(),
        case.code_set,
        case.due_at,
        case.started_at,
        case.changed_at,
        *sealed,
    )


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
