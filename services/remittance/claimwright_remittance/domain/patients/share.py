"""What a patient is asked for, line by line, and why: charged, taken off by the plan, paid by the plan, theirs.

The share is what the ledger says is the patient's, and the reasons are those of the last payer that fixed it. A reason
counts only as far as it is still open: what a later payer paid, or cut, nobody is asked for.

Source: docs/domain/remittance-cases.md, cases 44, 45 and 48.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.ledger.chart import Account, Role, accounts_of
from claimwright_remittance.domain.ledger.entries import Balances
from claimwright_remittance.domain.ledger.settlement import adjustments
from claimwright_remittance.domain.remits.decision import Effect, effect_of, fixes_share
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.standing import Heard


class Why(StrEnum):
    """The kinds of reasons that a patient is told."""

    DEDUCTIBLE = "deductible"
    COINSURANCE = "coinsurance"
    COPAY = "copay"
    NOT_COVERED = "not_covered"
    PAID_TO_YOU = "paid_to_you"
    OTHER = "other"


_WHY_OF_REASON: Final = {
    "1": Why.DEDUCTIBLE,
    "2": Why.COINSURANCE,
    "3": Why.COPAY,
    "241": Why.COPAY,
    "247": Why.DEDUCTIBLE,
    "248": Why.COINSURANCE,
}
_WHY_OF_KIND: Final = {ReasonKind.BENEFIT: Why.NOT_COVERED, ReasonKind.PAID_TO_PATIENT: Why.PAID_TO_YOU}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with the cents of the share that it explains."""

    code: str
    why: Why
    cents: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """One billed line; on no line what was said of the claim as a whole. The four amounts add up to what was charged.

    `with_payers_cents` is what a payer still has to decide or pay, or has denied: nobody asks the patient for that.
    """

    line: int | None
    procedure_code: str | None
    charged_cents: int
    plan_discount_cents: int
    plan_paid_cents: int
    yours_cents: int
    with_payers_cents: int
    reasons: tuple[Reason, ...]


def why_of(reason: str) -> Why:
    """Return what kind of reason an adjustment reason is to a patient."""
    cleaned = reason.strip().lstrip("0").upper()
    return _WHY_OF_REASON.get(cleaned) or _WHY_OF_KIND.get(kind_of(reason), Why.OTHER)


def shares_of(billed: BilledClaim, heard: Sequence[Heard], balances: Balances) -> tuple[LineShare, ...]:
    """Return the shares by line, in the order of the bill, and last what is on no line.

    Shape: `heard` are the remit claims that count; `balances` what stands on the claim.
    """
    codes: dict[int | None, str] = {line.line: line.procedure_code for line in billed.lines}
    said = _reasons(heard)
    on_lines = {spot.line for spot in balances}
    lines = [*codes, *sorted(on_lines - codes.keys(), key=lambda line: (line is None, line or 0))]
    return tuple(_share(line, codes.get(line), balances, said.get(line, ())) for line in lines)


def _share(
    line: int | None, code: str | None, balances: Balances, reasons: Sequence[tuple[str, str, int]]
) -> LineShare:
    yours = _sum(balances, line, (Account.RECEIVABLE_PATIENT,))
    return LineShare(
        line=line,
        procedure_code=code,
        charged_cents=-_sum(balances, line, accounts_of(Role.CHARGE)),
        plan_discount_cents=_sum(balances, line, accounts_of(Role.ADJUSTED)),
        plan_paid_cents=_sum(balances, line, accounts_of(Role.PAID)),
        yours_cents=yours,
        with_payers_cents=_sum(balances, line, (Account.RECEIVABLE_INSURANCE, Account.RECEIVABLE_DISPUTED)),
        reasons=_explained(yours, reasons),
    )


def _explained(yours: int, reasons: Sequence[tuple[str, str, int]]) -> tuple[Reason, ...]:
    """Return the reasons as far as the share goes, in the payer's order."""
    left = yours
    explained = []
    for code, reason, cents in reasons:
        counted = min(left, cents)
        if counted > 0:
            explained.append(Reason(code, why_of(reason), counted))
            left -= counted
    return tuple(explained)


def _reasons(heard: Iterable[Heard]) -> dict[int | None, list[tuple[str, str, int]]]:
    """Return by line what the last payer that fixed the share says of it."""
    found: dict[int | None, list[tuple[str, str, int]]] = {}
    ordered = sorted(heard, key=lambda each: each.payer_order)
    for _, group in groupby(ordered, key=lambda each: each.payer_order):
        claims = list(group)
        if not any(fixes_share(each.claim) for each in claims):
            continue
        said: defaultdict[int | None, list[tuple[str, str, int]]] = defaultdict(list)
        for each in claims:
            for line, adjustment in adjustments(each):
                if effect_of(adjustment, each.claim) is Effect.SHARE:
                    said[line].append((adjustment.code, adjustment.reason, adjustment.cents))
        found = dict(said)
    return found


def _sum(balances: Balances, line: int | None, accounts: Iterable[Account]) -> int:
    wanted = frozenset(accounts)
    return sum(cents for spot, cents in balances.items() if spot.line == line and spot.account in wanted)
