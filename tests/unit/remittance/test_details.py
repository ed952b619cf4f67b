"""The small print of posting and deciding: causes, places, accounts and orders that nothing else would miss."""

from dataclasses import replace
from uuid import UUID

import pytest

from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.ledger.chart import (
    ACCOUNT_OF_PROVIDER_CODE,
    CHART,
    Account,
    Role,
    accounts_of,
    provider_account,
)
from claimwright_remittance.domain.ledger.entries import CauseKind, Entry, Spot, balances_of, change, total_cents
from claimwright_remittance.domain.ledger.postings import (
    posting_of_billed,
    posting_without_claim,
    postings_of_moves,
    suspense_entries,
)
from claimwright_remittance.domain.ledger.provider_items import KEY_LENGTH, key_of, posting_of, remainder_cents
from claimwright_remittance.domain.ledger.settlement import added_by_payer_cents, adjustments, payments, settle
from claimwright_remittance.domain.remits.acceptance import ACCEPTABLE, may_be_accepted, posting_of_difference
from claimwright_remittance.domain.remits.decision import (
    Effect,
    denial_reasons_of,
    denied_cents,
    effect_of,
    is_bundle,
    is_forwarded,
    is_patient_unknown,
    reasons_of,
)
from claimwright_remittance.domain.remits.matching import match_by_hand
from claimwright_remittance.domain.remits.remittance import Place, ProviderItem, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Move, Standing, arrive
from tests.support.remits import (
    a_billed,
    a_line,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    heard,
    paid,
    turned,
)

ELSEWHERE = Place(segment=7, byte_start=70, byte_end=77)
AN_ID = UUID(int=4711)


def told(entries: tuple[Entry, ...] | list[Entry]) -> list[tuple[str, int | None, int | None, str | None, int]]:
    return [(e.spot.account.value, e.spot.payer_order, e.spot.line, e.spot.reason, e.cents) for e in entries]


def standing(*claims: RemitClaim, billed: BilledClaim) -> list[Heard]:
    """Return remit claims as they stand when they came one after the other."""
    known: dict[UUID, Heard] = {}
    for claim in claims:
        for move in arrive(list(known.values()), heard(claim, billed)):
            known[move.heard.remit_claim_id] = move.heard
    return list(known.values())


# Causes and places of postings.


def test_money_without_a_claim_is_posted_under_its_own_cause_at_its_clp() -> None:
    claim = replace(paid(80_00), place=ELSEWHERE)

    posting = posting_without_claim(AN_ID, claim)

    assert (posting.cause_kind, posting.cause_id, posting.corrects) == (CauseKind.REMIT_CLAIM, AN_ID, None)
    assert told(posting.entries) == [("payments", None, None, None, 80_00), ("suspense", None, None, None, -80_00)]
    assert {entry.place for entry in posting.entries} == {ELSEWHERE}
    assert {entry.claim_id for entry in posting.entries} == {None}
    assert suspense_entries(paid(0, {"CO-50": 1})) == []


def test_a_release_turns_what_waited_and_keeps_its_place() -> None:
    billed = a_billed(100_00)
    claim = replace(paid(80_00, {"CO-45": 20_00}), place=ELSEWHERE)
    waiting = replace(heard(claim, billed), standing=Standing.HELD, held_for=HeldFor.NUMBER_UNKNOWN)
    move = Move(replace(waiting, standing=Standing.POSTED, held_for=None), Standing.HELD)

    (posting,) = postings_of_moves(billed, [waiting], [move])

    assert (posting.cause_kind, posting.cause_id) == (CauseKind.SUSPENSE_RELEASE, waiting.remit_claim_id)
    beside = [entry for entry in posting.entries if entry.claim_id is None]
    assert told(beside) == [("payments", None, None, None, -80_00), ("suspense", None, None, None, 80_00)]
    assert {entry.place for entry in beside} == {ELSEWHERE}
    assert all(entry.claim_id == billed.claim_id for entry in posting.entries if entry not in beside)


def test_a_submission_that_changes_nothing_posts_nothing_and_a_later_version_has_its_own_cause() -> None:
    billed, to_next = a_billed(100_00), replace(a_billed(100_00), payer_order=2, submission_id=AN_ID)
    dearer = replace(billed, lines=(a_line(1, 120_00),))

    opened = posting_of_billed(None, billed, ())
    changed = posting_of_billed(billed, dearer, (), change_id=AN_ID)

    assert opened is not None
    assert (opened.cause_kind, opened.cause_id) == (CauseKind.BILLED_CLAIM, billed.submission_id)
    assert posting_of_billed(billed, to_next, ()) is None
    assert changed is not None
    assert (changed.cause_kind, changed.cause_id) == (CauseKind.BILLED_CLAIM_CHANGE, AN_ID)
    assert told(changed.entries) == [
        ("charges", None, 1, None, -20_00), ("receivable.insurance", 1, 1, None, 20_00),
    ]  # fmt: skip


