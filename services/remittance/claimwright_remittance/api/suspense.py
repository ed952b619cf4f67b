"""Money without a home, and money at provider level."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import Row

from claimwright import ids
from claimwright.http import paging
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.messaging.work import Work
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import (
    CandidateView,
    MatchBody,
    PaymentCounts,
    ProviderLevelView,
    SuspenseCount,
    SuspenseQuery,
    SuspenseView,
)
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.provider_items import remainder_cents
from claimwright_remittance.domain.remits.suggestions import suggest
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import views
from claimwright_remittance.usecases.match_by_hand import match_by_hand
from claimwright_remittance.usecases.show_numbers import numbers_of

router = Router(tags=["suspense"])


@router.get("/v1/suspense")
async def list_suspense(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    query: Annotated[SuspenseQuery, Query()],
) -> Page[SuspenseView]:
    """List the remit claims whose money waits for a home, the latest first, with the claims that may be meant."""
    before = ids.parse(ids.REMIT_CLAIM, str(paging.decode(query.after, str)[0])) if query.after else None
    limit = query.limit
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await views.waiting_in_suspense(
            work, before=before, limit=limit, held_for=query.held_for, payer_id=query.payer_id
        )
        numbers = await numbers_of(work, [(row, row.file_id) for row in rows])
        items = [await _waiting(work, row, numbers[row.id]) for row in rows]
    return Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == limit else None)


@router.get("/v1/payments/counts")
async def count_payments(parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> PaymentCounts:
    """Return how many files are in each state, and what waits for a person: transactions, and money by its reason."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        files = await views.file_counts(work)
        remittances = await views.waiting_counts(work)
        suspense = await views.suspense_counts(work)
    return PaymentCounts(
        files=files,
        remittances=remittances,
        suspense=[SuspenseCount(held_for=row.held_for, count=row.number, cents=int(row.cents)) for row in suspense],
    )


@router.post("/v1/suspense/{remit_claim_id}/match", status_code=204)
async def match(
    remit_claim_id: str, body: MatchBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Give waiting money to a claim. It is posted as if the payer had sent the right number; who did it is recorded."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    claim_id = path_id(ids.CLAIM, body.claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await match_by_hand(work, wanted, claim_id, reason=body.reason)
    return Response(status_code=204)


@router.get("/v1/provider-items")
async def list_provider_items(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[ProviderLevelView]:
    """List what stands at provider level by payer, account and reference, with what remains of it."""
    seen = str(paging.decode(after, str)[0]) if after else ""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await views.provider_levels(work, after=seen, limit=limit)
    return Page(
        items=[_provider_level(row) for row in rows],
        next=paging.encode((rows[-1].item_key,)) if len(rows) == limit else None,
    )


async def _waiting(work: Work, row: Row[Any], number: str) -> SuspenseView:
    known = [] if row.claim_id else await views.numbers_like(work, number)
    return SuspenseView(
        id=ids.text(ids.REMIT_CLAIM, row.id),
        file_id=ids.text(ids.FILE, row.file_id),
        payer_id=row.payer_id,
        patient_control_number=number,
        paid_cents=row.paid_cents,
        held_for=row.held_for,
        claim_id=_claim(row.claim_id),
        arrived_at=row.arrived_at,
        candidates=[
            CandidateView(
                claim_id=each.known.claim_id,
                patient_control_number=each.known.patient_control_number,
                charge_cents=each.known.charge_cents,
                reasons=list(each.reasons),
            )
            for each in suggest(number, row.charge_cents, known)
        ],
    )


def _provider_level(row: Row[Any]) -> ProviderLevelView:
    claim_ids = {claim_id for claim_id in row.claim_ids if claim_id is not None}
    return ProviderLevelView(
        item=row.item_key,
        code=row.code,
        account=row.account,
        remainder_cents=remainder_cents(Account(row.account), row.amounts),
        amounts=list(row.amounts),
        claim_id=_claim(claim_ids.pop()) if len(claim_ids) == 1 else None,
    )


def _claim(claim_id: UUID | None) -> str | None:
    return None if claim_id is None else ids.text(ids.CLAIM, claim_id)
