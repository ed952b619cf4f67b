"""Files of ours: sealed bytes with their hash, where their transport is, and which submissions they carry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from claimwright.events.envelope import Purpose
from claimwright.messaging.work import Work
from claimwright_submission.domain.attempt import Transport
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.stage import Evidence
from claimwright_submission.domain.submission import Artifact, Attempt, Carried
from claimwright_submission.persistence import submissions
from claimwright_submission.persistence.tables import artifact as table
from claimwright_submission.persistence.tables import attempt

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


_OWN: Final = ", ".join(_VALUES)
_LOCKED: Final = f"select {_OWN} from artifact where org_id = $1::uuid and id = $2::uuid for update"  # noqa: S608 names
_LEASE: Final = f"""
    update artifact
    set transport = 'sending', tries = tries + 1, lease_token = $3::uuid, next_try_at = null,
        lease_until = clock_timestamp() + $4::float8 * interval '1 second'
    where org_id = $1::uuid and id = $2::uuid and transport = any($5::text[])
    returning {_OWN}, content
"""  # noqa: S608 names
# The files are locked in the order of their ids and then what they carry in that of its own, so that no two wait for
# each other; counting the held makes sure that all of them are.
_HOLDING: Final = f"""
    held as (
      select id from submission
      where org_id = $1::uuid and id in (
        select submission_id from attempt where org_id = $1::uuid and artifact_id in (select id from file)
      )
      order by id for update
    )
    select {{}}{_OWN}, (select count(*) from held) as held_count from file
"""  # noqa: S608 names
_HELD: Final = f"""
    with file as (
      select {_OWN} from artifact where org_id = $1::uuid and id = $2::uuid for update
    ), {_HOLDING.format("")}
"""  # noqa: S608 names
_HELD_BY_NAME: Final = f"""
    with named as (
      select 'interchange' as which, number, (
        select id from artifact
        where org_id = $1::uuid and route_id = given.route_id and interchange_number = number
        order by created_at desc limit 1
      ) as artifact_id
      from unnest($2::text[], $3::bigint[]) as given(route_id, number)
      union all
      select 'group', number, (
        select id from artifact where org_id = $1::uuid and route_id = given.route_id and group_number = number
        order by created_at desc limit 1
      )
      from unnest($4::text[], $5::bigint[]) as given(route_id, number)
    ), file as (
      select which, named.number as named_number, {", ".join(f"artifact.{name}" for name in _VALUES)}
      from named join artifact on artifact.org_id = $1::uuid and artifact.id = artifact_id
      order by artifact.id for update of artifact
    ), {_HOLDING.format("which, named_number, ")}
"""  # noqa: S608 names
_CARRIED: Final = f"""
    select {", ".join(f"submission.{name}" for name in submissions.VALUES)},
           {", ".join(f"attempt.{name}" for name in _ATTEMPT)}, said.types, said.moments, said.answers
    from attempt
    join submission on submission.org_id = attempt.org_id and submission.id = attempt.submission_id
    cross join lateral (
      select array_agg(event_type) as types, array_agg(answered_at) as moments, array_agg(answer_id) as answers
      from acknowledgment where org_id = $1::uuid and attempt_id = attempt.id
    ) as said
    where attempt.org_id = $1::uuid and attempt.artifact_id = any($2::uuid[])
    order by attempt.artifact_id, attempt.submission_id
"""  # noqa: S608 names


async def locked(work: Work, artifact_id: UUID) -> Artifact | None:
    """Return a file, locked until the transaction ends."""
    rows = await work.fetch(_LOCKED, work.org_id, artifact_id)
    return _of(rows[0]) if rows else None


async def held(work: Work, artifact_id: UUID) -> Artifact | None:
    """Return a file, locked with the submissions that it carries until the transaction ends."""
    rows = await work.fetch(_HELD, work.org_id, artifact_id)
    return _of(rows[0]) if rows else None


Named = tuple[str, Literal["interchange", "group"], int]
"""A file as an answer names it: by its route and the number of its interchange (ISA13) or of its group (GS06)."""


async def held_by_name(work: Work, names: Collection[Named]) -> dict[Named, Artifact]:
    """Return the newest file that each name is of, locked with the submissions that they carry, in one order."""
    of_interchange, of_group = (
        [(route_id, number) for route_id, which, number in names if which == wanted]
        for wanted in ("interchange", "group")
    )
    rows = await work.fetch(
        _HELD_BY_NAME,
        work.org_id,
        [route_id for route_id, _ in of_interchange],
        [number for _, number in of_interchange],
        [route_id for route_id, _ in of_group],
        [number for _, number in of_group],
    )
    return {(row["route_id"], row["which"], row["named_number"]): _of(row) for row in rows}


async def bytes_of(work: Work, artifact_id: UUID) -> bytes | None:
    """Open the bytes of a file."""
    query = select(table.c.content).where(table.c.org_id == work.org_id, table.c.id == artifact_id)
    sealed = (await work.execute(query)).scalar_one_or_none()
    return None if sealed is None else await opened(work, artifact_id, sealed)


async def opened(work: Work, artifact_id: UUID, sealed: bytes) -> bytes:
    """Open the bytes of a file. Errors: Poison."""
    return await work.unseal(PURPOSE, sealed, table=table.name, column="content", row=artifact_id)


async def lease(
    work: Work, artifact_id: UUID, *, token: UUID, seconds: float, of: Collection[Transport]
) -> tuple[Artifact, bytes] | None:
    """Note that this process is sending a file, until when others believe it, and that another try has begun.

    Return the file as it is now with its bytes as they are sealed; None where its transport is none of these.
    The lease is measured by the database's clock alone: it is no business moment, and moving the business clock must
    not make a sender look lost.
    """
    rows = await work.fetch(_LEASE, work.org_id, artifact_id, token, seconds, [each.value for each in of])
    return (_of(rows[0]), rows[0]["content"]) if rows else None


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


async def carried(work: Work, artifact_ids: Collection[UUID]) -> dict[UUID, list[Carried]]:
    """Return the submissions that files carry, which are held, by file and in the order of their ids.

    They are locked by a statement before this one, so that this one sees what others committed meanwhile: a decision
    that was posted, an answer, or a try that is not the live one any more.
    """
    found: dict[UUID, list[Carried]] = {artifact_id: [] for artifact_id in artifact_ids}
    for row in await work.fetch(_CARRIED, work.org_id, list(artifact_ids)):
        *_, types, moments, answers = values = tuple(row)
        attempt_values = values[len(submissions.VALUES) : -3]
        attempt = Attempt(*attempt_values)
        answered = tuple(map(Evidence, types or (), moments or (), map(str, answers or ())))
        found[attempt.artifact_id].append(Carried(submissions.of(row), attempt, answered))
    return found


async def _write(work: Work, artifact_id: UUID, **values: Any) -> None:
    await work.execute(update(table).where(table.c.org_id == work.org_id, table.c.id == artifact_id).values(**values))


def _of(row: asyncpg.Record) -> Artifact:
    values: dict[str, Any] = {name: row[name] for name in _VALUES}
    return Artifact(**values | {"transport": Transport(row["transport"])})