def test_entries_stand_in_the_order_of_account_payer_line_and_reason_with_their_bytes() -> None:
    billed = a_billed(100_00, 50_00)
    claim = a_remit_claim(
        a_remit_line(paid=40_00, codes={"CO-59": 10_00}, line=2),
        a_remit_line(paid=70_00, codes={"CO-45": 20_00, "CO-59": 10_00}),
    )

    (posting,) = postings_of_moves(billed, [], arrive([], heard(claim, billed)))

    assert told(posting.entries) == [
        ("adjustment.contractual", 1, 1, "CO-45", 20_00),
        ("adjustment.contractual", 1, 1, "CO-59", 10_00),
        ("adjustment.contractual", 1, 2, "CO-59", 10_00),
        ("payments", 1, 1, None, 70_00),
        ("payments", 1, 2, None, 40_00),
        ("receivable.insurance", 1, 1, None, -100_00),
        ("receivable.insurance", 1, 2, None, -50_00),
    ]
    by_spot = {(e.spot.account, e.spot.line): e.place for e in posting.entries}
    assert by_spot[Account.PAYMENTS, 1] == claim.lines[1].place
    assert by_spot[Account.PAYMENTS, 2] == claim.lines[0].place


def test_an_accepted_difference_is_in_suspense_the_other_way_round() -> None:
    short = replace(a_remittance(paid(80_00), payment_cents=79_00), place=ELSEWHERE)

    posting = posting_of_difference(AN_ID, short)

    assert posting is not None
    assert (posting.cause_kind, posting.cause_id) == (CauseKind.ACCEPTED_DIFFERENCE, AN_ID)
    assert told(posting.entries) == [("payments", None, None, None, -1_00), ("suspense", None, None, None, 1_00)]
    assert {entry.place for entry in posting.entries} == {ELSEWHERE}
    assert posting_of_difference(AN_ID, a_remittance(paid(80_00))) is None
    assert may_be_accepted(ACCEPTABLE)
    assert may_be_accepted([])
    assert not may_be_accepted([*ACCEPTABLE, "x12.no_se"])


# Settlement.


def settled(billed: BilledClaim, *said: tuple[int, RemitClaim]) -> dict[Spot, int]:
    return settle(
        billed, [replace(heard(claim, billed, payer_order=order), payer_order=order) for order, claim in said]
    )


def test_a_later_payers_cut_has_only_the_room_of_its_line_where_lines_are_known() -> None:
    billed = a_billed(100_00, 50_00, payer_count=2)
    first = a_remit_claim(a_remit_line(paid=100_00), a_remit_line(paid=20_00, codes={"PR-2": 30_00}, line=2))
    second = a_remit_claim(
        a_remit_line(paid=0, codes={"CO-45": 100_00}), a_remit_line(paid=5_00, codes={"CO-45": 45_00}, line=2)
    )

    balances = settled(billed, (1, first), (2, second))

    assert {spot.line: cents for spot, cents in balances.items() if spot.account is Account.CONTRACTUAL} == {2: 25_00}
    assert total_cents(balances, accounts_of(Role.OPEN)) == 0


def test_a_later_payers_cut_has_the_room_of_the_claim_where_an_earlier_one_spoke_of_no_lines() -> None:
    billed = a_billed(100_00, 50_00, payer_count=2)
    whole = replace(a_remit_claim(codes={"PR-2": 30_00}), charge_cents=150_00, paid_cents=120_00)
    second = a_remit_claim(
        a_remit_line(paid=0, codes={"CO-45": 100_00}), a_remit_line(paid=5_00, codes={"CO-45": 45_00}, line=2)
    )

    balances = settled(billed, (1, whole), (2, second))

    assert total_cents(balances, (Account.CONTRACTUAL,)) == 25_00
    assert total_cents(balances, accounts_of(Role.OPEN)) == 0


def test_what_is_denied_of_a_line_adds_up_over_its_reasons() -> None:
    balances = settled(a_billed(100_00), (1, paid(40_00, {"CO-50": 35_00, "CO-16": 25_00})))

    assert balances[Spot(Account.RECEIVABLE_DISPUTED, 1, 1)] == 60_00


