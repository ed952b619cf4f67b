"""The ledger: postings and their entries, added in bulk and never changed."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import Decision, Posted
from claimwright_remittance.persistence import days, tables
from claimwright_remittance.persistence.bulk import Insertion

_POSTINGS: Final = Insertion(tables.posting, "id", "cause_kind", "cause_id", "day", "posted_at", "corrects")
_ENTRIES: Final = Insertion(
    tables.ledger_entry,
    "posting_id",
    "ordinal",
    "account",
    "payer_order",
    "line",
    "reason",
    "claim_id",
    "item_key",
    "cents",
    "artifact_id",
    "segment",
    "byte_start",
    "byte_end",
)
_OUTCOMES: Final = Insertion(
    tables.claim_outcome, "claim_id", "payer_order", "version", "outcome", "remit_claim_id", "decided_at"
)
_NOWHERE: Final = (None, None, None)


async def add(work: Work, postings: Sequence[Posted]) -> None:
    """Add postings with their entries, dated on the open day; at commit the database sees that each sums to zero.

    Errors: ValueError for a posting that does not, which is a bug of ours.
    """
    if not postings:
        return
    if crooked := [each.id for each in postings if not each.posting.is_balanced]:
        raise ValueError(f"postings do not sum to zero: {crooked}")
    day = await days.open_day(work)
    await _POSTINGS.add(
        work,
        [
            (each.id, each.posting.cause_kind, each.posting.cause_id, day, each.posted_at, each.corrects)
            for each in postings
        ],
    )
    await _ENTRIES.add(
        work,
        [
            (
                each.id,
                ordinal,
                *entry.spot,
                entry.claim_id,
                entry.provider_item_key,
                entry.cents,
                each.artifact_id,
                *((entry.place.segment, entry.place.byte_start, entry.place.byte_end) if entry.place else _NOWHERE),
            )
            for each in postings
            for ordinal, entry in enumerate(each.posting.entries, 1)
        ],
    )


async def add_outcomes(work: Work, decisions: Iterable[tuple[UUID, Decision]]) -> None:
    """Add what payer orders came to, each as a new version; the UUID is the claim's."""
    rows = [
        (
            claim_id,
            decision.heard.payer_order,
            decision.version,
            decision.outcome,
            decision.heard.remit_claim_id,
            work.now,
        )
        for claim_id, decision in decisions
        if not decision.is_restated
    ]
    await _OUTCOMES.add(work, rows)


async def add_denials(work: Work, decisions: Iterable[tuple[UUID, Decision]]) -> dict[UUID, UUID]:
    """Open the cases of what decisions denied, and return the new ones by the posting that each decision is of.

    A decision that a person took off its claim and brought back has its case already. The UUID is the claim's.
    """
    posting_of: dict[UUID, UUID] = {}
    rows = []
    for claim_id, decision in decisions:
        if (denial := decision.denial) is None:
            continue
        denial_id = ids.new()
        posting_of[denial_id] = decision.posted.id
        rows.append(
            {
                "org_id": work.org_id,
                "id": denial_id,
                "claim_id": claim_id,
                "payer_order": denial.payer_order,
                "remit_claim_id": decision.heard.remit_claim_id,
                "denied_cents": denial.denied_cents,
                "reasons": list(denial.reasons),
                "state": "OPEN",
                "path": denial.path.value,
                "owner": denial.owner,
                "due_at": denial.due_at,
                "opened_at": work.now,
            }
        )
    if not rows:
        return {}
    table = tables.denial_case
    made = await work.execute(insert_or_leave(table).on_conflict_do_nothing().returning(table.c.id), rows)
    return {posting_of[denial_id]: denial_id for denial_id in made.scalars()}
