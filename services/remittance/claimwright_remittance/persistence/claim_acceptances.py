"""Who proposed and who approved that a claim of a remittance counts although it does not add up."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright.messaging.work import Work
from claimwright_remittance.persistence.tables_of_deposits import claim_acceptance


@dataclass(frozen=True, slots=True)
class ClaimAcceptance:
    """What was proposed, by whom, and why."""

    claim_id: UUID
    proposed_by: str
    reason: str


async def find(work: Work, remit_claim_id: UUID, *, lock: bool = True) -> ClaimAcceptance | None:
    """Return what is proposed of a remit claim and not approved yet; locked until this transaction ends, or not."""
    table = claim_acceptance
    asked = select(table.c.claim_id, table.c.proposed_by, table.c.proposed_reason).where(
        table.c.remit_claim_id == remit_claim_id, table.c.approved_at.is_(None)
    )
    row = (await work.execute(asked.with_for_update() if lock else asked)).one_or_none()
    return None if row is None else ClaimAcceptance(row.claim_id, row.proposed_by, row.proposed_reason)


async def propose(work: Work, remit_claim_id: UUID, claim_id: UUID, reason: str) -> None:
    """Keep the first person's word in the place of an earlier one; the audit trail has them all."""
    said = {
        "claim_id": claim_id,
        "proposed_by": work.actor,
        "proposed_reason": reason,
        "proposed_at": work.now,
        "approved_by": None,
        "approved_reason": None,
        "approved_at": None,
    }
    await work.execute(
        insert(claim_acceptance)
        .values(org_id=work.org_id, remit_claim_id=remit_claim_id, **said)
        .on_conflict_do_update(index_elements=["org_id", "remit_claim_id"], set_=said)
    )


async def approve(work: Work, remit_claim_id: UUID, reason: str) -> None:
    """Keep the second person's word."""
    table = claim_acceptance
    await work.execute(
        update(table)
        .where(table.c.remit_claim_id == remit_claim_id)
        .values(approved_by=work.actor, approved_reason=reason, approved_at=work.now)
    )