def test_a_later_payer_may_cut_on_a_line_what_an_earlier_one_left_at_the_claim() -> None:
    billed = a_billed(100_00, 50_00, payer_count=2)
    first = a_remit_claim(
        a_remit_line(paid=20_00, codes={"PR-2": 80_00}), a_remit_line(paid=50_00, line=2), codes={"PR-3": 30_00}
    )
    second = a_remit_claim(
        a_remit_line(paid=80_00, codes={"OA-23": 20_00}),
        a_remit_line(paid=0, codes={"CO-45": 30_00, "OA-23": 20_00}, line=2),
    )

    balances = settled(billed, (1, first), (2, second))

    assert balances[Spot(Account.CONTRACTUAL, 2, 2, "CO-45")] == 30_00
    assert total_cents(balances, accounts_of(Role.OPEN)) == 0


def test_a_later_payer_may_cut_at_the_claim_what_an_earlier_one_left_on_a_line() -> None:
    billed = a_billed(100_00, payer_count=2)
    second = replace(a_remit_claim(codes={"CO-45": 40_00}), charge_cents=40_00, paid_cents=0)

    balances = settled(billed, (1, paid(60_00, {"PR-2": 40_00})), (2, second))

    assert total_cents(balances, (Account.CONTRACTUAL,)) == 40_00


def test_not_one_cent_is_cut_where_nothing_is_open() -> None:
    billed = a_billed(100_00, payer_count=2)

    balances = settled(billed, (1, paid(100_00)), (2, paid(0, {"OA-23": 99_99, "CO-45": 1})))

    assert total_cents(balances, (Account.CONTRACTUAL,)) == 0


def test_what_is_open_waits_for_the_next_payer_of_three() -> None:
    balances = settled(a_billed(100_00, payer_count=3), (1, paid(60_00, {"PR-2": 40_00})))

    assert balances[Spot(Account.RECEIVABLE_INSURANCE, 2, 1)] == 40_00


def test_a_patient_owes_a_lines_share_before_the_claims_and_nothing_of_a_credit() -> None:
    line = a_remit_line(paid=50_00, codes={"PR-2": 50_00})
    both = replace(a_remit_claim(line, codes={"PR-3": 20_00}), paid_cents=50_00)
    over = replace(a_remit_claim(codes={"PR-3": 20_00}), charge_cents=100_00, paid_cents=101_00)

    asked = {
        spot.line: cents
        for spot, cents in settled(a_billed(100_00), (1, both)).items()
        if spot.account is Account.RECEIVABLE_PATIENT
    }

    assert asked == {1: 50_00}
    assert total_cents(settled(a_billed(100_00), (1, over)), (Account.RECEIVABLE_PATIENT,)) == 0


def test_a_claim_whose_matches_are_not_one_for_each_line_is_refused_before_a_cent_is_lost() -> None:
    whole = heard(a_remit_claim(a_remit_line(paid=60_00, codes={"CO-45": 40_00})), a_billed(100_00))
    halved = replace(whole, matches=())

    for act in (payments, adjustments, lambda each: [added_by_payer_cents(each)]):
        with pytest.raises(ValueError, match="zip"):
            list(act(halved))  # type: ignore[operator]
    with pytest.raises(ValueError, match="zip"):
        list(postings_of_moves(a_billed(100_00), [], [Move(replace(halved, standing=Standing.POSTED), None)]))
    with pytest.raises(ValueError, match="zip"):
        match_by_hand(whole.claim, a_billed(100_00).lines, [])


# Provider level.


def an_item(code: str, cents: int, reference: str = "ICN1") -> ProviderItem:
    return ProviderItem(1, "1234567893", "20261231", code, reference, cents, ELSEWHERE)


