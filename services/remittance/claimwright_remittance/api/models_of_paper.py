"""What a person enters from a paper explanation of benefits."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from claimwright.http.models import Body, Cents
from claimwright_remittance.api.models import DifferenceView, FileAnswer
from claimwright_remittance.domain.remits.paper import PaperEob
from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
)

Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")]
Short = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,5}$")]
Number = Annotated[str, Field(max_length=50, pattern=r"^[!-~]([ -~]*[!-~])?$")]
OptionalNumber = Annotated[str, Field(max_length=50, pattern=r"^([!-~]([ -~]*[!-~])?)?$")]
_NOWHERE = Place(0, 0, 0)


class PaperAdjustment(Body):
    """A group and reason with its cents; positive lowers the payment."""

    group: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    reason: Short
    cents: Cents

    def as_read(self) -> Adjustment:
        """Return it as a remittance has it."""
        return Adjustment(self.group, self.reason, self.cents, _NOWHERE)


class PaperLine(Body):
    """One service as the payer decided it. `submitted_code` is the billed code where the payer changed it."""

    procedure_code: Code
    modifiers: list[Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]] = Field(default_factory=list, max_length=4)
    submitted_code: Code | None = None
    line_control_number: OptionalNumber = ""
    service_date: date | None = None
    charge_cents: Cents
    paid_cents: Cents
    remark_codes: list[Short] = Field(default_factory=list, max_length=20)
    adjustments: list[PaperAdjustment] = Field(default_factory=list, max_length=50)

    def as_read(self) -> RemitLine:
        """Return it as a remittance has it."""
        return RemitLine(
            procedure_code=self.procedure_code,
            modifiers=tuple(self.modifiers),
            charge_cents=self.charge_cents,
            paid_cents=self.paid_cents,
            place=_NOWHERE,
            adjustments=tuple(each.as_read() for each in self.adjustments),
            submitted_code=self.submitted_code,
            line_control_number=self.line_control_number,
            service_date=self.service_date,
            remark_codes=tuple(self.remark_codes),
        )


class PaperClaim(Body):
    """One claim.

    `claim_outcome_code`: 1, 2, 3 processed as first, second, third payer; 4 unknown patient; 22 a reversal.
    """

    patient_control_number: Number
    claim_outcome_code: Literal["1", "2", "3", "4", "19", "20", "21", "22", "23", "25"] = "1"
    payer_claim_control_number: OptionalNumber = ""
    charge_cents: Cents
    paid_cents: Cents
    interest_cents: Cents = 0
    remark_codes: list[Short] = Field(default_factory=list, max_length=20)
    adjustments: list[PaperAdjustment] = Field(default_factory=list, max_length=50)
    lines: list[PaperLine] = Field(default_factory=list, max_length=999)

    def as_read(self, ordinal: int) -> RemitClaim:
        """Return it as a remittance has it."""
        return RemitClaim(
            ordinal=ordinal,
            patient_control_number=self.patient_control_number,
            claim_outcome_code=self.claim_outcome_code,
            charge_cents=self.charge_cents,
            paid_cents=self.paid_cents,
            place=_NOWHERE,
            whole=_NOWHERE,
            adjustments=tuple(each.as_read() for each in self.adjustments),
            lines=tuple(each.as_read() for each in self.lines),
            payer_claim_control_number=self.payer_claim_control_number,
            interest_cents=self.interest_cents,
            remark_codes=tuple(self.remark_codes),
        )


class PaperItem(Body):
    """Something set off against the payment as a whole; positive takes from it."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
    reference: OptionalNumber = ""
    provider_id: OptionalNumber = ""
    cents: Cents

    def as_read(self, ordinal: int) -> ProviderItem:
        """Return it as a remittance has it."""
        return ProviderItem(ordinal, self.provider_id, "", self.code, self.reference, self.cents, _NOWHERE)


class PaperEobBody(Body):
    """A paper explanation of benefits: one payment with its claims, as it stands on the paper."""

    payer_id: Number
    check_number: Number
    payment_date: date
    payment_cents: Annotated[Cents, Field(ge=0)]
    payment_method: Literal["CHK", "ACH", "NON"] = "CHK"
    trace_payer_id: OptionalNumber = Field("", description="The payer's tax id behind a 1, where the paper has it.")
    payee_id: OptionalNumber = ""
    claims: list[PaperClaim] = Field(default_factory=list, max_length=500)
    provider_items: list[PaperItem] = Field(default_factory=list, max_length=100)

    def as_read(self) -> PaperEob:
        """Return it as the domain has it."""
        return PaperEob(
            payer_id=self.payer_id,
            check_number=self.check_number,
            payment_date=self.payment_date,
            payment_cents=self.payment_cents,
            payment_method="NON" if self.payment_cents == 0 else self.payment_method,
            trace_payer_id=self.trace_payer_id,
            payee_id=self.payee_id,
            claims=tuple(each.as_read(at) for at, each in enumerate(self.claims, 1)),
            provider_items=tuple(each.as_read(at) for at, each in enumerate(self.provider_items, 1)),
        )


class PaperEobAnswer(FileAnswer):
    """The document of the entry. With differences it is held like any other file that does not add up."""

    differences: list[DifferenceView]
