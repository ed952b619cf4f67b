"""Where every cent of one claim stands, given what was billed and which decisions of its payers count.

The state is computed from the whole set, and a posting is the change from one state to the next. So the order in which
files came can't matter, a reversal nets its original to zero, and what a later payer changed is undone with it.

Source: docs/domain/remittance-cases.md, cases 1, 17, 18, 23, 25, 41 to 45 and 48.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from uuid import UUID

from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Balances, Spot, balances_of
from claimwright_remittance.domain.remits.decision import Effect, effect_of, fixes_share
from claimwright_remittance.domain.remits.remittance import Adjustment
from claimwright_remittance.domain.remits.standing import Heard, Standing

ACCOUNT_OF_EFFECT = {
    Effect.CONTRACTUAL: Account.CONTRACTUAL,
    Effect.SEQUESTRATION: Account.SEQUESTRATION,
    Effect.BUNDLED: Account.BUNDLING,
    Effect.INCREASE: Account.INCREASE,
    Effect.CAPITATED: Account.CAPITATED,
}


def settle(billed: BilledClaim | None, heard: Iterable[Heard]) -> dict[Spot, int]:
    """Return what stands where on one claim; the sum over all spots is zero.

    Shape: `heard` are the remit claims that count. What is open after them goes to the patient as far as the last payer
    says so and no payer follows, into dispute as far as a payer denied it, and otherwise stays with a payer.
    """
    if billed is None or billed.is_dropped:
        return {}
    work = _Settlement(billed)
    counting = sorted(heard, key=lambda each: each.payer_order)
    for payer_order, group in groupby(counting, key=lambda each: each.payer_order):
        work.take(payer_order, list(group))
    return work.result()


class States:
    """The states of one claim, by the remit claims that count; each is settled once for all that asks for it.

    Shape: a remit claim is known by its id, so that what it says and what it matches must not change meanwhile.
    """

    def __init__(self, billed: BilledClaim | None) -> None:
        self._billed = billed
        self._known: dict[tuple[UUID, ...], Balances] = {}

    def of(self, heard: Iterable[Heard]) -> Balances:
        """Return the state after those of some remit claims that count."""
        counting = [each for each in heard if each.standing is Standing.POSTED]
        key = tuple([each.remit_claim_id for each in counting])
        if key not in self._known:
            self._known[key] = settle(self._billed, counting)
        return self._known[key]


class _Settlement:
    """The running state while payers are taken in their order; line None is what is said of the claim as a whole."""

    def __init__(self, billed: BilledClaim) -> None:
        self.billed = billed
        self.amounts: list[tuple[Spot, int]] = []
        self.open: defaultdict[int | None, int] = defaultdict(int)
        self.share: dict[int | None, int] = {}
        self.denied: defaultdict[int | None, int] = defaultdict(int)
        self.denied_by: int | None = None
        self.decided_by: set[int] = set()
        self.knows_lines = True
        for line in billed.lines:
            self.open[line.line] += line.charge_cents
            self.amounts.append((Spot(Account.CHARGES, None, line.line), -line.charge_cents))

    def take(self, payer_order: int, group: Sequence[Heard]) -> None:
        """Take what one payer decided, in as many remit claims as it used."""
        self.decided_by.add(payer_order)
        share: defaultdict[int | None, int] = defaultdict(int)
        speaks_of_share = False
        for heard in group:
            for line, paid_cents in payments(heard):
                self.put(Spot(Account.PAYMENTS, payer_order, line), paid_cents)
        for heard in group:
            speaks_of_share = speaks_of_share or fixes_share(heard.claim)
            for line, adjustment in adjustments(heard):
                effect = effect_of(adjustment, heard.claim)
                if effect is Effect.SHARE:
                    share[line] += adjustment.cents
                elif effect is Effect.DENIED:
                    self.denied[line] += adjustment.cents
                    self.denied_by = payer_order
                elif account := ACCOUNT_OF_EFFECT.get(effect):
                    cents = self.cut(payer_order, line, adjustment.cents)
                    self.put(Spot(account, payer_order, line, adjustment.code), cents)
        if speaks_of_share:
            self.share = dict(share)

    def put(self, spot: Spot, cents: int) -> None:
        self.amounts.append((spot, cents))
        self.open[spot.line] -= cents
        self.knows_lines = self.knows_lines and (spot.line is not None or cents == 0)

    def cut(self, payer_order: int, line: int | None, cents: int) -> int:
        """Return how much of a payer's cut counts: a later payer can't cut what an earlier one left no room for."""
        if payer_order == 1 or cents <= 0:
            return cents
        room = sum(self.open.values())
        if self.knows_lines and line is not None:
            room = min(room, self.open[line])
        return max(0, min(cents, room))

    def result(self) -> dict[Spot, int]:
        """Share out what is open."""
        undecided = [order for order in range(1, self.billed.payer_count + 1) if order not in self.decided_by]
        waits_for = undecided[0] if undecided else self.billed.payer_count
        patient = {} if undecided else self._claimed(self.share)
        for line, cents in patient.items():
            self.put_open(Spot(Account.RECEIVABLE_PATIENT, None, line), cents)
        for line, cents in self._claimed(self.denied).items():
            self.put_open(Spot(Account.RECEIVABLE_DISPUTED, self.denied_by, line), cents)
        for line, cents in list(self.open.items()):
            self.put_open(Spot(Account.RECEIVABLE_INSURANCE, waits_for, line), cents)
        return balances_of(self.amounts)

    def put_open(self, spot: Spot, cents: int) -> None:
        self.amounts.append((spot, cents))
        self.open[spot.line] -= cents

    def _claimed(self, wanted: dict[int | None, int]) -> dict[int | None, int]:
        """Return how much of what is wanted by line is really open, by line and over the claim."""
        if not wanted:
            return {}
        left = max(0, sum(self.open.values()))
        claimed: dict[int | None, int] = {}
        for line, cents in sorted(wanted.items(), key=lambda each: (each[0] is None, each[0] or 0)):
            room = left if line is None else min(left, max(0, self.open[line]))
            claimed[line] = max(0, min(cents, room))
            left -= claimed[line]
        return claimed


def payments(heard: Heard) -> Iterator[tuple[int | None, int]]:
    """Yield what was paid by billed line, and on no line what the claim's own adjustments changed of that."""
    for line, match in zip(heard.claim.lines, heard.matches, strict=True):
        if match.line is not None:
            yield match.line, line.paid_cents
    yield None, heard.claim.paid_cents - sum(line.paid_cents for line in heard.claim.lines)


def added_by_payer_cents(heard: Heard) -> int:
    """Return what was paid for lines that we never billed; it waits in suspense."""
    return sum(
        line.paid_cents for line, match in zip(heard.claim.lines, heard.matches, strict=True) if match.line is None
    )


def adjustments(heard: Heard) -> Iterator[tuple[int | None, Adjustment]]:
    """Yield the adjustments by billed line, those of the claim as a whole on no line."""
    for line, match in zip(heard.claim.lines, heard.matches, strict=True):
        if match.line is not None:
            yield from ((match.line, adjustment) for adjustment in line.adjustments)
    yield from ((None, adjustment) for adjustment in heard.claim.adjustments)
