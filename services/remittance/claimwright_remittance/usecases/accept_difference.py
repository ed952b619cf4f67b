"""Two people accept that a held transaction is posted with its difference: one proposes, another approves."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.remits.acceptance import may_be_accepted
from claimwright_remittance.persistence import acceptances, files
from claimwright_remittance.persistence.files import Registered


class NotHeld(Refusal):
    """A transaction that nothing holds, or none at all."""

    code: ClassVar[str] = "remit.not_held"
    fix: ClassVar[str | None] = "See how the transaction stands now."


class NotAcceptable(Refusal):
    """A transaction held for something that nobody can accept."""

    code: ClassVar[str] = "remit.not_acceptable"
    fix: ClassVar[str | None] = "Ask the payer for the file again."


class ProposedBefore(Refusal):
    """A transaction that somebody has proposed to accept; another has to approve it."""

    code: ClassVar[str] = "remit.proposed_before"
    fix: ClassVar[str | None] = "Let another person approve it."


class NotProposed(Refusal):
    """A transaction that nobody has proposed to accept."""

    code: ClassVar[str] = "remit.not_proposed"
    fix: ClassVar[str | None] = "Propose it first; another person approves it then."


class SamePerson(Refusal):
    """The one who approves is the one who proposed."""

    code: ClassVar[str] = "remit.same_person"
    fix: ClassVar[str | None] = "Let another person approve it."


class PostedSince(Refusal):
    """A transaction whose payment was posted from another file since it was held."""

    code: ClassVar[str] = "remit.posted_since"
    fix: ClassVar[str | None] = "Leave this one held; its money is in the books."


async def propose_acceptance(work: Work, remittance_id: UUID, *, reason: str) -> None:
    """Propose that a held transaction is posted with its difference.

    Errors: NotHeld; NotAcceptable; ProposedBefore.
    """
    await _held(work, remittance_id)
    if await acceptances.find(work, remittance_id) is not None:
        raise ProposedBefore(ids.text(ids.REMITTANCE, remittance_id))
    await acceptances.propose(work, remittance_id, reason)
    await _record(work, "remittance.acceptance_proposed", remittance_id, reason)


async def approve_acceptance(work: Work, remittance_id: UUID, *, reason: str) -> None:
    """Approve what another person proposed; the worker posts the transaction then.

    Errors: NotHeld; NotAcceptable; NotProposed; SamePerson; PostedSince.
    """
    held = await _held(work, remittance_id)
    proposed = await acceptances.find(work, remittance_id)
    if proposed is None:
        raise NotProposed(ids.text(ids.REMITTANCE, remittance_id))
    if proposed.proposed_by == work.actor:
        raise SamePerson(ids.text(ids.REMITTANCE, remittance_id))
    await _refuse_posted_since(work, held)
    await acceptances.approve(work, remittance_id, reason)
    await files.let_post(work, remittance_id)
    await files.lock_file(work, held.file_id)
    await files.move_file(work, held.file_id, "posting")
    await _record(work, "remittance.acceptance_approved", remittance_id, reason)


async def _held(work: Work, remittance_id: UUID) -> Registered:
    held = await files.find_registered(work, remittance_id)
    if held is None or held.state not in {"held", "clash"}:
        raise NotHeld(ids.text(ids.REMITTANCE, remittance_id))
    if not may_be_accepted(held.held_for):
        raise NotAcceptable(ids.text(ids.REMITTANCE, remittance_id))
    return held


async def _refuse_posted_since(work: Work, held: Registered) -> None:
    """Refuse what was posted otherwise while people thought about it; a clash is with its first, which they saw."""
    await files.lock_payment(work, held.payment)
    known = await files.payments_known(work, held.payment)
    seen = {held.id, held.first_remittance_id}
    for content_sha256, each in known.items():
        is_same_payment = held.payment.payment_cents != 0 or content_sha256 == held.content_sha256
        if not each.is_held and each.remittance_id not in seen and is_same_payment:
            raise PostedSince(ids.text(ids.REMITTANCE, held.id))
    if held.payment.payment_cents:
        other = await files.seen_on_paper(work, held.payment, await files.kind_of(work, held.file_id))
        if other is not None and other.remittance_id not in seen:
            raise PostedSince(ids.text(ids.REMITTANCE, held.id))


async def _record(work: Work, action: str, remittance_id: UUID, reason: str) -> None:
    await audit.record(work, action=action, object=ids.text(ids.REMITTANCE, remittance_id), reason=reason)
