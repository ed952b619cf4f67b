"""Close an organization's day: what was posted up to it stands, and whatever comes later is of a later day."""

from datetime import date

from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_remittance.domain.days.days import DayTotals, refuse_close
from claimwright_remittance.persistence import days


async def close_day(work: Work, day: date, *, note: str | None) -> DayTotals:
    """Close a day, and with it every open day before it, and return what they moved. There is no way back.

    Errors: DayClosed; DayNotBegun.
    """
    await days.lock_for_close(work)
    last_closed = await days.last_closed(work)
    refuse_close(day, today=work.now.date(), last_closed=last_closed)
    totals = await days.totals(work, after_day=last_closed, day=day)
    await days.close(work, after_day=last_closed, day=day, closed=totals, note=note)
    await audit.record(work, action="day.closed", object=day.isoformat(), reason=note)
    return totals
