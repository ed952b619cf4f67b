"""Encounters by version: kept sealed by purpose, and opened again."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright.events.envelope import Purpose
from claimwright.events.intake import Gap
from claimwright.messaging.work import Work
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.parts import document_of, join_document, split_document
from claimwright_intake.domain.received import Source
from claimwright_intake.persistence import tables

_COLUMNS: Final = {Purpose.IDENTITY: "identity", Purpose.CLINICAL: "clinical", Purpose.FINANCIAL: "financial"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an encounter without opening anything."""

    id: UUID
    version: int
    is_complete: bool
    not_billable_reason: str | None
    body_sha256: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The present version of an encounter, opened."""

    kept: Kept
    gaps: tuple[Gap, ...]
    document: dict[str, Any]


def external_id_hash(org_id: UUID, external_id: str) -> bytes:
    """Return what an external id is found by: its hash, with the organization in it so that two never compare."""
    return hashlib.sha256(org_id.bytes + external_id.encode()).digest()


async def add(
    work: Work,
    encounter: Encounter,
    *,
    encounter_id: UUID,
    source: Source,
    file_id: UUID | None,
    body_sha256: bytes,
    answer: bytes,
    is_complete: bool,
) -> bool:
    """Keep a new encounter, and return False where its external id is taken.

    A second request with the same id waits here until the first has committed.
    """
    statement = (
        insert(tables.encounter)
        .values(
            org_id=work.org_id,
            id=encounter_id,
            external_id_sha256=external_id_hash(work.org_id, encounter.external_id),
            body_sha256=body_sha256,
            answer=answer,
            source=source.kind,
            file_id=file_id,
            version=1,
            is_complete=is_complete,
            received_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(tables.encounter.c.id)
    )
    return (await work.execute(statement)).one_or_none() is not None


async def add_version(
    work: Work, encounter: Encounter, *, encounter_id: UUID, version: int, gaps: tuple[Gap, ...]
) -> None:
    """Keep one version, each part sealed under its purpose."""
    sealed = {
        _COLUMNS[purpose]: await work.seal(
            purpose, plain, table="encounter_version", column=_COLUMNS[purpose], row=encounter_id, version=version
        )
        for purpose, plain in split_document(document_of(encounter)).items()
    }
    await work.execute(
        tables.encounter_version.insert().values(
            org_id=work.org_id,
            encounter_id=encounter_id,
            version=version,
            is_complete=not gaps,
            gaps=[gap.model_dump() for gap in gaps],
            charge_cents=encounter.lines_charge_cents,
            line_count=len(encounter.lines),
            payer_count=len(encounter.coverages),
            actor=work.actor,
            at=work.now,
            **sealed,
        )
    )


async def add_claim(work: Work, *, claim_id: UUID, encounter_id: UUID) -> None:
    """Keep the first claim of an encounter."""
    await work.execute(
        tables.claim.insert().values(org_id=work.org_id, id=claim_id, encounter_id=encounter_id, ordinal=1)
    )


async def of_external_id(work: Work, external_id: str) -> Kept | None:
    """Return the encounter that has this external id."""
    wanted = tables.encounter.c.external_id_sha256 == external_id_hash(work.org_id, external_id)
    row = (await work.execute(select(tables.encounter).where(wanted))).one_or_none()
    return None if row is None else _kept(row)


async def find(work: Work, encounter_id: UUID, *, to_change: bool = False) -> Kept | None:
    """Return an encounter, held against other changes until the transaction ends where `to_change`."""
    statement = select(tables.encounter).where(tables.encounter.c.id == encounter_id)
    row = (await work.execute(statement.with_for_update() if to_change else statement)).one_or_none()
    return None if row is None else _kept(row)


async def open_version(work: Work, kept: Kept) -> Opened:
    """Open the present version of an encounter."""
    table = tables.encounter_version
    statement = select(table).where(table.c.encounter_id == kept.id, table.c.version == kept.version)
    row = (await work.execute(statement)).one()
    split = {
        purpose: await work.unseal(
            purpose,
            getattr(row, column),
            table="encounter_version",
            column=column,
            row=kept.id,
            version=kept.version,
        )
        for purpose, column in _COLUMNS.items()
    }
    return Opened(kept, tuple(Gap.model_validate(gap) for gap in row.gaps), join_document(split))


async def move_to_version(work: Work, encounter_id: UUID, *, version: int, is_complete: bool) -> None:
    """Let an encounter stand at a new version."""
    await work.execute(
        update(tables.encounter)
        .where(tables.encounter.c.id == encounter_id)
        .values(version=version, is_complete=is_complete)
    )


async def close_as_not_billable(work: Work, encounter_id: UUID, *, reason: str) -> None:
    """Note that an encounter will not be billed."""
    await work.execute(
        update(tables.encounter).where(tables.encounter.c.id == encounter_id).values(not_billable_reason=reason)
    )


async def claim_ids(work: Work, encounter_id: UUID) -> list[UUID]:
    """Return the claims of an encounter, the first one first."""
    statement = (
        select(tables.claim.c.id).where(tables.claim.c.encounter_id == encounter_id).order_by(tables.claim.c.ordinal)
    )
    return list((await work.execute(statement)).scalars())


def _kept(row: Any) -> Kept:
    return Kept(
        id=row.id,
        version=row.version,
        is_complete=row.is_complete,
        not_billable_reason=row.not_billable_reason,
        body_sha256=row.body_sha256,
        answer=row.answer,
    )
