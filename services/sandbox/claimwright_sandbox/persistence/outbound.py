"""Files that go out: in the submitter's mailbox at once, and to the callback until it says that it has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import fetch
from claimwright_sandbox.domain.outgoing import OutgoingFile
from claimwright_sandbox.persistence.tables import outgoing_file

# In the order given, which the mailbox keeps.
_ADD: Final = """
    insert into outgoing_file (id, submitter_id, functional_id, sha256, content, made_at, next_try_at)
    select id, $1, functional_id, sha256, content, $2::timestamptz, $2::timestamptz
    from unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[]) with ordinality
      as given(id, functional_id, sha256, content, place)
    order by place
"""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is put out now; `content` is sealed."""

    id: UUID
    functional_id: str
    sha256: str
    content: bytes


async def add(connection: AsyncConnection, files: Sequence[NewFile], *, submitter_id: str, now: datetime) -> None:
    """Put files out for a submitter, for the callback to be tried at once."""
    if files:
        await fetch(
            connection,
            _ADD,
            submitter_id,
            now,
            [file.id for file in files],
            [file.functional_id for file in files],
            [file.sha256 for file in files],
            [file.content for file in files],
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
