"""A claim's money in every case: what is charged is adjusted, paid or open, and a reversal nets to nothing."""

from dataclasses import replace
from itertools import permutations

import pytest

from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from tests.support.remits import Books, a_billed, a_line, a_remit_claim, a_remit_line, paid, turned

CHARGED_100 = {Account.CHARGES: -100_00}


def books_after(*claims: RemitClaim, payer_count: int = 1) -> Books:
    books = Books(a_billed(100_00, payer_count=payer_count))
    for claim in claims:
        books.arrive(claim)
    assert all(posting.is_balanced for posting in books.postings)
    return books


def test_a_claim_that_was_billed_is_open_with_its_payer() -> None:
    assert books_after().balances() == {**CHARGED_100, Account.RECEIVABLE_INSURANCE: 100_00}


def test_a_payment_a_discount_and_a_share_leave_the_share_to_the_patient() -> None:
    books = books_after(paid(60_00, {"CO-45": 25_00, "PR-2": 15_00}))

    assert books.balances() == {
        **CHARGED_100,
        Account.PAYMENTS: 60_00,
        Account.CONTRACTUAL: 25_00,
        Account.RECEIVABLE_PATIENT: 15_00,
    }


def test_a_denial_is_in_dispute_and_never_written_off() -> None:
    books = books_after(paid(0, {"CO-50": 100_00}))

    assert books.balances() == {**CHARGED_100, Account.RECEIVABLE_DISPUTED: 100_00}


def test_every_entry_stands_where_the_file_says_so() -> None:
    books = books_after(paid(60_00, {"CO-45": 40_00}))

    places = {entry.spot.account: entry.place for entry in books.postings[-1].entries}

    line = paid(60_00, {"CO-45": 40_00}).lines[0]
    assert places[Account.PAYMENTS] == line.place
    assert places[Account.CONTRACTUAL] == line.adjustments[0].place


def test_a_reversal_nets_its_posting_to_zero() -> None:
    first = paid(80_00, {"CO-45": 20_00})

    books = books_after(first, turned(first))

    assert books.balances() == books_after().balances()
    assert books.postings[-1].corrects == books.heard[0].remit_claim_id
    assert {entry.spot: -entry.cents for entry in books.postings[-1].entries} == {
        entry.spot: entry.cents for entry in books.postings[-2].entries
    }


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_reversal_and_its_correction_end_the_same_in_any_order(order: tuple[int, ...]) -> None:
    first = paid(80_00, {"CO-45": 20_00})
    correction = paid(50_00, {"CO-45": 50_00}, number="ICN2")
    files = [first, turned(first), correction]

    books = books_after(*(files[at] for at in order))

    assert books.balances() == books_after(correction).balances()
    assert books.received_cents() == 50_00


def test_a_correction_without_its_reversal_waits_in_suspense() -> None:
    books = books_after(paid(80_00, {"CO-45": 20_00}))

    held = books.arrive(paid(50_00, {"CO-45": 50_00}, number="ICN2"))

    assert (held.standing, held.held_for) == (Standing.HELD, HeldFor.ANSWERED_BEFORE)
    assert books.balances()[Account.SUSPENSE] == -50_00
    assert books.balances()[Account.PAYMENTS] == 80_00


def test_a_reversal_of_nothing_we_know_waits_in_suspense() -> None:
    books = books_after()

    held = books.arrive(turned(paid(80_00, {"CO-45": 20_00})))

    assert held.held_for is HeldFor.ORIGINAL_UNKNOWN
    assert books.balances()[Account.SUSPENSE] == 80_00


def test_a_reversal_that_is_no_mirror_reverses_our_entries_when_the_money_nets_to_zero() -> None:
    first = paid(80_00, {"CO-45": 20_00})
    old_style = a_remit_claim(a_remit_line(paid=-80_00, codes={"CR-22": -20_00}), status="22", number="ICN1")

    assert books_after(first, old_style).balances() == books_after().balances()


def test_a_reversal_of_other_money_is_held() -> None:
    books = books_after(paid(80_00, {"CO-45": 20_00}))

    held = books.arrive(turned(paid(70_00, {"CO-45": 30_00})))

    assert held.held_for is HeldFor.ORIGINAL_UNKNOWN


def test_a_duplicate_notice_posts_nothing_and_holds_nothing() -> None:
    books = books_after(paid(80_00, {"CO-45": 20_00}))
    before = books.balances()

    noted = books.arrive(paid(0, {"OA-18": 100_00}, number="ICN2"))

    assert noted.standing is Standing.NOTED
    assert noted.pairs_with == books.heard[0].remit_claim_id
    assert books.balances() == before


