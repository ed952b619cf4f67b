"""What stands at provider level: each thing that PLB pairs open and settle, known by payer, account and reference.

Pairs are checked by what remains, never by their count: a takeback may be taken in parts, over weeks, in any order.

Source: docs/domain/remittance-cases.md, cases 6 to 11, 35, 37 and 38.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account, provider_account
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, Posting, Spot, change
from claimwright_remittance.domain.remits.remittance import ProviderItem, Remittance

KEY_LENGTH: Final = 32
"""Hexadecimal digits: two of a billion items still have different keys."""
PUT_OFF: Final = frozenset({Account.TAKEBACK, Account.FORWARDED_BALANCE})
"""Accounts on which a payer first says what it will take, below zero, and later takes it."""


def key_of(remittance: Remittance, item: ProviderItem) -> str:
    """Return what ties the pairs that open and settle one thing.

    It is a hash: some payers put a member's number into the reference, which therefore stays in the sealed file.
    """
    tied = f"{remittance.payer_id}|{provider_account(item.code).value}|{item.reference}"
    return hashlib.sha256(tied.encode()).hexdigest()[:KEY_LENGTH]


def posting_of(item_id: UUID, item: ProviderItem, key: str, before: Sequence[int]) -> Posting:
    """Return what one pair posts, given the amounts that stood under its key before.

    The payment falls by the amount; the item's account rises by it, or suspense as far as more is taken than was put
    off.
    """
    account = provider_account(item.code)
    changes = change(_standing(account, item.code, before), _standing(account, item.code, [*before, item.cents]))
    entries = (
        Entry(Spot(Account.PAYMENTS, reason=item.code), -item.cents, provider_item_key=key, place=item.place),
        *(Entry(spot, cents, provider_item_key=key, place=item.place) for spot, cents in changes.items()),
    )
    return Posting(CauseKind.PROVIDER_ITEM, item_id, tuple(entry for entry in entries if entry.cents))


def remainder_cents(account: Account, amounts: Sequence[int]) -> int:
    """Return what is left of an item: below zero still to be taken, above zero taken and not yet explained."""
    return 0 if _is_overshot(account, amounts) else sum(amounts)


def _standing(account: Account, code: str, amounts: Sequence[int]) -> dict[Spot, int]:
    where = Account.SUSPENSE if _is_overshot(account, amounts) else account
    net = sum(amounts)
    return {Spot(where, reason=code): net} if net else {}


def _is_overshot(account: Account, amounts: Sequence[int]) -> bool:
    return account in PUT_OFF and any(cents < 0 for cents in amounts) and sum(amounts) > 0
