"""What remittance publishes: files received and posted, what payers decided, and who owes the rest."""

from datetime import date, datetime
from typing import ClassVar

from claimwright.events.envelope import EventData, Part, Value
from claimwright.events.lifecycle_words import ClosedReason, Outcome
from claimwright.events.parts import ClaimLedger
from claimwright.events.topics import REMITTANCE


class Difference(Value):
    """Why a transaction set was held: the test that failed, where, and by how many cents."""

    code: str
    set_ordinal: int
    segment: int | None = None
    difference_cents: int | None = None


class _OfFile(EventData):
    TOPIC: ClassVar[str] = REMITTANCE
    KEY: ClassVar[str] = "file_id"

    file_id: str


class RemitFileReceived(_OfFile):
    """An 835 file came in and is kept, whatever becomes of it."""

    TYPE: ClassVar[str] = "remit.file_received.v1"

    sha256: str
    byte_count: int
    source: str


class RemitFileDuplicate(_OfFile):
    """The same file or the same payment again; nothing is posted."""

    TYPE: ClassVar[str] = "remit.file_duplicate.v1"

    first_file_id: str
    by: str


class RemitFileQuarantined(_OfFile):
    """Transaction sets of a file are held, since they don't add up or can't be read."""

    TYPE: ClassVar[str] = "remit.file_quarantined.v1"

    differences: tuple[Difference, ...]
    owner: str
    due_at: datetime


class RemitFilePosted(_OfFile):
    """All that can be posted of a file is posted: paid = posted to claims + suspense + provider items."""

    TYPE: ClassVar[str] = "remit.file_posted.v1"

    set_count: int
    claim_count: int
    paid_cents: int
    posted_cents: int
    suspense_cents: int
    provider_level_cents: int


class RemitUnmatched(_OfFile):
    """A remit claim whose number nobody knows here; its money is in suspense until the claim comes or a person acts.

    A number that can't be ours is left out: some systems send a social security number or a name as theirs.
    """

    TYPE: ClassVar[str] = "remit.unmatched.v1"

    remittance_id: str
    remit_claim_id: str
    patient_control_number: str | None = None
    paid_cents: int
    reason: str


class _ProviderAdjustment(_OfFile):
    item: str
    code: str
    account: str
    claim_id: str | None = None


class ProviderAdjustmentOpened(_ProviderAdjustment):
    """Something stands at provider level after a file: below zero the payer still takes it, above zero it took it."""

    TYPE: ClassVar[str] = "provider_adjustment.opened.v1"

    remainder_cents: int


class ProviderAdjustmentSettled(_ProviderAdjustment):
    """The last of a provider-level item was taken or given back; nothing of it is left."""

    TYPE: ClassVar[str] = "provider_adjustment.settled.v1"


class _Deposit(_OfFile):
    """`file_id` is the bank's file, or that of the remittance where no deposit is known."""

    deposit_id: str
    cents: int


class DepositMatched(_Deposit):
    """A deposit is the payment of these remittances: by everything that is known of it, or a person says so."""

    TYPE: ClassVar[str] = "deposit.matched.v1"

    remittance_ids: tuple[str, ...]
    how: str


class DepositUnmatched(_Deposit):
    """A person took a match back; the deposit and the remittances wait again."""

    TYPE: ClassVar[str] = "deposit.unmatched.v1"

    remittance_ids: tuple[str, ...]


class DepositMismatched(_OfFile):
    """Between the bank and the remittances something does not fit: names the same payment, or waits for too long.

    `flag`: mismatched, remit_without_eft (no deposit came), eft_without_remit (no remittance came).
    """

    TYPE: ClassVar[str] = "deposit.mismatched.v1"

    flag: str
    deposit_id: str | None = None
    remittance_id: str | None = None
    cents: int
    reasons: tuple[str, ...] = ()
    owner: str
    due_at: datetime


class ProviderAdjustmentOverdue(_ProviderAdjustment):
    """A payer said long ago what it will take and has not taken it, or took what nobody has explained since."""

    TYPE: ClassVar[str] = "provider_adjustment.overdue.v1"

    remainder_cents: int
    owner: str
    due_at: datetime


class _OfClaim(EventData):
    TOPIC: ClassVar[str] = REMITTANCE
    KEY: ClassVar[str] = "claim_id"

    claim_id: str


class RemitMatched(_OfClaim):
    """A remit claim found its submission; `rung` is the weakest step of the ladder that a line needed."""

    TYPE: ClassVar[str] = "remit.matched.v1"

    submission_id: str
    payer_order: int
    file_id: str
    remit_claim_id: str
    rung: str
    from_suspense: bool = False


class _Decision(_OfClaim):
    PARTS: ClassVar[tuple[type[Part], ...]] = (ClaimLedger,)

    submission_id: str
    payer_order: int
    payer_count: int
    file_id: str
    remittance_id: str
    remit_claim_id: str
    posting_id: str
    outcome: Outcome
    outcome_version: int
    claim_outcome_code: str
    payer_claim_control_number: str | None = None
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    patient_cents: int
    open_cents: int
    reasons: tuple[str, ...]
    remark_codes: tuple[str, ...] = ()
    payment_date: date | None = None
    segment: int
    byte_start: int
    byte_end: int


class ClaimAdjudicated(_Decision):
    """A payer's decision is posted. Totals are those of this payer order; `open_cents` is all that is still open."""

    TYPE: ClassVar[str] = "claim.adjudicated.v1"


