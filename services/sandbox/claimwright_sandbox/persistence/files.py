"""Files that came and the answers that they wait for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import fetch
from claimwright_sandbox.domain.pace import AnswerKind


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


_COLUMNS: Final = tuple(ReceivedFile.__dataclass_fields__)
# Each column by name: a prepared statement over `*` breaks when a newer release adds one.
_NAMED: Final = ", ".join(f"received_file.{name}" for name in _COLUMNS)
_FIND: Final = f"select {_NAMED} from received_file where submitter_id = $1 and sha256 = $2"  # noqa: S608 - names of ours
_FIND_OR_USED: Final = f"""
    select {_NAMED} from received_file
    where submitter_id = $1 and (sha256 = $2 or interchange_control = $3)
    order by sha256 = $2 desc limit 1
"""  # noqa: S608 - names of our own columns


async def find(connection: AsyncConnection, *, submitter_id: str, sha256: str) -> ReceivedFile | None:
    """Return the submitter's file with this hash, if it ever came."""
    rows = await fetch(connection, _FIND, submitter_id, sha256)
    return _file(rows[0]) if rows else None


async def find_or_used(
    connection: AsyncConnection, *, submitter_id: str, sha256: str, interchange_control: str
) -> tuple[ReceivedFile | None, bool]:
    """Return the submitter's file with this hash; else whether another one carried this interchange control number."""
    rows = await fetch(connection, _FIND_OR_USED, submitter_id, sha256, interchange_control)
    known = _file(rows[0]) if rows and rows[0]["sha256"] == sha256 else None
    return known, bool(rows) and known is None


_ADD: Final = """
    with added as (
      insert into received_file (id, submitter_id, receiver_id, sha256, interchange_control, content, received_at,
                                 is_repeated_number)
      values ($1::uuid, $2, $3, $4, $5, $6::bytea, $7::timestamptz, $8::boolean)
      on conflict (submitter_id, sha256) do nothing
      returning id
    )
    insert into due_answer (file_id, kind, due_at)
    select id, kind, due_at from added, unnest($9::text[], $10::timestamptz[]) as given(kind, due_at)
    returning file_id
"""


async def add(connection: AsyncConnection, file: ReceivedFile, answers: Mapping[AnswerKind, datetime]) -> bool:
    """Keep a file and what is due for it; False when the same file came in between."""
    values = (getattr(file, name) for name in _COLUMNS)
    rows = await fetch(connection, _ADD, *values, [kind.value for kind in answers], list(answers.values()))
    return bool(rows)


_NEXT: Final = f"""
    with waiting as (
      select file_id, kind, due_at from due_answer where answered_at is null
      order by due_at, file_id, kind limit $1::int for update skip locked
    ), first as (
      select file_id, due_at as first_due_at from waiting order by due_at, file_id, kind limit 1
    )
    select first_due_at, kind, {_NAMED}
    from first join received_file on received_file.id = file_id
    left join waiting on waiting.file_id = received_file.id and due_at <= $2::timestamptz
    order by due_at, kind
"""  # noqa: S608 - names of our own columns
_OF_ONE_FILE: Final = len(AnswerKind)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be answered next: those of one file that are due now, longest first, or from when on some will be."""

    file: ReceivedFile
    kinds: tuple[AnswerKind, ...]
    first_due_at: datetime


async def take_due(connection: AsyncConnection, *, now: datetime) -> Due | None:
    """Lock and return the answers of the file that is due longest, or None when no file waits for any."""
    rows = await fetch(connection, _NEXT, _OF_ONE_FILE, now)
    if not rows:
        return None
    kinds = tuple(AnswerKind(row["kind"]) for row in rows if row["kind"] is not None)
    return Due(_file(rows[0]), kinds, rows[0]["first_due_at"])


_MARK: Final = "update due_answer set answered_at = $3::timestamptz where file_id = $1::uuid and kind = any($2::text[])"
_GIVE: Final = """
    insert into payer_claim (submitter_id, patient_control_number, number)
    select $1, own, number from unnest($2::text[], $3::text[]) as given(own, number) order by own
    on conflict do nothing
"""
_NUMBERS: Final = """
    select patient_control_number, number from payer_claim
    where submitter_id = $1 and patient_control_number = any($2::text[])
"""


async def mark_answered(
    connection: AsyncConnection, file_id: UUID, kinds: Iterable[AnswerKind], *, now: datetime
) -> None:
    """Say that answers to a file were made."""
    await fetch(connection, _MARK, file_id, [kind.value for kind in kinds], now)


async def give_numbers(connection: AsyncConnection, submitter_id: str, numbers: Mapping[str, str]) -> None:
    """Keep the payer's claim numbers by patient control number; a claim that has one keeps it."""
    if numbers:
        await fetch(connection, _GIVE, submitter_id, list(numbers), list(numbers.values()))


async def numbers_of(
    connection: AsyncConnection, submitter_id: str, patient_control_numbers: Collection[str]
) -> dict[str, str]:
    """Return the payer's claim numbers that are known, by patient control number."""
    if not patient_control_numbers:
        return {}
    rows = await fetch(connection, _NUMBERS, submitter_id, list(patient_control_numbers))
    return {row["patient_control_number"]: row["number"] for row in rows}


def _file(row: asyncpg.Record) -> ReceivedFile:
    return ReceivedFile(**{name: row[name] for name in _COLUMNS})
