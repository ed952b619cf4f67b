"""A person says which remittances a deposit is the payment of."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.persistence import deposits
from claimwright_remittance.persistence.deposits import Kept
from claimwright_remittance.usecases.match_deposits import keep_match


class NoSuchDeposit(Refusal):
    """No deposit of this id is there for this organization."""

    code: ClassVar[str] = "deposit.unknown"
    fix: ClassVar[str | None] = "See whether the id is right."


class DepositNotOpen(Refusal):
    """A deposit that is matched or set aside already."""

    code: ClassVar[str] = "deposit.not_open"
    fix: ClassVar[str | None] = "See how it stands; take its match apart or bring it back first."


class RemittanceNotWaiting(Refusal):
    """A remittance that waits for no deposit: not posted, pays nothing, or matched already."""

    code: ClassVar[str] = "deposit.remittance_not_waiting"
    fix: ClassVar[str | None] = "Choose posted remittances without a deposit."


class AmountDiffers(Refusal):
    """The remittances say together that another amount comes than the bank credited."""

    code: ClassVar[str] = "deposit.amount_differs"
    fix: ClassVar[str | None] = "Choose remittances whose payments add up to the deposit, or ask the payer."


async def open_deposit(work: Work, deposit_id: UUID) -> Kept:
    """Return an open deposit, which nobody else moves until the transaction ends.

    Errors: NoSuchDeposit; DepositNotOpen.
    """
    await deposits.lock(work)
    kept = await deposits.find(work, deposit_id)
    if kept is None:
        raise NoSuchDeposit(ids.text(ids.DEPOSIT, deposit_id))
    if kept.state != "open":
        raise DepositNotOpen(ids.text(ids.DEPOSIT, deposit_id))
    return kept


async def match_deposit_by_hand(work: Work, deposit_id: UUID, remittance_ids: Sequence[UUID], *, reason: str) -> None:
    """Match an open deposit with one remittance or, as with checks handed in together, with several.

    Trace number and day may say what they like, the amounts may not: a person's word moves no cent.
    Errors: NoSuchDeposit; DepositNotOpen; RemittanceNotWaiting; AmountDiffers.
    """
    kept = await open_deposit(work, deposit_id)
    awaited = await deposits.waiting(work, remittance_ids)
    if missing := set(remittance_ids) - {each.remittance_id for each in awaited}:
        raise RemittanceNotWaiting(ids.text(ids.REMITTANCE, min(missing)))
    if sum(each.payment_cents for each in awaited) != kept.credit.cents:
        raise AmountDiffers(ids.text(ids.DEPOSIT, deposit_id))
    await keep_match(work, kept, awaited, how="by_hand", reason=reason)
    await audit.record(
        work,
        action="deposit.matched",
        object=ids.text(ids.DEPOSIT, deposit_id),
        fields=("remittance_ids",),
        reason=reason,
    )
