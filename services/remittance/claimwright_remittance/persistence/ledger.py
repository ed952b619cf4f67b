"""The ledger: postings and their entries, added in bulk and never changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import Decision, Posted
from claimwright_remittance.persistence import days, tables


async def add(work: Work, postings: Sequence[Posted]) -> None:
    """Add postings with their entries, dated on the open day; at commit the database sees that each sums to zero.

    Errors: ValueError for a posting that does not, which is a bug of ours.
    """
    if not postings:
        return
    if crooked := [each.id for each in postings if not each.posting.is_balanced]:
        raise ValueError(f"postings do not sum to zero: {crooked}")
    day = await days.open_day(work)
    await work.execute(
        insert(tables.posting),
        [
            {
                "org_id": work.org_id,
                "id": each.id,
                "cause_kind": each.posting.cause_kind.value,
                "cause_id": each.posting.cause_id,
                "day": day,
                "posted_at": each.posted_at,
                "corrects": each.corrects,
            }
            for each in postings
        ],
    )
    entries = [
        {
            "org_id": work.org_id,
            "posting_id": each.id,
            "ordinal": ordinal,
            "account": entry.spot.account.value,
            "claim_id": entry.claim_id,
            "payer_order": entry.spot.payer_order,
            "line": entry.spot.line,
            "reason": entry.spot.reason,
            "item_key": entry.provider_item_key,
            "cents": entry.cents,
            "artifact_id": each.artifact_id,
            "segment": entry.place.segment if entry.place else None,
            "byte_start": entry.place.byte_start if entry.place else None,
            "byte_end": entry.place.byte_end if entry.place else None,
        }
        for each in postings
        for ordinal, entry in enumerate(each.posting.entries, 1)
    ]
    if entries:
        await work.execute(insert(tables.ledger_entry), entries)


async def add_outcomes(work: Work, decisions: Iterable[tuple[UUID, Decision]]) -> None:
    """Add what payer orders came to, each as a new version; the UUID is the claim's."""
    rows = [
        {
            "org_id": work.org_id,
            "claim_id": claim_id,
            "payer_order": decision.heard.payer_order,
            "version": decision.version,
            "outcome": decision.outcome.value,
            "remit_claim_id": decision.heard.remit_claim_id,
            "decided_at": work.now,
        }
        for claim_id, decision in decisions
        if not decision.is_restated
    ]
    if rows:
        await work.execute(insert(tables.claim_outcome), rows)


async def add_denial(work: Work, denial_id: UUID, claim_id: UUID, decision: Decision) -> bool:
    """Open the case of what a decision denied, and return whether it is new.

    A decision that a person took off its claim and brought back has its case already.
    """
    denial = decision.denial
    if denial is None:
        raise ValueError("the decision denied nothing")
    made = await work.execute(
        insert_or_leave(tables.denial_case)
        .values(
            org_id=work.org_id,
            id=denial_id,
            claim_id=claim_id,
            payer_order=denial.payer_order,
            remit_claim_id=decision.heard.remit_claim_id,
            denied_cents=denial.denied_cents,
            reasons=list(denial.reasons),
            state="OPEN",
            path=denial.path.value,
            owner=denial.owner,
            due_at=denial.due_at,
            opened_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(tables.denial_case.c.id)
    )
    return made.first() is not None
