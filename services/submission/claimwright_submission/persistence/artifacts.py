"""Files of ours: sealed bytes with their hash, where their transport is, and which submissions they carry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Row, Select, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from claimwright.events.envelope import Purpose
from claimwright.messaging.work import Work
from claimwright_submission.domain.attempt import Transport
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.submission import Artifact, Attempt, Carried
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.tables import artifact as table
from claimwright_submission.persistence.tables import attempt, submission

PURPOSE: Final = Purpose.CLINICAL
"""A file holds diagnoses beside names, so it is sealed as what is closest kept."""

_VALUES: Final = tuple(name for name in Artifact.__dataclass_fields__)
_COLUMNS: Final = tuple(table.c[name] for name in _VALUES)
_ATTEMPT: Final = tuple(name for name in Attempt.__dataclass_fields__)


async def store(
    work: Work, artifact: Artifact, *, data: bytes, guide: str, sender: str, receiver: str, usage: str
) -> None:
    """Keep a file before it is sent."""
    content = await work.seal(PURPOSE, data, table=table.name, column="content", row=artifact.id)
    values = {name: getattr(artifact, name) for name in _VALUES}
    await work.execute(
        insert(table).values(
            org_id=work.org_id,
            **values
            | {
                "transport": artifact.transport.value,
                "content": content,
                "guide": guide,
                "sender": sender,
                "receiver": receiver,
                "usage_indicator": usage,
                "created_at": work.now,
            },
        )
    )


# A submission's tries are counted: the next one comes after all that there were.
_STORE_ATTEMPTS: Final = text(
    """
    insert into attempt (
      org_id, id, submission_id, artifact_id, ordinal, encounter_version, is_live, set_control, segment, byte_start,
      byte_end, created_at
    )
    select cast(:org as uuid), id, submission_id, artifact_id,
           1 + coalesce((
             select max(ordinal) from attempt as before
             where before.org_id = cast(:org as uuid) and before.submission_id = given.submission_id
           ), 0),
           encounter_version, is_live, set_control, segment, byte_start, byte_end, cast(:now as timestamptz)
    from unnest(
      cast(:ids as uuid[]), cast(:submission_ids as uuid[]), cast(:artifact_ids as uuid[]),
      cast(:encounter_versions as int[]), cast(:is_lives as boolean[]), cast(:set_controls as text[]),
      cast(:segments as int[]), cast(:byte_starts as int[]), cast(:byte_ends as int[])
    ) as given (
      id, submission_id, artifact_id, encounter_version, is_live, set_control, segment, byte_start, byte_end
    )
    """
)


async def store_attempts(work: Work, attempts: Sequence[Attempt]) -> None:
    """Keep which submissions a file carries; each becomes the live try of its submission."""
    given = {f"{name}s": [getattr(each, name) for each in attempts] for name in _ATTEMPT}
    await work.execute(_STORE_ATTEMPTS, {"org": work.org_id, "now": work.now} | given)


async def end_attempts(work: Work, submission_ids: Collection[UUID]) -> None:
    """Close the live tries of submissions that are queued again; their answers are shown and move nothing any more."""
    if submission_ids:
        await work.execute(
            update(attempt)
            .where(attempt.c.org_id == work.org_id, attempt.c.submission_id.in_(submission_ids), attempt.c.is_live)
            .values(is_live=False)
        )


_LOCKED: Final = (
    select(*_COLUMNS).where(table.c.org_id == bindparam("org"), table.c.id == bindparam("artifact")).with_for_update()
)
_LOCKED_WHOLE: Final = _LOCKED.add_columns(table.c.content)


async def locked(work: Work, artifact_id: UUID) -> Artifact | None:
    """Return a file, locked until the transaction ends."""
    row = (await work.execute(_LOCKED, {"org": work.org_id, "artifact": artifact_id})).one_or_none()
    return None if row is None else _of(row)


async def locked_whole(work: Work, artifact_id: UUID) -> tuple[Artifact, bytes] | None:
    """Return a file with its bytes as they are sealed, locked until the transaction ends."""
    row = (await work.execute(_LOCKED_WHOLE, {"org": work.org_id, "artifact": artifact_id})).one_or_none()
    return None if row is None else (_of(row), row.content)


def _newest_by(number: ColumnElement[int]) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(
            table.c.org_id == bindparam("org"), table.c.route_id == bindparam("route"), number == bindparam("number")
        )
        .order_by(table.c.created_at.desc())
        .limit(1)
        .with_for_update()
    )


_BY_INTERCHANGE: Final = _newest_by(table.c.interchange_number)
_BY_GROUP: Final = _newest_by(table.c.group_number)


async def find_by_interchange(work: Work, route_id: str, number: int) -> Artifact | None:
    """Return the newest file of a route with this ISA13, locked."""
    return await _newest(work, _BY_INTERCHANGE, route_id, number)


async def find_by_group(work: Work, route_id: str, number: int) -> Artifact | None:
    """Return the newest file of a route with this GS06, locked."""
    return await _newest(work, _BY_GROUP, route_id, number)


async def bytes_of(work: Work, artifact_id: UUID) -> bytes | None:
    """Open the bytes of a file."""
    query = select(table.c.content).where(table.c.org_id == work.org_id, table.c.id == artifact_id)
    sealed = (await work.execute(query)).scalar_one_or_none()
    return None if sealed is None else await opened(work, artifact_id, sealed)


async def opened(work: Work, artifact_id: UUID, sealed: bytes) -> bytes:
    """Open the bytes of a file. Errors: Poison."""
    return await work.unseal(PURPOSE, sealed, table=table.name, column="content", row=artifact_id)


async def lease(work: Work, artifact: Artifact, *, token: UUID, seconds: float) -> None:
    """Note that this process is sending a file, until when others believe it, and that another try has begun.

    The lease is measured by the database's clock alone: it is no business moment, and moving the business clock must
    not make a sender look lost.
    """
    await _write(
        work,
        artifact.id,
        transport=Transport.SENDING.value,
        tries=artifact.tries + 1,
        lease_token=token,
        lease_until=func.clock_timestamp() + timedelta(seconds=seconds),
        next_try_at=None,
    )


async def move(
    work: Work,
    artifact_id: UUID,
    to: Transport,
    *,
    next_try_at: datetime | None = None,
    file_id: str | None = None,
    reason: str | None = None,
    duty: Duty | None = None,
    keeps_lease: bool = False,
) -> None:
    """Write down where the transport of a file is now; the end of its lease is kept while its sender may still live."""
    known = {} if file_id is None else {"clearinghouse_file_id": file_id}
    sent = {"sent_at": work.now} if to is Transport.SENT else {}
    await _write(
        work,
        artifact_id,
        transport=to.value,
        **({} if keeps_lease else {"lease_until": None}),
        next_try_at=next_try_at,
        reason=reason,
        owner=duty.owner.value if duty else None,
        due_at=duty.due_at if duty else None,
        **known,
        **sent,
    )


async def ask_again_at(work: Work, artifact: Artifact, moment: datetime) -> None:
    """Note when an unknown file is asked for next."""
    await _write(work, artifact.id, tries=artifact.tries + 1, next_try_at=moment)


@dataclass(frozen=True, slots=True)
class Due:
    """Files of a route that want something done now, each list in the order of their control numbers."""

    abandoned: tuple[UUID, ...]
    """Those whose sender has not been heard of since its lease ran out."""
    unknown: tuple[UUID, ...]
    """Those to be asked for."""
    ready: tuple[UUID, ...]
    """Those that may be sent."""


_IS_ABANDONED: Final = (table.c.transport == Transport.SENDING.value) & (table.c.lease_until < func.clock_timestamp())
_IS_DUE: Final = table.c.transport.in_([Transport.UNKNOWN.value, Transport.READY.value]) & or_(
    table.c.next_try_at.is_(None), table.c.next_try_at <= bindparam("now", type_=DateTime(timezone=True))
)
_DUE: Final = (
    select(table.c.id, table.c.transport)
    .where(table.c.org_id == bindparam("org"), table.c.route_id == bindparam("route"), or_(_IS_ABANDONED, _IS_DUE))
    .order_by(table.c.interchange_number)
)


async def due(work: Work, route_id: str) -> Due:
    """Return the files of a route that want something done."""
    rows = await work.execute(_DUE, {"org": work.org_id, "route": route_id, "now": work.now})
    found: dict[str, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.transport, []).append(row.id)
    return Due(
        abandoned=tuple(found.get(Transport.SENDING.value, ())),
        unknown=tuple(found.get(Transport.UNKNOWN.value, ())),
        ready=tuple(found.get(Transport.READY.value, ())),
    )


async def may_still_leave(work: Work, artifact_id: UUID, *, grace_seconds: float) -> bool:
    """Return whether a sender that was believed lost may only just have let the bytes go, or be about to."""
    query = select(table.c.lease_until + timedelta(seconds=grace_seconds) > func.clock_timestamp()).where(
        table.c.org_id == work.org_id, table.c.id == artifact_id
    )
    return bool((await work.execute(query)).scalar_one_or_none())


_HOLD_CARRIED: Final = (
    select(submission.c.id)
    .where(
        submission.c.org_id == bindparam("org"),
        submission.c.id.in_(
            select(attempt.c.submission_id).where(
                attempt.c.org_id == bindparam("org"), attempt.c.artifact_id == bindparam("artifact")
            )
        ),
    )
    .order_by(submission.c.id)
    .with_for_update()
)
_CARRIED: Final = (
    select(*submissions.columns(), *(attempt.c[name].label(f"attempt_{name}") for name in _ATTEMPT))
    .join_from(
        attempt, submission, (submission.c.org_id == attempt.c.org_id) & (submission.c.id == attempt.c.submission_id)
    )
    .where(attempt.c.org_id == bindparam("org"), attempt.c.artifact_id == bindparam("artifact"))
    .order_by(attempt.c.submission_id)
)


async def carried(work: Work, artifact_id: UUID) -> list[Carried]:
    """Return the submissions that a file carries, in the order of their ids, locked until the transaction ends.

    They are locked by a statement of their own, so that the second one sees what others committed meanwhile: a decision
    that was posted, or a try that is not the live one any more.
    """
    of_artifact = {"org": work.org_id, "artifact": artifact_id}
    await work.execute(_HOLD_CARRIED, of_artifact)
    rows = await work.execute(_CARRIED, of_artifact)
    return [Carried(submissions.of(row), Attempt(*row[-len(_ATTEMPT) :])) for row in rows.all()]


async def _write(work: Work, artifact_id: UUID, **values: Any) -> None:
    await work.execute(update(table).where(table.c.org_id == work.org_id, table.c.id == artifact_id).values(**values))


async def _newest(work: Work, query: Select[Any], route_id: str, number: int) -> Artifact | None:
    row = (await work.execute(query, {"org": work.org_id, "route": route_id, "number": number})).one_or_none()
    return None if row is None else _of(row)


def _of(row: Row[Any]) -> Artifact:
    values: dict[str, Any] = {name: getattr(row, name) for name in _VALUES}
    return Artifact(**values | {"transport": Transport(row.transport)})
