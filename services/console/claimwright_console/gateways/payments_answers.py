"""What the remittance service tells of payments, as far as pages show it; fields that are new to us are left out."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class Told(BaseModel):
    """Something that the owner told."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Totals(Told):
    """A payment and where it went."""

    payment_cents: int
    posted_cents: int
    suspense_cents: int
    provider_level_cents: int

    @property
    def missing_cents(self) -> int:
        """Return what of the payment is nowhere; zero in books that are right."""
        return self.payment_cents - self.posted_cents - self.suspense_cents - self.provider_level_cents


class FileRow(Told):
    """A file of remittances; `totals` are of what is posted, `held_cents` of what waits for a person."""

    id: str
    kind: str = "x12"
    state: str
    source: str
    byte_count: int
    sha256: str
    first_file_id: str | None = None
    received_at: datetime
    finished_at: datetime | None = None
    totals: Totals
    remittance_count: int | None = None
    held_count: int | None = None
    held_cents: int | None = None


class FilePage(Told):
    """A page of files."""

    items: list[FileRow]
    next: str | None = None


class Difference(Told):
    """A test that failed."""

    code: str
    cents: int
    claim_ordinal: int | None = None
    line_ordinal: int | None = None
    segment: int
    byte_start: int
    byte_end: int


class RemittanceRow(Told):
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
    totals: Totals
    differences: list[Difference]
    policy_id: str | None = None
    expects_deposit: bool = False
    deposit_match_id: str | None = None
    proposed_by: str | None = None

    @property
    def is_held(self) -> bool:
        """Return whether it waits for people."""
        return self.state in {"held", "clash"}


class RemittanceInFile(RemittanceRow):
    """One transaction, with its file."""

    file_id: str


class RemittancePage(Told):
    """A page of transactions that wait for a person."""

    items: list[RemittanceInFile]
    next: str | None = None


class Match(Told):
    """Which billed line a line answers, by which step, how sure, and what was odd."""

    line: int | None
    rung: str
    score: int
    notes: list[str]


class RemitClaimRow(Told):
    """One claim of a file."""

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
    claim_id: str | None = None
    payer_order: int | None = None
    rung: str | None = None
    interest_cents: int = 0
    matches: list[Match]
    byte_start: int
    byte_end: int


class ProviderItem(Told):
    """One provider-level adjustment of a file; positive cents were taken from the payment."""

    set_ordinal: int
    item: str
    code: str
    account: str
    cents: int
    byte_start: int
    byte_end: int


class FileDetail(FileRow):
    """A file with its transactions, provider-level adjustments and a page of its claims."""

    differences: list[Difference] = Field(default_factory=list)
    remittances: list[RemittanceRow]
    provider_items: list[ProviderItem]
    claims: list[RemitClaimRow]
    next: str | None = None

    @property
    def waiting_cents(self) -> int:
        """Return the payments that are held: nothing of them is posted."""
        return sum(each.totals.payment_cents for each in self.remittances if each.is_held)


class Place(Told):
    """Where something stands in a file."""

    byte_start: int
    byte_end: int


class FieldChange(Told):
    """A field with what either side says of it."""

    field: str
    first: str | int | None
    second: str | int | None

    @property
    def is_money(self) -> bool:
        """Return whether the field holds cents; adjustments are named by group and reason, as in `CO-45`."""
        return self.field.endswith("cents") or "-" in self.field or self.field in {"claims_paid", "provider_items"}

    @property
    def is_nothing(self) -> bool:
        """Return whether neither side says anything."""
        return self.first in {None, ""} and self.second in {None, ""}

    @property
    def says(self) -> str:
        """Return the field's name as people read it."""
        name = self.field if "-" in self.field else self.field.removesuffix("_cents").replace("_", " ")
        return "amount" if name == "cents" else name


class Contrast(Told):
    """One thing that differs."""

    thing: str
    patient_control_number: str | None = None
    line: int | None = None
    first: Place | None = None
    second: Place | None = None
    changes: list[FieldChange]


class Compared(Told):
    """One of two transactions."""

    remittance_id: str
    file_id: str
    state: str


class Comparison(Told):
    """Two transactions and what differs."""

    first: Compared
    second: Compared
    difference_count: int
    differences: list[Contrast]


class RemitLine(Told):
    """One line as the payer decided it."""

    ordinal: int
    procedure_code: str
    modifiers: list[str]
    submitted_code: str | None
    service_date: date | None
    charge_cents: int
    paid_cents: int
    reasons: list[tuple[str, int]]
    match: Match | None = None
    byte_start: int
    byte_end: int


class BilledLine(Told):
    """One line as it was billed."""

    line: int
    procedure_code: str
    modifiers: list[str]
    service_date: date
    charge_cents: int


class OtherAnswer(Told):
    """Another remit claim of the same claim."""

    id: str
    payer_order: int
    claim_outcome_code: str
    charge_cents: int
    paid_cents: int
    standing: str
    held_for: str | None = None


