"""Files of remittances: hand one in, see what became of it, read it as it came."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import Row

from claimwright import ids
from claimwright.http import paging
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import (
    DifferenceView,
    FileAnswer,
    FileQuery,
    FileSummary,
    FileView,
    LineMatchView,
    ProviderItemView,
    RemitClaimView,
    RemittanceView,
    TotalsView,
)
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import content, files, reconciliation, views
from claimwright_remittance.persistence.reconciliation import SetTotals, Totals
from claimwright_remittance.usecases.receive_file import receive_file
from claimwright_remittance.usecases.show_numbers import numbers_of

router = Router(tags=["files"])

LARGEST_FILE: Final = 64 << 20
X12_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/edi-x12": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_NOTHING: Final = Totals()


@router.post(
    "/v1/files", status_code=202, response_model=FileAnswer, max_body_size=LARGEST_FILE, openapi_extra=X12_BODY
)
async def post_file(
    request: Request, response: Response, parts: Parts, caller: Annotated[Caller, requires("remittance:write")]
) -> FileAnswer:
    """Hand in an 835 file, as its bytes are. The same bytes again give the first file and change nothing."""
    body = await request.body()
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        taken = await receive_file(work, body, source=caller.actor)
        await audit.record(work, action="remittance_file.handed_in", object=ids.text(ids.FILE, taken.file_id))
    parts.file_came.set()
    if not taken.is_new:
        response.status_code = 200
    return FileAnswer(id=ids.text(ids.FILE, taken.file_id), is_new=taken.is_new)


@router.get("/v1/files")
async def list_files(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    query: Annotated[FileQuery, Query()],
) -> Page[FileSummary]:
    """List files, the latest first, with where their money went."""
    before, limit = _file_before(query.after), query.limit
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await views.files(work, before=before, limit=limit, state=query.state, kind=query.kind)
        sets = await reconciliation.sets_of_files(work, [row.id for row in rows])
    by_file: dict[UUID, list[SetTotals]] = {row.id: [] for row in rows}
    for each in sets:
        by_file[each.file_id].append(each)
    last = ids.text(ids.FILE, rows[-1].id) if len(rows) == limit else None
    return Page(
        items=[_summary(row, by_file[row.id]) for row in rows], next=None if last is None else paging.encode((last,))
    )


@router.get("/v1/files/{file_id}")
async def get_file(
    file_id: str,
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> FileView:
    """Return a file with its transactions, why any of them is held, and a page of its claims."""
    wanted = path_id(ids.FILE, file_id)
    seen = paging.decode(after, int, int, int) if after else (0, 0, 0)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await views.file(work, wanted)
        if row is None:
            raise NotFound(ids.FILE)
        totals = await reconciliation.sets_of_files(work, [wanted])
        remittances = await views.remittances(work, wanted)
        items = await views.provider_items(work, wanted)
        claims = await views.remit_claims(work, wanted, after=(int(seen[0]), int(seen[1]), int(seen[2])), limit=limit)
        numbers = await numbers_of(work, [(each, wanted) for each in claims])
    is_last = len(claims) < limit
    return FileView(
        **_summary(row, totals).model_dump(),
        differences=_differences(row),
        remittances=[remittance_view(each, {known.remittance_id: known for known in totals}) for each in remittances],
        provider_items=[
            ProviderItemView(
                set_ordinal=item.set_ordinal,
                item=item.item_key,
                code=item.code,
                account=item.account,
                cents=item.cents,
                segment=item.segment,
                byte_start=item.byte_start,
                byte_end=item.byte_end,
            )
            for item in items
        ],
        claims=[_claim(each, numbers[each.id]) for each in claims],
        next=None if is_last else paging.encode((claims[-1].set_ordinal, claims[-1].ordinal, claims[-1].part)),
    )


@router.get("/v1/files/{file_id}/raw", response_class=Response)
async def get_raw(file_id: str, parts: Parts, caller: Annotated[Caller, requires("remittance:read")]) -> Response:
    """Return a file's bytes as they came. Who saw them is recorded in the same transaction."""
    wanted = path_id(ids.FILE, file_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        raw = await files.content_of(work, wanted)
        if raw is None:
            raise NotFound(ids.FILE)
        await audit.record(
            work, action="remittance_file.opened", object=ids.text(ids.FILE, wanted), fields=("content",)
        )
    media_type = "application/x-ndjson" if raw.startswith(b"{") else "application/edi-x12"
    return Response(raw, media_type=media_type, headers={"cache-control": "no-store"})


def _file_before(after: str | None) -> UUID | None:
    return ids.parse(ids.FILE, str(paging.decode(after, str)[0])) if after else None


def _text(prefix: str, value: UUID | None) -> str | None:
    return None if value is None else ids.text(prefix, value)


def _summary(row: Row[Any], sets: Sequence[SetTotals]) -> FileSummary:
    held = [each for each in sets if each.state in {"held", "clash"}]
    return FileSummary(
        id=ids.text(ids.FILE, row.id),
        sha256=row.sha256,
        byte_count=row.byte_count,
        source=row.source,
        kind=row.kind,
        state=row.state,
        first_file_id=_text(ids.FILE, row.first_file_id),
        received_at=row.received_at,
        finished_at=row.finished_at,
        totals=_totals(reconciliation.posted_totals(sets)),
        remittance_count=len(sets),
        held_count=len(held),
        held_cents=sum(each.totals.payment_cents for each in held),
    )


def _totals(totals: Totals) -> TotalsView:
    return TotalsView(
        payment_cents=totals.payment_cents,
        posted_cents=totals.posted_cents,
        suspense_cents=totals.suspense_cents,
        provider_level_cents=totals.provider_level_cents,
    )


def remittance_view(row: Row[Any], sets: Mapping[UUID, SetTotals]) -> RemittanceView:
    """Return one transaction with where its money went."""
    known = sets.get(row.id)
    return RemittanceView(
        id=ids.text(ids.REMITTANCE, row.id),
        set_ordinal=row.set_ordinal,
        control_number=row.control_number,
        payer_id=row.payer_id,
        trace_number=row.trace_number,
        payment_date=row.payment_date,
        payment_method=row.payment_method,
        state=row.state,
        first_remittance_id=_text(ids.REMITTANCE, row.first_remittance_id),
        claim_count=row.claim_count,
        claims_posted=row.claims_posted,
        totals=_totals(known.totals if known else _NOTHING),
        differences=_differences(row),
        policy_id=_text(ids.POLICY, row.policy_id),
        expects_deposit=row.expects_deposit,
        deposit_match_id=_text(ids.DEPOSIT_MATCH, row.deposit_match_id),
        proposed_by=row.proposed_by,
    )


def _differences(row: Row[Any]) -> list[DifferenceView]:
    return [
        DifferenceView(
            code=each["code"],
            cents=each["cents"],
            claim_ordinal=each["claim_ordinal"],
            line_ordinal=each["line_ordinal"],
            **each["place"],
        )
        for each in row.differences
    ]


def _claim(row: Row[Any], number: str) -> RemitClaimView:
    claim = content.claim_of(row.content)
    matches = content.matches_of(row.matches) if row.matches else ()
    return RemitClaimView(
        id=ids.text(ids.REMIT_CLAIM, row.id),
        set_ordinal=row.set_ordinal,
        ordinal=row.ordinal,
        patient_control_number=number,
        payer_claim_control_number=row.payer_claim_control_number,
        claim_outcome_code=row.claim_outcome_code,
        charge_cents=row.charge_cents,
        paid_cents=row.paid_cents,
        standing=row.standing,
        held_for=row.held_for,
        pairs_with=_text(ids.REMIT_CLAIM, row.pairs_with),
        claim_id=_text(ids.CLAIM, row.claim_id),
        payer_order=row.payer_order,
        rung=row.rung,
        interest_cents=claim.interest_cents,
        matches=[
            LineMatchView(line=each.line, rung=each.rung.value, score=each.score, notes=list(each.notes))
            for each in matches
        ],
        byte_start=claim.whole.byte_start,
        byte_end=claim.whole.byte_end,
    )
