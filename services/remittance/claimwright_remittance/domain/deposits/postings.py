"""What a deposit that found its remittances posts, and what an undone match posts against that."""

from collections.abc import Sequence
from uuid import UUID

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, Posting, Spot
from claimwright_remittance.domain.remits.remittance import Place


def posting_of_match(match_id: UUID, payments_cents: Sequence[int], place: Place) -> Posting:
    """Return the posting of a match: the bank's account rises by what each remittance said would come.

    `place` is that of the deposit in the bank's file.
    """
    entries = (
        Entry(Spot(Account.DEPOSITS), sum(payments_cents), place=place),
        *(Entry(Spot(Account.DEPOSITED), -cents, place=place) for cents in payments_cents),
    )
    return Posting(CauseKind.DEPOSIT_MATCH, match_id, entries)


def posting_of_unmatch(match_id: UUID, payments_cents: Sequence[int], place: Place) -> Posting:
    """Return the posting that takes a match back."""
    posted = posting_of_match(match_id, payments_cents, place)
    turned = tuple(Entry(entry.spot, -entry.cents, place=entry.place) for entry in posted.entries)
    return Posting(CauseKind.DEPOSIT_UNMATCH, match_id, turned)
