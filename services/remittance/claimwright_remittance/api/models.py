"""What callers are told of files, postings and balances: ids, codes, cents and places."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from claimwright.http import paging
from claimwright.http.models import Answer, Body


class PageQuery(Body):
    """Which page of a list."""

    after: str | None = Field(None, max_length=512, description="The `next` of the page before.")
    limit: int = Field(paging.USUAL_PAGE, ge=1, le=paging.LONGEST_PAGE)


class FileQuery(PageQuery):
    """Which files a list is of."""

    state: Literal["received", "posting", "posted", "quarantined", "duplicate"] | None = None
    kind: Literal["x12", "paper"] | None = None


class SuspenseQuery(PageQuery):
    """Whose waiting money a list is of, and why it waits."""

    held_for: str | None = Field(None, max_length=40)
    payer_id: str | None = Field(None, max_length=80)


class SuspenseCount(Answer):
    """How many remit claims wait for one reason, and for how many cents."""

    held_for: str | None
    count: int
    cents: int


class PaymentCounts(Answer):
    """What there is of files, of transactions that wait for a person, and of waiting money."""

    files: dict[str, int] = Field(description="By state.")
    remittances: dict[str, int] = Field(description="Those held for a difference, and those that clash.")
    suspense: list[SuspenseCount]


class FileAnswer(Answer):
    """A file that was handed in. `is_new` is false where the same bytes had come before."""

    id: str
    is_new: bool


class TotalsView(Answer):
    """A payment and where it went; the four add up when the file is posted."""

    payment_cents: int
    posted_cents: int
    suspense_cents: int
    provider_level_cents: int


class FileSummary(Answer):
    """A file of remittances. `state`: received, posting, posted, quarantined (of it something is held), duplicate."""

    id: str
    sha256: str
    byte_count: int
    source: str
    kind: str = Field("x12", description="`x12` as a payer sent it, `paper` as a person entered it.")
    state: str
    first_file_id: str | None = None
    received_at: datetime
    finished_at: datetime | None = None
    totals: TotalsView
    remittance_count: int = Field(description="How many transactions it has.")
    held_count: int = Field(description="How many of them wait for people; nothing of these is posted.")
    held_cents: int = Field(description="What these pay; it is no part of the totals.")


class DifferenceView(Answer):
    """A test that failed: by how much, and where in the file."""

    code: str
    cents: int
    claim_ordinal: int | None = None
    line_ordinal: int | None = None
    segment: int
    byte_start: int
    byte_end: int


class RemittanceView(Answer):
    """One transaction of a file."""

    id: str
    set_ordinal: int
    control_number: str
    payer_id: str
    trace_number: str
    payment_date: date | None
    payment_method: str
    state: str
    first_remittance_id: str | None = None
    claim_count: int
    claims_posted: int
    totals: TotalsView
    differences: list[DifferenceView]
    policy_id: str | None = Field(None, description="By this policy its claims that do not add up wait in suspense.")
    expects_deposit: bool = Field(False, description="Whether the bank has to show its money.")
    deposit_match_id: str | None = None
    proposed_by: str | None = Field(None, description="Who proposed to post it with its difference.")


class LineMatchView(Answer):
    """Which billed line one line of a remit claim answers, by which step, how sure, and what was odd."""

    line: int | None
    rung: str
    score: int
    notes: list[str]


class RemitClaimView(Answer):
    """One claim of a remittance: how it counts, and for which claim of ours."""

    id: str
    set_ordinal: int
    ordinal: int
    patient_control_number: str
    payer_claim_control_number: str
    claim_outcome_code: str
    charge_cents: int
    paid_cents: int
    standing: str
    held_for: str | None = None
    pairs_with: str | None = None
    claim_id: str | None = None
    payer_order: int | None = None
    rung: str | None = None
    interest_cents: int = Field(description="Interest paid for it; it comes at provider level, not in its payment.")
    matches: list[LineMatchView]
    byte_start: int
    byte_end: int


class ProviderItemView(Answer):
    """One provider-level adjustment; positive cents were taken from the payment."""

    set_ordinal: int
    item: str = Field(description="What ties the adjustments of one thing; the payer's reference stands in the file.")
    code: str
    account: str
    cents: int
    segment: int
    byte_start: int
    byte_end: int


class FileView(FileSummary):
    """A file with its transactions, its provider-level adjustments and a page of its claims."""

    differences: list[DifferenceView] = Field(default_factory=list, description="Why nothing of it can be read.")
    remittances: list[RemittanceView]
    provider_items: list[ProviderItemView]
    claims: list[RemitClaimView]
    next: str | None = None


class EntryView(Answer):
    """One entry of the ledger; debits are positive. Its bytes are those of the file `file_id`."""

    account: str
    cents: int
    payer_order: int | None = None
    line: int | None = None
    reason: str | None = None
    file_id: str | None = None
    segment: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


class PostingView(Answer):
    """One posting, as far as it is about the claim."""

    id: str
    cause_kind: str
    cause_id: str
    day: date
    posted_at: datetime
    corrects: str | None = None
    entries: list[EntryView]


class OutcomeView(Answer):
    """One version of what a payer order came to."""

    payer_order: int
    version: int
    outcome: str
    decided_at: datetime


class DenialView(Answer):
    """A case of what a payer denied."""

    id: str
    payer_order: int
    denied_cents: int
    reasons: list[str]
    state: str
    path: str = Field(description="What it most likely needs: corrected_resubmit, other_coverage or appeal.")
    owner: str
    due_at: datetime


class BalanceView(Answer):
    """What stands on one account of the claim."""

    account: str
    role: str
    says: str
    cents: int


class LedgerView(Answer):
    """The ledger of one claim: charged = adjusted + paid + open, to the cent."""

    claim_id: str
    charge_cents: int
    adjusted_cents: int
    paid_cents: int
    open_cents: int
    patient_cents: int
    balances: list[BalanceView]
    postings: list[PostingView]
    outcomes: list[OutcomeView]
    denials: list[DenialView] = Field(default_factory=list)


class CandidateView(Answer):
    """A claim that an altered number may have meant; nothing is posted to it before a person says so."""

    claim_id: str
    patient_control_number: str
    charge_cents: int
    reasons: list[str]


class MatchBody(Body):
    """Which claim waiting money belongs to, and why a person thinks so; no patient's name belongs into the reason."""

    claim_id: str = Field(max_length=40)
    reason: str = Field(min_length=3, max_length=200)


class ReasonBody(Body):
    """Why a person does something; no patient's name belongs into it."""

    reason: str = Field(min_length=3, max_length=200)


class ProviderLevelView(Answer):
    """What stands at provider level under one reference; below zero the payer still takes it."""

    item: str
    code: str
    account: str
    remainder_cents: int
    amounts: list[int]
    claim_id: str | None = None


class SuspenseView(Answer):
    """A remit claim whose money waits for a home, why, and the claims that may be meant."""

    id: str
    file_id: str
    payer_id: str
    patient_control_number: str
    paid_cents: int
    held_for: str | None
    claim_id: str | None = None
    arrived_at: datetime
    candidates: list[CandidateView] = Field(default_factory=list)
