"""Denial cases: opened by what a payer denied, superseded when that counts no more, reopened when it counts again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import Decision
from claimwright_remittance.domain.recovery.denials import Denial
from claimwright_remittance.persistence.tables import denial_case


class CaseState(StrEnum):
    """Where a denial case stands."""

    OPEN = "OPEN"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that was opened, and the payer's last one on the claim before it."""

    id: UUID
    follows: UUID | None


async def add_decided(work: Work, decisions: Iterable[tuple[UUID, Decision]]) -> dict[UUID, NewCase]:
    """Open the cases of what decisions denied, and return the new ones by the posting that each decision is of.

    A decision that a person took off its claim and brought back has its case already; one that was another claim's has
    none on this. The UUID is the claim's.
    """
    posting_of: dict[UUID, UUID] = {}
    rows = []
    again: set[UUID] = set()
    for claim_id, decision in decisions:
        if (denial := decision.denial) is None:
            continue
        row = _row(work, claim_id, decision.heard.remit_claim_id, denial)
        posting_of[row["id"]] = decision.posted.id
        rows.append(row)
        if decision.version > 1:
            again.add(claim_id)
    if not rows:
        return {}
    made = await work.execute(insert_or_leave(denial_case).on_conflict_do_nothing().returning(denial_case.c.id), rows)
    new = set(made.scalars())
    before = await of_claims(work, again) if again else []
    return {posting_of[row["id"]]: NewCase(row["id"], _last_before(before, row)) for row in rows if row["id"] in new}


async def add(work: Work, claim_id: UUID, remit_claim_id: UUID, denial: Denial) -> UUID:
    """Open one case."""
    case_id = ids.new()
    await work.execute(denial_case.insert().values(_row(work, claim_id, remit_claim_id, denial) | {"id": case_id}))
    return case_id


async def of_claims(work: Work, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return the cases of claims in the order in which they were opened."""
    rows = await work.execute(
        select(denial_case).where(denial_case.c.claim_id.in_(claim_ids)).order_by(denial_case.c.id)
    )
    return rows.all()


async def supersede(work: Work, case_id: UUID) -> None:
    """End a case whose decision counts no more."""
    await work.execute(
        update(denial_case)
        .where(denial_case.c.id == case_id)
        .values(state=CaseState.SUPERSEDED.value, superseded_at=work.now)
    )


async def reopen(work: Work, case_id: UUID, denial: Denial) -> None:
    """Open a case again with what its decision denies now."""
    await work.execute(
        update(denial_case)
        .where(denial_case.c.id == case_id)
        .values(
            state=CaseState.OPEN.value,
            superseded_at=None,
            denied_cents=denial.denied_cents,
            owner=denial.owner,
            due_at=denial.due_at,
        )
    )


def _last_before(cases: Sequence[Row[Any]], row: dict[str, Any]) -> UUID | None:
    earlier = [
        each.id
        for each in cases
        if each.claim_id == row["claim_id"] and each.payer_order == row["payer_order"] and each.id < row["id"]
    ]
    return earlier[-1] if earlier else None


def _row(work: Work, claim_id: UUID, remit_claim_id: UUID, denial: Denial) -> dict[str, Any]:
    return {
        "org_id": work.org_id,
        "id": ids.new(),
        "claim_id": claim_id,
        "payer_order": denial.payer_order,
        "remit_claim_id": remit_claim_id,
        "denied_cents": denial.denied_cents,
        "reasons": list(denial.reasons),
        "state": CaseState.OPEN.value,
        "path": denial.path.value,
        "owner": denial.owner,
        "due_at": denial.due_at,
        "opened_at": work.now,
    }
