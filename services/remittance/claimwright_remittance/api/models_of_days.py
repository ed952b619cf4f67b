"""What callers are told of open and closed days."""

from datetime import date, datetime

from pydantic import Field

from claimwright.http.models import Answer, Body


class DayTotalsView(Answer):
    """What days moved: what payers paid = posted to claims + suspense + provider level; and what stands unsolved."""

    posting_count: int
    payment_cents: int
    posted_cents: int
    adjusted_cents: int
    suspense_cents: int = Field(description="What these days put into suspense, less what they took out.")
    provider_level_cents: int
    deposit_cents: int = Field(description="Deposits that found their remittances on these days.")
    standing_suspense_cents: int = Field(description="All that is in suspense at the end of these days.")
    unmatched_deposit_count: int
    unmatched_deposit_cents: int
    awaited_count: int = Field(description="Posted remittances whose money the bank has not shown.")
    awaited_cents: int
    accounts: dict[str, int] = Field(description="What each account moved by; debits are positive.")


class OpenDayView(Answer):
    """The day that is posted on now, and what the days since the last close moved so far."""

    day: date
    last_closed: date | None
    totals: DayTotalsView


class ClosedDayView(Answer):
    """A closed day with what it showed. It holds every day behind `after_day`."""

    day: date
    after_day: date | None
    closed_by: str
    closed_at: datetime
    note: str | None
    totals: DayTotalsView


class CloseDayBody(Body):
    """What a person has to say about a day; no patient's name belongs into it."""

    note: str | None = Field(None, min_length=3, max_length=200)
