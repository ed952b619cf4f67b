"""Match deposits with the remittances whose payments they are, where everything fits; tell where it does not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import DepositMatched, DepositMismatched
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.books import Posted
from claimwright_remittance.domain.deposits.ageing import FlagKind, Terms
from claimwright_remittance.domain.deposits.matching import Awaited, Pair, exact_pairs, mismatches
from claimwright_remittance.domain.deposits.postings import posting_of_match
from claimwright_remittance.persistence import deposits, ledger
from claimwright_remittance.persistence.deposits import Kept

OWNER: Final = "posting"
FIRST_LOOK: Final = timedelta(days=2)


async def match_deposits(work: Work, terms: Terms) -> int:
    """Match what fits exactly and alone, and return how many deposits that were.

    Done again it finds nothing, so that whoever comes first, the deposit or the remittance, the end is the same.
    """
    await deposits.lock(work)
    credits_, awaited = await deposits.pairs_named(work)
    matched: set[UUID] = set()
    for pair in exact_pairs(credits_, awaited, window=terms.window):
        kept = await deposits.find(work, pair.credit.id)
        still = await deposits.waiting(work, [pair.awaited.remittance_id])
        if kept is not None and still:
            await keep_match(work, kept, still, how="exact")
            matched |= {pair.credit.id, pair.awaited.remittance_id}
    for pair in mismatches(credits_, awaited, window=terms.window):
        if matched.isdisjoint({pair.credit.id, pair.awaited.remittance_id}):
            await _tell_mismatch(work, pair)
    return len(matched) // 2


async def keep_match(
    work: Work, kept: Kept, awaited: Sequence[Awaited], *, how: str, reason: str | None = None
) -> None:
    """Keep, post and tell that a deposit is the payment of these remittances."""
    match_id = ids.new()
    await deposits.keep_match(work, match_id, kept.credit.id, awaited, how=how, reason=reason)
    posting = posting_of_match(match_id, [each.payment_cents for each in awaited], kept.place)
    await ledger.add(work, [Posted(ids.new(), posting, work.now, kept.bank_file_id)])
    work.publish(
        DepositMatched(
            file_id=ids.text(ids.FILE, kept.bank_file_id),
            deposit_id=ids.text(ids.DEPOSIT, kept.credit.id),
            cents=kept.credit.cents,
            remittance_ids=tuple(ids.text(ids.REMITTANCE, each.remittance_id) for each in awaited),
            how=how,
        )
    )


async def _tell_mismatch(work: Work, pair: Pair) -> None:
    remittance_id = pair.awaited.remittance_id
    await deposits.add_flag(
        work,
        ids.new(),
        FlagKind.MISMATCHED,
        deposit_id=pair.credit.id,
        remittance_id=remittance_id,
        reasons=pair.reasons,
    )
    work.publish(
        DepositMismatched(
            file_id=ids.text(ids.FILE, pair.awaited.file_id),
            flag=FlagKind.MISMATCHED.value,
            deposit_id=ids.text(ids.DEPOSIT, pair.credit.id),
            remittance_id=ids.text(ids.REMITTANCE, remittance_id),
            cents=pair.credit.cents - pair.awaited.payment_cents,
            reasons=tuple(each.value for each in pair.reasons),
            owner=OWNER,
            due_at=work.now + FIRST_LOOK,
        )
    )
