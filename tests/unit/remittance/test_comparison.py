"""What two transactions of one payment say differently is found, whatever the order in which they say it."""

from dataclasses import replace

import pytest

from claimwright_remittance.domain.remits.comparison import Thing, compare
from claimwright_remittance.domain.remits.file import read_file
from claimwright_remittance.domain.remits.remittance import Adjustment, Remittance
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835

A = ClaimSaid("A", (LineSaid(60_00, (("CO-45", 40_00),)), LineSaid(10_00, code="80053")), icn="1")
B = ClaimSaid("B", (LineSaid(20_00),), icn="2")


def a_remittance(
    *claims: ClaimSaid, items: tuple[tuple[str, str, int], ...] = (), total: int | None = None
) -> Remittance:
    (read,) = read_file(file_835([SetSaid("T1", claims=list(claims), provider_items=list(items), total=total)])).sets
    return read.remittance


def told(
    first: Remittance, second: Remittance
) -> list[tuple[str, str | None, int | None, dict[str, tuple[object, object]]]]:
    return [
        (each.thing.value, each.number, each.line, {c.field: (c.first, c.second) for c in each.changes})
        for each in compare(first, second)
        if each.thing is not Thing.TRANSACTION
    ]


def test_the_same_in_another_order_differs_in_nothing() -> None:
    items = (("L6", "X", -1_00), ("WO", "1", 5_00))

    assert compare(a_remittance(A, B, items=items), a_remittance(B, A, items=items[::-1])) == ()


def test_amounts_and_adjustments_are_told_by_claim_and_line() -> None:
    other = replace(A, lines=(LineSaid(50_00, (("CO-45", 40_00), ("PR-2", 10_00))), A.lines[1]))

    found = told(a_remittance(A, B), a_remittance(other, B))

    assert found == [
        ("claim", "A", None, {"paid_cents": (70_00, 60_00)}),
        ("line", "A", 1, {"paid_cents": (60_00, 50_00), "PR-2": (None, 10_00)}),
    ]


def test_what_only_one_side_has_is_told_with_its_place() -> None:
    first, second = a_remittance(A, items=(("L6", "X", -1_00),)), a_remittance(A, B)

    contrasts = [each for each in compare(first, second) if each.thing is not Thing.TRANSACTION]

    (claim, item) = contrasts
    assert (claim.thing, claim.number, claim.first) == (Thing.CLAIM, "B", None)
    assert claim.second == second.claims[1].whole
    assert (item.thing, item.second) == (Thing.PROVIDER_ITEM, None)
    assert item.first == first.provider_items[0].place


def test_a_line_that_is_gone_and_a_new_number_of_the_payers_are_told() -> None:
    other = replace(A, lines=A.lines[:1], icn="9")

    found = told(a_remittance(A), a_remittance(other))

    assert [(thing, line) for thing, _, line, _ in found] == [("claim", None), ("line", 2)]
    assert found[0][3]["payer_claim_control_number"] == ("1", "9")


def test_a_reversal_is_never_the_same_as_its_original() -> None:
    found = told(a_remittance(A), a_remittance(A.turned(), A))

    assert [(thing, changes["claim_outcome_code"]) for thing, _, _, changes in found] == [("claim", (None, "22"))]


def test_a_claim_that_is_named_twice_is_paired_once_each() -> None:
    assert told(a_remittance(A, A), a_remittance(A)) != []
    assert compare(a_remittance(A, A), a_remittance(A, A)) == ()


def test_the_transaction_itself_is_told_first() -> None:
    (head, *_) = compare(a_remittance(A), a_remittance(A, B))

    fields = {each.field: (each.first, each.second) for each in head.changes}
    assert head.thing is Thing.TRANSACTION
    assert fields["claim_count"] == (1, 2)
    assert fields["payment_cents"] == (70_00, 90_00)


def values_of(first: object, second: object, names: dict[str, str]) -> dict[str, tuple[object, object]]:
    """Return what two things say in some of their fields, each by the name under which a comparison tells it."""
    return {told_as: (getattr(first, name), getattr(second, name)) for told_as, name in names.items()}


