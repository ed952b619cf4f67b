"""Payments that differ from their contracts: who allowed too little or too much, by which terms, and how it ended."""

from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from claimwright import ids
from claimwright.http import paging
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright_console.domain.payment_words import RESOLUTION
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.gateways.payments_answers import VariancePage
from claimwright_console.pages.payments.asking import (
    NOTHING_YET,
    Notice,
    Reason,
    address,
    payments_of,
    says,
    show,
    tried,
)
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])


@router.get("/payments/variances", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    state: Annotated[str, Query(max_length=20)] = "open",
    after: paging.After = None,
) -> Response:
    """Show payments that differ from their contracts; without a choice, those that nobody has closed."""
    return await _show(request, visitor, console, state=state, after=after)


@router.post("/payments/variances/{variance_id}/resolve", response_class=HTMLResponse, include_in_schema=False)
async def resolve(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    variance_id: str,
    resolution: Annotated[str, Form(max_length=20)],
    reason: Reason,
) -> Response:
    """Close a case and say how it ended; nothing is posted by it."""
    path_id(ids.VARIANCE, variance_id)
    notice = await tried(
        payments_of(console, visitor).act(
            f"/v1/variances/{variance_id}/resolve", {"resolution": resolution, "reason": reason}
        ),
        done=f"Closed: {RESOLUTION.get(resolution, resolution)}.",
    )
    return await _show(request, visitor, console, notice=notice)


async def _show(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    *,
    state: str = "open",
    after: str | None = None,
    notice: Notice = NOTHING_YET,
) -> Response:
    state = state if state in {"open", "resolved"} else ""
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page("/v1/variances", VariancePage, {"state": state}, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    kept = state or "all"
    return show(
        request,
        "variances.html",
        visitor=visitor,
        section="variances",
        notice=notice,
        found=found,
        problem=problem,
        state=state,
        older=address("/payments/variances", state=kept, after=found.next) if found and found.next else None,
        newest=address("/payments/variances", state=kept),
        is_first=after is None,
    )
