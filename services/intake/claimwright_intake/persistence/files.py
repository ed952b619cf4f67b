"""Partners' files: their sealed bytes, and what became of each claim in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright import ids
from claimwright.events.envelope import Purpose
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright_intake.domain.found_claim import FoundClaim
from claimwright_intake.persistence import tables

State = Literal["received", "reading", "read"]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file without its bytes. `claim_count` counts the claims dealt with so far."""

    id: UUID
    sha256: bytes
    byte_count: int
    state: State
    claim_count: int
    encounter_count: int
    findings: tuple[dict[str, Any], ...]
    received_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """What became of one claim of a file. `place` counts the claims of the file from 1."""

    place: int
    set_ordinal: int
    claim_ordinal: int
    encounter_id: UUID | None
    claim_id: UUID | None
    findings: tuple[dict[str, Any], ...]
    segment: int
    byte_start: int
    byte_end: int


_WITHOUT_CONTENT = tuple(column for column in tables.file.c if column.name != "content")


async def add(work: Work, *, content: bytes, sha256: bytes) -> tuple[KeptFile, bool]:
    """Keep a file's bytes sealed, and return it, or the first file with the same bytes and False."""
    file_id = ids.new()
    known = await _of_hash(work, sha256)
    if known is not None:
        return known, False
    sealed = await work.seal(Purpose.IDENTITY, content, table="file", column="content", row=file_id)
    statement = insert(tables.file).values(
        org_id=work.org_id,
        id=file_id,
        sha256=sha256,
        byte_count=len(content),
        state="received",
        claim_count=0,
        encounter_count=0,
        findings=[],
        content=sealed,
        actor=work.actor,
        received_at=work.now,
    )
    added = await work.execute(statement.on_conflict_do_nothing().returning(tables.file.c.id))
    is_new = added.one_or_none() is not None
    kept = await _of_hash(work, sha256)
    if kept is None:
        raise LookupError("a file with these bytes is kept and can't be seen")
    return kept, is_new


async def find(work: Work, file_id: UUID) -> KeptFile | None:
    """Return a file without its bytes."""
    row = (await work.execute(select(*_WITHOUT_CONTENT).where(tables.file.c.id == file_id))).one_or_none()
    return None if row is None else _file(row)


async def next_unread(work: Work) -> KeptFile | None:
    """Return the oldest file that is not read to its end, unless another process reads it just now."""
    statement = (
        select(*_WITHOUT_CONTENT)
        .where(tables.file.c.state != "read")
        .order_by(tables.file.c.received_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await work.execute(statement)).one_or_none()
    return None if row is None else _file(row)


async def hold(work: Work, file_id: UUID) -> KeptFile | None:
    """Return a file, held against another process until the transaction ends; None where one has it."""
    statement = select(*_WITHOUT_CONTENT).where(tables.file.c.id == file_id).with_for_update(skip_locked=True)
    row = (await work.execute(statement)).one_or_none()
    return None if row is None else _file(row)


async def content(work: Work, file_id: UUID) -> bytes:
    """Return the bytes of a file."""
    sealed = (await work.execute(select(tables.file.c.content).where(tables.file.c.id == file_id))).scalar_one()
    return await work.unseal(Purpose.IDENTITY, sealed, table="file", column="content", row=file_id)


async def add_claim(
    work: Work,
    file_id: UUID,
    found: FoundClaim,
    *,
    place: int,
    encounter_id: UUID | None,
    claim_id: UUID | None,
    findings: Sequence[Finding],
) -> None:
    """Keep what became of one claim, with its own number sealed beside."""
    row_id = ids.new()
    number = await work.seal(Purpose.IDENTITY, found.number.encode(), table="file_claim", column="number", row=row_id)
    await work.execute(
        tables.file_claim.insert().values(
            org_id=work.org_id,
            id=row_id,
            file_id=file_id,
            place=place,
            set_ordinal=found.set_ordinal,
            claim_ordinal=found.claim_ordinal,
            number=number,
            encounter_id=encounter_id,
            claim_id=claim_id,
            findings=[told(finding) for finding in findings],
            segment=found.where.segment or 0,
            byte_start=found.where.byte_start or 0,
            byte_end=found.where.byte_end or 0,
        )
    )


async def note_progress(work: Work, file_id: UUID, *, claims: int, encounters: int) -> None:
    """Count claims that were dealt with in this transaction."""
    table = tables.file
    await work.execute(
        update(table)
        .where(table.c.id == file_id)
        .values(
            state="reading",
            claim_count=table.c.claim_count + claims,
            encounter_count=table.c.encounter_count + encounters,
        )
    )


async def note_end(work: Work, file_id: UUID, findings: Sequence[Finding]) -> None:
    """Note that a file is read to its end, and what is wrong with it beside its claims."""
    await work.execute(
        update(tables.file)
        .where(tables.file.c.id == file_id)
        .values(state="read", read_at=work.now, findings=[told(finding) for finding in findings])
    )


async def claims_of(work: Work, file_id: UUID, *, after: int, limit: int) -> list[KeptClaim]:
    """Return the claims of a file from behind a place on."""
    table = tables.file_claim
    statement = (
        select(table).where(table.c.file_id == file_id, table.c.place > after).order_by(table.c.place).limit(limit)
    )
    return [
        KeptClaim(
            place=row.place,
            set_ordinal=row.set_ordinal,
            claim_ordinal=row.claim_ordinal,
            encounter_id=row.encounter_id,
            claim_id=row.claim_id,
            findings=tuple(row.findings),
            segment=row.segment,
            byte_start=row.byte_start,
            byte_end=row.byte_end,
        )
        for row in await work.execute(statement)
    ]


def told(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON data."""
    where = {name: value for name, value in asdict(finding.where).items() if value is not None}
    return {
        "code": finding.code,
        "says": finding.says,
        "severity": finding.severity.value,
        "where": where,
        "fix": finding.fix,
    }


async def _of_hash(work: Work, sha256: bytes) -> KeptFile | None:
    row = (await work.execute(select(*_WITHOUT_CONTENT).where(tables.file.c.sha256 == sha256))).one_or_none()
    return None if row is None else _file(row)


def _file(row: Any) -> KeptFile:
    return KeptFile(
        id=row.id,
        sha256=row.sha256,
        byte_count=row.byte_count,
        state=row.state,
        claim_count=row.claim_count,
        encounter_count=row.encounter_count,
        findings=tuple(row.findings),
        received_at=row.received_at,
        read_at=row.read_at,
    )
