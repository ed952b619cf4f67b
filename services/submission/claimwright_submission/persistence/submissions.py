"""Submissions with their sealed content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, any_, bindparam, exists, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from claimwright.events.envelope import Part, Purpose
from claimwright.events.lifecycle_words import Stage
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.messaging.work import Work
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.domain.duties import Duty
from claimwright_submission.domain.submission import Submission
from claimwright_submission.persistence.tables import submission as table

_VALUES: Final = tuple(name for name in Submission.__dataclass_fields__)
_COLUMNS: Final = tuple(table.c[name] for name in _VALUES)
_WRITTEN: Final = (*_VALUES, "reason", "owner", "due_at", "updated_at", "identity", "clinical", "financial")
_NEW: Final = insert(table)
_SAVE: Final = _NEW.on_conflict_do_update(
    index_elements=["org_id", "id"], set_={name: _NEW.excluded[name] for name in _WRITTEN if name != "id"}
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


async def find_all(
    work: Work, claim_ids: Collection[UUID], *, payer_order: int, frequency: str
) -> dict[UUID, Submission]:
    """Return the submissions of claims to a payer order, by claim, locked until the transaction ends."""
    rows = await work.execute(
        select(*_COLUMNS)
        .where(
            table.c.org_id == work.org_id,
            table.c.claim_id == any_(literal(sorted(claim_ids), ARRAY(Uuid))),
            table.c.payer_order == payer_order,
            table.c.frequency == frequency,
        )
        .order_by(table.c.id)
        .with_for_update()
    )
    return {row.claim_id: of(row) for row in rows}


async def get(work: Work, submission_id: UUID) -> Submission | None:
    """Return a submission by its id, locked until the transaction ends."""
    return await _one(work, select(*_COLUMNS).where(table.c.org_id == work.org_id, table.c.id == submission_id))


async def lock(work: Work, submission_ids: Collection[UUID]) -> frozenset[UUID]:
    """Lock submissions until the transaction ends, and return which of them there are."""
    rows = await work.execute(
        select(table.c.id)
        .where(table.c.org_id == work.org_id, table.c.id == any_(literal(sorted(submission_ids), ARRAY(Uuid))))
        .order_by(table.c.id)
        .with_for_update()
    )
    return frozenset(rows.scalars())


async def waiting(work: Work, route_id: str, *, most: int) -> list[Submission]:
    """Return submissions that wait for a file of a route, the longest waiting first, without those others work on."""
    oldest = (
        select(*_COLUMNS)
        .where(table.c.org_id == work.org_id, table.c.route_id == route_id, table.c.waiting_since.is_not(None))
        .order_by(table.c.waiting_since, table.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [of(row) for row in (await work.execute(oldest)).all()]


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits of an organization's submissions: for a file of one route, or for a route at all."""

    for_file: bool
    for_route: bool


async def waits(work: Work, route_id: str) -> Waits:
    """Return whether submissions wait, by one look at both."""
    of_route = select(table.c.id).where(
        table.c.org_id == work.org_id, table.c.route_id == route_id, table.c.waiting_since.is_not(None)
    )
    of_none = select(table.c.id).where(table.c.org_id == work.org_id, table.c.stage == Stage.HELD.value)
    row = (await work.execute(select(exists(of_route).label("for_file"), exists(of_none).label("for_route")))).one()
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
    """Write submissions whole, their content sealed under its content version."""
    if written:
        await work.execute(_SAVE, [await _values(work, one) for one in written])


async def _values(work: Work, written: Written) -> dict[str, Any]:
    submission, duty = written.submission, written.duty
    sealed = {
        column: await work.seal(
            part.PURPOSE,
            part.model_dump_json().encode(),
            table=table.name,
            column=column,
            row=submission.id,
            version=submission.content_version,
        )
        for column, part in _parts(written.content).items()
    }
    return {
        "org_id": work.org_id,
        "created_at": work.now,
        **{name: getattr(submission, name) for name in _VALUES},
        "stage": submission.stage.value,
        "reason": written.reason,
        "owner": duty.owner.value if duty else None,
        "due_at": duty.due_at if duty else None,
        "updated_at": work.now,
        **sealed,
    }


async def content_of(work: Work, submission: Submission) -> BilledContent:
    """Open the content of a submission. Errors: Poison."""
    return await opened(work, submission, (await sealed_contents(work, [submission.id]))[submission.id])


async def sealed_contents(work: Work, submission_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """Return the contents of submissions as they are sealed."""
    rows = await work.execute(
        select(table.c.id, table.c.identity, table.c.clinical, table.c.financial).where(
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


async def take_into_file(work: Work, submission_ids: Sequence[UUID]) -> None:
    """Note that submissions wait no longer."""
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id.in_(submission_ids))
        .values(waiting_since=None, updated_at=work.now)
    )


async def put(work: Work, standings: Sequence[Standing]) -> None:
    """Write down the stages of submissions, in the order of their ids so that two writers never wait for each other."""
    if not standings:
        return
    statement = (
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == bindparam("of_id"))
        .values(
            stage=bindparam("new_stage"),
            reason=bindparam("new_reason"),
            owner=bindparam("new_owner"),
            due_at=bindparam("new_due_at"),
            updated_at=work.now,
        )
    )
    rows = [_row(each) for each in sorted(standings, key=lambda each: each.submission_id)]
    await work.execute(statement, rows)


async def stop_waiting(work: Work, standing: Standing) -> None:
    """Take a submission out of the queue, with the reason why it stays here."""
    await take_into_file(work, [standing.submission_id])
    await put(work, [standing])


async def note_adjudicated(work: Work, decided: Sequence[tuple[UUID, datetime, UUID]]) -> None:
    """Note when the first decision of a payer on a submission was posted, and by which event.

    Shape: the submission, the moment and the event of each decision, in their order.
    """
    if not decided:
        return
    await work.execute(
        update(table)
        .where(
            table.c.org_id == bindparam("of_org"), table.c.id == bindparam("of_id"), table.c.adjudicated_at.is_(None)
        )
        .values(adjudicated_at=bindparam("moment"), adjudicated_by=bindparam("event"), waiting_since=None),
        [{"of_org": work.org_id, "of_id": each, "moment": at, "event": by} for each, at, by in decided],
    )


async def note_not_recognised(work: Work, submission_id: UUID, *, at: datetime, by: UUID) -> None:
    """Note when a payer said that it knows nobody of the live try, and by which event."""
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.id == submission_id)
        .values(not_recognised_at=at, not_recognised_by=by)
    )


def of(row: Row[Any]) -> Submission:
    """Return the value of a row that has at least the columns of a submission."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _VALUES}
    return Submission(**values | {"stage": Stage(row.stage)})


def columns() -> tuple[Any, ...]:
    """Return the columns that `of` needs."""
    return _COLUMNS


def _parts(content: BilledContent) -> Mapping[str, Part]:
    return {part.PURPOSE.value: part for part in (content.identity, content.clinical, content.financial)}


def _row(standing: Standing) -> dict[str, Any]:
    return {
        "of_id": standing.submission_id,
        "new_stage": standing.stage.value,
        "new_reason": standing.reason,
        "new_owner": standing.duty.owner.value if standing.duty else None,
        "new_due_at": standing.duty.due_at if standing.duty else None,
    }


async def _one(work: Work, query: Select[Any]) -> Submission | None:
    row = (await work.execute(query.with_for_update())).one_or_none()
    return None if row is None else of(row)
