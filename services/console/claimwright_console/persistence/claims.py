"""Claims as the pages list them: the axes folded from each claim's events, kept as a cache, and its stays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from claimwright import ids
from claimwright.events.lifecycle import Axes
from claimwright.events.lifecycle_words import Balance, Stage
from claimwright.messaging.work import Work
from claimwright_console.domain.journey import Stay
from claimwright_console.domain.pipeline import stuck_since
from claimwright_console.persistence.tables import claim, stay

# Each batch of events runs these. Built anew each time, they would cost more than what they do.
_STAYS_OF: Final = (
    sa.select(stay)
    .where(
        stay.c.org_id == sa.bindparam("org"), stay.c.claim_id == sa.any_(sa.bindparam("claims", type_=ARRAY(sa.Uuid)))
    )
    .order_by(stay.c.claim_id, stay.c.ordinal)
)
_ADD_STAY: Final = stay.insert()
_FORGET_STAYS: Final = stay.delete().where(
    stay.c.org_id == sa.bindparam("org"),
    stay.c.claim_id == sa.bindparam("claim"),
    stay.c.ordinal > sa.bindparam("same"),
)
_NEW: Final = insert(claim)
_SAVE: Final = _NEW.on_conflict_do_update(
    index_elements=["org_id", "claim_id"],
    set_={column.name: _NEW.excluded[column.name] for column in claim.c if not column.primary_key},
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A claim as its events tell it."""

    claim_id: UUID
    axes: Axes
    stays: Sequence[Stay]
    first_at: datetime
    last_at: datetime
    event_count: int


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list."""

    id: UUID
    stage: Stage
    entered_at: datetime
    stuck_at: datetime | None
    balance: Balance
    flags: tuple[str, ...]
    owner: str | None
    due_at: datetime | None
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    first_at: datetime

    @property
    def still_open_cents(self) -> int:
        """What neither a payer nor the contract nor the patient's share accounts for yet."""
        return self.charge_cents - self.paid_cents - self.adjusted_cents - self.patient_cents

    @property
    def text_id(self) -> str:
        """The claim's id as people and programs write it."""
        return ids.text(ids.CLAIM, self.id)


async def stays_of(work: Work, claim_ids: Collection[UUID]) -> dict[UUID, list[Stay]]:
    """Return the stays of some claims, the first one first."""
    found: dict[UUID, list[Stay]] = {claim_id: [] for claim_id in claim_ids}
    for row in await work.execute(_STAYS_OF, {"org": work.org_id, "claims": sorted(claim_ids)}):
        found[row.claim_id].append(Stay(Stage(row.stage), row.entered_at, row.event_id))
    return found


async def save(work: Work, folded: Sequence[Folded]) -> None:
    """Write the axes of claims, and of their stays what differs from those that are known."""
    known = await stays_of(work, [one.claim_id for one in folded])
    await work.execute(_SAVE, [_values(work.org_id, one) for one in folded])
    gone, new = [], []
    for one in folded:
        before = known[one.claim_id]
        same = 0
        while same < min(len(one.stays), len(before)) and one.stays[same] == before[same]:
            same += 1
        if same < len(before):
            gone.append({"org": work.org_id, "claim": one.claim_id, "same": same})
        new += _stay_values(work.org_id, one)[same:]
    if gone:
        await work.execute(_FORGET_STAYS, gone)
    if new:
        await work.execute(_ADD_STAY, new)


def _values(org_id: UUID, folded: Folded) -> dict[str, Any]:
    axes, entered_at = folded.axes, folded.stays[-1].entered_at
    return {
        "org_id": org_id,
        "claim_id": folded.claim_id,
        "encounter_id": axes.encounter_id,
        "stage": axes.stage.value,
        "entered_at": entered_at,
        "stuck_at": stuck_since(axes.stage, entered_at=entered_at, due_at=axes.due_at),
        "closed_reason": axes.closed_reason and axes.closed_reason.value,
        "outcomes": {str(order): [one.value for one in all_] for order, all_ in sorted(axes.outcomes.items())},
        "balance": axes.balance.value,
        "cases": [{"id": case.id, "payer_order": case.payer_order, "state": case.state} for case in axes.cases],
        "flags": sorted(flag.value for flag in axes.flags),
        "owner": axes.owner,
        "due_at": axes.due_at,
        "charge_cents": axes.charge_cents,
        "paid_cents": axes.paid_cents,
        "adjusted_cents": axes.adjusted_cents,
        "patient_cents": axes.patient_cents,
        "open_cents": axes.open_cents,
        "first_at": folded.first_at,
        "last_at": folded.last_at,
        "event_count": folded.event_count,
    }


def _stay_values(org_id: UUID, folded: Folded) -> list[dict[str, Any]]:
    stays = folded.stays
    return [
        {
            "org_id": org_id,
            "claim_id": folded.claim_id,
            "ordinal": ordinal,
            "stage": one.stage.value,
            "came_from": stays[ordinal - 2].stage.value if ordinal > 1 else None,
            "entered_at": one.entered_at,
            "event_id": one.event_id,
        }
        for ordinal, one in enumerate(stays, start=1)
    ]


async def page(
    work: Work,
    *,
    stages: Collection[Stage] | None,
    stuck_at: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ClaimRow]:
    """Return a page of claims, the newest first; with `stuck_at`, those only that are stuck at that moment."""
    query = sa.select(claim).where(claim.c.org_id == work.org_id)
    if stages is not None:
        query = query.where(claim.c.stage.in_([stage.value for stage in stages]))
    if stuck_at is not None:
        query = query.where(claim.c.stuck_at < stuck_at)
    if after is not None:
        query = query.where(sa.tuple_(claim.c.first_at, claim.c.claim_id) < sa.tuple_(*map(sa.literal, after)))
    rows = await work.execute(query.order_by(claim.c.first_at.desc(), claim.c.claim_id.desc()).limit(limit))
    return [_row(row) for row in rows]


async def most_stuck(work: Work, *, stages: Collection[Stage], limit: int) -> Sequence[ClaimRow]:
    """Return the claims of some stages whose due date or clock runs out first, or ran out longest ago."""
    rows = await work.execute(
        sa.select(claim)
        .where(
            claim.c.org_id == work.org_id,
            claim.c.stage.in_([stage.value for stage in stages]),
            claim.c.stuck_at.is_not(None),
        )
        .order_by(claim.c.stuck_at, claim.c.claim_id)
        .limit(limit)
    )
    return [_row(row) for row in rows]


def _row(row: "sa.Row[Any]") -> ClaimRow:
    return ClaimRow(
        id=row.claim_id,
        stage=Stage(row.stage),
        entered_at=row.entered_at,
        stuck_at=row.stuck_at,
        balance=Balance(row.balance),
        flags=tuple(row.flags),
        owner=row.owner,
        due_at=row.due_at,
        charge_cents=row.charge_cents,
        paid_cents=row.paid_cents,
        adjusted_cents=row.adjusted_cents,
        patient_cents=row.patient_cents,
        first_at=row.first_at,
    )