@pytest.mark.parametrize(
    ("code", "before", "cents", "entries", "left"),
    [
        ("WO", [], 80_00, [("provider.takeback", 80_00)], 80_00),
        ("WO", [-80_00], 50_00, [("provider.takeback", 50_00)], -30_00),
        ("WO", [-80_00, 50_00], 30_00, [("provider.takeback", 30_00)], 0),
        ("WO", [-80_00, 50_00], 40_00, [("provider.takeback", 30_00), ("suspense", 10_00)], 0),
        ("FB", [-80_00], 81_00, [("provider.forwarded_balance", 80_00), ("suspense", 1_00)], 0),
        ("L6", [-5_00], 6_00, [("provider.interest", 6_00)], 1_00),
        ("ZZ", [], 5_00, [("suspense", 5_00)], 5_00),
        ("WO", [0], 5_00, [("provider.takeback", 5_00)], 5_00),
    ],
)
def test_a_pair_moves_its_account_and_what_is_too_much_waits(
    code: str, before: list[int], cents: int, entries: list[tuple[str, int]], left: int
) -> None:
    posting = posting_of(AN_ID, an_item(code, cents), "the-key", before)

    assert (posting.cause_kind, posting.cause_id) == (CauseKind.PROVIDER_ITEM, AN_ID)
    assert sorted((e.spot.account.value, e.cents) for e in posting.entries) == sorted([("payments", -cents), *entries])
    assert {(e.spot.reason, e.provider_item_key, e.place) for e in posting.entries} == {(code, "the-key", ELSEWHERE)}
    assert remainder_cents(provider_account(code), [*before, cents]) == left


def test_a_pair_is_tied_by_payer_account_and_reference_and_says_none_of_them() -> None:
    remittance = a_remittance()
    keys = {
        key_of(remittance, an_item("WO", 1)),
        key_of(remittance, an_item("WO", 1, "ICN2")),
        key_of(remittance, an_item("FB", 1)),
        key_of(replace(remittance, payer_ids=("OTHER",)), an_item("WO", 1)),
    }

    assert len(keys) == 4
    assert {len(key) for key in keys} == {KEY_LENGTH}
    assert key_of(remittance, an_item("OB", 9)) in keys
    assert key_of(replace(remittance, payer_ids=()), an_item("WO", 1)) == key_of(
        replace(remittance, payer_ids=("1999999999",)), an_item("WO", 1)
    )


def test_the_chart_names_each_account_once_with_its_role() -> None:
    assert {line.account for line in CHART} == set(Account)
    assert len({line.account for line in CHART}) == len(CHART)
    assert all(line.says.endswith(".") for line in CHART)
    assert accounts_of(Role.PAID) == (Account.PAYMENTS,)
    assert len(ACCOUNT_OF_PROVIDER_CODE) >= 41
    assert (provider_account(" wo "), provider_account("??")) == (Account.TAKEBACK, Account.SUSPENSE)


def test_sums_leave_out_what_comes_to_nothing_and_keep_payers_apart() -> None:
    first, second = Spot(Account.PAYMENTS, 1), Spot(Account.PAYMENTS, 2)

    assert balances_of([(first, 5), (second, 3), (first, -5)]) == {second: 3}
    assert change({first: 5}, {first: 5, second: 3}) == {second: 3}
    assert change({first: 5}, {}) == {first: -5}
    both = {first: 5, second: 3, Spot(Account.SUSPENSE): 9}
    assert total_cents(both, (Account.PAYMENTS,)) == 8
    assert total_cents(both, (Account.PAYMENTS,), 2) == 3


def test_what_a_payer_added_is_the_sum_of_the_lines_that_answer_none() -> None:
    billed = a_billed(100_00)
    claim = a_remit_claim(
        a_remit_line(paid=80_00, codes={"CO-45": 20_00}),
        a_remit_line(paid=7_00, line=2, code="G0008", control=""),
        a_remit_line(paid=5_00, line=2, code="G0009", control=""),
    )

    assert added_by_payer_cents(heard(claim, billed)) == 12_00
    assert settle(None, ()) == settle(replace(billed, is_dropped=True), ()) == {}


def test_lines_that_a_payer_added_wait_as_one_amount_and_a_single_one_at_its_own_bytes() -> None:
    billed = a_billed(100_00)
    known = a_remit_line(paid=80_00, codes={"CO-45": 20_00})
    added = [a_remit_line(paid=cents, line=2, code="G0008", control="") for cents in (7_00, 5_00)]

    for lines, cents, place in (
        (added[:1], 7_00, added[0].place),
        (added, 12_00, ELSEWHERE),
    ):
        claim = replace(a_remit_claim(known, *lines), place=ELSEWHERE)
        (posting,) = postings_of_moves(billed, [], arrive([], heard(claim, billed)))
        waits = [entry for entry in posting.entries if entry.claim_id is None]
        assert told(waits) == [("payments", None, None, None, cents), ("suspense", None, None, None, -cents)]
        assert {entry.place for entry in waits} == {place}


# What is said and what it means.