def test_every_field_of_a_transaction_is_told_under_its_name() -> None:
    first = a_remittance(A, items=(("L6", "X", -1_00),))
    second = replace(
        first,
        handling="H",
        payment_cents=1,
        payment_method="CHK",
        payment_date=None,
        trace_number="T2",
        trace_payer_id="1888888888",
        payer_ids=("P2", "P3"),
        payee_id="2",
        claims=(),
        provider_items=(),
    )
    assert first.payment_date is not None

    (head, *_) = compare(first, second)

    assert {each.field: (each.first, each.second) for each in head.changes} == {
        **values_of(first, second, {name: name for name in ("handling", "payment_cents", "payment_method")}),
        **values_of(first, second, {name: name for name in ("trace_number", "trace_payer_id", "payee_id")}),
        "payment_date": (first.payment_date.isoformat(), None),
        "payer_ids": (" ".join(first.payer_ids), "P2 P3"),
        "claim_count": (1, 0),
        "claims_paid_cents": (70_00, 0),
        "provider_items_cents": (-1_00, 0),
    }
    assert (head.first, head.second) == (first.place, second.place)


def test_every_field_of_a_claim_is_told_under_its_name_with_both_places() -> None:
    first = a_remittance(A)
    (one,) = first.claims
    other = replace(
        one,
        claim_outcome_code="2",
        charge_cents=1,
        paid_cents=2,
        payer_claim_control_number="9",
        earlier_claim_number="8",
        interest_cents=3,
        remark_codes=("MA01", "N1"),
        adjustments=(Adjustment("CO", "45", 1, one.place), Adjustment("CO", "45", 2, one.place)),
        whole=replace(one.whole, segment=77),
    )

    (contrast,) = [each for each in compare(first, replace(first, claims=(other,))) if each.thing is Thing.CLAIM]

    names = ("claim_outcome_code", "charge_cents", "paid_cents", "payer_claim_control_number")
    assert {each.field: (each.first, each.second) for each in contrast.changes} == {
        **values_of(one, other, {name: name for name in (*names, "earlier_claim_number", "interest_cents")}),
        "remark_codes": ("", "MA01 N1"),
        "CO-45": (None, 3),
    }
    assert (contrast.first, contrast.second, contrast.number) == (one.whole, other.whole, "A")


def test_every_field_of_a_line_is_told_under_its_name_with_both_places() -> None:
    first = a_remittance(A)
    (claim,) = first.claims
    one = claim.lines[1]
    other = replace(
        one,
        modifiers=("25", "59"),
        charge_cents=1,
        paid_cents=2,
        submitted_code="80053",
        service_date=None,
        remark_codes=("N1", "N2"),
        place=replace(one.place, segment=78),
    )
    second = replace(first, claims=(replace(claim, lines=(claim.lines[0], other)),))
    assert one.service_date is not None

    (contrast,) = [each for each in compare(first, second) if each.thing is Thing.LINE]

    assert {each.field: (each.first, each.second) for each in contrast.changes} == {
        **values_of(one, other, {name: name for name in ("charge_cents", "paid_cents", "submitted_code")}),
        "modifiers": ("", "25 59"),
        "service_date": (one.service_date.isoformat(), None),
        "remark_codes": ("", "N1 N2"),
    }
    assert (contrast.first, contrast.second, contrast.line) == (one.place, other.place, 2)


def test_a_line_of_one_side_alone_is_told_whole_with_its_own_place_and_count() -> None:
    first = a_remittance(A)
    (claim,) = first.claims
    fewer = replace(first, claims=(replace(claim, lines=claim.lines[:1]),))
    gone, new = (
        [each for each in compare(*sides) if each.thing is Thing.LINE] for sides in ((first, fewer), (fewer, first))
    )

    line = claim.lines[1]
    assert [(each.first, each.second, each.line) for each in gone] == [(line.place, None, 2)]
    assert [(each.first, each.second, each.line) for each in new] == [(None, line.place, 2)]
    fields = {each.field: each.first for each in gone[0].changes}
    assert (fields["procedure_code"], fields["paid_cents"]) == (line.procedure_code, line.paid_cents)
    assert fields["line_control_number"] == line.line_control_number


