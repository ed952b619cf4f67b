"""What comes back for what we sent: TA1 for an interchange, 999 or 997 for a group, 277CA for a batch of claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from claimwright.x12.models.values import (
    NO_MONEY,
    NOWHERE,
    Amount,
    Counted,
    Dated,
    Money,
    Party,
    Procedure,
    Reference,
    Span,
    reference,
)

REJECTED_CATEGORIES = frozenset({"A3", "A6", "A7", "A8"})


class InterchangeAck(NamedTuple):
    """TA1: what became of one of our interchanges."""

    control_number: str
    """ISA13 of the interchange that is answered."""
    date: str
    time: str
    code: str
    """A accepted, E accepted with errors, R rejected."""
    note: str = "000"
    interchange_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def is_rejected(self) -> bool:
        return self.code == "R"


class ElementError(NamedTuple):
    """IK4 or AK4. The copy of the bad data is left out: it may hold anything of a patient."""

    element: int
    component: int
    repetition: int
    data_element: str
    code: str


class SegmentError(NamedTuple):
    """IK3 or AK3 with what follows it."""

    segment_id: str
    position: int
    """In the transaction; ST is 1."""
    loop: str
    code: str
    business_unit: tuple[str, str] | None = None
    """CTX that names the claim: its element, and the value, which is the patient control number for CLM01."""
    contexts: tuple[tuple[str, ...], ...] = ()
    elements: tuple[ElementError, ...] = ()
    span: Span = NOWHERE


class SetAck(NamedTuple):
    """AK2 to IK5: what became of one transaction set."""

    set_id: str
    control_number: str
    guide: str = ""
    code: str = "A"
    """A accepted, E accepted with errors, R rejected; M, W, X for security."""
    codes: tuple[str, ...] = ()
    """IK502 to IK506."""
    segments: tuple[SegmentError, ...] = ()
    span: Span = NOWHERE

    @property
    def is_rejected(self) -> bool:
        return self.code not in ("A", "E")


class GroupAck(NamedTuple):
    """One 999 or 997: what became of one functional group."""

    functional_id: str
    control_number: str
    """GS06 of the group that is answered."""
    guide: str
    code: str
    """AK901: A, E, P partly rejected, R. It speaks for every set of the group that `sets` does not name."""
    sets_included: int = 0
    sets_received: int = 0
    sets_accepted: int = 0
    codes: tuple[str, ...] = ()
    """AK905 to AK909."""
    sets: tuple[SetAck, ...] = ()
    interchange_ordinal: int = 0
    set_ordinal: int = 0
    span: Span = NOWHERE

    def is_set_rejected(self, control_number: str) -> bool:
        """Tell whether this acknowledgment rejects the set with ST02 `control_number` of its group."""
        for each in self.sets:
            if each.control_number == control_number:
                return each.is_rejected
        return self.code not in ("A", "E", "P")


class ClaimStatus(NamedTuple):
    """STC: one to three category, status and entity triples, and the verdict."""

    codes: tuple[tuple[str, str, str], ...]
    action: str = ""
    """STC03: WQ accepted, U rejected; it decides."""
    date: str = ""
    amount: Money = NO_MONEY
    message: str = ""
    """STC12: free text. Confidential."""

    @property
    def category(self) -> str:
        return self.codes[0][0] if self.codes else ""

    @property
    def is_rejected(self) -> bool:
        if self.action:
            return self.action == "U"
        return any(category in REJECTED_CATEGORIES for category, _, _ in self.codes)


class LineAck(NamedTuple):
    """2220D: a line that caused a rejection."""

    procedure: Procedure
    charge: Money = NO_MONEY
    revenue_code: str = ""
    units: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    line_control_number: str = ""
    dates: tuple[Dated, ...] = ()
    span: Span = NOWHERE


class ClaimAck(NamedTuple):
    """2000D: the verdict on one claim."""

    patient: Party
    patient_control_number: str
    """2200D TRN02; REF*EJ in the answer to a 276."""
    statuses: tuple[ClaimStatus, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    lines: tuple[LineAck, ...] = ()
    inquiry_trace: str = ""
    """TRN02 in the answer to a 276: the trace of the question."""
    claim_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def is_rejected(self) -> bool:
        return any(each.is_rejected for each in self.statuses)

    @property
    def payer_claim_control_number(self) -> str:
        return reference(self.references, "1K")

    @property
    def clearinghouse_trace_number(self) -> str:
        return reference(self.references, "D9")


class ProviderAck(NamedTuple):
    """2000C: the claims of one billing provider."""

    party: Party
    trace_number: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    references: tuple[Reference, ...] = ()
    quantities: tuple[Counted, ...] = ()
    amounts: tuple[Amount, ...] = ()
    claims: tuple[ClaimAck, ...] = ()

    @property
    def is_rejected(self) -> bool:
        return any(each.is_rejected for each in self.statuses)


class BatchAck(NamedTuple):
    """One 277CA: the answer to one 837 ST."""

    source: Party
    """2100A: PR payer, AY clearinghouse."""
    receiver: Party = Party("41")
    reference: str = ""
    """BHT03 of the 277CA itself."""
    date: str = ""
    time: str = ""
    source_trace: str = ""
    source_dates: tuple[Dated, ...] = ()
    batch_reference: str = ""
    """2200B TRN02: BHT03 of the 837 that is answered."""
    statuses: tuple[ClaimStatus, ...] = ()
    quantities: tuple[Counted, ...] = ()
    amounts: tuple[Amount, ...] = ()
    providers: tuple[ProviderAck, ...] = ()
    control_number: str = ""
    guide: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    @property
    def is_rejected(self) -> bool:
        """Tell whether the whole batch is rejected, claims named below or not."""
        return any(each.is_rejected for each in self.statuses)

    @property
    def is_from_payer(self) -> bool:
        return self.source.role == "PR"

    def verdicts(self) -> Iterator[tuple[ClaimAck, bool]]:
        """Yield each named claim and whether it is rejected, by itself or by a level above it."""
        for provider in self.providers:
            above = self.is_rejected or provider.is_rejected
            for claim in provider.claims:
                yield claim, above or claim.is_rejected
