"""Submissions with their sealed content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Row, Select, Uuid, any_, bindparam, exists, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from claimwright.database.upserts import Upsert
from claimwright.events.envelope import Purpose
from claimwright.events.lifecycle_words import Stage
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.messaging.work import Work
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.submission import Submission
from claimwright_submission.persistence.tables import submission as table

VALUES: Final = tuple(name for name in Submission.__dataclass_fields__)
"""The columns that `of` needs, in their order."""
_COLUMNS: Final = tuple(table.c[name] for name in VALUES)
_STAGE: Final = VALUES.index("stage")
_SAVE: Final = Upsert(
    table,
    *VALUES,
    *("reason", "owner", "due_at", "created_at", "updated_at", "identity", "clinical", "financial"),
    key=("id",),
    kept=("created_at",),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage of a submission as it is written down, with who looks into it where it has stopped."""

    submission_id: UUID
    stage: Stage
    reason: str | None = None
    duty: Duty | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A submission as it is written down whole: with its content, and what it waits for where it has stopped."""

    submission: Submission
    content: BilledContent
    reason: str | None = None
    duty: Duty | None = None


async def find(work: Work, claim_id: UUID, *, payer_order: int, frequency: str) -> Submission | None:
    """Return a claim's submission to a payer order, locked until the transaction ends."""
    return (await find_all(work, [claim_id], payer_order=payer_order, frequency=frequency)).get(claim_id)


_OF_CLAIMS: Final = (
    select(*_COLUMNS)
    .where(
        table.c.org_id == bindparam("org"),
        table.c.claim_id == any_(bindparam("claims", type_=ARRAY(Uuid))),
        table.c.payer_order == bindparam("payer_order"),
        table.c.frequency == bindparam("frequency"),
    )
    .order_by(table.c.id)
    .with_for_update()
)


async def find_all(
    work: Work, claim_ids: Collection[UUID], *, payer_order: int, frequency: str
) -> dict[UUID, Submission]:
    """Return the submissions of claims to a payer order, by claim, locked until the transaction ends."""
    which = {"org": work.org_id, "claims": sorted(claim_ids), "payer_order": payer_order, "frequency": frequency}
    rows = await work.execute(_OF_CLAIMS, which)
    return {row.claim_id: of(row) for row in rows}


async def get(work: Work, submission_id: UUID) -> Submission | None:
    """Return a submission by its id, locked until the transaction ends."""
    return await _one(work, select(*_COLUMNS).where(table.c.org_id == work.org_id, table.c.id == submission_id))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits for a file, with its content as it is sealed."""

    submission: Submission
    sealed: Row[Any]


_SEALED: Final = (table.c.identity, table.c.clinical, table.c.financial)
_WAITING: Final = (
    select(*_COLUMNS, *_SEALED)
    .where(
        table.c.org_id == bindparam("org"),
        table.c.route_id == bindparam("route"),
        table.c.waiting_since.is_not(None),
    )
    .order_by(table.c.waiting_since, table.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


async def waiting(work: Work, route_id: str, *, most: int) -> list[Waiting]:
    """Return submissions that wait for a file of a route, the longest waiting first, without those others work on."""
    rows = await work.execute(_WAITING, {"org": work.org_id, "route": route_id, "most": most})
    return [Waiting(of(row), row) for row in rows.all()]


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits of an organization's submissions: for a file of one route, or for a route at all."""

    for_file: bool
    for_route: bool


_WAITS: Final = select(
    exists()
    .where(
        table.c.org_id == bindparam("org"),
        table.c.route_id == bindparam("route"),
        table.c.waiting_since.is_not(None),
    )
    .label("for_file"),
    exists().where(table.c.org_id == bindparam("org"), table.c.stage == Stage.HELD.value).label("for_route"),
)


async def waits(work: Work, route_id: str) -> Waits:
    """Return whether submissions wait, by one look at both."""
    row = (await work.execute(_WAITS, {"org": work.org_id, "route": route_id})).one()
    return Waits(for_file=row.for_file, for_route=row.for_route)


