"""What two transactions of one payment say differently is found, whatever the order in which they say it."""

from dataclasses import replace

from claimwright_remittance.domain.remits.comparison import Thing, compare
from claimwright_remittance.domain.remits.file import read_file
from claimwright_remittance.domain.remits.remittance import Remittance
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
