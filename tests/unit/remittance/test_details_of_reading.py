"""The small print of reading, matching and bills: numbers, places and orders that nothing else would miss."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from claimwright import control_numbers
from claimwright.findings import Severity
from claimwright.x12 import read_835
from claimwright_remittance.domain.billing import BilledLine, at_places_of, line_places
from claimwright_remittance.domain.remits.matching import Rung, match_lines, weakest
from claimwright_remittance.domain.remits.numbers import number_at, ours, without_foreign_numbers
from claimwright_remittance.domain.remits.reading import remittance_of
from claimwright_remittance.domain.remits.remittance import Adjustment, Place
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
)

ELSEWHERE = Place(segment=7, byte_start=70, byte_end=77)
AN_ID = UUID(int=4711)


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


@pytest.mark.parametrize("is_ours", [True, False])
@pytest.mark.parametrize("lines_ours", [(), (True, True), (True, False), (False, False)])
def test_a_number_is_kept_if_it_is_ours_and_no_other_ever(is_ours: bool, lines_ours: tuple[bool, ...]) -> None:
    mine = control_numbers.mint(4711, payer_order=1, key=b"key")
    numbers = [
        control_numbers.line_number(mine, at) if each else f"078-05-112{at}" for at, each in enumerate(lines_ours, 1)
    ]
    claim = a_remit_claim(*(a_remit_line(paid=1, control=each, line=at) for at, each in enumerate(numbers, 1)))

    cleaned = without_foreign_numbers(replace(claim, patient_control_number=mine if is_ours else "078-05-1120"))

    kept = [number if each else "" for number, each in zip(numbers, lines_ours, strict=True)]
    assert cleaned.patient_control_number == (mine if is_ours else "")
    assert [each.line_control_number for each in cleaned.lines] == kept


@pytest.mark.parametrize(
    ("segment", "number"),
    [
        (b"CLP", ""),
        (b"CLP*0815", "0815"),
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
