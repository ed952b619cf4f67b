"""Banks' files: hand one in, see which came, read one as it came."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from claimwright import ids
from claimwright.http import paging
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id, problem
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright.security.caller import Caller
from claimwright_remittance.api.models_of_deposits import BankColumns, BankFileAnswer, BankFileView
from claimwright_remittance.domain.deposits.csv_file import CsvMapping
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import deposit_views, deposits
from claimwright_remittance.usecases.match_deposits import match_deposits
from claimwright_remittance.usecases.take_bank_file import read_bank_file, take_bank_file

router = Router(tags=["deposits"])

LARGEST_BANK_FILE: Final = 16 << 20
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "application/octet-stream")
        },
    }
}


@router.post(
    "/v1/bank-files",
    status_code=202,
    response_model=BankFileAnswer,
    max_body_size=LARGEST_BANK_FILE,
    openapi_extra=_BODY,
)
async def post_bank_file(
    request: Request,
    response: Response,
    parts: Parts,
    caller: Annotated[Caller, requires("remittance:write")],
    columns: Annotated[BankColumns, Query()],
) -> Any:
    """Hand in a bank's file, CSV or BAI2, as its bytes are.

    The columns of a CSV file are found by the usual headings; the parameters say otherwise. Any line that can't be read
    exactly, and any total of a BAI2 file that does not fit, refuses the whole file with all findings.
    """
    body = await request.body()
    mapping = CsvMapping(**columns.model_dump())
    # In a thread of its own: a file of many lines would keep the event loop from everything else.
    read = await asyncio.to_thread(read_bank_file, body, mapping)
    if read.findings:
        return problem(read.findings)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        taken = await take_bank_file(work, body, read, source=caller.actor)
        matched_count = await match_deposits(work, parts.terms)
        await audit.record(work, action="bank_file.handed_in", object=ids.text(ids.FILE, taken.file_id))
    if not taken.is_new:
        response.status_code = 200
    return BankFileAnswer(
        id=ids.text(ids.FILE, taken.file_id),
        is_new=taken.is_new,
        line_count=taken.line_count,
        new_count=taken.new_count,
        matched_count=matched_count,
    )


@router.get("/v1/bank-files")
async def list_bank_files(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[BankFileView]:
    """List banks' files, the latest first."""
    before = ids.parse(ids.FILE, str(paging.decode(after, str)[0])) if after else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await deposit_views.bank_files(work, before=before, limit=limit)
    items = [
        BankFileView(
            id=ids.text(ids.FILE, row.id),
            sha256=row.sha256,
            byte_count=row.byte_count,
            format=row.format,
            source=row.source,
            line_count=row.line_count,
            new_count=row.new_count,
            received_at=row.received_at,
        )
        for row in rows
    ]
    return Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == limit else None)


@router.get("/v1/bank-files/{file_id}/raw", response_class=Response)
async def get_raw(file_id: str, parts: Parts, caller: Annotated[Caller, requires("remittance:read")]) -> Response:
    """Return a bank's file as it came. Who saw it is recorded in the same transaction."""
    wanted = path_id(ids.FILE, file_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await deposits.content_of(work, wanted)
        if found is None:
            raise NotFound(ids.FILE)
        await audit.record(work, action="bank_file.opened", object=ids.text(ids.FILE, wanted), fields=("content",))
    raw, form = found
    return Response(
        raw,
        media_type="text/csv" if form == "csv" else "application/octet-stream",
        headers={"cache-control": "no-store", "content-disposition": "attachment"},
    )
