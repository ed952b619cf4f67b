"""What callers say and are told about remit claims and what people do about them."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from claimwright.http.models import Answer, Body
from claimwright_remittance.api.models import LineMatchView

Reason = Field(min_length=3, max_length=200, description="Why; no patient's name belongs here.")


class ResolveBody(Body):
    """How waiting money counts whose claim is known; `original_id` names what a reversal takes back."""

    how: Literal["correction", "additional", "reverses", "nothing"] = Field(alias="as")
    original_id: str | None = Field(default=None, max_length=40)
    reason: str = Reason


class SplitBody(Body):
    """The parts of a remit claim: the places of the lines of each, counted from 1."""

    parts: list[list[int]] = Field(min_length=2, max_length=100)
    reason: str = Reason


class LineSaid(Body):
    """One line of the remit claim, counted from 1, and the billed line that it answers; null for an added one."""

    ordinal: int = Field(ge=1)
    line: int | None = Field(ge=1)


class LinesBody(Body):
    """Which billed line each line of a remit claim answers; every line is named once."""

    lines: list[LineSaid] = Field(min_length=1, max_length=1000)
    reason: str = Reason


class ActAnswer(Answer):
    """An act that was done; it can be undone while nothing is built upon it."""

    act_id: str


class SplitAnswer(ActAnswer):
    """A split that was made, with its parts, which wait in suspense each for its claim."""

    part_ids: list[str]


class ActView(Answer):
    """What somebody did about a remit claim, and which act undid it."""

    id: str
    kind: str
    actor: str
    acted_at: datetime
    claim_id: str | None = None
    undoes: str | None = None
    undone_by: str | None = None


class RemitLineView(Answer):
    """One line as the payer decided it, and the billed line that it answers."""

    ordinal: int
    procedure_code: str
    modifiers: list[str]
    submitted_code: str | None
    service_date: date | None
    charge_cents: int
    paid_cents: int
    reasons: list[tuple[str, int]]
    match: LineMatchView | None = None
    byte_start: int
    byte_end: int


class BilledLineView(Answer):
    """One line as it was billed."""

    line: int
    procedure_code: str
    modifiers: list[str]
    service_date: date
    charge_cents: int


class OtherAnswerView(Answer):
    """Another remit claim of the same claim: what a correction would replace, or a reversal take back."""

    id: str
    payer_order: int
    claim_outcome_code: str
    charge_cents: int
    paid_cents: int
    standing: str
    held_for: str | None = None


class ProposedView(Answer):
    """For which claim somebody proposed that a remit claim counts although it does not add up, and why."""

    proposed_claim_id: str
    proposed_by: str
    reason: str


class PartOfSplitView(Answer):
    """One part that a remit claim was split into."""

    id: str
    part: int
    claim_id: str | None
    charge_cents: int
    paid_cents: int
    standing: str


class RemitClaimDetail(Answer):
    """One remit claim: what the payer said, how it counts, what was billed, and what people did about it."""

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
    part: int = Field(description="Counts the parts of a split; 0 is what came.")
    split_from: str | None
    parts: list[PartOfSplitView] = Field(
        description="Every part that it was ever split into, also those that were put together again."
    )
    lines: list[RemitLineView]
    billed_lines: list[BilledLineView]
    others: list[OtherAnswerView]
    acts: list[ActView]
    possible: list[str] = Field(
        description="What may be done now, whoever does it: match, propose, approve, split, correction, additional, "
        "reverses, nothing, outside, match_lines, unmatch."
    )
    proposed: ProposedView | None = Field(
        None, description="What waits for another person's approval; only of what does not add up."
    )
