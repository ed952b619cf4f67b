"""Day close: what the open day moved, what is still unmatched, and closing it for good."""

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, Response

from claimwright.http import paging
from claimwright.http.routes import Router
from claimwright_console.gateways.deposit_answers import ClosedDay, ClosedDayPage, OpenDay
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.pages.payments.asking import (
    NOTHING_YET,
    Notice,
    address,
    day_in,
    missing,
    payments_of,
    says,
    show,
    tried,
)
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])


@router.get("/payments/days", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, after: paging.After = None
) -> Response:
    """Show the open day with what closing it would show, and the closed ones."""
    return await _show(request, visitor, console, after=after)


@router.get("/payments/days/{day}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, day: str
) -> Response:
    """Show what a closed day showed."""
    wanted = day_in(day)
    closed, problem = None, None
    try:
        closed = await payments_of(console, visitor).read(f"/v1/days/{wanted.isoformat()}", ClosedDay)
    except OwnerDidNotAct as refusal:
        missing(refusal, "day")
        problem = says(refusal)
    return show(request, "day.html", visitor=visitor, section="days", closed=closed, problem=problem)


@router.post("/payments/days/{day}/close", response_class=HTMLResponse, include_in_schema=False)
async def close(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("day:close")],
    console: Console,
    day: str,
    confirmed: Annotated[str, Form(max_length=10)] = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Close a day for good. A person types the day: nothing opens it again."""
    wanted = day_in(day).isoformat()
    if confirmed.strip() != wanted:
        notice = Notice(refused=f"Nothing is closed. Type {wanted} to confirm: a closed day never opens again.")
        return await _show(request, visitor, console, notice=notice)
    notice = await tried(
        payments_of(console, visitor).act(
            f"/v1/days/{wanted}/close", {"note": note.strip() or None}, permission="day:close"
        ),
        done=f"{wanted} is closed. What comes for it later is posted on a later day.",
    )
    return await _show(request, visitor, console, notice=notice)


async def _show(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    *,
    after: str | None = None,
    notice: Notice = NOTHING_YET,
) -> Response:
    payments = payments_of(console, visitor)
    opened, closed, problem = None, None, None
    try:
        opened = await payments.read("/v1/days/open", OpenDay)
        closed = await payments.page("/v1/days", ClosedDayPage, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    return show(
        request,
        "days.html",
        visitor=visitor,
        section="days",
        notice=notice,
        opened=opened,
        closed=closed,
        problem=problem,
        older=address("/payments/days", after=closed.next) if closed and closed.next else None,
        newest="/payments/days",
        is_first=after is None,
    )
