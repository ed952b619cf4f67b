"""A person says that a deposit is no payer's, or takes that back."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.persistence import deposits
from claimwright_remittance.usecases.match_deposit_by_hand import NoSuchDeposit, open_deposit


class DepositNotSetAside(Refusal):
    """A deposit that nobody set aside."""

    code: ClassVar[str] = "deposit.not_set_aside"
    fix: ClassVar[str | None] = "See how it stands."


async def set_deposit_aside(work: Work, deposit_id: UUID, *, reason: str) -> None:
    """Set an open deposit aside: it is no payment of a remittance, and no remittance is missed for it.

    Errors: NoSuchDeposit; DepositNotOpen.
    """
    await open_deposit(work, deposit_id)
    await deposits.move(work, deposit_id, "set_aside")
    await deposits.end_flags(work, deposit_id=deposit_id)
    await _keep(work, deposit_id, "set_aside", reason)


async def bring_deposit_back(work: Work, deposit_id: UUID, *, reason: str) -> None:
    """Let a deposit that was set aside wait for its remittance again.

    Errors: NoSuchDeposit; DepositNotSetAside.
    """
    await deposits.lock(work)
    kept = await deposits.find(work, deposit_id)
    if kept is None:
        raise NoSuchDeposit(ids.text(ids.DEPOSIT, deposit_id))
    if kept.state != "set_aside":
        raise DepositNotSetAside(ids.text(ids.DEPOSIT, deposit_id))
    await deposits.move(work, deposit_id, "open")
    await _keep(work, deposit_id, "brought_back", reason)


async def _keep(work: Work, deposit_id: UUID, act: str, reason: str) -> None:
    await deposits.add_act(work, ids.new(), deposit_id, act, reason)
    await audit.record(work, action=f"deposit.{act}", object=ids.text(ids.DEPOSIT, deposit_id), reason=reason)
