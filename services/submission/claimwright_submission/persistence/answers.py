"""Files that came in, whatever was in them, and what they said of ours."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, case, exists, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_submission.domain.acknowledgements import Answer, Verdict
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.stage import Evidence
from claimwright_submission.domain.submission import Carried
from claimwright_submission.persistence.artifacts import PURPOSE
from claimwright_submission.persistence.tables import acknowledgment, callback, mailbox_cursor
from claimwright_submission.persistence.tables import answer as table

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
    """A file that waits to be read; `content` is sealed, and `has_followers` tells whether others wait, too."""

    id: UUID
    route_id: str
    sha256: str
    received_at: datetime
    content: bytes
    has_followers: bool


async def fill(work: Work, answer_id: UUID, data: bytes) -> None:
    """Put the bytes to a file that was only known by name until now, and let it be read."""
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id)
        .values(content=content, byte_count=len(data), state=RECEIVED, reasons=[], owner=None, due_at=None)
    )


_KEEP: Final = insert(table).on_conflict_do_nothing().returning(table.c.id)
_KEEP_MESSAGE: Final = insert(callback).on_conflict_do_nothing()


async def keep(work: Work, *, route_id: str, data: bytes, sha256: str, came_by: str) -> UUID | None:
    """Keep a file by its content; return its id, or None when the content is known."""
    answer_id = ids.new()
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    new = {
        "org_id": work.org_id,
        "id": answer_id,
        "route_id": route_id,
        "came_by": came_by,
        "sha256": sha256,
        "byte_count": len(data),
        "content": content,
        "state": RECEIVED,
        "kinds": [],
        "reasons": [],
        "received_at": work.now,
    }
    kept: UUID | None = (await work.execute(_KEEP, new)).scalar_one_or_none()
    return kept


async def keep_message(work: Work, *, route_id: str, message_id: str, answer_id: UUID) -> None:
    """Remember the id of a callback's message."""
    new = {
        "org_id": work.org_id,
        "route_id": route_id,
        "message_id": message_id,
        "answer_id": answer_id,
        "received_at": work.now,
    }
    await work.execute(_KEEP_MESSAGE, new)


async def known_content(work: Work, route_id: str, sha256: str) -> Known | None:
    """Return the answer with this content, when it came before or was listed and could not be fetched."""
    query = select(table.c.id, table.c.byte_count).where(
        table.c.org_id == work.org_id, table.c.route_id == route_id, table.c.sha256 == sha256
    )
    row = (await work.execute(query)).one_or_none()
    return None if row is None else Known(row.id, has_bytes=row.byte_count > 0)


_OTHER: Final = table.alias()
_UNREAD: Final = (
    select(
        table.c.id,
        table.c.route_id,
        table.c.sha256,
        table.c.received_at,
        table.c.content,
        exists()
        .where(_OTHER.c.org_id == table.c.org_id, _OTHER.c.state == RECEIVED, _OTHER.c.id != table.c.id)
        .label("has_followers"),
    )
    .where(table.c.org_id == bindparam("org"), table.c.state == RECEIVED)
    .with_for_update(skip_locked=True)
)
_OLDEST_UNREAD: Final = _UNREAD.order_by(table.c.received_at, table.c.id).limit(1)
_THIS_UNREAD: Final = _UNREAD.where(table.c.id == bindparam("answer"))


async def oldest_unread(work: Work) -> Unread | None:
    """Return the answer that waits longest to be read, locked; those that somebody else has are passed over."""
    row = (await work.execute(_OLDEST_UNREAD, {"org": work.org_id})).one_or_none()
    return None if row is None else Unread(**row._mapping)


async def locked_unread(work: Work, answer_id: UUID) -> Unread | None:
    """Return an answer that waits to be read, locked; None when somebody else has it or has read it."""
    row = (await work.execute(_THIS_UNREAD, {"org": work.org_id, "answer": answer_id})).one_or_none()
    return None if row is None else Unread(**row._mapping)


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


_CLOSE: Final = update(table).where(table.c.org_id == bindparam("of_org"), table.c.id == bindparam("of_id"))


async def close(
    work: Work, answer_id: UUID, *, kinds: Sequence[str], reasons: Sequence[str], duty: Duty | None
) -> None:
    """Note that a file was read, or what of it has no home here and who looks into that."""
    await work.execute(
        _CLOSE,
        {
            "of_org": work.org_id,
            "of_id": answer_id,
            "state": UNMATCHED if reasons else READ,
            "kinds": list(kinds),
            "reasons": list(reasons),
            "owner": duty.owner.value if duty else None,
            "due_at": duty.due_at if duty else None,
            "read_at": work.now,
        },
    )


async def read_again(work: Work, answer_id: UUID) -> bool:
    """Put an unmatched file before the reader again; return whether there was one."""
    done = await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id, table.c.state == UNMATCHED)
        .values(state=RECEIVED, owner=None, due_at=None)
        .returning(table.c.id)
    )
    return done.scalar_one_or_none() is not None


