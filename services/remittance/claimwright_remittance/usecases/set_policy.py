"""Say how the files of a payer, or of all payers without a word of their own, are posted from a day on."""

from datetime import date

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_remittance.domain.remits.policy import PostingPolicy, Unbalanced
from claimwright_remittance.persistence import policies


async def set_policy(
    work: Work, *, payer_id: str | None, unbalanced: Unbalanced, valid_from: date, reason: str
) -> PostingPolicy:
    """Keep a policy. It is heeded by files that are tested from then on; what is held already stays held."""
    policy = PostingPolicy(ids.new(), payer_id, unbalanced, valid_from, work.now)
    await policies.add(work, policy, reason=reason)
    await audit.record(
        work,
        action="posting_policy.set",
        object=ids.text(ids.POLICY, policy.id),
        fields=("payer_id", "unbalanced", "valid_from"),
        reason=reason,
    )
    return policy
