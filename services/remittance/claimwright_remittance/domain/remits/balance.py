"""Whether a transaction adds up: each line, each claim, the whole; what does not is a named difference.

All of it is tested before anything of it is posted, and nothing is invented to make it fit.

Source: docs/domain/remittance-cases.md, case 24; docs/domain/lifecycle.md, the rules that never bend, 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from claimwright_remittance.domain.remits.remittance import Place, RemitClaim, RemitLine, Remittance

LINE: Final = "remit.line_out_of_balance"
CLAIM: Final = "remit.claim_out_of_balance"
TRANSACTION: Final = "remit.transaction_out_of_balance"
NEGATIVE: Final = "remit.payment_negative"


@dataclass(frozen=True, slots=True)
class Difference:
    """One test that failed, where, and by how much: zero is balanced, positive means that too little is explained.

    `claim_ordinal` and `line_ordinal` count from 1; None where the test is about more than one.
    """

    code: str
    cents: int
    place: Place
    claim_ordinal: int | None = None
    line_ordinal: int | None = None


def differences_of(remittance: Remittance) -> tuple[Difference, ...]:
    """Return every line, claim and transaction test that fails, in the order of the file."""
    return (*(each for claim in remittance.claims for each in gaps_of(claim)), *transaction_differences(remittance))


def is_unbalanced(claim: RemitClaim) -> bool:
    """Return whether a claim or any of its lines does not add up."""
    return claim_gap_cents(claim) != 0 or any(line_gap_cents(line) for line in claim.lines)


def line_gap_cents(line: RemitLine) -> int:
    """Return the cents of one line that its adjustments leave unexplained.

    Shape: claim-level adjustments are not counted here; a reversal's amounts are negative.
    Source: 835 SVC02 less the amounts of its CAS equals SVC03.
    """
    return line.charge_cents - sum(each.cents for each in line.adjustments) - line.paid_cents


def claim_gap_cents(claim: RemitClaim) -> int:
    """Return the cents of one claim that its own and its lines' adjustments leave unexplained.

    Source: 835 CLP03 less all CAS amounts equals CLP04; each adjustment stands once, at the claim or at a line.
    """
    return claim.charge_cents - sum(each.cents for each in claim.all_adjustments) - claim.paid_cents


def transaction_gap_cents(remittance: Remittance) -> int:
    """Return the cents by which the claims less the provider-level adjustments miss the payment.

    Source: Σ CLP04 − Σ PLB = BPR02.
    """
    return (
        remittance.claims_paid_cents - sum(item.cents for item in remittance.provider_items) - remittance.payment_cents
    )


def gaps_of(claim: RemitClaim) -> Iterator[Difference]:
    """Yield every line and claim test of one claim that fails."""
    for line_ordinal, line in enumerate(claim.lines, 1):
        if gap := line_gap_cents(line):
            yield Difference(LINE, gap, line.place, claim.ordinal, line_ordinal)
    if gap := claim_gap_cents(claim):
        yield Difference(CLAIM, gap, claim.place, claim.ordinal)


def transaction_differences(remittance: Remittance) -> Iterator[Difference]:
    """Yield the tests of a transaction as a whole that fail."""
    if remittance.payment_cents < 0:
        # A payer carries a shortfall forward (PLB FB); a payment below zero is no payment.
        yield Difference(NEGATIVE, remittance.payment_cents, remittance.place)
    if gap := transaction_gap_cents(remittance):
        yield Difference(TRANSACTION, gap, remittance.place)
