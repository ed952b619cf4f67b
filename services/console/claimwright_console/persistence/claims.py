"""Claims as the pages list them: the axes that each claim's events tell, where its fold stands, and its stays."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from inspect import getsource
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import ARRAY

from claimwright import ids
from claimwright.events import lifecycle, lifecycle_words, upcasting
from claimwright.events.lifecycle_words import Balance, Stage
from claimwright.messaging.work import Work
from claimwright_console.domain import journey, standing
from claimwright_console.domain.journey import Stay
from claimwright_console.domain.pipeline import stuck_since
from claimwright_console.domain.standing import Standing, Told
from claimwright_console.persistence.tables import claim, stay

_RULES: Final = sha256(
    "".join(map(getsource, (lifecycle, lifecycle_words, upcasting, journey, standing))).encode()
).hexdigest()[:16]
"""By which rules a standing came about. One of other rules is not gone on from: the claim is folded anew."""
_AS_JSON: Final = TypeAdapter(Standing)
_STANDINGS: Final = sa.text(
    """
    select claim_id, event_count, case when rules = :rules then standing end as standing from claim
    where org_id = cast(:org_id as uuid) and claim_id = any(cast(:claims as uuid[]))
    """
)
_STAYS_OF: Final = (
    sa.select(stay)
    .where(
        stay.c.org_id == sa.bindparam("org"), stay.c.claim_id == sa.any_(sa.bindparam("claims", type_=ARRAY(sa.Uuid)))
    )
    .order_by(stay.c.claim_id, stay.c.ordinal)
)
_FORGET_STAYS: Final = sa.text(
    "delete from stay where org_id = cast(:org_id as uuid) and claim_id = any(cast(:claims as uuid[]))"
)
_SAVE: Final = sa.text(
    """
    with saved as (
      insert into claim (org_id, claim_id, encounter_id, stage, entered_at, stuck_at, closed_reason, outcomes, balance,
                         cases, flags, owner, due_at, charge_cents, paid_cents, adjusted_cents, patient_cents,
                         open_cents, first_at, last_at, event_count, standing, rules)
      select cast(:org_id as uuid), claim_id, encounter_id, stage, entered_at, stuck_at, closed_reason,
             cast(outcomes as jsonb), balance, cast(cases as jsonb), cast(flags as text[]), owner, due_at, charge_cents,
             paid_cents, adjusted_cents, patient_cents, open_cents, first_at, last_at, event_count, standing, :rules
      from unnest(
        cast(:claim_id as uuid[]), cast(:encounter_id as text[]), cast(:stage as text[]),
        cast(:entered_at as timestamptz[]), cast(:stuck_at as timestamptz[]), cast(:closed_reason as text[]),
        cast(:outcomes as text[]), cast(:balance as text[]), cast(:cases as text[]), cast(:flags as text[]),
        cast(:owner as text[]), cast(:due_at as timestamptz[]), cast(:charge_cents as bigint[]),
        cast(:paid_cents as bigint[]), cast(:adjusted_cents as bigint[]), cast(:patient_cents as bigint[]),
        cast(:open_cents as bigint[]), cast(:first_at as timestamptz[]), cast(:last_at as timestamptz[]),
        cast(:event_count as integer[]), cast(:standing as text[])
      ) as given(claim_id, encounter_id, stage, entered_at, stuck_at, closed_reason, outcomes, balance, cases, flags,
                 owner, due_at, charge_cents, paid_cents, adjusted_cents, patient_cents, open_cents, first_at, last_at,
                 event_count, standing)
      on conflict (org_id, claim_id) do update set
        encounter_id = excluded.encounter_id, stage = excluded.stage, entered_at = excluded.entered_at,
        stuck_at = excluded.stuck_at, closed_reason = excluded.closed_reason, outcomes = excluded.outcomes,
        balance = excluded.balance, cases = excluded.cases, flags = excluded.flags, owner = excluded.owner,
        due_at = excluded.due_at, charge_cents = excluded.charge_cents, paid_cents = excluded.paid_cents,
        adjusted_cents = excluded.adjusted_cents, patient_cents = excluded.patient_cents,
        open_cents = excluded.open_cents, first_at = excluded.first_at, last_at = excluded.last_at,
        event_count = excluded.event_count, standing = excluded.standing, rules = excluded.rules
    )
    insert into stay (org_id, claim_id, ordinal, stage, came_from, entered_at, event_id)
    select cast(:org_id as uuid), stay_claim, ordinal, stay_stage, came_from, stay_entered_at, event_id
    from unnest(
      cast(:stay_claims as uuid[]), cast(:ordinals as integer[]), cast(:stay_stages as text[]),
      cast(:came_from as text[]), cast(:stay_entered_at as timestamptz[]), cast(:event_ids as uuid[])
    ) as given(stay_claim, ordinal, stay_stage, came_from, stay_entered_at, event_id)
    """
)


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


async def standings(work: Work, claim_ids: Collection[UUID]) -> dict[UUID, Standing | None]:
    """Return where those of some claims stand that are known; None for one that has to be folded anew."""
    rows = await work.execute(_STANDINGS, {"org_id": work.org_id, "claims": list(claim_ids), "rules": _RULES})
    return {row.claim_id: _standing(row) for row in rows}


def _standing(row: "sa.Row[Any]") -> Standing | None:
    if row.standing is None:
        return None
    found = _AS_JSON.validate_json(row.standing)
    # A process of a release before this column took an event, and left the column as it was.
    return found if found.event_count == row.event_count else None


async def save(work: Work, told: Sequence[Told], *, anew: Collection[UUID]) -> None:
    """Write what events made of claims, and the stays that began with them; `anew` are those folded from all events.

    Whoever adds events holds their keys, so that nobody else writes these rows meanwhile, in whatever order.
    """
    if anew:
        await work.execute(_FORGET_STAYS, {"org_id": work.org_id, "claims": list(anew)})
    claims = [_values(one) for one in told]
    stays = [values for one in told for values in _stay_values(one)]
    await work.execute(
        _SAVE,
        {
            "org_id": work.org_id,
            "rules": _RULES,
            **dict(zip(_CLAIM, map(list, zip(*claims, strict=True)), strict=True)),
            **{name: [values[place] for values in stays] for place, name in enumerate(_STAY)},
        },
    )


_CLAIM: Final = (
    "claim_id", "encounter_id", "stage", "entered_at", "stuck_at", "closed_reason", "outcomes", "balance", "cases",
    "flags", "owner", "due_at", "charge_cents", "paid_cents", "adjusted_cents", "patient_cents", "open_cents",
    "first_at", "last_at", "event_count", "standing",
)  # fmt: skip
_STAY: Final = ("stay_claims", "ordinals", "stay_stages", "came_from", "stay_entered_at", "event_ids")


def _values(told: Told) -> tuple[Any, ...]:
    """Return a claim's row, in the order of `_CLAIM`."""
    now, axes = told.standing, told.standing.folding.settled()
    return (
        told.claim_id,
        axes.encounter_id,
        axes.stage.value,
        now.entered_at,
        stuck_since(axes.stage, entered_at=now.entered_at, due_at=axes.due_at),
        axes.closed_reason and axes.closed_reason.value,
        to_json({order: [one.value for one in all_] for order, all_ in sorted(axes.outcomes.items())}).decode(),
        axes.balance.value,
        to_json([{"id": one.id, "payer_order": one.payer_order, "state": one.state} for one in axes.cases]).decode(),
        f"{{{','.join(sorted(flag.value for flag in axes.flags))}}}",
        axes.owner,
        axes.due_at,
        axes.charge_cents,
        axes.paid_cents,
        axes.adjusted_cents,
        axes.patient_cents,
        axes.open_cents,
        now.first_at,
        now.last_at,
        now.event_count,
        _AS_JSON.dump_json(now, exclude_defaults=True).decode() if told.goes_on else None,
    )


def _stay_values(told: Told) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a claim's new stays, each in the order of `_STAY`."""
    came_from = told.came_from and told.came_from.value
    for ordinal, one in enumerate(told.stays, start=told.standing.stay_count - len(told.stays) + 1):
        yield told.claim_id, ordinal, one.stage.value, came_from, one.entered_at, one.event_id
        came_from = one.stage.value


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
