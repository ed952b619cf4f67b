"""Files that go out: in the submitter's mailbox at once, and to the callback until it says that it has them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright_sandbox.domain.outgoing import OutgoingFile
from claimwright_sandbox.persistence.tables import outgoing_file


async def add(
    connection: AsyncConnection,
    *,
    file_id: UUID,
    submitter_id: str,
    functional_id: str,
    sha256: str,
    content: bytes,
    now: datetime,
) -> None:
    """Put a file out, for the callback to be tried at once."""
    await connection.execute(
        insert(outgoing_file).values(
            id=file_id,
            submitter_id=submitter_id,
            functional_id=functional_id,
            sha256=sha256,
            content=content,
            made_at=now,
            next_try_at=now,
        )
    )


async def listed(
    connection: AsyncConnection, *, submitter_id: str, after: int, functional_id: str | None, limit: int
) -> list[OutgoingFile]:
    """Return a page of a submitter's mailbox behind a cursor, oldest first."""
    statement = (
        select(outgoing_file)
        .where(outgoing_file.c.submitter_id == submitter_id, outgoing_file.c.cursor > after)
        .order_by(outgoing_file.c.cursor)
        .limit(limit)
    )
    if functional_id is not None:
        statement = statement.where(outgoing_file.c.functional_id == functional_id)
    return [_file(row) for row in await connection.execute(statement)]


async def find(connection: AsyncConnection, *, submitter_id: str, file_id: UUID) -> OutgoingFile | None:
    """Return one file of a submitter's mailbox."""
    row = (
        await connection.execute(
            select(outgoing_file).where(outgoing_file.c.submitter_id == submitter_id, outgoing_file.c.id == file_id)
        )
    ).one_or_none()
    return _file(row) if row else None


async def take_undelivered(
    connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
) -> list[OutgoingFile]:
    """Return files whose callback is to be tried now, oldest first, and keep others off them until a moment."""
    due = (
        select(outgoing_file.c.cursor)
        .where(outgoing_file.c.delivered_at.is_(None), outgoing_file.c.next_try_at <= now)
        .order_by(outgoing_file.c.cursor)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(outgoing_file)
        .where(outgoing_file.c.cursor.in_(due.scalar_subquery()))
        .values(next_try_at=until)
        .returning(outgoing_file)
    )
    return sorted((_file(row) for row in rows), key=lambda file: file.cursor)


async def mark_delivered(connection: AsyncConnection, file_ids: Sequence[UUID], *, now: datetime) -> None:
    """Say that the callback took files."""
    await connection.execute(update(outgoing_file).where(outgoing_file.c.id.in_(file_ids)).values(delivered_at=now))


async def try_later(connection: AsyncConnection, file_id: UUID, *, attempts: int, next_try_at: datetime) -> None:
    """Say when the callback is tried again."""
    await connection.execute(
        update(outgoing_file).where(outgoing_file.c.id == file_id).values(attempts=attempts, next_try_at=next_try_at)
    )


def _file(row: Row[tuple[object, ...]]) -> OutgoingFile:
    return OutgoingFile(
        cursor=row.cursor,
        id=row.id,
        submitter_id=row.submitter_id,
        functional_id=row.functional_id,
        sha256=row.sha256,
        content=row.content,
        attempts=row.attempts,
    )
