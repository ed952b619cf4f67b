"""Files that came and the answers that they wait for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright_sandbox.domain.pace import AnswerKind
from claimwright_sandbox.persistence.tables import due_answer, payer_claim, received_file


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as it was taken in; `content` is sealed."""

    id: UUID
    submitter_id: str
    receiver_id: str
    sha256: str
    interchange_control: str
    content: bytes
    received_at: datetime
    is_repeated_number: bool


async def find(connection: AsyncConnection, *, submitter_id: str, sha256: str) -> ReceivedFile | None:
    """Return the submitter's file with this hash, if it ever came."""
    row = (
        await connection.execute(
            select(received_file).where(received_file.c.submitter_id == submitter_id, received_file.c.sha256 == sha256)
        )
    ).one_or_none()
    return ReceivedFile(**row._mapping) if row else None


async def load(connection: AsyncConnection, file_id: UUID) -> ReceivedFile:
    """Return a file by its id."""
    row = (await connection.execute(select(received_file).where(received_file.c.id == file_id))).one()
    return ReceivedFile(**row._mapping)


async def number_was_used(connection: AsyncConnection, *, submitter_id: str, interchange_control: str) -> bool:
    """Return whether another file of the submitter carried this interchange control number."""
    used: bool = (
        await connection.execute(
            select(
                exists().where(
                    received_file.c.submitter_id == submitter_id,
                    received_file.c.interchange_control == interchange_control,
                )
            )
        )
    ).scalar_one()
    return used


async def add(connection: AsyncConnection, file: ReceivedFile, answers: Mapping[AnswerKind, datetime]) -> bool:
    """Keep a file and what is due for it; False when the same file came in between."""
    taken = await connection.execute(
        insert(received_file)
        .values(
            id=file.id,
            submitter_id=file.submitter_id,
            receiver_id=file.receiver_id,
            sha256=file.sha256,
            interchange_control=file.interchange_control,
            content=file.content,
            received_at=file.received_at,
            is_repeated_number=file.is_repeated_number,
        )
        .on_conflict_do_nothing(index_elements=["submitter_id", "sha256"])
        .returning(received_file.c.id)
    )
    if taken.one_or_none() is None:
        return False
    rows = [{"file_id": file.id, "kind": kind.value, "due_at": moment} for kind, moment in answers.items()]
    await connection.execute(insert(due_answer), rows)
    return True


_OF_ONE_FILE: Final = len(AnswerKind)
_NEXT: Final = (
    select(due_answer.c.file_id, due_answer.c.kind, due_answer.c.due_at)
    .where(due_answer.c.answered_at.is_(None))
    .order_by(due_answer.c.due_at, due_answer.c.file_id, due_answer.c.kind)
    .limit(_OF_ONE_FILE)
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be answered next: those of one file that are due now, longest first, or from when on some will be."""

    file_id: UUID
    kinds: tuple[AnswerKind, ...]
    first_due_at: datetime


async def take_due(connection: AsyncConnection, *, now: datetime) -> Due | None:
    """Lock and return the answers of the file that is due longest, or None when no file waits for any."""
    rows = (await connection.execute(_NEXT)).all()
    if not rows:
        return None
    first = rows[0]
    kinds = tuple(AnswerKind(row.kind) for row in rows if row.file_id == first.file_id and row.due_at <= now)
    return Due(first.file_id, kinds, first.due_at)


async def mark_answered(
    connection: AsyncConnection, file_id: UUID, kinds: Iterable[AnswerKind], *, now: datetime
) -> None:
    """Say that answers to a file were made."""
    await connection.execute(
        update(due_answer)
        .where(due_answer.c.file_id == file_id, due_answer.c.kind.in_([kind.value for kind in kinds]))
        .values(answered_at=now)
    )


async def give_numbers(connection: AsyncConnection, submitter_id: str, numbers: Mapping[str, str]) -> None:
    """Keep the payer's claim numbers by patient control number; a claim that has one keeps it."""
    if numbers:
        rows = [
            {"submitter_id": submitter_id, "patient_control_number": own, "number": number}
            for own, number in numbers.items()
        ]
        await connection.execute(insert(payer_claim).on_conflict_do_nothing(), rows)


async def numbers_of(
    connection: AsyncConnection, submitter_id: str, patient_control_numbers: Iterable[str]
) -> dict[str, str]:
    """Return the payer's claim numbers that are known, by patient control number."""
    rows = await connection.execute(
        select(payer_claim.c.patient_control_number, payer_claim.c.number).where(
            payer_claim.c.submitter_id == submitter_id,
            payer_claim.c.patient_control_number.in_(list(patient_control_numbers)),
        )
    )
    return {row.patient_control_number: row.number for row in rows}
