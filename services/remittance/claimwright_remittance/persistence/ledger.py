"""The ledger: postings and their entries, added in bulk and never changed."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

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
