"""Let denial cases follow the decisions that they are about: superseded, opened again, or opened late."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from claimwright import ids
from claimwright.events.remittance import DenialOpened, DenialReopened, DenialSuperseded
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import ClaimBooks
from claimwright_remittance.domain.recovery.denials import Denial, denials_of
from claimwright_remittance.domain.remits.standing import Standing
from claimwright_remittance.persistence import denials
from claimwright_remittance.persistence.denials import CaseState

REVERSED: Final = "reversed"
TAKEN_OFF: Final = "taken_off"
DECIDED_OTHERWISE: Final = "decided_otherwise"


async def settle_denials(work: Work, changed: Sequence[ClaimBooks]) -> None:
    """Supersede the cases of decisions that count no more or deny nothing any more, and reopen those that do again.

    Shape: the books as they stand now, each claim once; a claim that was decided once has no earlier case.
    """
    again = [each for each in changed if len(each.outcomes) > 1]
    if not again:
        return
    cases = await denials.of_claims(work, [each.claim_id for each in again])
    for books in again:
        await _settle(work, books, [each for each in cases if each.claim_id == books.claim_id])


async def _settle(work: Work, books: ClaimBooks, cases: Sequence[Row[Any]]) -> None:
    wanted = denials_of(books.heard, books.balances, now=work.now)
    for case in cases:
        denial = wanted.pop((case.remit_claim_id, case.payer_order), None)
        if denial is None and case.state == CaseState.OPEN:
            await denials.supersede(work, case.id)
            work.publish(DenialSuperseded(**_told(case), by=_by(books, case.remit_claim_id)))
        elif denial is not None and case.state == CaseState.SUPERSEDED:
            await denials.reopen(work, case.id, denial)
            work.publish(
                DenialReopened(
                    **_told(case), denied_cents=denial.denied_cents, owner=denial.owner, due_at=denial.due_at
                )
            )
    for (remit_claim_id, _), denial in wanted.items():
        # What another payer had paid is in dispute only since that payer took it back.
        case_id = await denials.add(work, books.claim_id, remit_claim_id, denial)
        work.publish(opened(books.claim_id, case_id, denial))


def opened(claim_id: UUID, case_id: UUID, denial: Denial, *, follows: UUID | None = None) -> DenialOpened:
    """Return the event of a new case."""
    return DenialOpened(
        claim_id=ids.text(ids.CLAIM, claim_id),
        denial_id=ids.text(ids.DENIAL, case_id),
        payer_order=denial.payer_order,
        denied_cents=denial.denied_cents,
        reasons=denial.reasons,
        owner=denial.owner,
        due_at=denial.due_at,
        follows=ids.text(ids.DENIAL, follows) if follows else None,
    )


def _told(case: Row[Any]) -> dict[str, Any]:
    return {
        "claim_id": ids.text(ids.CLAIM, case.claim_id),
        "denial_id": ids.text(ids.DENIAL, case.id),
        "payer_order": case.payer_order,
    }


def _by(books: ClaimBooks, remit_claim_id: UUID) -> str:
    """Return what ended a case: its payer's reversal, a person who took the decision off, or another decision."""
    now = next((each.standing for each in books.heard if each.remit_claim_id == remit_claim_id), None)
    if now is Standing.REVERSED:
        return REVERSED
    return DECIDED_OTHERWISE if now is Standing.POSTED else TAKEN_OFF
