"""Show a case to a coder: its codes and what was found, without who the patient is."""

from dataclasses import dataclass
from uuid import UUID

from claimwright import ids
from claimwright.events.parts import EncounterClinical, EncounterFinancial
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_coding.persistence import cases
from claimwright_coding.persistence.cases import Case


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with its codes."""

    case: Case
    clinical: EncounterClinical
    financial: EncounterFinancial


async def read_case(work: Work, claim_id: UUID) -> OpenedCase | None:
    """Return a claim's case, opened, or None where there is none; the look is written into the audit trail."""
    case = await cases.find(work, claim_id)
    if case is None:
        return None
    clinical, financial = await cases.open_codes(work, case)
    await audit.record(
        work, action="case.opened", object=ids.text(ids.CLAIM, claim_id), fields=("clinical", "financial")
    )
    return OpenedCase(case, clinical, financial)
