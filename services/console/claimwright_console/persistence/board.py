"""The figures of the pipeline, counted from claims and their stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from claimwright.events.lifecycle_words import Stage
from claimwright.messaging.work import Work
from claimwright_console.domain.pipeline import FINISHED
from claimwright_console.persistence.tables import claim, stay


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage: how many claims stand there, since when the eldest, how many are stuck, what is open."""

    count: int
    oldest: datetime
    stuck: int
    open_cents: int


@dataclass(frozen=True, slots=True)
class Money:
    """What became of all that was charged. Charged is paid + adjusted + patient + open."""

    claim_count: int
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    open_cents: int


@dataclass(frozen=True, slots=True)
class Move:
    """How many claims went from one stage to another within a span of time."""

    came_from: Stage | None
    stage: Stage
    count: int


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of the chart."""

    at: datetime
    came_in: int
    finished: int


async def by_stage(work: Work) -> Mapping[Stage, StageFigures]:
    """Return the figures of each stage that unfinished claims stand in."""
    rows = await work.execute(
        sa.select(
            claim.c.stage,
            sa.func.count().label("claims"),
            sa.func.min(claim.c.entered_at).label("oldest"),
            sa.func.count().filter(claim.c.stuck_at < work.now).label("stuck"),
            sa.func.sum(claim.c.open_cents).label("open_cents"),
        )
        .where(claim.c.org_id == work.org_id, claim.c.stage.not_in([stage.value for stage in FINISHED]))
        .group_by(claim.c.stage)
    )
    return {Stage(row.stage): StageFigures(row.claims, row.oldest, row.stuck, int(row.open_cents)) for row in rows}


async def money(work: Work) -> Money:
    """Return the totals over all claims of the bound organization.

    The patient's share is what payers left to the patient, so it stands apart from what is open otherwise.
    """
    rows = await work.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(claim.c.charge_cents), 0),
            sa.func.coalesce(sa.func.sum(claim.c.paid_cents), 0),
            sa.func.coalesce(sa.func.sum(claim.c.adjusted_cents), 0),
            sa.func.coalesce(sa.func.sum(claim.c.patient_cents), 0),
        ).where(claim.c.org_id == work.org_id)
    )
    count, charge, paid, adjusted, patient = (int(value) for value in rows.one())
    return Money(count, charge, paid, adjusted, patient, charge - paid - adjusted - patient)


async def finished_since(work: Work, since: datetime) -> int:
    """Return how many claims ended since a moment."""
    rows = await work.execute(
        sa.select(sa.func.count()).where(
            claim.c.org_id == work.org_id,
            claim.c.stage.in_([stage.value for stage in FINISHED]),
            claim.c.entered_at >= since,
        )
    )
    return int(rows.scalar_one())


async def moves_since(work: Work, since: datetime) -> Sequence[Move]:
    """Return the moves between stages since a moment."""
    rows = await work.execute(
        sa.select(stay.c.came_from, stay.c.stage, sa.func.count().label("claims"))
        .where(stay.c.org_id == work.org_id, stay.c.entered_at >= since)
        .group_by(stay.c.came_from, stay.c.stage)
    )
    return [Move(Stage(row.came_from) if row.came_from else None, Stage(row.stage), row.claims) for row in rows]


async def minutes(work: Work, *, count: int) -> Sequence[Minute]:
    """Return the last minutes one by one, the empty ones too: claims that came in, claims that ended."""
    last = work.now.replace(second=0, microsecond=0)
    first = last - timedelta(minutes=count - 1)
    minute = sa.func.date_trunc("minute", stay.c.entered_at).label("minute")
    rows = await work.execute(
        sa.select(
            minute,
            sa.func.count().filter(stay.c.came_from.is_(None)).label("came_in"),
            sa.func.count().filter(stay.c.stage.in_([stage.value for stage in FINISHED])).label("finished"),
        )
        .where(stay.c.org_id == work.org_id, stay.c.entered_at >= first)
        .group_by(minute)
    )
    found = {row.minute: (row.came_in, row.finished) for row in rows}
    each = (first + timedelta(minutes=number) for number in range(count))
    return [Minute(at, *found.get(at, (0, 0))) for at in each]
