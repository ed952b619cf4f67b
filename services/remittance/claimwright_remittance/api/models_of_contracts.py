"""What callers say and are told about contract terms, payments that differ from them, and what is waited for."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from claimwright.http.models import Answer, Body, Cents
from claimwright_remittance.domain.contracts.terms import HUNDREDTHS, CaseRate, Rate, Terms

Percent = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,2})?$", examples=["110", "87.5"])]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]
Modifier = Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
MOST_CODES = 20_000


class RateBody(Body):
    """An amount for one unit of a procedure; with modifiers it holds for exactly these."""

    code: Code
    modifiers: list[Modifier] = Field(default_factory=list, max_length=4)
    cents: Cents


class ScheduleBody(Body):
    """A fee schedule, and what percent of it the payer owes."""

    percent: Percent
    rates: list[RateBody] = Field(min_length=1, max_length=MOST_CODES)


class CaseRateBody(Body):
    """One amount for the whole claim where any of the codes is on it."""

    codes: list[Code] = Field(min_length=1, max_length=100)
    cents: Cents


class ToleranceBody(Body):
    """By how much a payment may differ: the larger of the two."""

    cents: Cents = 0
    percent: Percent = "0"


class TermsBody(Body):
    """The terms of a contract with a payer for days of service; a later version takes the place of an earlier one."""

    payer_id: str = Field(min_length=1, max_length=80)
    valid_from: date
    valid_to: date | None = None
    has_capitation: bool = False
    is_capped_by_charge: bool = True
    tolerance: ToleranceBody = ToleranceBody()
    codes: list[RateBody] = Field(default_factory=list, max_length=MOST_CODES)
    schedule: ScheduleBody | None = None
    case_rates: list[CaseRateBody] = Field(default_factory=list, max_length=1000)
    percent_of_charge: Percent | None = None

    def terms(self) -> Terms:
        """Return them as the domain takes them."""
        return Terms(
            payer_id=self.payer_id,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            has_capitation=self.has_capitation,
            is_capped_by_charge=self.is_capped_by_charge,
            tolerance_cents=self.tolerance.cents,
            tolerance_percent=_hundredths(self.tolerance.percent),
            rates=tuple(Rate(each.code, each.cents, tuple(each.modifiers)) for each in self.codes),
            schedule=tuple(
                Rate(each.code, each.cents, tuple(each.modifiers))
                for each in (self.schedule.rates if self.schedule else ())
            ),
            schedule_percent=_hundredths(self.schedule.percent) if self.schedule else HUNDREDTHS,
            case_rates=tuple(CaseRate(tuple(each.codes), each.cents) for each in self.case_rates),
            charge_percent=None if self.percent_of_charge is None else _hundredths(self.percent_of_charge),
        )


class TermsAnswer(Answer):
    """Terms that were loaded; what is posted from now on is compared with them."""

    id: str
    version: int


class TermsSummary(Answer):
    """One version of a payer's terms."""

    id: str
    payer_id: str
    version: int
    valid_from: date
    valid_to: date | None
    has_capitation: bool
    loaded_by: str
    loaded_at: datetime


class RateView(Answer):
    """An amount for one unit of a procedure."""

    code: str
    modifiers: list[str]
    cents: int


class CaseRateView(Answer):
    """One amount for a claim with any of these codes."""

    codes: list[str]
    cents: int


class TermsView(TermsSummary):
    """One version of a payer's terms with its prices; percents are in hundredths of a percent."""

    is_capped_by_charge: bool
    tolerance_cents: int
    tolerance_percent: int
    codes: list[RateView]
    schedule: list[RateView]
    schedule_percent: int
    case_rates: list[CaseRateView]
    charge_percent: int | None


class VarianceView(Answer):
    """A payment that differs from the contract; above zero the payer allowed too little. The terms are cited."""

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
    basis: str = Field(description="code, schedule, charge or case_rate.")
    terms_id: str
    terms_version: int
    state: str
    resolution: str | None
    owner: str
    due_at: datetime
    opened_at: datetime
    resolved_at: datetime | None


class ResolutionBody(Body):
    """How the case of a payment that differs ended, and why; no patient's name belongs into the reason."""

    resolution: Literal["accepted", "recovered", "returned", "terms_were_wrong"]
    reason: str = Field(min_length=3, max_length=200)


class FollowUpView(Answer):
    """Something that is waited for: a correction, a forwarded payer's answer, a takeback."""

    id: str
    kind: str
    claim_id: str | None
    payer_order: int | None
    item: str | None
    file_id: str
    owner: str
    opened_at: datetime
    due_at: datetime
    told_at: datetime | None


def _hundredths(percent: str) -> int:
    return int(Decimal(percent) * 100)
