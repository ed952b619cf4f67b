"""Entries and postings: what a cause puts where, adding up to zero."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.remits.remittance import Place


class CauseKind(StrEnum):
    """What may cause a posting; each cause makes one, ever."""

    BILLED_CLAIM = "billed_claim"
    BILLED_CLAIM_CHANGE = "billed_claim_change"
    REMIT_CLAIM = "remit_claim"
    SUSPENSE_RELEASE = "suspense_release"
    PROVIDER_ITEM = "provider_item"
    ACCEPTED_DIFFERENCE = "accepted_difference"
    DEPOSIT_MATCH = "deposit_match"
    DEPOSIT_UNMATCH = "deposit_unmatch"
    DROPPED_CLAIM = "dropped_claim"
    PERSON_ACT = "person_act"


class Spot(NamedTuple):
    """Where on a claim's ledger an amount stands; `reason` is the payer's group and code for an adjustment."""

    account: Account
    payer_order: int | None = None
    line: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Cents on one spot; debits are positive. `place` is where in the file of the posting's cause the amount stands."""

    spot: Spot
    cents: int
    claim_id: UUID | None = None
    provider_item_key: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """What one cause posts. `corrects` is the remit claim whose latest posting this one takes back."""

    cause_kind: CauseKind
    cause_id: UUID
    entries: tuple[Entry, ...]
    corrects: UUID | None = None

    @property
    def is_balanced(self) -> bool:
        return net_cents(self.entries) == 0


def net_cents(entries: Iterable[Entry]) -> int:
    """Return the sum of entries; a posting's is zero."""
    return sum(entry.cents for entry in entries)


Balances = Mapping[Spot, int]
"""What stands on each spot of a claim; no spot is there with zero."""


def balances_of(amounts: Iterable[tuple[Spot, int]]) -> dict[Spot, int]:
    """Add amounts up by spot, leaving out what comes to nothing."""
    sums: defaultdict[Spot, int] = defaultdict(int)
    for spot, cents in amounts:
        sums[spot] += cents
    return {spot: cents for spot, cents in sums.items() if cents}


def change(before: Balances, after: Balances) -> dict[Spot, int]:
    """Return what has to be added to `before` to make it `after`."""
    return balances_of([*after.items(), *((spot, -cents) for spot, cents in before.items())])


def total_cents(balances: Balances, accounts: Iterable[Account], payer_order: int | None = None) -> int:
    """Return the sum over some accounts, of one payer order or of all."""
    wanted = frozenset(accounts)
    return sum(
        [
            cents
            for (account, order, _, _), cents in balances.items()
            if account in wanted and (payer_order is None or order == payer_order)
        ]
    )
