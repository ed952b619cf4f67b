"""A patient is asked only when all payers are final, nothing is disputed and nothing was taken back."""

import pytest

from claimwright.events.lifecycle_words import ClosedReason, Outcome
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Spot
from claimwright_remittance.domain.patients.account import Close, Release, next_step

DECIDED = [Outcome.PAID_FULL]


def balances(**cents: int) -> dict[Spot, int]:
    return {Spot(Account[name.upper()]): amount for name, amount in cents.items()}


def test_what_is_left_after_all_payers_is_the_patients() -> None:
    assert next_step(balances(payments=80_00, receivable_patient=20_00), DECIDED) == Release(20_00)


@pytest.mark.parametrize("open_with", ["receivable_insurance", "receivable_disputed"])
def test_nobody_is_asked_while_a_payer_is_open_or_disputed(open_with: str) -> None:
    assert next_step(balances(receivable_patient=20_00, **{open_with: 1}), DECIDED) is None


def test_a_dispute_is_open_although_a_credit_elsewhere_cancels_it() -> None:
    both = balances(receivable_patient=20_00, receivable_disputed=5_00, receivable_insurance=-5_00)

    assert next_step(both, DECIDED) is None


def test_nobody_is_asked_while_a_correction_is_awaited() -> None:
    taken_back = [Outcome.PAID_FULL, Outcome.REVERSED_AWAITING_CORRECTION]

    assert next_step(balances(receivable_patient=20_00), taken_back) is None


def test_nothing_open_is_closed_as_paid_or_written_off() -> None:
    assert next_step(balances(payments=80_00, contractual=20_00), DECIDED) == Close(ClosedReason.PAID)
    assert next_step(balances(contractual=100_00), DECIDED) == Close(ClosedReason.WRITTEN_OFF)


def test_a_claim_that_nobody_decided_waits() -> None:
    assert next_step(balances(receivable_insurance=100_00), []) is None
    assert next_step({}, []) is None
