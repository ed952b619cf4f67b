"""Files of remittances: did every dollar of each land? One file down to its bytes; what is held, and two to compare."""

import asyncio
from typing import Annotated, Final

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from claimwright import ids
from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright_console.domain.payment_words import FILE_STATE, SET_STATE
from claimwright_console.domain.raw import raw_of
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.gateways.payments import PAGE
from claimwright_console.gateways.payments_answers import Comparison, FileDetail, FilePage, RemittancePage
from claimwright_console.pages.payments.asking import (
    NOTHING_YET,
    Id,
    Notice,
    Reason,
    address,
    missing,
    payments_of,
    says,
    show,
    tried,
)
from claimwright_console.pages.rendering import page
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

_RAW: Final = {"remittance": "/v1/files/{}/raw", "bank": "/v1/bank-files/{}/raw"}
_HELD: Final = ("held", "clash")


@router.get("/payments", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    state: Annotated[str, Query(max_length=20)] = "",
    after: paging.After = None,
) -> Response:
    """Show files, the latest first, with where the money of each went."""
    state = state if state in FILE_STATE else ""
    files, problem = None, None
    try:
        files = await payments_of(console, visitor).page("/v1/files", FilePage, {"state": state}, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    older = address("/payments", state=state, after=files.next) if files and files.next else None
    return show(
        request,
        "files.html",
        visitor=visitor,
        section="files",
        files=files,
        problem=problem,
        state=state,
        older=older,
        newest=address("/payments", state=state),
        is_first=after is None,
    )


@router.get("/payments/files/{file_id}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    file_id: str,
    after: paging.After = None,
) -> Response:
    """Show a file with its transactions and a page of its claims."""
    return await _show_file(request, visitor, console, file_id, after=after)


@router.get("/payments/held", response_class=HTMLResponse, include_in_schema=False)
async def held(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    state: Annotated[str, Query(max_length=20)] = "held",
    after: paging.After = None,
) -> Response:
    """Show the transactions that wait for people."""
    state = state if state in _HELD else "held"
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page(
            "/v1/remittances", RemittancePage, {"state": state}, after=after
        )
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    older = address("/payments/held", state=state, after=found.next) if found and found.next else None
    return show(
        request,
        "held.html",
        visitor=visitor,
        section="held",
        found=found,
        problem=problem,
        state=state,
        states={state: SET_STATE[state] for state in _HELD},
        older=older,
        newest=address("/payments/held", state=state),
        is_first=after is None,
    )


@router.post("/payments/remittances/{remittance_id}/propose", response_class=HTMLResponse, include_in_schema=False)
async def propose(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remittance_id: str,
    file: Id,
    reason: Reason,
) -> Response:
    """Propose that a held transaction is posted with its difference."""
    path_id(ids.REMITTANCE, remittance_id)
    notice = await tried(
        payments_of(console, visitor).act(f"/v1/remittances/{remittance_id}/propose", {"reason": reason}),
        done="Proposed. Nothing is posted yet: another person has to approve it.",
    )
    return await _show_file(request, visitor, console, file, notice=notice)


@router.post("/payments/remittances/{remittance_id}/approve", response_class=HTMLResponse, include_in_schema=False)
async def approve(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:approve")],
    console: Console,
    remittance_id: str,
    file: Id,
    reason: Reason,
) -> Response:
    """Approve what another person proposed."""
    path_id(ids.REMITTANCE, remittance_id)
    notice = await tried(
        payments_of(console, visitor).act(
            f"/v1/remittances/{remittance_id}/approve", {"reason": reason}, permission="adjustment:approve"
        ),
        done="Approved. It is posted now, with its difference in suspense.",
    )
    return await _show_file(request, visitor, console, file, notice=notice)


@router.get("/payments/remittances/{remittance_id}/comparison", response_class=HTMLResponse, include_in_schema=False)
async def comparison(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("remittance:read")],
    console: Console,
    remittance_id: str,
    other: Annotated[str | None, Query(alias="with", max_length=40)] = None,
) -> Response:
    """Show what differs between two transactions of one payment; both files are opened, and the trail says so."""
    path_id(ids.REMITTANCE, remittance_id)
    if other is not None:
        path_id(ids.REMITTANCE, other)
    compared, problem = None, None
    try:
        compared = await payments_of(console, visitor).read(
            f"/v1/remittances/{remittance_id}/comparison", Comparison, {"with": other}, permission="remittance:read"
        )
    except OwnerDidNotAct as refusal:
        missing(refusal, ids.REMITTANCE)
        problem = says(refusal)
    return show(
        request,
        "comparison.html",
        visitor=visitor,
        section="held",
        compared=compared,
        problem=problem,
        id=remittance_id,
    )


@router.post("/payments/raw", response_class=HTMLResponse, include_in_schema=False)
async def raw(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("remittance:read")],
    console: Console,
    kind: Annotated[str, Form(max_length=20)] = "remittance",
    file: Id,
    start: Annotated[int, Form(ge=0)],
    end: Annotated[int, Form(ge=0)],
) -> Response:
    """Show the bytes of a file as they came, those asked for marked; its owner's trail and ours say who looked."""
    if kind not in _RAW:
        raise NotFound("file")
    shown, problem = None, None
    try:
        content = await payments_of(console, visitor).content(_RAW[kind].format(file))
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    else:
        # In a thread of its own: a file of a hundred thousand claims would keep everybody else waiting.
        shown = await asyncio.to_thread(raw_of, content, start=start, end=end)
        async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
            await audit.record(work, action="artifact.shown", object=file, fields=("raw",))
    if "hx-request" in request.headers:
        return page(request, "raw.html", visitor=visitor, raw=shown, problem=problem)
    back = f"/payments/files/{file}" if kind == "remittance" else "/payments/deposits"
    return show(request, "raw_page.html", visitor=visitor, section="files", raw=shown, problem=problem, back=back)


async def _show_file(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    file_id: str,
    *,
    after: str | None = None,
    notice: Notice = NOTHING_YET,
) -> Response:
    path_id(ids.FILE, file_id)
    file, problem = None, None
    try:
        file = await payments_of(console, visitor).page(f"/v1/files/{file_id}", FileDetail, after=after)
    except OwnerDidNotAct as refusal:
        missing(refusal, ids.FILE)
        problem = says(refusal)
    return show(
        request,
        "file.html",
        visitor=visitor,
        section="files",
        notice=notice,
        file=file,
        problem=problem,
        file_id=file_id,
        next=address(f"/payments/files/{file_id}", after=file.next) if file and file.next else None,
        is_first=after is None,
        most=PAGE,
    )
