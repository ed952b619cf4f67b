"""Where a first payer allowed other than its contract says, by line, beyond the tolerance of the terms.

What it allowed is what it paid, what it left to the patient as cost share, and the federal cut of Medicare payments,
which no contract changes; interest is no part of it. What it denied is a case of its own and no underpayment, and what
it says the patient owes beside the plan is none of the contract's. A bundle and a case rate are compared as a whole.

Source: docs/domain/remittance-cases.md, cases 17, 18, 41 and 42; docs/domain/vocabulary.md 4.5, allowed amount.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from claimwright_remittance.domain.billing import BilledClaim, BilledLine
from claimwright_remittance.domain.contracts.terms import KnownTerms, valid_terms
from claimwright_remittance.domain.ledger.settlement import adjustments, payments
from claimwright_remittance.domain.remits.decision import Effect, effect_of, is_bundle, processes
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.standing import Heard

FIRST_PAYER: Final = 1
COST_SHARE: Final = frozenset({ReasonKind.COST_SHARE, ReasonKind.PAID_TO_PATIENT})


class Kind(StrEnum):
    """In which direction a payment differs."""

    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"


@dataclass(frozen=True, slots=True)
class Variance:
    """A difference to the contract: above zero too little was allowed. On no line: all lines are compared as one."""

    kind: Kind
    line: int | None
    remit_claim_id: UUID
    expected_cents: int
    allowed_cents: int
    basis: str
    terms_id: UUID
    terms_version: int

    @property
    def difference_cents(self) -> int:
        return self.expected_cents - self.allowed_cents


@dataclass(frozen=True, slots=True)
class Expected:
    """What the contract gives for one line or, with the line None, for the claim as a whole."""

    line: int | None
    cents: int
    basis: str
    known: KnownTerms


@dataclass
class _Said:
    """What a payer's remit claims come to for one line."""

    allowed: int = 0
    beside: int = 0
    last: UUID | None = None


def expected_of(billed: BilledClaim, known: Sequence[KnownTerms]) -> tuple[Expected, ...]:
    """Return what a payer should allow for each line of a claim; a line that no terms price is left out.

    Shape: one entry on no line where a case rate covers the claim.
    """
    if not billed.lines:
        return ()
    first = min(billed.lines, key=lambda line: (line.service_date, line.line))
    at_first = valid_terms(known, first.service_date)
    if at_first is not None and (case := at_first.prices.of_case(billed.lines)) is not None:
        return (Expected(None, case.cents, case.basis, at_first),)
    return tuple(_by_line(billed.lines, known))


def variances_of(billed: BilledClaim, heard: Sequence[Heard], known: Sequence[KnownTerms]) -> tuple[Variance, ...]:
    """Return where the first payer's decisions that count differ from its contract.

    Shape: `heard` are the posted remit claims of the first payer order.
    """
    decided = [each for each in heard if processes(each.claim) and not each.claim.is_under_capitation]
    expected = expected_of(billed, known)
    if not decided or len(decided) < len(heard) or not expected:
        return ()
    sums = _sums(decided)
    is_whole = (
        expected[0].line is None or any(line is None for line in sums) or any(is_bundle(each.claim) for each in decided)
    )
    if is_whole:
        answered = {line for line in sums if line is not None}
        knows_all = expected[0].line is None or len(expected) == len(billed.lines)
        if not knows_all or (None not in sums and answered != {line.line for line in billed.lines}):
            return ()
        total = Expected(None, sum(each.cents for each in expected), expected[0].basis, expected[0].known)
        whole = _Said(
            sum(said.allowed for said in sums.values()),
            sum(said.beside for said in sums.values()),
            decided[-1].remit_claim_id,
        )
        return tuple(_variance(total, whole))
    return tuple(variance for each in expected if each.line in sums for variance in _variance(each, sums[each.line]))


def _by_line(lines: Sequence[BilledLine], known: Sequence[KnownTerms]) -> Iterator[Expected]:
    for line in lines:
        terms = valid_terms(known, line.service_date)
        price = None if terms is None else terms.prices.of_line(line)
        if terms is not None and price is not None:
            yield Expected(line.line, price.cents, price.basis, terms)


def _sums(heard: Sequence[Heard]) -> dict[int | None, _Said]:
    sums: defaultdict[int | None, _Said] = defaultdict(_Said)
    for each in heard:
        for line, cents in payments(each):
            if line is None and cents == 0:
                continue
            sums[line].allowed += cents
            sums[line].last = each.remit_claim_id
        for line, adjustment in adjustments(each):
            said = sums[line]
            said.last = each.remit_claim_id
            effect = effect_of(adjustment, each.claim)
            if effect is Effect.SEQUESTRATION or (effect is Effect.SHARE and kind_of(adjustment.reason) in COST_SHARE):
                said.allowed += adjustment.cents
            elif effect in {Effect.DENIED, Effect.SHARE}:
                said.beside += adjustment.cents
    return dict(sums)


def _variance(expected: Expected, said: _Said) -> Iterator[Variance]:
    tolerated = expected.known.terms.tolerated_cents(expected.cents)
    if said.last is None:
        return
    if expected.cents - said.allowed - max(0, said.beside) > tolerated:
        kind = Kind.UNDERPAID
    elif said.allowed - expected.cents > tolerated:
        kind = Kind.OVERPAID
    else:
        return
    yield Variance(
        kind=kind,
        line=expected.line,
        remit_claim_id=said.last,
        expected_cents=expected.cents,
        allowed_cents=said.allowed + (max(0, said.beside) if kind is Kind.UNDERPAID else 0),
        basis=expected.basis,
        terms_id=expected.known.id,
        terms_version=expected.known.version,
    )