class Act(Told):
    """What somebody did about a remit claim."""

    id: str
    kind: str
    actor: str
    acted_at: datetime
    claim_id: str | None = None
    undoes: str | None = None
    undone_by: str | None = None


class Proposed(Told):
    """For which claim somebody proposed that a remit claim counts although it does not add up, and why."""

    proposed_claim_id: str
    proposed_by: str
    reason: str


class PartOfSplit(Told):
    """One part that a remit claim was split into."""

    id: str
    part: int
    claim_id: str | None
    charge_cents: int
    paid_cents: int
    standing: str


class RemitClaimDetail(Told):
    """One remit claim: what the payer said, what was billed, what people did."""

    id: str
    file_id: str
    claim_id: str | None
    payer_order: int | None
    claim_outcome_code: str
    payer_claim_control_number: str
    charge_cents: int
    paid_cents: int
    standing: str
    held_for: str | None
    pairs_with: str | None
    part: int
    split_from: str | None
    parts: list[PartOfSplit] = Field(default_factory=list)
    lines: list[RemitLine]
    billed_lines: list[BilledLine]
    others: list[OtherAnswer]
    acts: list[Act]
    possible: list[str] = Field(default_factory=list)
    proposed: Proposed | None = None

    @property
    def is_waiting(self) -> bool:
        """Return whether its money is in suspense."""
        return self.standing == "held"

    @property
    def counts_as(self) -> list[str]:
        """Return as what it may count now, where its money waits."""
        return [each for each in self.possible if each in {"correction", "additional", "reverses", "nothing"}]


class Candidate(Told):
    """A claim that an altered number may have meant."""

    claim_id: str
    patient_control_number: str
    charge_cents: int
    reasons: list[str]


class SuspenseRow(Told):
    """A remit claim whose money waits for a home."""

    id: str
    file_id: str
    payer_id: str
    patient_control_number: str
    paid_cents: int
    held_for: str | None
    claim_id: str | None = None
    arrived_at: datetime
    candidates: list[Candidate] = Field(default_factory=list)


class SuspensePage(Told):
    """A page of suspense."""

    items: list[SuspenseRow]
    next: str | None = None


class ProviderLevel(Told):
    """What stands at provider level under one reference; below zero the payer still takes it."""

    item: str
    code: str
    account: str
    remainder_cents: int
    amounts: list[int]
    claim_id: str | None = None


class ProviderLevelPage(Told):
    """A page of what stands at provider level."""

    items: list[ProviderLevel]
    next: str | None = None


class Variance(Told):
    """A payment that differs from the contract; above zero the payer allowed too little."""

    id: str
    claim_id: str
    payer_order: int
    payer_id: str
    remit_claim_id: str
    line: int | None
    kind: str
    expected_cents: int
    allowed_cents: int
    difference_cents: int
    basis: str
    terms_id: str
    terms_version: int
    state: str
    resolution: str | None
    owner: str
    due_at: datetime


class VariancePage(Told):
    """A page of payments that differ."""

    items: list[Variance]
    next: str | None = None


class FollowUp(Told):
    """Something that is waited for by the clock."""

    id: str
    kind: str
    claim_id: str | None
    payer_order: int | None
    item: str | None
    file_id: str
    owner: str
    opened_at: datetime
    due_at: datetime


class FollowUpPage(Told):
    """A page of what is waited for."""

    items: list[FollowUp]
    next: str | None = None


class LedgerEntry(Told):
    """One entry; debits are positive."""

    account: str
    cents: int
    payer_order: int | None = None
    line: int | None = None
    reason: str | None = None
    file_id: str | None = None
    byte_start: int | None = None
    byte_end: int | None = None


class LedgerPosting(Told):
    """One posting, as far as it is about the claim."""

    id: str
    cause_kind: str
    cause_id: str
    day: date
    posted_at: datetime
    corrects: str | None = None
    entries: list[LedgerEntry]


class Ledger(Told):
    """The ledger of one claim."""

    postings: list[LedgerPosting]


class ShareReason(Told):
    """Why a part of the share is the patient's, in our own words."""

    code: str
    why: str
    says: str | None
    cents: int


class LineShare(Told):
    """One line: charged = plan discount + plan paid + yours + with payers. On no line: the claim as a whole."""

    line: int | None
    procedure_code: str | None
    charged_cents: int
    plan_discount_cents: int
    plan_paid_cents: int
    yours_cents: int
    with_payers_cents: int
    reasons: list[ShareReason]


class PatientShare(Told):
    """What the patient owes of a claim; nobody asks for it before it is released."""

    is_released: bool
    charged_cents: int
    plan_discount_cents: int
    plan_paid_cents: int
    yours_cents: int
    with_payers_cents: int
    lines: list[LineShare]
