"""Coding cases, for coders."""

from typing import Annotated

from claimwright import ids
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_coding.api.models import CaseFinding, CaseLine, CaseView
from claimwright_coding.usecases.read_case import OpenedCase, read_case

router = Router(tags=["cases"])


@router.get("/v1/cases/{claim_id}")
async def get_case(claim_id: str, parts: Parts, caller: Annotated[Caller, requires("case:read")]) -> CaseView:
    """Return a claim's coding case."""
    wanted = path_id(ids.CLAIM, claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        opened = await read_case(work, wanted)
    if opened is None:
        raise NotFound(ids.CLAIM)
    return _view(claim_id, opened)


def _view(claim_id: str, opened: OpenedCase) -> CaseView:
    case = opened.case
    return CaseView(
        claim_id=claim_id,
        encounter_id=ids.text(ids.ENCOUNTER, case.encounter_id),
        encounter_version=case.encounter_version,
        state="stopped" if case.is_stopped else "coded",
        code_set=case.code_set,
        due_at=case.due_at,
        started_at=case.started_at,
        changed_at=case.changed_at,
        diagnoses=[diagnosis.code for diagnosis in opened.clinical.diagnoses],
        icd11=[entry.code for entry in opened.clinical.icd11],
        place_of_service=opened.financial.place_of_service,
        lines=[
            CaseLine(
                procedure_code=line.procedure_code,
                modifiers=list(line.modifiers),
                diagnosis_pointers=list(line.diagnosis_pointers),
                service_date=line.service_date,
                service_date_to=line.service_date_to,
                units=f"{line.units.normalize():f}",
                charge_cents=line.charge_cents,
            )
            for line in opened.financial.lines
        ],
        findings=[CaseFinding.model_validate(finding) for finding in case.findings],
    )
