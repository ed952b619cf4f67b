"""Which day a posting is of: today, or the day behind the last closed one. A closed day stays closed.

What comes late posts on an open day, and a correction of what was closed is a posting of its own on an open day too; so
the totals that were shown at the close stay what the ledger says.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from claimwright.refusals import Refusal


class DayClosed(Refusal):
    """A day that is closed already, or that lies before a closed one."""

    code: ClassVar[str] = "day.closed_before"
    fix: ClassVar[str | None] = "Nothing is to be done; corrections are posted on a day that is open."


class DayNotBegun(Refusal):
    """A day that has not begun yet."""

    code: ClassVar[str] = "day.not_begun"
    fix: ClassVar[str | None] = "Close today or a day before."


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What was posted on the days that are closed together, and what stood unsolved then. Cents, all of them.

    `accounts`: what each account moved by, the proof that the day stayed closed. `suspense`, `provider_level`: the
    movement as the payers' money; the `standing` ones are all that stood at the end, whenever it came.
    """

    posting_count: int
    payment_cents: int
    posted_cents: int
    adjusted_cents: int
    suspense_cents: int
    provider_level_cents: int
    deposit_cents: int
    standing_suspense_cents: int
    unmatched_deposit_count: int
    unmatched_deposit_cents: int
    awaited_count: int
    awaited_cents: int
    accounts: dict[str, int]


def open_day(today: date, last_closed: date | None) -> date:
    """Return the day of whatever is posted now."""
    if last_closed is None:
        return today
    return max(today, last_closed + timedelta(days=1))


def refuse_close(day: date, *, today: date, last_closed: date | None) -> None:
    """Refuse to close a day that is closed or has not begun. With a day all open days before it are closed.

    Errors: DayClosed; DayNotBegun.
    """
    if last_closed is not None and day <= last_closed:
        raise DayClosed(day.isoformat())
    if day > today:
        raise DayNotBegun(day.isoformat())
