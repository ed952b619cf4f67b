"""The small print of posting, matching and reading: causes, places, numbers and orders that nothing else would miss."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from claimwright import control_numbers
from claimwright.findings import Severity
from claimwright.x12 import read_835
from claimwright_remittance.domain.billing import BilledClaim, BilledLine, at_places_of, line_places
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
from claimwright_remittance.domain.ledger.settlement import added_by_payer_cents, settle
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
from claimwright_remittance.domain.remits.matching import Rung, match_lines, weakest
from claimwright_remittance.domain.remits.numbers import number_at, ours, without_foreign_numbers
from claimwright_remittance.domain.remits.reading import remittance_of
from claimwright_remittance.domain.remits.remittance import Adjustment, Place, ProviderItem, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Move, Standing, arrive
from claimwright_remittance.domain.remits.suggestions import SHORTEST, Known, suggest
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remits import (
    CODES,
    PCN,
    SOMEWHERE,
    THE_DAY,
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


# Which of them count.


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


# Matching and suggestions.


def test_the_weakest_step_is_the_claims_and_without_lines_it_is_the_number_alone() -> None:
    billed = a_billed(100_00, 50_00)
    claim = a_remit_claim(a_remit_line(paid=1, charge=100_00), a_remit_line(paid=1, charge=50_00, line=2, control=""))

    assert weakest(match_lines(claim, billed.lines)) is Rung.CODE_MODIFIERS_DATE_CHARGE
    assert weakest(()) is Rung.CLAIM


def test_submitted_modifiers_are_compared_where_the_payer_changed_the_code() -> None:
    billed = (a_line(1, 100_00, modifiers=("25",)),)
    line = a_remit_line(
        paid=1, charge=100_00, code="99212", control="", submitted_code=CODES[0], submitted_modifiers=("25",)
    )

    (match,) = match_lines(a_remit_claim(line), billed)
    (other,) = match_lines(a_remit_claim(replace(line, submitted_modifiers=())), billed)

    assert (match.rung, match.notes) == (Rung.CODE_MODIFIERS_DATE_CHARGE, ("recoded", "modifiers_differ"))
    assert other.rung is Rung.CODE_CHARGE


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({}, ()),
        ({"procedure_code": "99212"}, ("recoded",)),
        ({"modifiers": ("59",)}, ("modifiers_differ",)),
        ({"charge_cents": 99_00}, ("charge_differs",)),
        ({"charge_cents": -100_00}, ()),
        ({"service_date": None}, ("no_date",)),
        ({"service_date": date(2026, 3, 1)}, ("date_differs",)),
        ({"service_date": date(2026, 3, 3)}, ("date_differs",)),
    ],
)
def test_each_thing_that_is_odd_about_a_line_is_noted(changes: dict[str, object], notes: tuple[str, ...]) -> None:
    line = replace(a_remit_line(paid=1, charge=100_00), **changes)  # type: ignore[arg-type]

    (match,) = match_lines(a_remit_claim(line), a_billed(100_00).lines)

    assert (match.rung, match.score, match.notes) == (Rung.LINE_CONTROL_NUMBER, 100, notes)


def test_another_number_of_a_line_is_noted_where_its_code_found_it() -> None:
    line = a_remit_line(paid=1, charge=100_00, control="THEIRS")

    (match,) = match_lines(a_remit_claim(line), a_billed(100_00).lines)

    assert match.notes == ("line_control_number_differs",)


@pytest.mark.parametrize(
    ("days", "fits"),
    [((2, 2), True), ((1, 3), True), ((3, 4), False), ((1, 1), False), ((None, 1), False), ((3, None), False)],
)
def test_a_line_without_a_date_lies_in_the_claims_period(days: tuple[int | None, int | None], fits: bool) -> None:
    first, last = (None if day is None else date(2026, 3, day) for day in days)
    line = a_remit_line(paid=1, charge=100_00, control="")
    claim = replace(a_remit_claim(replace(line, service_date=None)), service_from=first, service_to=last)

    (match,) = match_lines(claim, a_billed(100_00).lines)

    assert (match.line == 1) is fits


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        (PCN.lower(), ("written_otherwise",)),
        (PCN[:SHORTEST], ("cut",)),
        (PCN[-SHORTEST:], ("cut",)),
        (PCN[: SHORTEST - 1], None),
        (f"00{PCN}", ("padded",)),
        (PCN[:-1] + "Z", ("one_character_differs",)),
        (PCN[:-2] + "ZZ", None),
    ],
)
def test_a_number_is_like_ours_in_named_ways(given: str, reasons: tuple[str, ...] | None) -> None:
    found = suggest(given, 1, [Known(PCN, "clm_1", 100_00)])

    assert [each.reasons for each in found] == ([] if reasons is None else [reasons])


def test_the_likeliest_suggestion_comes_first() -> None:
    known = [Known("7K2M9QW4XT1P", "a", 5), Known("7K2M9QW4XT1R", "b", 100_00)]

    found = suggest("7K2M9QW4XT1Q", -100_00, known)

    assert [(each.known.claim_id, each.reasons) for each in found] == [
        ("b", ("one_character_differs", "charge_equals")), ("a", ("one_character_differs",)),
    ]  # fmt: skip


# Numbers.


def test_only_our_own_numbers_stand_in_the_clear() -> None:
    mine = control_numbers.mint(5, payer_order=1, key=bytes(16))
    line = control_numbers.line_number(mine, 3)
    claim = a_remit_claim(a_remit_line(paid=1, control=line), a_remit_line(paid=1, control="078-05-1120", line=2))

    cleaned = without_foreign_numbers(replace(claim, patient_control_number=mine))

    assert (ours(mine), ours("078-05-1120")) == (mine, None)
    assert cleaned.patient_control_number == mine
    assert [each.line_control_number for each in cleaned.lines] == [line, ""]
    assert without_foreign_numbers(replace(claim, patient_control_number="DOE")).patient_control_number == ""


@pytest.mark.parametrize(
    ("segment", "number"),
    [
        (b"CLP*0815*1*2~", "0815"),
        (b"\r\nCLP* 0815 *1~", "0815"),
        (b"CLP|A*B|1~", "A*B"),
        (b"CLP*J\xc3\xb6*1~", "Jö"),
        (b"CLP*\xff*1~", "\ufffd"),
    ],
)
def test_a_number_is_read_at_its_place_with_the_files_own_delimiter(segment: bytes, number: str) -> None:
    before = b"ST*835*0001~"
    place = Place(2, len(before), len(before) + len(segment))

    assert number_at(before + segment + b"CAS*CO~", place) == number


# Reading.


def test_what_can_not_be_said_in_cents_is_a_finding_with_its_bytes_and_a_mend() -> None:
    content = file_835([SetSaid("T1", claims=[ClaimSaid(PCN, (LineSaid(60_00, (("CO-45", 40_00),)),), icn="I")])])
    spoiled = content.replace(b"CAS*CO*45*40~", b"CAS*CO*45*40.005~")
    huge = content.replace(b"CAS*CO*45*40~", b"CAS*CO*45*10000000000001~")

    for file, code in ((spoiled, "remit.amount"), (huge, "remit.amount_too_large")):
        remittance, (finding,) = remittance_of(read_835(file).values[0])
        assert (finding.code, finding.severity) == (code, Severity.BLOCKS)
        assert finding.says.endswith(".")
        assert finding.fix is not None
        assert finding.fix.startswith("Ask the payer for a file")
        where = finding.where
        assert where.segment is not None
        assert file[where.byte_start : where.byte_end].startswith(b"CAS*CO*45*")
        assert remittance.claims[0].lines[0].adjustments[0].cents == 0


def test_a_remittance_is_read_whole() -> None:
    line_said = LineSaid(
        60_00, (("CO-45", 40_00),), control=f"{PCN}01", submitted="99214", modifiers=("25",), remarks=("N1",)
    )
    said = ClaimSaid(
        PCN, (line_said,), icn="ICN1", earlier="ICN0", interest=1_25, crossover=True, insured_corrected=True,
    )  # fmt: skip
    content = file_835([SetSaid("T1", claims=[said], provider_items=[("WO", "REF1", 5_00), ("L6", "X", -1_25)])])

    remittance, found = remittance_of(read_835(content).values[0])

    assert found == []
    assert (remittance.set_ordinal, remittance.handling, remittance.payment_method) == (1, "I", "ACH")
    assert (remittance.trace_number, remittance.trace_payer_id, remittance.payee_id) == (
        "T1", "1999999999", "1234567893",
    )  # fmt: skip
    assert (remittance.payer_id, remittance.payment_date, remittance.payment_cents) == ("PAYER1", THE_DAY, 56_25)
    (claim,) = remittance.claims
    assert (claim.ordinal, claim.claim_outcome_code, claim.charge_cents, claim.paid_cents) == (1, "1", 100_00, 60_00)
    assert (claim.payer_claim_control_number, claim.earlier_claim_number, claim.interest_cents) == (
        "ICN1", "ICN0", 1_25,
    )  # fmt: skip
    assert (claim.is_crossed_over, claim.has_corrected_insured, claim.patient_control_number) == (True, True, PCN)
    (line,) = claim.lines
    assert (line.procedure_code, line.submitted_code, line.modifiers, line.service_date) == (
        "99213", "99214", ("25",), THE_DAY,
    )  # fmt: skip
    assert (line.line_control_number, line.remark_codes) == (f"{PCN}01", ("N1",))
    assert [(i.ordinal, i.code, i.reference, i.cents, i.provider_id) for i in remittance.provider_items] == [
        (1, "WO", "REF1", 5_00, "1234567893"), (2, "L6", "X", -1_25, "1234567893"),
    ]  # fmt: skip
    for place, begins in ((claim.place, b"CLP*"), (line.place, b"SVC*"), (remittance.place, b"ST*835")):
        assert content[place.byte_start : place.byte_end].startswith(begins)


# Bills.


def test_lines_are_known_by_their_own_places_or_else_by_their_order() -> None:
    mine = control_numbers.mint(5, payer_order=1, key=bytes(16))
    numbers = [control_numbers.line_number(mine, place) for place in (2, 7)]

    assert line_places(numbers) == (2, 7)
    assert line_places([numbers[0], numbers[0]]) == (1, 2)
    assert line_places([numbers[0], "THEIRS"]) == (1, 2)


def test_a_bill_to_the_next_payer_keeps_the_places_of_the_same_lines() -> None:
    earlier = replace(a_billed(100_00), lines=(a_line(3, 100_00),))
    same = replace(earlier, payer_order=2, lines=(replace(a_line(3, 100_00), line=1, line_control_number="X"),))
    other = replace(same, lines=(replace(same.lines[0], charge_cents=1),))

    assert at_places_of(earlier, same).lines[0].line == 3
    assert at_places_of(earlier, other) is other
    assert at_places_of(None, same) is same
    assert at_places_of(replace(earlier, payer_order=2), same) is same


def test_a_bill_charges_what_its_lines_charge() -> None:
    line = BilledLine(1, "", "99213", (), 5_00, Decimal(1), THE_DAY)

    assert replace(a_billed(1), lines=(line, line)).charge_cents == 10_00
    assert Adjustment("CO", "45", 1, SOMEWHERE).code == "CO-45"
