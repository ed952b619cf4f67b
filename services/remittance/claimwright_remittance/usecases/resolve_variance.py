"""A person closes the case of a payment that differs from its contract, and says how it ended."""

from typing import ClassVar, Literal
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.persistence import contracts
from claimwright_remittance.usecases.compare_payments import tell_resolved

Resolution = Literal["accepted", "recovered", "returned", "terms_were_wrong"]


class VarianceUnknown(Refusal):
    """A case that is not here."""

    code: ClassVar[str] = "variance.unknown"
    fix: ClassVar[str | None] = "Look for it among the cases of its claim."


class ResolvedBefore(Refusal):
    """A case that is closed."""

    code: ClassVar[str] = "variance.resolved_before"
    fix: ClassVar[str | None] = "See how it ended."


async def resolve_variance(work: Work, variance_id: UUID, resolution: Resolution, *, reason: str) -> None:
    """Close a case; nothing is posted by it. Errors: VarianceUnknown; ResolvedBefore."""
    row = await contracts.find_variance(work, variance_id)
    if row is None:
        raise VarianceUnknown(ids.text(ids.VARIANCE, variance_id))
    if row.state != "open":
        raise ResolvedBefore(ids.text(ids.VARIANCE, variance_id))
    await contracts.resolve_variance(work, variance_id, resolution)
    tell_resolved(work, row, resolution)
    await audit.record(
        work,
        action="variance.resolved",
        object=ids.text(ids.VARIANCE, variance_id),
        fields=("state",),
        reason=reason,
    )