async def held(work: Work, *, most: int) -> list[Submission]:
    """Return submissions that are held for a route, without those others work on."""
    some = (
        select(*_COLUMNS)
        .where(table.c.org_id == work.org_id, table.c.stage == Stage.HELD.value)
        .order_by(table.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [of(row) for row in (await work.execute(some)).all()]


async def save(work: Work, written: Sequence[Written]) -> None:
    """Write submissions whole, their content sealed under its content version.

    Shape: each submission once.
    """
    if written:
        rows = [await _values(work, one) for one in written]
        await work.fetch(_SAVE.statement, *_SAVE.values(work.org_id, rows))


async def _values(work: Work, written: Written) -> tuple[Any, ...]:
    """Return the row of a submission, in the order of `_SAVE`."""
    submission, duty = written.submission, written.duty
    sealed = [
        await work.seal(
            part.PURPOSE,
            part.model_dump_json().encode(),
            table=table.name,
            column=part.PURPOSE.value,
            row=submission.id,
            version=submission.content_version,
        )
        for part in (written.content.identity, written.content.clinical, written.content.financial)
    ]
    return (
        *(getattr(submission, name) for name in VALUES),
        written.reason,
        duty.owner.value if duty else None,
        duty.due_at if duty else None,
        work.now,
        work.now,
        *sealed,
    )


async def content_of(work: Work, submission: Submission) -> BilledContent:
    """Open the content of a submission. Errors: Poison."""
    return await opened(work, submission, (await sealed_contents(work, [submission.id]))[submission.id])


async def sealed_contents(work: Work, submission_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """Return the contents of submissions as they are sealed."""
    rows = await work.execute(
        select(table.c.id, *_SEALED).where(
            table.c.org_id == work.org_id, table.c.id == any_(literal(list(submission_ids), ARRAY(Uuid)))
        )
    )
    return {row.id: row for row in rows}


async def opened(work: Work, submission: Submission, sealed: Row[Any]) -> BilledContent:
    """Open the content of a submission. Errors: Poison."""

    async def plain(purpose: Purpose) -> bytes:
        return await work.unseal(
            purpose,
            getattr(sealed, purpose.value),
            table=table.name,
            column=purpose.value,
            row=submission.id,
            version=submission.content_version,
        )

    return BilledContent(
        identity=EncounterIdentity.model_validate_json(await plain(Purpose.IDENTITY)),
        clinical=EncounterClinical.model_validate_json(await plain(Purpose.CLINICAL)),
        financial=EncounterFinancial.model_validate_json(await plain(Purpose.FINANCIAL)),
    )


_TAKE_INTO_FILE: Final = (
    update(table)
    .where(table.c.org_id == bindparam("org"), table.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .values(waiting_since=None, updated_at=bindparam("now"))
)
# The rows are locked in the order of their ids before any is written, so that two writers never wait for each other.
_PUT: Final = text(
    """
    with held as (
      select id from submission where org_id = cast(:org as uuid) and id = any(cast(:ids as uuid[]))
      order by id for update
    ), given as (
      select * from unnest(
        cast(:ids as uuid[]), cast(:stages as text[]), cast(:reasons as text[]), cast(:owners as text[]),
        cast(:due as timestamptz[])
      ) as given(id, stage, reason, owner, due_at)
    )
    update submission
    set stage = given.stage, reason = given.reason, owner = given.owner, due_at = given.due_at,
        updated_at = cast(:now as timestamptz)
    from held join given using (id)
    where submission.org_id = cast(:org as uuid) and submission.id = held.id
    """
)


async def take_into_file(work: Work, submission_ids: Sequence[UUID]) -> None:
    """Note that submissions wait no longer."""
    await work.execute(_TAKE_INTO_FILE, {"org": work.org_id, "ids": list(submission_ids), "now": work.now})


async def put(work: Work, standings: Sequence[Standing]) -> None:
    """Write down the stages of submissions.

    Shape: each submission once.
    """
    if not standings:
        return
    await work.execute(
        _PUT,
        {
            "org": work.org_id,
            "ids": [each.submission_id for each in standings],
            "stages": [each.stage.value for each in standings],
            "reasons": [each.reason for each in standings],
            "owners": [each.duty.owner.value if each.duty else None for each in standings],
            "due": [each.duty.due_at if each.duty else None for each in standings],
            "now": work.now,
        },
    )


async def stop_waiting(work: Work, standing: Standing) -> None:
    """Take a submission out of the queue, with the reason why it stays here."""
    await take_into_file(work, [standing.submission_id])
    await put(work, [standing])


# Only the first decision is noted, and takes the submission out of the queue; the stage is the same after each.
_DECIDE: Final = text(
    """
    with held as (
      select id from submission where org_id = cast(:org as uuid) and id = any(cast(:ids as uuid[]))
      order by id for update
    ), given as (
      select * from unnest(cast(:ids as uuid[]), cast(:moments as timestamptz[]), cast(:events as uuid[]))
        as given(id, moment, event)
    )
    update submission as kept
    set adjudicated_at = coalesce(kept.adjudicated_at, given.moment),
        adjudicated_by = case when kept.adjudicated_at is null then given.event else kept.adjudicated_by end,
        waiting_since = case when kept.adjudicated_at is null then null else kept.waiting_since end,
        stage = :stage, reason = null, owner = null, due_at = null, updated_at = cast(:now as timestamptz)
    from held join given using (id)
    where kept.org_id = cast(:org as uuid) and kept.id = held.id
    """
)


async def decide(work: Work, decided: Mapping[UUID, tuple[datetime, UUID]]) -> None:
    """Write down that payers have decided, with the moment and the event of the first decision on each submission.

    One that is not here belongs to another deployment and is passed over.
    """
    await work.execute(
        _DECIDE,
        {
            "org": work.org_id,
            "ids": list(decided),
            "moments": [at for at, _ in decided.values()],
            "events": [by for _, by in decided.values()],
            "stage": Stage.ADJUDICATED.value,
            "now": work.now,
        },
    )


async def note_not_recognised(work: Work, submission_id: UUID, *, at: datetime, by: UUID) -> None:
    """Note when a payer said that it knows nobody of the live try, and by which event."""
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == submission_id)
        .values(not_recognised_at=at, not_recognised_by=by)
    )


def of(row: Row[Any] | asyncpg.Record) -> Submission:
    """Return the value of a row that begins with the columns of a submission."""
    values = list(row[: len(VALUES)])
    values[_STAGE] = Stage(values[_STAGE])
    return Submission(*values)


async def _one(work: Work, query: Select[Any]) -> Submission | None:
    row = (await work.execute(query.with_for_update())).one_or_none()
    return None if row is None else of(row)
