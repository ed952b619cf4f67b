"""Compare what first payers allowed with their contracts, and open or resolve the cases that follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from claimwright import ids
from claimwright.events.remittance import (
    OverpaymentIdentified,
    OverpaymentResolved,
    UnderpaymentResolved,
    UnderpaymentSuspected,
)
from claimwright.messaging.work import Work
from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.claims.books import ClaimBooks
from claimwright_remittance.domain.contracts.terms import KnownTerms, valid_terms
from claimwright_remittance.domain.contracts.variances import FIRST_PAYER, Kind, Variance, variances_of
from claimwright_remittance.domain.remits.standing import Standing
from claimwright_remittance.persistence import contracts

OWNER: Final = "contracts"
FIRST_LOOK: Final = timedelta(days=14)
DECIDED_OTHERWISE: Final = "decided_otherwise"
"""How a case ends by itself: the payer's decision is another one now. Where it counts again, a new case is opened."""

KnownByPayer = Mapping[str, Sequence[KnownTerms]]


async def terms_of(work: Work, billed: Iterable[BilledClaim]) -> KnownByPayer:
    """Return the terms of the payers of these submissions."""
    payer_ids = {each.payer_id for each in billed}
    return await contracts.known_terms(work, payer_ids) if payer_ids else {}


def pays_by_head(known: KnownByPayer, billed: BilledClaim) -> bool:
    """Return whether our contract with the payer of a submission pays by head on its first day of service."""
    if not billed.lines:
        return False
    terms = valid_terms(known.get(billed.payer_id, ()), min(line.service_date for line in billed.lines))
    return terms is not None and terms.terms.has_capitation


async def compare_payments(work: Work, changed: Sequence[ClaimBooks], known: KnownByPayer | None = None) -> None:
    """Compare the first payer's decisions of claims whose decisions changed; a case is told once.

    Shape: the books as they stand now, each claim once; `known` are the terms of all their payers, else asked for here.
    """
    to_first = {each.claim_id: billed for each in changed if (billed := each.billed_to(FIRST_PAYER)) is not None}
    known = await terms_of(work, to_first.values()) if known is None else known
    if not known:
        return
    rows = await contracts.variances_of(work, to_first.keys())
    for books in changed:
        billed = to_first.get(books.claim_id)
        if billed is None:
            continue
        counting = [
            each for each in books.heard if each.payer_order == FIRST_PAYER and each.standing is Standing.POSTED
        ]
        found = variances_of(billed, counting, known.get(billed.payer_id, ()))
        await _keep(work, books.claim_id, found, [row for row in rows if row.claim_id == books.claim_id])


async def _keep(work: Work, claim_id: UUID, found: Sequence[Variance], rows: Sequence[Row[Any]]) -> None:
    wanted = {_key(each): each for each in found}
    seen = set[object]()
    for row in rows:
        key = _key(row)
        if key in wanted:
            if row.resolution != DECIDED_OTHERWISE:
                seen.add(key)
        elif row.state == "open":
            await contracts.resolve_variance(work, row.id, DECIDED_OTHERWISE)
            tell_resolved(work, row, DECIDED_OTHERWISE)
    for key, variance in wanted.items():
        if key not in seen:
            await _open(work, claim_id, variance)


def _key(each: Any) -> object:
    """Return what makes a case that case: the same difference of the same decision to the same terms."""
    return each.line, each.remit_claim_id, each.expected_cents, each.allowed_cents, each.terms_id


async def _open(work: Work, claim_id: UUID, variance: Variance) -> None:
    variance_id = ids.new()
    due_at = work.now + FIRST_LOOK
    await contracts.add_variance(work, variance_id, claim_id, variance, owner=OWNER, due_at=due_at)
    event = UnderpaymentSuspected if variance.kind is Kind.UNDERPAID else OverpaymentIdentified
    work.publish(
        event(
            claim_id=ids.text(ids.CLAIM, claim_id),
            variance_id=ids.text(ids.VARIANCE, variance_id),
            payer_order=FIRST_PAYER,
            remit_claim_id=ids.text(ids.REMIT_CLAIM, variance.remit_claim_id),
            terms_id=ids.text(ids.TERMS, variance.terms_id),
            terms_version=variance.terms_version,
            expected_cents=variance.expected_cents,
            allowed_cents=variance.allowed_cents,
            difference_cents=variance.difference_cents,
            owner=OWNER,
            due_at=due_at,
        )
    )


def tell_resolved(work: Work, row: Row[Any], resolution: str) -> None:
    """Say that a case is closed, and how."""
    event = UnderpaymentResolved if row.kind == Kind.UNDERPAID.value else OverpaymentResolved
    work.publish(
        event(
            claim_id=ids.text(ids.CLAIM, row.claim_id),
            variance_id=ids.text(ids.VARIANCE, row.id),
            payer_order=row.payer_order,
            resolution=resolution,
        )
    )
