"""Contract terms by payer and day, payments that differ from them, and what is waited for by the clock."""

import asyncio
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import Row

from claimwright import ids
from claimwright.http import paging
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id, problem
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models_of_contracts import (
    CaseRateView,
    FollowUpView,
    RateView,
    ResolutionBody,
    TermsAnswer,
    TermsBody,
    TermsSummary,
    TermsView,
    VarianceView,
)
from claimwright_remittance.domain.contracts.csv_terms import terms_in_csv
from claimwright_remittance.domain.contracts.terms import Rate, Terms, findings_of
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import contracts, follow_ups
from claimwright_remittance.usecases.load_terms import load_terms
from claimwright_remittance.usecases.resolve_variance import resolve_variance

router = Router(tags=["contracts"])

LARGEST_TERMS: Final = 16 << 20
CSV_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/v1/contract-terms", status_code=201, response_model=TermsAnswer)
async def post_terms(body: TermsBody, parts: Parts, caller: Annotated[Caller, requires("contract:write")]) -> Any:
    """Load a version of a payer's terms. It holds for the days of service that it names, before earlier versions."""
    terms = body.terms()
    found = findings_of(terms)
    if found:
        return problem(found)
    return await _load(parts, caller, terms)


@router.post(
    "/v1/contract-terms/csv",
    status_code=201,
    response_model=TermsAnswer,
    max_body_size=LARGEST_TERMS,
    openapi_extra=CSV_BODY,
)
async def post_terms_csv(request: Request, parts: Parts, caller: Annotated[Caller, requires("contract:write")]) -> Any:
    """Load a version of a payer's terms as CSV; any row that can't be read refuses the file with all findings."""
    body = await request.body()
    # In a thread of its own: a schedule of many codes would keep the event loop from everything else.
    terms, found = await asyncio.to_thread(terms_in_csv, body)
    if found or terms is None:
        return problem(found)
    return await _load(parts, caller, terms)


@router.get("/v1/contract-terms")
async def list_terms(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[TermsSummary]:
    """List the versions of all payers' terms, the latest first."""
    before = _before(ids.TERMS, after)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await contracts.list_terms(work, before=before, limit=limit)
    items = [TermsSummary(**_summary(row)) for row in rows]
    return Page(items=items, next=_next(items[-1].id if items else "", len(rows), limit))


@router.get("/v1/contract-terms/{terms_id}")
async def get_terms(terms_id: str, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> TermsView:
    """Return one version of a payer's terms with its prices."""
    wanted = path_id(ids.TERMS, terms_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await contracts.find_terms(work, wanted)
    if found is None:
        raise NotFound(ids.TERMS)
    row, terms = found
    return TermsView(
        **_summary(row),
        is_capped_by_charge=terms.is_capped_by_charge,
        tolerance_cents=terms.tolerance_cents,
        tolerance_percent=terms.tolerance_percent,
        codes=[_rate(each) for each in terms.rates],
        schedule=[_rate(each) for each in terms.schedule],
        schedule_percent=terms.schedule_percent,
        case_rates=[CaseRateView(codes=list(each.codes), cents=each.cents) for each in terms.case_rates],
        charge_percent=terms.charge_percent,
    )


@router.get("/v1/variances")
async def list_variances(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    *,
    state: Annotated[Literal["open", "resolved"] | None, Query()] = None,
    claim_id: Annotated[str | None, Query(max_length=40)] = None,
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[VarianceView]:
    """List payments that differ from their contracts, the latest first."""
    before = _before(ids.VARIANCE, after)
    of_claim = path_id(ids.CLAIM, claim_id) if claim_id else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await contracts.list_variances(work, state=state, claim_id=of_claim, before=before, limit=limit)
    items = [_variance(row) for row in rows]
    return Page(items=items, next=_next(items[-1].id if items else "", len(rows), limit))


@router.post("/v1/variances/{variance_id}/resolve", status_code=204)
async def resolve(
    variance_id: str, body: ResolutionBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Close the case of a payment that differs, and say how it ended; nothing is posted by it."""
    wanted = path_id(ids.VARIANCE, variance_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await resolve_variance(work, wanted, body.resolution, reason=body.reason)
    return Response(status_code=204)


@router.get("/v1/follow-ups")
async def list_follow_ups(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[FollowUpView]:
    """List what is waited for by the clock, with who asks and when: corrections, forwarded payers, takebacks."""
    before = _before(ids.WORK_ITEM, after)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await follow_ups.listed(work, before=before, limit=limit)
    items = [_follow_up(row) for row in rows]
    return Page(items=items, next=_next(items[-1].id if items else "", len(rows), limit))


async def _load(parts: Parts, caller: Caller, terms: Terms) -> TermsAnswer:
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        terms_id, version = await load_terms(work, terms)
    return TermsAnswer(id=ids.text(ids.TERMS, terms_id), version=version)


def _before(prefix: str, after: str | None) -> UUID | None:
    return ids.parse(prefix, str(paging.decode(after, str)[0])) if after else None


def _next(last: str, count: int, limit: int) -> str | None:
    return paging.encode((last,)) if count == limit else None


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": ids.text(ids.TERMS, row.id),
        "payer_id": row.payer_id,
        "version": row.version,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "has_capitation": row.has_capitation,
        "loaded_by": row.loaded_by,
        "loaded_at": row.loaded_at,
    }


def _rate(rate: Rate) -> RateView:
    return RateView(code=rate.code, modifiers=list(rate.modifiers), cents=rate.cents)


def _variance(row: Row[Any]) -> VarianceView:
    return VarianceView(
        id=ids.text(ids.VARIANCE, row.id),
        claim_id=ids.text(ids.CLAIM, row.claim_id),
        payer_order=row.payer_order,
        payer_id=row.payer_id,
        remit_claim_id=ids.text(ids.REMIT_CLAIM, row.remit_claim_id),
        line=row.line,
        kind=row.kind,
        expected_cents=row.expected_cents,
        allowed_cents=row.allowed_cents,
        difference_cents=row.difference_cents,
        basis=row.basis,
        terms_id=ids.text(ids.TERMS, row.terms_id),
        terms_version=row.version,
        state=row.state,
        resolution=row.resolution,
        owner=row.owner,
        due_at=row.due_at,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
    )


def _follow_up(row: Row[Any]) -> FollowUpView:
    return FollowUpView(
        id=ids.text(ids.WORK_ITEM, row.id),
        kind=row.kind,
        claim_id=None if row.claim_id is None else ids.text(ids.CLAIM, row.claim_id),
        payer_order=row.payer_order,
        item=row.item_key,
        file_id=ids.text(ids.FILE, row.file_id),
        owner=row.owner,
        opened_at=row.opened_at,
        due_at=row.due_at,
        told_at=row.told_at,
    )