@pytest.mark.parametrize(
    ("claim", "is_forwarded_on"),
    [
        (paid(80_00), False),
        *((paid(80_00, status=code), True) for code in ("19", "20", "21", "23")),
        (replace(paid(80_00), is_crossed_over=True), True),
        (replace(paid(80_00), remark_codes=("MA18",)), True),
        (replace(paid(80_00), remark_codes=("MA01",)), False),
        (a_remit_claim(a_remit_line(paid=1, remark_codes=("N89",))), True),
    ],
)
def test_a_claim_is_forwarded_by_status_by_name_or_by_remark(claim: RemitClaim, is_forwarded_on: bool) -> None:
    assert is_forwarded(claim) is is_forwarded_on


def test_status_4_without_reasons_says_that_nobody_knows_the_patient() -> None:
    assert is_patient_unknown(paid(0, status="4"))
    assert is_patient_unknown(paid(0, {"CO-31": 1}, status="4"))
    assert is_patient_unknown(replace(paid(0, {"CO-A1": 1}, status="4"), remark_codes=("N382",)))
    assert not is_patient_unknown(replace(paid(0, {"CO-50": 1}, status="4"), remark_codes=("N382",)))
    assert not is_patient_unknown(paid(0, {"CO-A1": 1}, status="4"))


@pytest.mark.parametrize(
    ("codes", "bundles"),
    [
        ({"OA-94": -5, "CO-97": 5}, True),
        ({"OA-94": -1, "CO-97": 1}, True),
        ({"OA-94": 5, "CO-97": 5}, False),
        ({"OA-94": -5, "CO-97": -5}, False),
        ({"OA-94": -5, "CO-45": 5}, False),
        ({"CO-45": -5, "CO-97": 5}, False),
        ({"OA-94": 0, "CO-97": 5}, False),
        ({"OA-94": -5, "CO-97": 0}, False),
    ],
)
def test_a_bundle_needs_an_increase_and_a_cut(codes: dict[str, int], bundles: bool) -> None:
    assert is_bundle(a_remit_claim(a_remit_line(paid=0, codes=codes))) is bundles


@pytest.mark.parametrize(
    ("code", "status", "effect"),
    [
        ("CO-45", "1", Effect.CONTRACTUAL),
        ("CO-045", "1", Effect.CONTRACTUAL),
        ("CO-253", "1", Effect.SEQUESTRATION),
        ("CO-24", "1", Effect.DENIED),
        ("PR-24", "1", Effect.DENIED),
        ("CO-97", "1", Effect.DENIED),
        ("OA-94", "1", Effect.INCREASE),
        ("OA-23", "1", Effect.INFORMS),
        ("PR-23", "1", Effect.INFORMS),
        ("OA-18", "1", Effect.INFORMS),
        ("OA-101", "1", Effect.INFORMS),
        ("PR-1", "1", Effect.SHARE),
        ("CO-1", "1", Effect.DENIED),
        ("PI-45", "1", Effect.DENIED),
        ("PR-45", "1", Effect.SHARE),
        ("PR-204", "1", Effect.SHARE),
        ("PR-26", "1", Effect.DENIED),
        ("PR-31", "1", Effect.DENIED),
        ("OA-100", "1", Effect.SHARE),
        ("CO-Q9", "1", Effect.DENIED),
        ("CO-45", "4", Effect.DENIED),
        ("CO-31", "4", Effect.INFORMS),
        ("OA-109", "23", Effect.INFORMS),
        ("OA-101", "25", Effect.INFORMS),
    ],
)
def test_what_an_adjustment_does_follows_from_group_reason_and_status(code: str, status: str, effect: Effect) -> None:
    claim = paid(0, {code: 1_00}, status=status)

    assert effect_of(claim.lines[0].adjustments[0], claim) is effect


def test_capitation_counts_under_a_contract_by_head_and_never_against_the_patient() -> None:
    for code, effect in (("CO-24", Effect.CAPITATED), ("PR-24", Effect.DENIED), ("CO-50", Effect.DENIED)):
        claim = replace(paid(0, {code: 1_00}), is_under_capitation=True)
        assert effect_of(claim.lines[0].adjustments[0], claim) is effect


def test_reasons_are_named_once_in_their_order_and_only_denials_deny() -> None:
    claim = a_remit_claim(
        a_remit_line(paid=0, codes={"CO-50": 5, "CO-45": 5}),
        a_remit_line(paid=0, codes={"CO-50": 7, "CO-16": -1}, line=2),
    )

    assert reasons_of([claim, claim]) == ("CO-50", "CO-45", "CO-16")
    assert denial_reasons_of([claim]) == ("CO-50",)
    assert denied_cents(claim) == 11
    assert denial_reasons_of([paid(0, {"CO-50": 1, "CO-29": 0})]) == ("CO-50",)