# One statement for a file and all of its claims, whose rows travel as one text.
_NOTE: Final = text(
    """
    with of_file as (
      insert into artifact_answer (org_id, artifact_id, answer_id, kind, verdict, byte_start, answered_at)
      values (cast(:org_id as uuid), cast(:artifact_id as uuid), cast(:answer_id as uuid), :kind, :verdict,
              cast(:byte_start as int), cast(:answered_at as timestamptz))
      on conflict do nothing
      returning answer_id
    ), of_claims as (
      insert into acknowledgment (
        org_id, id, answer_id, artifact_id, attempt_id, submission_id, kind, event_type, verdict, codes, statuses,
        payer_claim_control_number, clearinghouse_trace_number, attempt_was_over, interchange_control, group_control,
        set_control, segment, byte_start, byte_end, answered_at, recorded_at
      )
      select cast(:org_id as uuid), id, cast(:answer_id as uuid), cast(:artifact_id as uuid), attempt_id, submission_id,
             :kind, event_type, verdict, codes, statuses, payer_claim_control_number, clearinghouse_trace_number,
             attempt_was_over, interchange_control, group_control, set_control, segment, byte_start, byte_end,
             cast(:answered_at as timestamptz), cast(:recorded_at as timestamptz)
      from jsonb_to_recordset(cast(:claims as jsonb)) as said (
        id uuid, attempt_id uuid, submission_id uuid, event_type text, verdict text, codes text[], statuses jsonb,
        payer_claim_control_number text, clearinghouse_trace_number text, attempt_was_over boolean,
        interchange_control text, group_control text, set_control text, segment int, byte_start int, byte_end int
      )
      on conflict do nothing
      returning attempt_id, event_type, byte_start
    )
    select exists (select from of_file) as is_new, attempt_id, event_type, byte_start
    from (values (1)) as once left join of_claims on true
    """
)


@dataclass(frozen=True, slots=True)
class Noted:
    """What an answer said for the first time: whether of its file at all, and which verdicts, in their order."""

    of_file: bool
    of_claims: list[Verdict]


async def note(
    work: Work,
    *,
    answer_id: UUID,
    artifact_id: UUID,
    answer: Answer,
    verdicts: Sequence[Verdict],
    carried: Mapping[UUID, Carried],
) -> Noted:
    """Keep that an answer speaks of a file of ours, and what it says of claims; return what of it is new.

    Shape: `carried` by attempt id.
    """
    claims = [
        {
            "id": str(ids.new()),
            "attempt_id": str(verdict.attempt_id),
            "submission_id": str(carried[verdict.attempt_id].submission.id),
            "event_type": verdict.said.event_type,
            "verdict": verdict.said.verdict,
            "codes": list(verdict.said.codes),
            "statuses": [status.model_dump(mode="json") for status in verdict.said.statuses],
            "payer_claim_control_number": verdict.said.payer_claim_control_number,
            "clearinghouse_trace_number": verdict.said.clearinghouse_trace_number,
            "attempt_was_over": not carried[verdict.attempt_id].attempt.is_live,
            "interchange_control": verdict.said.place.interchange_control,
            "group_control": verdict.said.place.group_control,
            "set_control": verdict.said.place.set_control,
            "segment": verdict.said.place.segment or 0,
            "byte_start": verdict.said.place.byte_start or 0,
            "byte_end": verdict.said.place.byte_end or 0,
        }
        for verdict in verdicts
    ]
    noted = await work.execute(
        _NOTE,
        {
            "org_id": work.org_id,
            "artifact_id": artifact_id,
            "answer_id": answer_id,
            "kind": answer.kind.value,
            "verdict": answer.verdict,
            "byte_start": answer.place.byte_start or 0,
            "answered_at": answer.answered_at,
            "recorded_at": work.now,
            "claims": json.dumps(claims),
        },
    )
    rows = noted.all()
    kept = {(row.attempt_id, row.event_type, row.byte_start) for row in rows}
    return Noted(of_file=rows[0].is_new, of_claims=[each for each in verdicts if _key(each) in kept])


def _key(verdict: Verdict) -> tuple[UUID, str, int]:
    return verdict.attempt_id, verdict.said.event_type, verdict.said.place.byte_start or 0


_EVIDENCE: Final = select(
    acknowledgment.c.attempt_id,
    acknowledgment.c.event_type,
    acknowledgment.c.answered_at,
    acknowledgment.c.answer_id,
).where(
    acknowledgment.c.org_id == bindparam("org"),
    acknowledgment.c.attempt_id == any_(bindparam("attempts", type_=ARRAY(Uuid))),
)


async def evidence_of(work: Work, attempt_ids: Iterable[UUID]) -> dict[UUID, list[Evidence]]:
    """Return all that was said of some attempts, by attempt."""
    found: dict[UUID, list[Evidence]] = {}
    rows = await work.execute(_EVIDENCE, {"org": work.org_id, "attempts": list(attempt_ids)})
    for row in rows.all():
        found.setdefault(row.attempt_id, []).append(Evidence(row.event_type, row.answered_at, str(row.answer_id)))
    return found


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
