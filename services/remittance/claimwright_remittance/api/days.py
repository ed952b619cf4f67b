"""Accounting days: what the open one shows, closing it, and what closed ones showed."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from sqlalchemy import Row

from claimwright.http import paging
from claimwright.http.paging import CursorMalformed, Page
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models_of_days import CloseDayBody, ClosedDayView, DayTotalsView, OpenDayView
from claimwright_remittance.domain.days.days import open_day
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import days
from claimwright_remittance.usecases.close_day import close_day

router = Router(tags=["days"])


@router.get("/v1/days")
async def list_days(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[ClosedDayView]:
    """List closed days, the latest first, with what each showed."""
    before = _day_in(str(paging.decode(after, str)[0])) if after else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await days.listed(work, before=before, limit=limit)
    items = [_closed(row) for row in rows]
    return Page(items=items, next=paging.encode((items[-1].day.isoformat(),)) if len(items) == limit else None)


@router.get("/v1/days/open")
async def get_open_day(parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> OpenDayView:
    """Return the day that is posted on now, with what closing it would show."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        last_closed = await days.last_closed(work)
        day = open_day(work.now.date(), last_closed)
        totals = await days.totals(work, after_day=last_closed, day=day)
    return OpenDayView(day=day, last_closed=last_closed, totals=DayTotalsView(**asdict(totals)))


@router.get("/v1/days/{day}")
async def get_day(day: date, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> ClosedDayView:
    """Return what a closed day showed; one that was closed together with later days shows with them."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await days.one(work, day)
    if row is None:
        raise NotFound("day")
    return _closed(row)


@router.post("/v1/days/{day}/close")
async def close(
    day: date, body: CloseDayBody, parts: Parts, caller: Annotated[Caller, requires("day:close")]
) -> ClosedDayView:
    """Close a day and every open day before it, for good. What comes later is posted on a later day."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await close_day(work, day, note=body.note)
        row = await days.one(work, day)
    if row is None:
        raise LookupError(day)
    return _closed(row)


def _day_in(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CursorMalformed("the cursor is of another list") from None


def _closed(row: Row[Any]) -> ClosedDayView:
    return ClosedDayView(
        day=row.day,
        after_day=row.after_day,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        note=row.note,
        totals=DayTotalsView(**row.totals),
    )
