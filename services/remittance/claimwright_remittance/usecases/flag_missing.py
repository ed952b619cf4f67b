"""Flag remittances whose money did not come, and credits whose remittance did not, after the days that are set."""

from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import DepositMismatched
from claimwright.messaging.work import Work
from claimwright_remittance.domain.deposits.ageing import FlagKind, Terms, latest_day_overdue
from claimwright_remittance.persistence import deposits
from claimwright_remittance.usecases.match_deposits import FIRST_LOOK, OWNER

AT_ONCE: Final = 200


async def flag_missing(work: Work, terms: Terms) -> bool:
    """Flag what is overdue and not flagged yet, and return whether more may be."""
    await deposits.lock(work)
    today = work.now.date()
    remittances = await deposits.remittances_overdue(
        work,
        latest_eft_day=latest_day_overdue(terms.remit_without_eft, today=today),
        latest_check_day=latest_day_overdue(terms.remit_without_check, today=today),
        limit=AT_ONCE,
    )
    for row in remittances:
        await deposits.add_flag(work, ids.new(), FlagKind.REMIT_WITHOUT_EFT, remittance_id=row.id)
        remittance_id = ids.text(ids.REMITTANCE, row.id)
        _tell(work, FlagKind.REMIT_WITHOUT_EFT, row.file_id, row.payment_cents, remittance_id=remittance_id)
    credits_ = await deposits.deposits_overdue(
        work, latest_day=latest_day_overdue(terms.eft_without_remit, today=today), limit=AT_ONCE
    )
    for row in credits_:
        await deposits.add_flag(work, ids.new(), FlagKind.EFT_WITHOUT_REMIT, deposit_id=row.id)
        deposit_id = ids.text(ids.DEPOSIT, row.id)
        _tell(work, FlagKind.EFT_WITHOUT_REMIT, row.bank_file_id, row.cents, deposit_id=deposit_id)
    return AT_ONCE in {len(remittances), len(credits_)}


def _tell(
    work: Work,
    kind: FlagKind,
    file_id: UUID,
    cents: int,
    *,
    deposit_id: str | None = None,
    remittance_id: str | None = None,
) -> None:
    work.publish(
        DepositMismatched(
            file_id=ids.text(ids.FILE, file_id),
            flag=kind.value,
            deposit_id=deposit_id,
            remittance_id=remittance_id,
            cents=cents,
            owner=OWNER,
            due_at=work.now + FIRST_LOOK,
        )
    )
