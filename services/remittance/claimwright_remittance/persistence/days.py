"""Closed days, and what the ledger moved on the days of one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Row, insert, select, text

from claimwright.messaging.work import Work
from claimwright_remittance.domain.days import days
from claimwright_remittance.domain.days.days import DayTotals
from claimwright_remittance.domain.ledger.chart import Account, Role, accounts_of
from claimwright_remittance.persistence.tables_of_deposits import closed_day

_POST: Final = "select pg_advisory_xact_lock_shared(hashtextextended($1, 4))"
_LAST_CLOSED: Final = "select max(day) from closed_day"
_CLOSE: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:org_id as text), 4))")
_MOVED: Final = text(
    """
    select e.account, e.claim_id is not null as of_claim, sum(e.cents)::bigint as cents
      from posting p join ledger_entry e on (e.org_id, e.posting_id) = (p.org_id, p.id)
     where p.day <= :day and p.day > coalesce(cast(:after_day as date), date '0001-01-01')
     group by 1, 2 order by 1, 2
    """
)
_POSTINGS: Final = text(
    "select count(*) from posting where day <= :day and day > coalesce(cast(:after_day as date), date '0001-01-01')"
)
_DEPOSITS: Final = text(
    "select count(*) as number, coalesce(sum(cents), 0)::bigint as cents from deposit "
    "where state = 'open' and cents > 0 and posted_on <= :day"
)
_AWAITED: Final = text(
    "select count(*) as number, coalesce(sum(payment_cents), 0)::bigint as cents from remittance "
    "where expects_deposit and deposit_match_id is null"
)


_open_days: Final = WeakKeyDictionary[Work, date]()
"""Asked for once a transaction: whatever posts in it needs the day, and the day can't change meanwhile."""


async def last_closed(work: Work) -> date | None:
    """Return the last closed day."""
    last: date | None = (await work.fetch(_LAST_CLOSED))[0][0]
    return last


async def open_day(work: Work) -> date:
    """Return the day of whatever this transaction posts; nobody closes it before the transaction ends."""
    if work not in _open_days:
        await work.fetch(_POST, str(work.org_id))
        _open_days[work] = days.open_day(work.now.date(), await last_closed(work))
    return _open_days[work]


async def lock_for_close(work: Work) -> None:
    """Wait for everybody who posts now, and let nobody else begin until the transaction ends."""
    await work.execute(_CLOSE, {"org_id": str(work.org_id)})


async def totals(work: Work, *, after_day: date | None, day: date) -> DayTotals:
    """Return what the days behind `after_day` up to `day` moved, and what stands at their end."""
    span = {"after_day": after_day, "day": day}
    moved = (await work.execute(_MOVED, span)).all()
    accounts: dict[str, int] = {}
    for row in moved:
        accounts[row.account] = accounts.get(row.account, 0) + row.cents
    posted = sum(row.cents for row in moved if row.of_claim and row.account == Account.PAYMENTS)
    suspense = -accounts.get(Account.SUSPENSE, 0)
    open_deposits = (await work.execute(_DEPOSITS, {"day": day})).one()
    awaited = (await work.execute(_AWAITED)).one()
    return DayTotals(
        posting_count=(await work.execute(_POSTINGS, span)).scalar_one(),
        payment_cents=accounts.get(Account.PAYMENTS, 0),
        posted_cents=posted,
        adjusted_cents=sum(accounts.get(each, 0) for each in accounts_of(Role.ADJUSTED)),
        suspense_cents=suspense,
        provider_level_cents=-sum(accounts.get(each, 0) for each in accounts_of(Role.PROVIDER_LEVEL)),
        deposit_cents=accounts.get(Account.DEPOSITS, 0),
        standing_suspense_cents=await _standing_before(work, after_day) + suspense,
        unmatched_deposit_count=open_deposits.number,
        unmatched_deposit_cents=open_deposits.cents,
        awaited_count=awaited.number,
        awaited_cents=awaited.cents,
        accounts={account: cents for account, cents in accounts.items() if cents},
    )


async def _standing_before(work: Work, after_day: date | None) -> int:
    """Return what stood in suspense at the end of a closed day, as it showed: since then it can't have moved."""
    if after_day is None:
        return 0
    row = (await work.execute(select(closed_day.c.totals).where(closed_day.c.day == after_day))).one()
    return int(row.totals["standing_suspense_cents"])


async def close(work: Work, *, after_day: date | None, day: date, closed: DayTotals, note: str | None) -> None:
    """Keep that a day is closed, with what it showed."""
    await work.execute(
        insert(closed_day).values(
            org_id=work.org_id,
            day=day,
            after_day=after_day,
            totals=asdict(closed),
            closed_by=work.actor,
            note=note,
            closed_at=work.now,
        )
    )


async def listed(work: Work, *, before: date | None, limit: int) -> Sequence[Row[Any]]:
    """Return closed days, the latest first."""
    asked = select(closed_day).order_by(closed_day.c.day.desc()).limit(limit)
    if before is not None:
        asked = asked.where(closed_day.c.day < before)
    return (await work.execute(asked)).all()


async def one(work: Work, day: date) -> Row[Any] | None:
    """Return the close that a day fell under: its own, or that of a later day with which it was closed."""
    asked = select(closed_day).where(closed_day.c.day >= day).order_by(closed_day.c.day).limit(1)
    row = (await work.execute(asked)).one_or_none()
    return None if row is None or (row.after_day is not None and day <= row.after_day) else row


async def moved_since(work: Work) -> list[tuple[date, int]]:
    """Return the closed days on which an account moved after the close, with the cents of all that moved."""
    moved: list[tuple[date, int]] = []
    for row in (await work.execute(select(closed_day).order_by(closed_day.c.day))).all():
        now = await totals(work, after_day=row.after_day, day=row.day)
        then: dict[str, int] = row.totals["accounts"]
        cents = sum(abs(now.accounts.get(each, 0) - then.get(each, 0)) for each in {*now.accounts, *then})
        if cents:
            moved.append((row.day, cents))
    return moved
