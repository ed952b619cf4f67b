"""Files that came in, whatever was in them, and what they said of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from pydantic_core import to_json
from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_submission.domain.acknowledgements import Answer, Verdict
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.submission import Carried
from claimwright_submission.persistence.artifacts import PURPOSE
from claimwright_submission.persistence.tables import answer as table
from claimwright_submission.persistence.tables import mailbox_cursor

RECEIVED: Final = "received"
READ: Final = "read"
UNMATCHED: Final = "unmatched"


@dataclass(frozen=True, slots=True)
class Known:
    """A file that is kept already; one without bytes stood in a mailbox and could not be fetched."""

    id: UUID
    has_bytes: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that waits to be read; `content` is sealed."""

    id: UUID
    route_id: str
    sha256: str
    received_at: datetime
    content: bytes


async def fill(work: Work, answer_id: UUID, data: bytes) -> None:
    """Put the bytes to a file that was only known by name until now, and let it be read."""
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id)
        .values(content=content, byte_count=len(data), state=RECEIVED, reasons=[], owner=None, due_at=None)
    )


_KEEP: Final = """
    with kept as (
      insert into answer (org_id, id, route_id, came_by, sha256, byte_count, content, state, received_at)
      values ($1::uuid, $2::uuid, $3, $4, $5, $6::int, $7::bytea, 'received', $8::timestamptz)
      on conflict do nothing
      returning id
    ), known as (
      select id, byte_count from answer where org_id = $1::uuid and route_id = $3 and sha256 = $5
    ), message as (
      insert into callback (org_id, route_id, message_id, answer_id, received_at)
      select $1::uuid, $3, $9::text, id, $8::timestamptz
      from (select id from kept union all select id from known) as file
      where $9::text is not null
      on conflict do nothing
    )
    select id, true as is_new, byte_count from kept, (values ($6::int)) as given(byte_count)
    union all
    select id, false, byte_count from known
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept by its content: `is_new` where it is now, and `has_bytes` where they are there."""

    id: UUID
    is_new: bool
    has_bytes: bool


async def keep(
    work: Work, *, route_id: str, data: bytes, sha256: str, came_by: str, message_id: str | None = None
) -> Kept:
    """Keep a file by its content, with the id of the callback's message that brought it."""
    answer_id = ids.new()
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    given = (work.org_id, answer_id, route_id, came_by, sha256, len(data), content, work.now, message_id)
    rows = await work.fetch(_KEEP, *given)
    if not rows:  # somebody else has kept it since this statement began, and the next one sees it
        rows = await work.fetch(_KEEP, *given)
    return Kept(rows[0]["id"], is_new=rows[0]["is_new"], has_bytes=rows[0]["byte_count"] > 0)


async def known_content(work: Work, route_id: str, sha256: str) -> Known | None:
    """Return the answer with this content, when it came before or was listed and could not be fetched."""
    query = select(table.c.id, table.c.byte_count).where(
        table.c.org_id == work.org_id, table.c.route_id == route_id, table.c.sha256 == sha256
    )
    row = (await work.execute(query)).one_or_none()
    return None if row is None else Known(row.id, has_bytes=row.byte_count > 0)


_UNREAD: Final = """
    with waiting as (
      select id, byte_count, received_at from answer where org_id = $1::uuid and state = 'received'
      order by received_at, id limit $2::int + 1 for update skip locked
    ), of_these as (
      select id, row_number() over oldest_first as place, sum(byte_count) over oldest_first - byte_count as bytes_before
      from waiting window oldest_first as (order by received_at, id)
    )
    select answer.id, route_id, sha256, received_at, content, (select count(*) from waiting) as waiting_count
    from of_these join answer on answer.org_id = $1::uuid and answer.id = of_these.id
    where place <= $2::int and bytes_before < $3::bigint
    order by place
"""
_THIS_UNREAD: Final = """
    select id, route_id, sha256, received_at, content from answer
    where org_id = $1::uuid and id = $2::uuid and state = 'received'
    for update skip locked
"""


async def unread(work: Work, *, most: int, bytes_most: int) -> tuple[list[Unread], bool]:
    """Return the answers that wait longest to be read, locked, and whether others wait behind them.

    Those that somebody else has are passed over. `bytes_most`: how many bytes go before the last one at most.
    """
    rows = await work.fetch(_UNREAD, work.org_id, most, bytes_most)
    return [_unread(row) for row in rows], bool(rows) and rows[0]["waiting_count"] > len(rows)


