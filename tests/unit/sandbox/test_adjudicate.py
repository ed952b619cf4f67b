"""What the sandbox's payers decide."""

import pytest

from claimwright.x12 import balance_835
from claimwright_sandbox.domain.adjudicate import adjudicate
from claimwright_sandbox.domain.payment import pay
from claimwright_sandbox.domain.scenarios import PAID, SCENARIOS, Scenario, Verdict, scenario_of
from tests.support.builders_claims import SENT_AT, a_billed_claim


@pytest.mark.parametrize(
    ("member_id", "name"),
    [
        ("PAID1", "PAID"),
        ("partial-7", "PARTIAL"),
        ("DENY_50-3", "DENY_50"),
        ("277CA_A7X", "277CA_A7"),
        ("W123", "PAID"),
    ],
)
def test_the_start_of_the_member_id_chooses_the_behavior(member_id: str, name: str) -> None:
    assert scenario_of(member_id).name == name


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if each.verdict is not Verdict.REJECTS_BEFORE_ADJUDICATION]
)
@pytest.mark.parametrize("charges_cents", [(100_00,), (1,), (33_33, 66_67, 1), (0,)])
def test_every_decision_is_in_balance_line_by_line(scenario: Scenario, charges_cents: tuple[int, ...]) -> None:
    claim = a_billed_claim(charges_cents=charges_cents)

    decided = adjudicate(claim, scenario, payer_claim_control_number="1")

    paid = pay([(claim, decided)], trace_number="T1", paid_on=SENT_AT.date(), payer_tax_number="123456789")
    assert balance_835(paid) == []


def test_a_paid_claim_leaves_nothing_to_the_patient_and_a_partly_paid_one_does() -> None:
    claim = a_billed_claim(charges_cents=(100_00,))

    paid = adjudicate(claim, PAID, payer_claim_control_number="1")
    partly = adjudicate(claim, scenario_of("PARTIAL"), payer_claim_control_number="1")

    assert (paid.paid.cents, paid.patient_responsibility.text) == (75_00, "")
    assert (partly.paid.cents, partly.patient_responsibility.cents) == (60_00, 15_00)


def test_a_denial_pays_nothing_and_puts_the_whole_charge_under_its_reason() -> None:
    decided = adjudicate(a_billed_claim(), scenario_of("DENY_50"), payer_claim_control_number="1")

    assert decided.paid.cents == 0
    assert [(a.group, a.reason, a.amount.cents) for a in decided.lines[0].adjustments] == [("CO", "50", 100_00)]


def test_lines_come_back_under_the_number_that_they_were_sent_with() -> None:
    claim = a_billed_claim(charges_cents=(10_00, 20_00))

    decided = adjudicate(claim, PAID, payer_claim_control_number="1")

    assert [line.line_control_number for line in decided.lines] == [line.line_control_number for line in claim.lines]


def test_a_payment_of_nothing_is_no_payment() -> None:
    claim = a_billed_claim()
    decided = adjudicate(claim, scenario_of("DENY_50"), payer_claim_control_number="1")

    paid = pay([(claim, decided)], trace_number="T1", paid_on=SENT_AT.date(), payer_tax_number="123456789")

    assert (paid.handling, paid.payment_method, paid.payment.cents) == ("H", "NON", 0)