def test_a_predetermination_posts_nothing() -> None:
    books = books_after(paid(0, {"OA-101": 100_00}, status="25"))

    assert books.balances() == books_after().balances()


def test_an_unknown_patient_leaves_the_claim_open_with_its_payer() -> None:
    assert books_after(paid(0, {"CO-31": 100_00}, status="4")).balances() == books_after().balances()


def test_claim_level_adjustments_have_a_place_of_their_own() -> None:
    claim = a_remit_claim(a_remit_line(paid=100_00), codes={"CO-45": 30_00, "PR-1": 20_00})

    books = books_after(claim)

    assert books.balances() == {
        **CHARGED_100,
        Account.PAYMENTS: 50_00,
        Account.CONTRACTUAL: 30_00,
        Account.RECEIVABLE_PATIENT: 20_00,
    }


def test_a_claim_decided_without_lines_is_posted_as_a_whole() -> None:
    claim = replace(a_remit_claim(codes={"CO-45": 30_00, "PR-1": 20_00}), charge_cents=100_00, paid_cents=50_00)

    assert books_after(claim).balances()[Account.RECEIVABLE_PATIENT] == 20_00
    assert sum(books_after(claim).balances().values()) == 0


def test_a_claim_split_in_two_adds_up() -> None:
    books = Books(a_billed(100_00, 50_00))

    books.arrive(a_remit_claim(a_remit_line(paid=80_00, codes={"CO-45": 20_00})))
    second = books.arrive(a_remit_claim(a_remit_line(paid=40_00, codes={"CO-45": 10_00}, line=2), number="ICN2"))

    assert second.standing is Standing.POSTED
    assert books.balances() == {Account.CHARGES: -150_00, Account.PAYMENTS: 120_00, Account.CONTRACTUAL: 30_00}


def test_a_bundle_is_balanced_as_a_group_and_is_no_denial() -> None:
    books = Books(a_billed(100_00, 50_00))
    bundle = a_remit_line(paid=120_00, codes={"OA-94": -50_00, "CO-45": 30_00}, code="80050")
    member = a_remit_line(paid=0, codes={"CO-97": 50_00}, line=2)

    books.arrive(a_remit_claim(bundle, member))

    assert books.balances() == {Account.CHARGES: -150_00, Account.PAYMENTS: 120_00, Account.CONTRACTUAL: 30_00}


def test_an_unbundled_line_adds_up_over_its_parts() -> None:
    billed = replace(a_billed(100_00), lines=(a_line(1, 100_00, code="80050"),))
    books = Books(billed)
    first = a_remit_line(paid=30_00, codes={"CO-45": 70_00}, code="80051")
    other = a_remit_line(paid=10_00, codes={"OA-94": -10_00}, code="80053")

    books.arrive(a_remit_claim(first, other))

    assert books.balances() == {
        **CHARGED_100,
        Account.PAYMENTS: 40_00,
        Account.CONTRACTUAL: 70_00,
        Account.INCREASE: -10_00,
    }


def test_the_money_of_a_line_that_the_payer_added_waits_in_suspense() -> None:
    books = books_after(
        a_remit_claim(
            a_remit_line(paid=80_00, codes={"CO-45": 20_00}),
            a_remit_line(paid=7_00, codes={"CO-45": 3_00}, code="G0008", control=""),
        )
    )

    assert books.balances() == {
        **CHARGED_100,
        Account.PAYMENTS: 80_00,
        Account.CONTRACTUAL: 20_00,
        Account.SUSPENSE: -7_00,
    }
    assert books.received_cents() == 87_00


def test_sequestration_has_an_account_of_its_own() -> None:
    books = books_after(paid(78_40, {"CO-45": 20_00, "CO-253": 1_60}))

    assert books.balances()[Account.SEQUESTRATION] == 1_60


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_second_payer_changes_the_same_whichever_file_comes_first(order: tuple[int, int]) -> None:
    decisions = {
        1: paid(60_00, {"CO-45": 20_00, "PR-2": 20_00}),
        2: paid(15_00, {"OA-23": 80_00, "PR-2": 5_00}, status="2"),
    }
    books = Books(a_billed(100_00, payer_count=2))

    for payer_order in order:
        books.arrive(decisions[payer_order], payer_order=payer_order)

    assert books.balances() == {
        **CHARGED_100,
        Account.PAYMENTS: 75_00,
        Account.CONTRACTUAL: 20_00,
        Account.RECEIVABLE_PATIENT: 5_00,
    }


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_second_payer_that_left_oa_23_out_cuts_no_more_than_is_open(order: tuple[int, int]) -> None:
    decisions = {1: paid(60_00, {"CO-45": 20_00, "PR-2": 20_00}), 2: paid(15_00, {"CO-45": 85_00}, status="2")}
    books = Books(a_billed(100_00, payer_count=2))

    for payer_order in order:
        books.arrive(decisions[payer_order], payer_order=payer_order)

    assert books.balances() == {**CHARGED_100, Account.PAYMENTS: 75_00, Account.CONTRACTUAL: 25_00}