# Which of them count.


def test_a_reversal_and_the_original_that_it_takes_back_name_each_other() -> None:
    decided = paid(80_00, {"CO-45": 20_00})

    original, reversal = standing(decided, turned(decided), billed=a_billed(100_00))

    assert (original.standing, reversal.standing) == (Standing.REVERSED, Standing.REVERSAL)
    assert (original.pairs_with, reversal.pairs_with) == (reversal.remit_claim_id, original.remit_claim_id)


def test_a_reversal_and_what_waited_for_it_are_netted_and_name_each_other() -> None:
    billed = a_billed(100_00)
    first, second = paid(80_00, {"CO-45": 20_00}), paid(50_00, {"CO-45": 50_00}, number="ICN2")

    known = standing(first, second, turned(second), billed=billed)

    assert [each.standing for each in known] == [Standing.POSTED, Standing.NETTED, Standing.NETTED]
    assert (known[1].pairs_with, known[2].pairs_with) == (known[2].remit_claim_id, known[1].remit_claim_id)
    assert [each.held_for for each in known] == [None, None, None]


def test_a_decision_that_comes_after_its_waiting_reversal_is_reversed_at_once_and_frees_the_next() -> None:
    billed = a_billed(100_00)
    first, second = paid(80_00, {"CO-45": 20_00}), paid(50_00, {"CO-45": 50_00}, number="ICN2")

    moves = arrive(standing(turned(first), billed=billed), heard(first, billed))

    assert [(move.heard.standing, move.was) for move in moves] == [
        (Standing.POSTED, None), (Standing.REVERSAL, Standing.HELD), (Standing.REVERSED, Standing.POSTED),
    ]  # fmt: skip
    freed = arrive(
        standing(first, second, paid(40_00, {"CO-45": 60_00}, number="3"), billed=billed), heard(turned(first), billed)
    )
    assert [move.heard.standing for move in freed] == [Standing.REVERSAL, Standing.REVERSED, Standing.POSTED]
    assert freed[2].heard.claim is second


@pytest.mark.parametrize(
    ("reversal", "is_tied"),
    [
        (turned(paid(80_00, {"CO-45": 20_00})), True),
        (turned(paid(80_00, {"CO-45": 20_00}), number="OTHER"), True),
        (a_remit_claim(a_remit_line(paid=-80_00, codes={"CR-22": -20_00}), status="22", number="ICN1"), True),
        (
            a_remit_claim(
                a_remit_line(paid=-80_00, codes={"CR-22": -20_00}),
                status="22", number="X", earlier_claim_number="ICN1",
            ),
            True,
        ),
        (a_remit_claim(a_remit_line(paid=-80_00, codes={"CR-22": -20_00}), status="22", number="X"), False),
        (turned(paid(70_00, {"CO-45": 30_00})), False),
    ],
)  # fmt: skip
def test_a_waiting_reversal_is_tied_to_what_follows_by_its_mirror_or_the_payers_number(
    reversal: RemitClaim, is_tied: bool
) -> None:
    known = standing(reversal, paid(80_00, {"CO-45": 20_00}), billed=a_billed(100_00))

    assert (known[0].standing is Standing.REVERSAL) is is_tied


def test_a_reversal_of_another_payer_order_takes_nothing_back() -> None:
    billed = a_billed(100_00, payer_count=2)
    first = heard(paid(80_00, {"CO-45": 20_00}), billed)
    posted = replace(first, standing=Standing.POSTED)

    (move,) = arrive([posted], heard(turned(first.claim), billed, payer_order=2))
    (other,) = arrive([replace(move.heard)], heard(paid(80_00, {"CO-45": 20_00}), billed))

    assert (move.heard.standing, move.heard.held_for) == (Standing.HELD, HeldFor.ORIGINAL_UNKNOWN)
    assert other.heard.standing is Standing.POSTED


def test_amounts_of_nothing_make_no_reversal_another_mirror() -> None:
    first = a_remit_claim(a_remit_line(paid=80_00, codes={"CO-45": 20_00, "CO-59": 0}))
    back = a_remit_claim(a_remit_line(paid=-80_00, codes={"CO-45": -20_00, "PR-1": 0}), status="22", number="Z")

    assert standing(back, first, billed=a_billed(100_00))[0].standing is Standing.REVERSAL
