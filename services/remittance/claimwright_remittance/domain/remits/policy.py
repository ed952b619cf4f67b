"""What an organization has said about transactions that do not balance: hold them whole, or post what does.

A policy may post the balanced claims of a transaction whose payment adds up, and then the money of the others waits in
suspense with the difference that each of them has. Without a policy the transaction is held whole.

Source: docs/domain/remittance-cases.md, case 24.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.remits.balance import CLAIM, LINE, Difference


class Unbalanced(StrEnum):
    """What becomes of a transaction in which a line or a claim does not add up."""

    HOLD_ALL = "hold_all"
    POST_BALANCED = "post_balanced"


OF_A_CLAIM: Final = frozenset({LINE, CLAIM})
"""Differences of a claim by itself. Any other is about the payment or the whole, and holds it whatever is said."""


@dataclass(frozen=True, slots=True)
class PostingPolicy:
    """What holds from a day on, for one payer, or for all that have none of their own."""

    id: UUID
    payer_id: str | None
    unbalanced: Unbalanced
    valid_from: date
    set_at: datetime


def policy_on(day: date, payer_ids: Collection[str], policies: Iterable[PostingPolicy]) -> PostingPolicy | None:
    """Return the policy that holds on a day: the payer's own before that for all, the latest day, then the latest word.

    `payer_ids`: every id that the payer gives itself.
    """
    holding = [
        each for each in policies if each.valid_from <= day and (each.payer_id is None or each.payer_id in payer_ids)
    ]
    return max(holding, key=lambda each: (each.payer_id is not None, each.valid_from, each.set_at), default=None)


def posts_balanced(policy: PostingPolicy | None, differences: Sequence[Difference]) -> bool:
    """Return whether a transaction with these differences is posted as far as its claims add up."""
    return (
        policy is not None
        and policy.unbalanced is Unbalanced.POST_BALANCED
        and all(each.code in OF_A_CLAIM for each in differences)
    )