class ClaimReversed(_Decision):
    """A decision counts no more: its payer took it back, or a person took it off the claim.

    Nobody is asked for money before the correction comes. Totals are those of the payer order without it; the outcome
    is NONE where a person took off all that the payer had decided. What was closed or released is open again.
    """

    TYPE: ClassVar[str] = "claim.reversed.v1"


class ClaimReadjudicated(_Decision):
    """A payer decided again after it had taken a decision back; the outcome is a new version."""

    TYPE: ClassVar[str] = "claim.readjudicated.v1"


class ClaimNotRecognised(_Decision):
    """The payer says that the patient is none of its own: nothing is decided, and registration has work."""

    TYPE: ClassVar[str] = "claim.not_recognised.v1"

    owner: str
    due_at: datetime


class ClaimPredetermined(_OfClaim):
    """A payer says what it would pay; nothing is posted for it."""

    TYPE: ClassVar[str] = "claim.predetermined.v1"

    payer_order: int
    file_id: str
    remit_claim_id: str
    estimate_cents: int


class NextPayerForwarded(_OfClaim):
    """A payer sent the claim on to the next one by itself, so nobody else does; `payer_order` is the next payer's.

    When that payer has not answered by `due_at`, somebody asks.
    """

    TYPE: ClassVar[str] = "next_payer.forwarded.v1"

    payer_order: int
    file_id: str
    remit_claim_id: str
    owner: str
    due_at: datetime


class CoverageChangeProposed(_OfClaim):
    """A remittance names the insured otherwise than the claim did; who it names stands in the file at these bytes."""

    TYPE: ClassVar[str] = "coverage.change_proposed.v1"

    payer_order: int
    file_id: str
    remit_claim_id: str
    segment: int
    byte_start: int
    byte_end: int


class DenialOpened(_OfClaim):
    """A payer adjudicated and did not pay; a case with an owner and a date.

    `follows` is the payer's last case on the claim, where this decision came after a reversal.
    """

    TYPE: ClassVar[str] = "denial.opened.v1"

    denial_id: str
    payer_order: int
    denied_cents: int
    reasons: tuple[str, ...]
    owner: str
    due_at: datetime
    follows: str | None = None


class DenialSuperseded(_OfClaim):
    """A denial case ends, since the decision that it is about counts no more, or denies nothing any more.

    `by`: reversed (the payer took the decision back), taken_off (a person did), decided_otherwise (another decision
    left nothing in dispute). A correction that denies again opens a case of its own, which names this one.
    """

    TYPE: ClassVar[str] = "denial.superseded.v1"

    denial_id: str
    payer_order: int
    by: str


class DenialReopened(_OfClaim):
    """A superseded denial case is open again: its decision counts again, or what it denied is in dispute again."""

    TYPE: ClassVar[str] = "denial.reopened.v1"

    denial_id: str
    payer_order: int
    denied_cents: int
    owner: str
    due_at: datetime


class _Variance(_OfClaim):
    variance_id: str
    payer_order: int


class _VarianceFound(_Variance):
    remit_claim_id: str
    terms_id: str
    terms_version: int
    expected_cents: int
    allowed_cents: int
    difference_cents: int
    owner: str
    due_at: datetime


class UnderpaymentSuspected(_VarianceFound):
    """A payer allowed less than our contract with it says, beyond what is tolerated; the version of terms is cited."""

    TYPE: ClassVar[str] = "underpayment.suspected.v1"


class UnderpaymentResolved(_Variance):
    """A suspected underpayment is none any more: the payer decided otherwise, or a person closed the case."""

    TYPE: ClassVar[str] = "underpayment.resolved.v1"

    resolution: str


class OverpaymentIdentified(_VarianceFound):
    """A payer allowed more than our contract with it says; `difference_cents` is below zero."""

    TYPE: ClassVar[str] = "overpayment.identified.v1"


class OverpaymentResolved(_Variance):
    """An overpayment is none any more: the payer decided otherwise, or a person closed the case."""

    TYPE: ClassVar[str] = "overpayment.resolved.v1"

    resolution: str


class _WorkItem(_OfClaim):
    work_item_id: str
    kind: str
    payer_order: int


class WorkItemOpened(_WorkItem):
    """Something is waited for, with somebody who looks when it has not come: a correction, or a forwarded payer."""

    TYPE: ClassVar[str] = "work_item.opened.v1"

    owner: str
    due_at: datetime


class WorkItemAutoClosed(_WorkItem):
    """What was waited for came."""

    TYPE: ClassVar[str] = "work_item.auto_closed.v1"


class WorkItemOverdue(_WorkItem):
    """What was waited for did not come in time; its owner has until the new `due_at` to ask."""

    TYPE: ClassVar[str] = "work_item.overdue.v1"

    owner: str
    due_at: datetime


class PatientBalanceReleased(_OfClaim):
    """All payers are final; the patient owes the rest."""

    TYPE: ClassVar[str] = "patient_balance.released.v1"

    patient_cents: int
    owner: str
    due_at: datetime


class PatientBalanceRecalled(_OfClaim):
    """What the patient was asked for is not theirs to pay for now: a decision left something open with a payer."""

    TYPE: ClassVar[str] = "patient_balance.recalled.v1"

    owner: str
    due_at: datetime


class ClaimClosed(_OfClaim):
    """Nothing is open."""

    TYPE: ClassVar[str] = "claim.closed.v1"

    reason: ClosedReason


class ClaimReopened(_OfClaim):
    """Something is open again on a claim that was closed."""

    TYPE: ClassVar[str] = "claim.reopened.v1"

    owner: str
    due_at: datetime