async def locked_unread(work: Work, answer_id: UUID) -> Unread | None:
    """Return an answer that waits to be read, locked; None when somebody else has it or has read it."""
    rows = await work.fetch(_THIS_UNREAD, work.org_id, answer_id)
    return _unread(rows[0]) if rows else None


def _unread(row: asyncpg.Record) -> Unread:
    return Unread(row["id"], row["route_id"], row["sha256"], row["received_at"], row["content"])


async def opened(work: Work, unread: Unread) -> bytes:
    """Open the bytes of a file that waits to be read. Errors: Poison."""
    return await work.unseal(PURPOSE, unread.content, table=table.name, column="content", row=unread.id)


async def bytes_of(work: Work, answer_id: UUID) -> bytes | None:
    """Open the bytes of a file that came in."""
    query = select(table.c.content).where(table.c.org_id == work.org_id, table.c.id == answer_id)
    sealed = (await work.execute(query)).scalar_one_or_none()
    if sealed is None:
        return None
    return await work.unseal(PURPOSE, sealed, table=table.name, column="content", row=answer_id)


_CLOSE: Final = """
    update answer
    set state = closed.state, kinds = closed.kinds, reasons = closed.reasons, owner = closed.owner,
        due_at = closed.due_at, read_at = $2::timestamptz
    from jsonb_to_recordset($3::jsonb)
      as closed(id uuid, state text, kinds text[], reasons text[], owner text, due_at timestamptz)
    where answer.org_id = $1::uuid and answer.id = closed.id
"""


@dataclass(frozen=True, slots=True)
class Closed:
    """A file that was read, or what of it has no home here and who looks into that."""

    answer_id: UUID
    kinds: Sequence[str]
    reasons: Sequence[str]
    duty: Duty | None


async def close(work: Work, closed: Sequence[Closed]) -> None:
    """Note what became of files that are locked."""
    rows = [
        {
            "id": each.answer_id,
            "state": UNMATCHED if each.reasons else READ,
            "kinds": list(each.kinds),
            "reasons": list(each.reasons),
            "owner": each.duty.owner.value if each.duty else None,
            "due_at": each.duty.due_at if each.duty else None,
        }
        for each in closed
    ]
    await work.fetch(_CLOSE, work.org_id, work.now, to_json(rows).decode())


async def read_again(work: Work, answer_id: UUID) -> bool:
    """Put an unmatched file before the reader again; return whether there was one."""
    done = await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id, table.c.state == UNMATCHED)
        .values(state=RECEIVED, owner=None, due_at=None)
        .returning(table.c.id)
    )
    return done.scalar_one_or_none() is not None


# One statement for all files and all of their claims, whose rows travel as one text each.
_NOTE: Final = """
    with of_files as (
      insert into artifact_answer (org_id, artifact_id, answer_id, kind, verdict, byte_start, answered_at)
      select $1::uuid, artifact_id, answer_id, kind, verdict, byte_start, answered_at
      from jsonb_to_recordset($3::jsonb) as said (
        artifact_id uuid, answer_id uuid, kind text, verdict text, byte_start int, answered_at timestamptz
      )
      on conflict do nothing
      returning artifact_id, answer_id, kind, byte_start
    ), of_claims as (
      insert into acknowledgment (
        org_id, id, answer_id, artifact_id, attempt_id, submission_id, kind, event_type, verdict, codes, statuses,
        payer_claim_control_number, clearinghouse_trace_number, attempt_was_over, interchange_control, group_control,
        set_control, segment, byte_start, byte_end, answered_at, recorded_at
      )
      select $1::uuid, id, answer_id, artifact_id, attempt_id, submission_id, kind, event_type, verdict, codes,
             statuses, payer_claim_control_number, clearinghouse_trace_number, attempt_was_over, interchange_control,
             group_control, set_control, segment, byte_start, byte_end, answered_at, $2::timestamptz
      from jsonb_to_recordset($4::jsonb) as said (
        id uuid, answer_id uuid, artifact_id uuid, attempt_id uuid, submission_id uuid, kind text, event_type text,
        verdict text, codes text[], statuses jsonb, payer_claim_control_number text, clearinghouse_trace_number text,
        attempt_was_over boolean, interchange_control text, group_control text, set_control text, segment int,
        byte_start int, byte_end int, answered_at timestamptz
      )
      on conflict do nothing
      returning answer_id, attempt_id, event_type, byte_start
    )
    select answer_id, artifact_id as about, kind as what, byte_start from of_files
    union all
    select answer_id, attempt_id, event_type, byte_start from of_claims
"""


@dataclass(frozen=True, slots=True)
class Matched:
    """What one answer in a file that came says of a file of ours and of the claims in it; `carried` by attempt id."""

    answer_id: UUID
    artifact_id: UUID
    answer: Answer
    verdicts: Sequence[Verdict]
    carried: Mapping[UUID, Carried]