def test_the_share_waits_for_the_next_payer() -> None:
    books = books_after(paid(80_00, {"PR-2": 20_00}), payer_count=2)

    assert Account.RECEIVABLE_PATIENT not in books.balances()
    assert books.balances()[Account.RECEIVABLE_INSURANCE] == 20_00


def test_a_second_payer_that_denies_for_coverage_leaves_the_first_ones_share() -> None:
    books = Books(a_billed(100_00, payer_count=2))
    books.arrive(paid(80_00, {"PR-2": 20_00}))

    books.arrive(paid(0, {"OA-23": 80_00, "PR-27": 20_00}, status="2"), payer_order=2)

    assert books.balances()[Account.RECEIVABLE_PATIENT] == 20_00


def test_a_payment_above_what_was_billed_is_a_credit() -> None:
    books = books_after(paid(120_00))

    assert books.balances()[Account.RECEIVABLE_INSURANCE] == -20_00


def test_a_second_payers_cut_is_measured_over_the_claim_where_the_first_spoke_of_no_lines() -> None:
    books = Books(a_billed(60_00, 40_00, payer_count=2))
    whole = replace(a_remit_claim(codes={"CO-45": 30_00, "PR-1": 20_00}), charge_cents=100_00, paid_cents=50_00)
    second = a_remit_claim(
        a_remit_line(paid=0, codes={"CO-45": 60_00}),
        a_remit_line(paid=5_00, codes={"CO-45": 35_00}, line=2),
        status="2",
    )

    books.arrive(whole)
    books.arrive(second, payer_order=2)

    assert books.balances() == {Account.CHARGES: -100_00, Account.PAYMENTS: 55_00, Account.CONTRACTUAL: 45_00}


@pytest.mark.parametrize("number", ["ICN1", "ICN2"])
def test_among_equal_amounts_the_payers_number_says_what_is_reversed(number: str) -> None:
    books = Books(a_billed(50_00, 50_00))
    for at in (1, 2):
        books.arrive(a_remit_claim(a_remit_line(paid=50_00, line=at), number=f"ICN{at}"))
    reversal = a_remit_claim(a_remit_line(paid=-50_00, code="XXXXX", control=""), status="22", number=number)

    books.arrive(reversal)

    standing = {each.claim.payer_claim_control_number: each.standing for each in books.heard[:2]}
    assert standing[number] is Standing.REVERSED
    assert list(standing.values()).count(Standing.POSTED) == 1


def test_a_reversal_may_name_the_earlier_number_alone() -> None:
    books = Books(a_billed(50_00, 50_00))
    for at in (1, 2):
        books.arrive(a_remit_claim(a_remit_line(paid=50_00, line=at), number=f"ICN{at}"))
    reversal = a_remit_claim(
        a_remit_line(paid=-50_00, code="XXXXX", control=""), status="22", number="NEW", earlier_claim_number="ICN1"
    )

    books.arrive(reversal)

    assert books.heard[0].standing is Standing.REVERSED


def test_a_denial_that_a_later_payer_pays_is_in_dispute_no_more() -> None:
    books = Books(a_billed(100_00, payer_count=2))
    books.arrive(paid(0, {"CO-50": 100_00}))

    books.arrive(paid(70_00, {"CO-45": 30_00}, status="2"), payer_order=2)

    assert books.balances() == {**CHARGED_100, Account.PAYMENTS: 70_00, Account.CONTRACTUAL: 30_00}


def test_the_reversal_of_a_first_payer_gives_back_what_the_second_could_not_cut() -> None:
    """A mirror of the first payer's entries alone would leave the second's cut at what it was."""
    first = paid(60_00, {"CO-45": 20_00, "PR-2": 20_00})
    books = Books(a_billed(100_00, payer_count=2))
    books.arrive(first)
    books.arrive(paid(15_00, {"CO-45": 85_00}, status="2"), payer_order=2)

    books.arrive(turned(first))

    assert books.balances() == {**CHARGED_100, Account.PAYMENTS: 15_00, Account.CONTRACTUAL: 85_00}
