"""A person takes a deposit and its remittances apart again; what the match posted is posted back."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import DepositUnmatched
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.claims.books import Posted
from claimwright_remittance.domain.deposits.postings import posting_of_unmatch
from claimwright_remittance.persistence import deposits, ledger
from claimwright_remittance.usecases.match_deposit_by_hand import NoSuchDeposit


class DepositNotMatched(Refusal):
    """A deposit that no match holds."""

    code: ClassVar[str] = "deposit.not_matched"
    fix: ClassVar[str | None] = "See how it stands; somebody may have taken it apart already."


async def unmatch_deposit(work: Work, deposit_id: UUID, *, reason: str) -> None:
    """Undo a deposit's match. Both sides wait again, and by itself the same pair is not matched any more.

    Errors: NoSuchDeposit; DepositNotMatched.
    """
    await deposits.lock(work)
    kept = await deposits.find(work, deposit_id)
    if kept is None:
        raise NoSuchDeposit(ids.text(ids.DEPOSIT, deposit_id))
    match = await deposits.match_of(work, deposit_id)
    if match is None:
        raise DepositNotMatched(ids.text(ids.DEPOSIT, deposit_id))
    await deposits.undo_match(work, match, deposit_id, reason=reason)
    posting = posting_of_unmatch(match.id, list(match.cents_of.values()), kept.place)
    posted = Posted(ids.new(), posting, work.now, kept.bank_file_id, corrects=match.posting_id)
    await ledger.add(work, [posted])
    work.publish(
        DepositUnmatched(
            file_id=ids.text(ids.FILE, kept.bank_file_id),
            deposit_id=ids.text(ids.DEPOSIT, deposit_id),
            cents=kept.credit.cents,
            remittance_ids=tuple(ids.text(ids.REMITTANCE, each) for each in match.cents_of),
        )
    )
    await audit.record(
        work,
        action="deposit.unmatched",
        object=ids.text(ids.DEPOSIT, deposit_id),
        fields=("remittance_ids",),
        reason=reason,
    )
