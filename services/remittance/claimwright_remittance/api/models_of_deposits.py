"""What callers are told of banks' files, deposits and what belongs to them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from claimwright.http.models import Answer, Body
from claimwright_remittance.api.models import PageQuery

Id = Annotated[str, Field(max_length=40)]
State = Literal["open", "matched", "set_aside"]
DepositKind = Literal["ach_credit", "credit", "debit"]
Flag = Literal["remit_without_eft", "eft_without_remit", "mismatched"]
Column = Annotated[str, Field(max_length=80, description="A heading, or the number of a column from 1.")]
Columns = Annotated[tuple[str, ...], Field(max_length=20, description="Headings, or numbers of columns from 1.")]


class BankColumns(Body):
    """Which column of a CSV file holds what; what is left out is found by the usual headings."""

    date: Column = ""
    amount: Column = ""
    credit: Column = ""
    debit: Column = ""
    account: Column = ""
    type: Column = ""
    trace: Column = ""
    reference: Columns = ()
    text: Columns = ()
    date_form: Literal["", "YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "MM/DD/YY", "DD/MM/YYYY"] = ""
    delimiter: Literal["", ",", ";", "|"] = Field("", description="Without it the likeliest is taken, a tab too.")
    skip_rows: int = Field(0, ge=0, le=1000, description="Rows above the first, where columns are given by number.")


class DepositQuery(PageQuery):
    """Which deposits a list is of."""

    state: State | None = None
    kind: DepositKind | None = None
    flag: Flag | None = None
    trace_number: str | None = Field(None, max_length=50)
    first_day: date | None = None
    last_day: date | None = None


class BankFileAnswer(Answer):
    """A bank's file that was handed in. Lines that came in an earlier file are not new."""

    id: str
    is_new: bool
    line_count: int
    new_count: int
    matched_count: int = Field(description="How many deposits found their remittance with this, earlier ones included.")


class BankFileView(Answer):
    """A bank's file."""

    id: str
    sha256: str
    byte_count: int
    format: str
    source: str
    line_count: int
    new_count: int
    received_at: datetime


class MatchedRemittanceView(Answer):
    """A remittance that a deposit is the payment of."""

    remittance_id: str
    file_id: str
    cents: int


class DepositMatchView(Answer):
    """The match that counts. `how`: exact or by_hand."""

    id: str
    how: str
    matched_by: str
    matched_at: datetime
    reason: str | None = None
    remittances: list[MatchedRemittanceView]


class FlagView(Answer):
    """Something that does not fit, since when, and in what."""

    kind: str
    deposit_id: str | None = None
    remittance_id: str | None = None
    reasons: list[str]
    raised_at: datetime


class DepositSummary(Answer):
    """A line of a bank's file. Below zero it left the account. Its bytes are those of the bank's file."""

    id: str
    bank_file_id: str
    line: int
    byte_start: int
    byte_end: int
    kind: str
    type_code: str
    posted_on: date
    cents: int
    trace_number: str | None
    state: str
    match: DepositMatchView | None = None
    flags: list[FlagView] = Field(default_factory=list)
    received_at: datetime


class DepositSuggestionView(Answer):
    """A remittance that a deposit may be the payment of; nothing is matched before a person says so."""

    remittance_id: str
    file_id: str
    payer_id: str
    trace_number: str
    payment_date: date | None
    payment_cents: int
    score: int = Field(description="100 is everything; from 40 on it is shown.")
    reasons: list[str]


class HeldRemittanceView(Answer):
    """A remittance with the deposit's trace number that nobody has posted yet: held for a difference, or a clash."""

    remittance_id: str
    file_id: str
    state: str
    payment_cents: int


class DepositActView(Answer):
    """Who did what to a deposit, when and why."""

    act: str
    actor: str
    at: datetime
    reason: str | None = None


class DepositWords(Answer):
    """What the bank wrote of a deposit."""

    account: str
    references: list[str]
    text: str


class DepositView(DepositSummary):
    """A deposit with what it may belong to, and what was done with it; what the bank wrote is asked for apart."""

    trace_payer_id: str | None
    suggestions: list[DepositSuggestionView]
    held: list[HeldRemittanceView]
    history: list[DepositActView]


class AwaitedView(Answer):
    """A posted remittance whose money the bank has not shown. `expects`: eft or check."""

    remittance_id: str
    file_id: str
    set_ordinal: int
    payer_id: str
    trace_number: str
    payment_date: date | None
    payment_cents: int
    payment_method: str
    expects: str
    flags: list[FlagView] = Field(default_factory=list)


class DepositCount(Answer):
    """How many deposits of one kind stand in one state, and their cents."""

    state: str
    kind: str
    count: int
    cents: int


class DepositCounts(Answer):
    """Deposits by state and kind, remittances that wait, and flags that stand."""

    deposits: list[DepositCount]
    awaited_count: int
    awaited_cents: int
    flags: dict[str, int]


class DepositMatchBody(Body):
    """Which remittances a deposit is the payment of, and why a person thinks so; no patient's name belongs there."""

    remittance_ids: list[Id] = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=3, max_length=200)
