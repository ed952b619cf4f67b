"""What the remittance service tells of deposits and closed days, as far as pages show it."""

from datetime import date, datetime

from pydantic import Field

from claimwright_console.gateways.payments_answers import Told


class Flag(Told):
    """Something that does not fit, and since when."""

    kind: str
    reasons: list[str]
    raised_at: datetime


class MatchedRemittance(Told):
    """A remittance that a deposit is the payment of."""

    remittance_id: str
    file_id: str
    cents: int


class DepositMatch(Told):
    """The match that counts."""

    how: str
    matched_by: str
    matched_at: datetime
    reason: str | None = None
    remittances: list[MatchedRemittance]


class DepositRow(Told):
    """A line of a bank's file."""

    id: str
    bank_file_id: str
    line: int
    byte_start: int
    byte_end: int
    kind: str
    posted_on: date
    cents: int
    trace_number: str | None
    state: str
    match: DepositMatch | None = None
    flags: list[Flag] = Field(default_factory=list)


class DepositPage(Told):
    """A page of bank lines."""

    items: list[DepositRow]
    next: str | None = None


class DepositSuggestion(Told):
    """A remittance that a deposit may be the payment of."""

    remittance_id: str
    file_id: str
    payer_id: str
    trace_number: str
    payment_date: date | None
    payment_cents: int
    score: int
    reasons: list[str]


class DepositAct(Told):
    """Who did what to a deposit."""

    act: str
    actor: str
    at: datetime
    reason: str | None = None


class DepositWords(Told):
    """What the bank wrote of a deposit; the owner records who saw it."""

    account: str
    references: list[str]
    text: str


class DepositDetail(DepositRow):
    """A deposit with what it may belong to, and what was done with it."""

    suggestions: list[DepositSuggestion]
    history: list[DepositAct]


class Awaited(Told):
    """A posted remittance whose money the bank has not shown."""

    remittance_id: str
    file_id: str
    payer_id: str
    trace_number: str
    payment_date: date | None
    payment_cents: int
    expects: str
    flags: list[Flag] = Field(default_factory=list)


class AwaitedPage(Told):
    """A page of remittances that wait for the bank."""

    items: list[Awaited]
    next: str | None = None


class DayTotals(Told):
    """What days moved, and what stands unsolved at their end."""

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


class OpenDay(Told):
    """The day that is posted on now."""

    day: date
    last_closed: date | None
    totals: DayTotals


class ClosedDay(Told):
    """A closed day with what it showed."""

    day: date
    after_day: date | None
    closed_by: str
    closed_at: datetime
    note: str | None
    totals: DayTotals


class ClosedDayPage(Told):
    """A page of closed days."""

    items: list[ClosedDay]
    next: str | None = None