@dataclass(frozen=True, slots=True)
class Noted:
    """What an answer said for the first time: whether of its file at all, and which verdicts, in their order."""

    of_file: bool
    of_claims: list[Verdict]


async def note(work: Work, matched: Sequence[Matched]) -> list[Noted]:
    """Keep that answers speak of files of ours, and what they say of claims; return what of each is new."""
    rows = await work.fetch(
        _NOTE,
        work.org_id,
        work.now,
        to_json([_file_row(each) for each in matched]).decode(),
        to_json([_claim_row(each, verdict) for each in matched for verdict in each.verdicts]).decode(),
    )
    kept = {tuple(row) for row in rows}
    return [
        Noted(
            of_file=(each.answer_id, each.artifact_id, each.answer.kind.value, each.answer.place.byte_start or 0)
            in kept,
            of_claims=[
                verdict
                for verdict in each.verdicts
                if (each.answer_id, verdict.attempt_id, verdict.said.event_type, verdict.said.place.byte_start or 0)
                in kept
            ],
        )
        for each in matched
    ]


def _file_row(matched: Matched) -> dict[str, object]:
    return {
        "artifact_id": matched.artifact_id,
        "answer_id": matched.answer_id,
        "kind": matched.answer.kind.value,
        "verdict": matched.answer.verdict,
        "byte_start": matched.answer.place.byte_start or 0,
        "answered_at": matched.answer.answered_at,
    }


def _claim_row(matched: Matched, verdict: Verdict) -> dict[str, object]:
    said, carried = verdict.said, matched.carried[verdict.attempt_id]
    return {
        "id": ids.new(),
        "answer_id": matched.answer_id,
        "artifact_id": matched.artifact_id,
        "attempt_id": verdict.attempt_id,
        "submission_id": carried.submission.id,
        "kind": matched.answer.kind.value,
        "event_type": said.event_type,
        "verdict": said.verdict,
        "codes": said.codes,
        "statuses": said.statuses,
        "payer_claim_control_number": said.payer_claim_control_number,
        "clearinghouse_trace_number": said.clearinghouse_trace_number,
        "attempt_was_over": not carried.attempt.is_live,
        "interchange_control": said.place.interchange_control,
        "group_control": said.place.group_control,
        "set_control": said.place.set_control,
        "segment": said.place.segment or 0,
        "byte_start": said.place.byte_start or 0,
        "byte_end": said.place.byte_end or 0,
        "answered_at": matched.answer.answered_at,
    }


async def cursor_of(work: Work, route_id: str, kind: str) -> str | None:
    """Return how far a route's mailbox was read for a kind."""
    query = select(mailbox_cursor.c.cursor).where(
        mailbox_cursor.c.org_id == work.org_id,
        mailbox_cursor.c.route_id == route_id,
        mailbox_cursor.c.kind == kind,
    )
    return (await work.execute(query)).scalar_one_or_none()


async def move_cursor(work: Work, route_id: str, kind: str, cursor: str, *, after: str | None) -> bool:
    """Remember how far a route's mailbox was read for a kind, if it still stands at `after`; return whether it did.

    Where it does not, another process reads this mailbox; whoever moves it first keeps the file.
    """
    new = insert(mailbox_cursor).values(
        org_id=work.org_id, route_id=route_id, kind=kind, cursor=cursor, moved_at=work.now
    )
    moved = new.on_conflict_do_update(
        index_elements=["org_id", "route_id", "kind"],
        set_={"cursor": cursor, "moved_at": work.now},
        where=mailbox_cursor.c.cursor.is_not_distinct_from(after),
    )
    return (await work.execute(moved.returning(mailbox_cursor.c.cursor))).scalar_one_or_none() is not None


async def note_failure(work: Work, route_id: str, kind: str, cursor: str) -> int:
    """Count a try to fetch the file at a cursor that failed; return how many there were in a row."""
    new = insert(mailbox_cursor).values(
        org_id=work.org_id, route_id=route_id, kind=kind, stuck_at=cursor, tries=1, moved_at=work.now
    )
    again = mailbox_cursor.c.stuck_at == new.excluded.stuck_at
    counted = new.on_conflict_do_update(
        index_elements=["org_id", "route_id", "kind"],
        set_={"stuck_at": new.excluded.stuck_at, "tries": case((again, mailbox_cursor.c.tries + 1), else_=1)},
    )
    return int((await work.execute(counted.returning(mailbox_cursor.c.tries))).scalar_one())
