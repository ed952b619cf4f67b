"""A transaction adds up by line, by claim and as a whole, or the difference has a name."""

from dataclasses import replace

import pytest

from claimwright_remittance.domain.remits.balance import CLAIM, LINE, TRANSACTION, differences_of, is_unbalanced
from claimwright_remittance.domain.remits.remittance import ProviderItem
from tests.support.remits import SOMEWHERE, a_remit_claim, a_remit_line, a_remittance, paid


def an_item(code: str, cents: int) -> ProviderItem:
    return ProviderItem(1, "1234567893", "20261231", code, "REF", cents, SOMEWHERE)


def test_a_transaction_that_adds_up_has_no_differences() -> None:
    remittance = a_remittance(paid(80_00, {"CO-45": 20_00}), paid(0, {"PR-1": 55_00}))

    assert differences_of(remittance) == ()


def test_each_failed_test_is_named_with_its_cents() -> None:
    line = a_remit_line(paid=80_00, codes={"CO-45": 19_00}, charge=100_00)
    claim = a_remit_claim(line)
    remittance = a_remittance(claim, payment_cents=79_99)

    found = differences_of(remittance)

    assert [(each.code, each.cents) for each in found] == [(LINE, 1_00), (CLAIM, 1_00), (TRANSACTION, 1)]
    assert (found[0].claim_ordinal, found[0].line_ordinal) == (1, 1)


def test_claim_level_adjustments_count_at_the_claim_only() -> None:
    claim = a_remit_claim(a_remit_line(paid=100_00), codes={"CO-45": 30_00})

    assert claim.paid_cents == 70_00
    assert differences_of(a_remittance(claim)) == ()


@pytest.mark.parametrize(("code", "cents"), [("WO", 80_00), ("L6", -5_00), ("ZZ", 12_34)])
def test_a_provider_item_lowers_the_payment_whatever_its_code(code: str, cents: int) -> None:
    remittance = replace(a_remittance(paid(80_00), payment_cents=80_00 - cents), provider_items=(an_item(code, cents),))

    assert differences_of(remittance) == ()


def test_a_payment_above_the_charge_can_balance() -> None:
    claim = a_remit_claim(a_remit_line(paid=120_00, codes={"OA-94": -20_00}))

    assert differences_of(a_remittance(claim)) == ()


def test_a_claim_is_unbalanced_by_itself_or_by_any_of_its_lines() -> None:
    whole = paid(80_00, {"CO-45": 20_00})
    crooked_line = replace(whole.lines[0], paid_cents=79_00)

    assert not is_unbalanced(whole)
    assert is_unbalanced(replace(whole, paid_cents=79_00))
    assert is_unbalanced(replace(whole, lines=(crooked_line,)))
    assert is_unbalanced(replace(whole, lines=(crooked_line,), paid_cents=79_00))