def test_a_line_is_the_same_by_its_number_or_else_by_what_was_billed() -> None:
    first = a_remittance(A)
    (claim,) = first.claims
    one = replace(claim.lines[0], line_control_number="L1")
    other = replace(one, procedure_code="99212", submitted_code=one.procedure_code)
    unnumbered = [replace(each, line_control_number="") for each in (one, other)]

    for before, after in ((one, other), tuple(unnumbered)):
        second = replace(first, claims=(replace(claim, lines=(after,)),))
        (contrast,) = [
            each
            for each in compare(replace(first, claims=(replace(claim, lines=(before,)),)), second)
            if each.thing is Thing.LINE
        ]
        assert {each.field for each in contrast.changes} == {"procedure_code", "submitted_code"}


@pytest.mark.parametrize("numbers", [("L1", "L2"), ("", "")], ids=["numbered", "unnumbered"])
def test_lines_that_change_their_order_and_their_payers_code_keep_their_partner(numbers: tuple[str, str]) -> None:
    first = a_remittance(A)
    (claim,) = first.claims
    lines = [replace(each, line_control_number=number) for each, number in zip(claim.lines, numbers, strict=True)]
    recoded = [replace(each, procedure_code="99000", submitted_code=each.procedure_code) for each in lines]

    before, after = (replace(claim, lines=tuple(each)) for each in (lines, recoded[::-1]))
    found = told(replace(first, claims=(before,)), replace(first, claims=(after,)))

    assert [set(changes) for *_, changes in found] == [{"procedure_code", "submitted_code"}] * 2


def test_a_number_tells_apart_lines_of_one_code() -> None:
    first = a_remittance(A)
    (claim,) = first.claims
    one, other = (replace(claim.lines[0], line_control_number=number) for number in ("L1", "L2"))
    recoded = [replace(each, modifiers=("25",)) for each in (other, one)]

    before, after = (replace(claim, lines=tuple(each)) for each in ((one, other), recoded))
    found = told(replace(first, claims=(before,)), replace(first, claims=(after,)))

    assert [changes for *_, changes in found] == [{"modifiers": ("", "25")}] * 2


def test_a_claim_of_one_side_alone_is_told_whole_with_its_place() -> None:
    first, second = a_remittance(A, B), a_remittance(A)

    gone, new = ([e for e in compare(*sides) if e.thing is Thing.CLAIM] for sides in ((first, second), (second, first)))

    place = first.claims[1].whole
    assert [(each.first, each.second, each.number) for each in gone] == [(place, None, "B")]
    assert [(each.first, each.second, each.number) for each in new] == [(None, place, "B")]
    assert {each.field: each.first for each in gone[0].changes}["paid_cents"] == 20_00
    assert {each.field: each.second for each in new[0].changes}["paid_cents"] == 20_00


def test_an_item_is_told_with_all_its_fields_and_its_place() -> None:
    first = a_remittance(A, items=(("L6", "X", -1_00),))
    (item,) = first.provider_items
    second = replace(first, provider_items=(replace(item, cents=-2_00, place=replace(item.place, segment=79)),))

    (changed,) = compare(first, replace(second, payment_cents=first.payment_cents))[1:]
    (gone,) = [each for each in compare(first, replace(first, provider_items=())) if each.thing is Thing.PROVIDER_ITEM]

    assert {each.field: (each.first, each.second) for each in changed.changes} == {"cents": (-1_00, -2_00)}
    assert (changed.first, changed.second) == (item.place, second.provider_items[0].place)
    (new,) = [each for each in compare(replace(first, provider_items=()), first) if each.thing is Thing.PROVIDER_ITEM]
    whole = {"code": "L6", "reference": "X", "provider_id": item.provider_id, "cents": -1_00}
    assert {each.field: each.first for each in gone.changes} == whole
    assert {each.field: each.second for each in new.changes} == whole
    assert ((gone.first, gone.second), (new.first, new.second)) == ((item.place, None), (None, item.place))
