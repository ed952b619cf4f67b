"""What a patient owes of a claim, line by line, and why, in our own words."""

from typing import Annotated

from pydantic import Field

from claimwright import ids
from claimwright.http.models import Answer
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.domain.ledger.settlement import settle
from claimwright_remittance.domain.patients.share import LineShare, shares_of
from claimwright_remittance.domain.remits.standing import Standing
from claimwright_remittance.formats.reason_words import words_of
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import claims, views

router = Router(tags=["ledger"])


class ShareReasonView(Answer):
    """Why a part of the share is the patient's."""

    code: str
    why: str = Field(description="deductible, coinsurance, copay, not_covered, paid_to_you or other.")
    says: str | None = Field(description="The payer's reason in our own words; null for a code that we do not know.")
    cents: int


class LineShareView(Answer):
    """One line: charged = plan discount + plan paid + yours + with payers. On no line: the claim as a whole."""

    line: int | None
    procedure_code: str | None
    charged_cents: int
    plan_discount_cents: int
    plan_paid_cents: int
    yours_cents: int
    with_payers_cents: int
    reasons: list[ShareReasonView]


class PatientShareView(Answer):
    """What the patient owes of a claim. Nobody is asked for it before `is_released`, and a reversal takes that back."""

    claim_id: str
    is_released: bool
    charged_cents: int
    plan_discount_cents: int
    plan_paid_cents: int
    yours_cents: int
    with_payers_cents: int
    lines: list[LineShareView]


@router.get("/v1/claims/{claim_id}/patient-share")
async def get_patient_share(
    claim_id: str, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]
) -> PatientShareView:
    """Return what the patient owes by line, and why: deductible, coinsurance, copay, not covered."""
    wanted = path_id(ids.CLAIM, claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        books = await claims.seen(work, wanted)
        billed, heard = books.billed, books.heard
        state = await views.account_state(work, wanted)
    if billed is None:
        raise NotFound(ids.CLAIM)
    counting = [each for each in heard if each.standing is Standing.POSTED]
    lines = shares_of(billed, counting, settle(billed, counting))
    return PatientShareView(
        claim_id=ids.text(ids.CLAIM, wanted),
        is_released=state == "released",
        charged_cents=sum(each.charged_cents for each in lines),
        plan_discount_cents=sum(each.plan_discount_cents for each in lines),
        plan_paid_cents=sum(each.plan_paid_cents for each in lines),
        yours_cents=sum(each.yours_cents for each in lines),
        with_payers_cents=sum(each.with_payers_cents for each in lines),
        lines=[_line(each) for each in lines],
    )


def _line(share: LineShare) -> LineShareView:
    return LineShareView(
        line=share.line,
        procedure_code=share.procedure_code,
        charged_cents=share.charged_cents,
        plan_discount_cents=share.plan_discount_cents,
        plan_paid_cents=share.plan_paid_cents,
        yours_cents=share.yours_cents,
        with_payers_cents=share.with_payers_cents,
        reasons=[
            ShareReasonView(
                code=each.code, why=each.why.value, says=words_of(each.code.partition("-")[2]), cents=each.cents
            )
            for each in share.reasons
        ],
    )
