"""The ledger of one claim."""

from typing import Annotated, Final
from uuid import UUID

from claimwright import ids
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import (
    BalanceView,
    DenialView,
    EntryView,
    LedgerView,
    OutcomeView,
    PostingView,
)
from claimwright_remittance.domain.ledger.chart import CHART, Account, Role, accounts_of
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, balances_of, total_cents
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import views
from claimwright_remittance.persistence.views import LedgerPosting

router = Router(tags=["ledger"])

_CAUSE_PREFIX: Final = {
    CauseKind.BILLED_CLAIM: ids.SUBMISSION,
    CauseKind.REMIT_CLAIM: ids.REMIT_CLAIM,
    CauseKind.SUSPENSE_RELEASE: ids.REMIT_CLAIM,
    CauseKind.PERSON_ACT: ids.ACT,
    CauseKind.BILLED_CLAIM_CHANGE: ids.EVENT,
    CauseKind.DROPPED_CLAIM: ids.EVENT,
}


@router.get("/v1/claims/{claim_id}/ledger")
async def get_ledger(claim_id: str, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> LedgerView:
    """Return every posting of a claim, and what stands on its accounts: the sums of the entries."""
    wanted = path_id(ids.CLAIM, claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        if not await views.is_billed(work, wanted):
            raise NotFound(ids.CLAIM)
        postings = await views.claim_postings(work, wanted)
        outcomes = await views.outcomes(work, wanted)
        denials = await views.denials(work, wanted)
    balances = balances_of((entry.spot, entry.cents) for posting in postings for entry, _ in posting.entries)
    by_account = {account: total_cents(balances, (account,)) for account in Account}
    return LedgerView(
        claim_id=ids.text(ids.CLAIM, wanted),
        charge_cents=-total_cents(balances, accounts_of(Role.CHARGE)),
        adjusted_cents=total_cents(balances, accounts_of(Role.ADJUSTED)),
        paid_cents=total_cents(balances, accounts_of(Role.PAID)),
        open_cents=total_cents(balances, accounts_of(Role.OPEN)),
        patient_cents=total_cents(balances, (Account.RECEIVABLE_PATIENT,)),
        balances=[
            BalanceView(
                account=line.account.value, role=line.role.value, says=line.says, cents=by_account[line.account]
            )
            for line in CHART
            if by_account[line.account]
        ],
        postings=[_posting(posting) for posting in postings],
        outcomes=[
            OutcomeView(
                payer_order=row.payer_order, version=row.version, outcome=row.outcome, decided_at=row.decided_at
            )
            for row in outcomes
        ],
        denials=[
            DenialView(
                id=ids.text(ids.DENIAL, row.id),
                payer_order=row.payer_order,
                denied_cents=row.denied_cents,
                reasons=row.reasons,
                state=row.state,
                path=row.path,
                owner=row.owner,
                due_at=row.due_at,
            )
            for row in denials
        ],
    )


def _posting(posting: LedgerPosting) -> PostingView:
    prefix = _CAUSE_PREFIX.get(CauseKind(posting.cause_kind), ids.REMIT_CLAIM)
    return PostingView(
        id=ids.text(ids.POSTING, posting.id),
        cause_kind=posting.cause_kind,
        cause_id=ids.text(prefix, posting.cause_id),
        day=posting.day,
        posted_at=posting.posted_at,
        corrects=None if posting.corrects is None else ids.text(ids.POSTING, posting.corrects),
        entries=[_entry(entry, artifact_id) for entry, artifact_id in posting.entries],
    )


def _entry(entry: Entry, artifact_id: UUID | None) -> EntryView:
    return EntryView(
        account=entry.spot.account.value,
        cents=entry.cents,
        payer_order=entry.spot.payer_order,
        line=entry.spot.line,
        reason=entry.spot.reason,
        file_id=None if artifact_id is None else ids.text(ids.FILE, artifact_id),
        segment=entry.place.segment if entry.place else None,
        byte_start=entry.place.byte_start if entry.place else None,
        byte_end=entry.place.byte_end if entry.place else None,
    )
