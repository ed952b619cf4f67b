"""Files that came in, whatever was in them, and what they said of ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_submission.domain.acknowledgements import Answer, Kind, Verdict
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.stage import Evidence
from claimwright_submission.domain.submission import Carried
from claimwright_submission.persistence.artifacts import PURPOSE
from claimwright_submission.persistence.tables import acknowledgment, artifact_answer, callback, mailbox_cursor
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
    """A file that waits to be read."""

    id: UUID
    route_id: str
    sha256: str
    received_at: datetime


async def fill(work: Work, answer_id: UUID, data: bytes) -> None:
    """Put the bytes to a file that was only known by name until now, and let it be read."""
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id)
        .values(content=content, byte_count=len(data), state=RECEIVED, reasons=[], owner=None, due_at=None)
    )


async def keep(work: Work, *, route_id: str, data: bytes, sha256: str, came_by: str) -> tuple[UUID, bool]:
    """Keep a file by its content; return its id and whether it is new."""
    answer_id = ids.new()
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=answer_id)
    new = insert(table).values(
        org_id=work.org_id,
        id=answer_id,
        route_id=route_id,
        came_by=came_by,
        sha256=sha256,
        byte_count=len(data),
        content=content,
        state=RECEIVED,
        kinds=[],
        reasons=[],
        received_at=work.now,
    )
    kept = (await work.execute(new.on_conflict_do_nothing().returning(table.c.id))).scalar_one_or_none()
    if kept is not None:
        return answer_id, True
    known = await known_content(work, route_id, sha256)
    if known is None:
        raise RuntimeError("a file that was kept before can't be seen")
    return known.id, False


async def keep_message(work: Work, *, route_id: str, message_id: str, answer_id: UUID) -> None:
    """Remember the id of a callback's message."""
    new = insert(callback).values(
        org_id=work.org_id, route_id=route_id, message_id=message_id, answer_id=answer_id, received_at=work.now
    )
    await work.execute(new.on_conflict_do_nothing())


async def known_content(work: Work, route_id: str, sha256: str) -> Known | None:
    """Return the answer with this content, when it came before or was listed and could not be fetched."""
    query = select(table.c.id, table.c.byte_count).where(
        table.c.org_id == work.org_id, table.c.route_id == route_id, table.c.sha256 == sha256
    )
    row = (await work.execute(query)).one_or_none()
    return None if row is None else Known(row.id, has_bytes=row.byte_count > 0)


async def oldest_unread(work: Work) -> UUID | None:
    """Return the answer that waits longest to be read."""
    query = select(table.c.id).where(table.c.org_id == work.org_id, table.c.state == RECEIVED)
    return (await work.execute(query.order_by(table.c.received_at, table.c.id).limit(1))).scalar_one_or_none()


async def locked_unread(work: Work, answer_id: UUID) -> Unread | None:
    """Return an answer that waits to be read, locked; None when somebody else has it or has read it."""
    query = select(table.c.id, table.c.route_id, table.c.sha256, table.c.received_at).where(
        table.c.org_id == work.org_id, table.c.id == answer_id, table.c.state == RECEIVED
    )
    row = (await work.execute(query.with_for_update(skip_locked=True))).one_or_none()
    return None if row is None else Unread(row.id, row.route_id, row.sha256, row.received_at)


async def bytes_of(work: Work, answer_id: UUID) -> bytes | None:
    """Open the bytes of a file that came in."""
    query = select(table.c.content).where(table.c.org_id == work.org_id, table.c.id == answer_id)
    sealed = (await work.execute(query)).scalar_one_or_none()
    if sealed is None:
        return None
    return await work.unseal(PURPOSE, sealed, table=table.name, column="content", row=answer_id)


async def close(
    work: Work, answer_id: UUID, *, kinds: Sequence[str], reasons: Sequence[str], duty: Duty | None
) -> None:
    """Note that a file was read, or what of it has no home here and who looks into that."""
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == answer_id)
        .values(
            state=UNMATCHED if reasons else READ,
            kinds=list(kinds),
            reasons=list(reasons),
            owner=duty.owner.value if duty else None,
            due_at=duty.due_at if duty else None,
            read_at=work.now,
        )
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


async def note_for_artifact(work: Work, *, artifact_id: UUID, answer_id: UUID, answer: Answer) -> bool:
    """Note that an answer speaks of a file of ours; return whether that is new."""
    new = insert(artifact_answer).values(
        org_id=work.org_id,
        artifact_id=artifact_id,
        answer_id=answer_id,
        kind=answer.kind.value,
        verdict=answer.verdict,
        byte_start=answer.place.byte_start or 0,
        answered_at=answer.answered_at,
    )
    noted = await work.execute(new.on_conflict_do_nothing().returning(artifact_answer.c.answer_id))
    return noted.scalar_one_or_none() is not None


async def note_verdicts(
    work: Work,
    *,
    answer_id: UUID,
    artifact_id: UUID,
    kind: Kind,
    answered_at: datetime,
    verdicts: Sequence[Verdict],
    carried: Mapping[UUID, Carried],
) -> list[Verdict]:
    """Keep what was said of claims; return the verdicts that are new, in their order.

    Shape: `carried` by attempt id.
    """
    if not verdicts:
        return []
    rows = [
        {
            "org_id": work.org_id,
            "id": ids.new(),
            "answer_id": answer_id,
            "artifact_id": artifact_id,
            "attempt_id": verdict.attempt_id,
            "submission_id": carried[verdict.attempt_id].submission.id,
            "kind": kind.value,
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
            "answered_at": answered_at,
            "recorded_at": work.now,
        }
        for verdict in verdicts
    ]
    said = acknowledgment.c
    new = insert(acknowledgment).on_conflict_do_nothing().returning(said.attempt_id, said.event_type, said.byte_start)
    kept: set[tuple[UUID, str, int]] = set()
    for row in (await work.execute(new, rows)).all():
        kept.add((row.attempt_id, row.event_type, row.byte_start))
    return [each for each in verdicts if _key(each) in kept]


def _key(verdict: Verdict) -> tuple[UUID, str, int]:
    return verdict.attempt_id, verdict.said.event_type, verdict.said.place.byte_start or 0


async def evidence_of(work: Work, attempt_ids: Iterable[UUID]) -> dict[UUID, list[Evidence]]:
    """Return all that was said of some attempts, by attempt."""
    said = acknowledgment.c
    query = select(said.attempt_id, said.event_type, said.answered_at, said.answer_id).where(
        said.org_id == work.org_id, said.attempt_id.in_(list(attempt_ids))
    )
    found: dict[UUID, list[Evidence]] = {}
    for row in (await work.execute(query)).all():
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
