"""Whether a deposit is the payment of a remittance: by trace number, amount and day together, or not at all.

Only what is exact in all of them, and the only one of its kind on both sides, is matched by itself. Everything else is
a suggestion that a person decides.

Source: docs/domain/remittance-cases.md, case 33; docs/domain/lifecycle.md 5.3, row 54.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.deposits.traces import likened


@dataclass(frozen=True, slots=True)
class Credit:
    """What a bank credited, as far as it says which payment it is."""

    id: UUID
    posted_on: date
    cents: int
    trace_number: str | None = None
    trace_payer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A posted remittance that says money is on its way: BPR02 by TRN02 on BPR16, with TRN03 for who sent it."""

    remittance_id: UUID
    file_id: UUID
    payer_id: str
    trace_number: str
    trace_payer_id: str
    payment_date: date | None
    payment_cents: int
    payment_method: str


class Reason(StrEnum):
    """One thing that two sides agree on, or do not."""

    TRACE_EQUALS = "trace_equals"
    TRACE_SIMILAR = "trace_similar"
    TRACE_DIFFERS = "trace_differs"
    TRACE_MISSING = "trace_missing"
    PAYER_EQUALS = "payer_equals"
    PAYER_DIFFERS = "payer_differs"
    AMOUNT_EQUALS = "amount_equals"
    AMOUNT_DIFFERS = "amount_differs"
    DATE_NEAR = "date_near"
    DATE_FAR = "date_far"


EXACT: Final = frozenset({Reason.TRACE_EQUALS, Reason.AMOUNT_EQUALS, Reason.DATE_NEAR})
AGAINST: Final = frozenset({Reason.PAYER_DIFFERS, Reason.AMOUNT_DIFFERS, Reason.DATE_FAR})
_WEIGHT: Final = {
    Reason.TRACE_EQUALS: 50,
    Reason.TRACE_SIMILAR: 30,
    Reason.AMOUNT_EQUALS: 30,
    Reason.PAYER_EQUALS: 10,
    Reason.DATE_NEAR: 10,
}
LEAST_SCORE: Final = 40
"""A suggestion has the trace number, or amount and day, on its side."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A remittance that a deposit may be the payment of; a higher score has more on its side, 100 is everything."""

    awaited: Awaited
    score: int
    reasons: tuple[Reason, ...]


def reasons_of(credit: Credit, awaited: Awaited, *, window: timedelta) -> tuple[Reason, ...]:
    """Return what speaks for and against a deposit being the payment of a remittance."""
    return (
        _of_trace(credit.trace_number, awaited.trace_number),
        *_of_payer(credit.trace_payer_id, awaited.trace_payer_id),
        Reason.AMOUNT_EQUALS if credit.cents == awaited.payment_cents else Reason.AMOUNT_DIFFERS,
        _of_date(credit.posted_on, awaited.payment_date, window),
    )


def is_exact(reasons: Iterable[Reason]) -> bool:
    """Return whether everything that is known agrees, trace number, amount and day among it."""
    said = frozenset(reasons)
    return said >= EXACT and not said & AGAINST


def is_mismatch(reasons: Iterable[Reason]) -> bool:
    """Return whether two sides name the same payment and disagree on what it is."""
    said = frozenset(reasons)
    return Reason.TRACE_EQUALS in said and bool(said & AGAINST)


@dataclass(frozen=True, slots=True)
class Pair:
    """A deposit and the remittance whose payment it is, or that it names and does not fit."""

    credit: Credit
    awaited: Awaited
    reasons: tuple[Reason, ...]


def exact_pairs(credits_: Sequence[Credit], awaited: Sequence[Awaited], *, window: timedelta) -> list[Pair]:
    """Return the pairs that fit in everything, each side of which fits no other."""
    found = [
        Pair(credit, each, reasons)
        for credit in credits_
        for each in awaited
        if is_exact(reasons := reasons_of(credit, each, window=window))
    ]
    by_credit = Counter(pair.credit.id for pair in found)
    by_remittance = Counter(pair.awaited.remittance_id for pair in found)
    return [pair for pair in found if by_credit[pair.credit.id] == 1 and by_remittance[pair.awaited.remittance_id] == 1]


def mismatches(credits_: Sequence[Credit], awaited: Sequence[Awaited], *, window: timedelta) -> list[Pair]:
    """Return the pairs that name the same payment and disagree on its amount, its day or its payer."""
    return [
        Pair(credit, each, reasons)
        for credit in credits_
        for each in awaited
        if is_mismatch(reasons := reasons_of(credit, each, window=window))
    ]


def suggest(credit: Credit, awaited: Iterable[Awaited], *, window: timedelta) -> list[Suggestion]:
    """Return the remittances that a deposit may be the payment of, the likeliest first."""
    scored = [(each, reasons_of(credit, each, window=window)) for each in awaited]
    found = [Suggestion(each, sum(_WEIGHT.get(reason, 0) for reason in reasons), reasons) for each, reasons in scored]
    found = [each for each in found if each.score >= LEAST_SCORE]
    return sorted(found, key=lambda each: (-each.score, each.awaited.remittance_id))


def _of_trace(said: str | None, awaited: str) -> Reason:
    if not said or not awaited:
        return Reason.TRACE_MISSING
    if said.strip() == awaited.strip():
        return Reason.TRACE_EQUALS
    return Reason.TRACE_SIMILAR if likened(said) == likened(awaited) != "" else Reason.TRACE_DIFFERS


def _of_payer(said: str | None, awaited: str) -> tuple[Reason, ...]:
    """Return nothing where either side is silent; TRN03 is a tax id behind a 1, which some banks cut off."""
    if not said or not awaited:
        return ()
    is_same = said.strip()[-9:].upper() == awaited.strip()[-9:].upper()
    return (Reason.PAYER_EQUALS if is_same else Reason.PAYER_DIFFERS,)


def _of_date(posted_on: date, payment_date: date | None, window: timedelta) -> Reason:
    is_near = payment_date is not None and abs(posted_on - payment_date) <= window
    return Reason.DATE_NEAR if is_near else Reason.DATE_FAR
