"""Each remit line finds the billed line it answers by the surest step that holds, and none is invented."""

import time
from dataclasses import replace

from claimwright_remittance.domain.remits.matching import LineMatch, Rung, match_by_hand, match_lines, weakest
from tests.support.remits import PCN, a_billed, a_line, a_remit_claim, a_remit_line


def test_the_line_control_number_decides_even_against_the_code() -> None:
    billed = a_billed(100_00, 50_00)
    claim = a_remit_claim(a_remit_line(paid=50_00, line=2, code="99999"))

    (match,) = match_lines(claim, billed.lines)

    assert (match.line, match.rung) == (2, Rung.LINE_CONTROL_NUMBER)
    assert "recoded" in match.notes


def test_without_the_number_code_modifiers_date_and_charge_decide() -> None:
    lines = (a_line(1, 60_00, code="97110", modifiers=("GP",)), a_line(2, 60_00, code="97110", modifiers=("59",)))
    claim = a_remit_claim(replace(a_remit_line(paid=60_00, code="97110", control=""), modifiers=("59",)))

    (match,) = match_lines(claim, lines)

    assert (match.line, match.rung) == (2, Rung.CODE_MODIFIERS_DATE_CHARGE)


def test_a_dropped_modifier_costs_a_step() -> None:
    lines = (a_line(1, 60_00, code="97110", modifiers=("GP",)), a_line(2, 45_00, code="97110"))
    claim = a_remit_claim(a_remit_line(paid=60_00, code="97110", control=""))

    (match,) = match_lines(claim, lines)

    assert (match.line, match.rung) == (1, Rung.CODE_CHARGE)
    assert match.notes == ("modifiers_differ",)


def test_the_code_alone_decides_only_when_it_stands_once() -> None:
    once = (a_line(1, 60_00, code="97110"),)
    twice = (*once, a_line(2, 45_00, code="97110"))
    claim = a_remit_claim(a_remit_line(paid=50_00, code="97110", control=""))

    assert match_lines(claim, once)[0].rung is Rung.CODE_ALONE
    assert match_lines(claim, twice)[0].rung is Rung.NONE


def test_two_equal_lines_are_answered_one_by_one() -> None:
    lines = (a_line(1, 60_00, code="97110"), a_line(2, 60_00, code="97110"))
    remit = a_remit_line(paid=60_00, code="97110", control="")

    matches = match_lines(a_remit_claim(remit, remit), lines)

    assert [match.line for match in matches] == [1, 2]


def test_a_line_split_in_two_is_found_by_its_sum() -> None:
    lines = (a_line(1, 100_00, code="97110"),)
    half = a_remit_line(paid=50_00, code="97110", control="")

    matches = match_lines(a_remit_claim(half, half), lines)

    assert [(match.line, match.rung) for match in matches] == [(1, Rung.CODE_SHARED)] * 2


def test_the_submitted_code_counts_where_the_payer_changed_it() -> None:
    lines = (a_line(1, 100_00, code="99215"),)
    claim = a_remit_claim(a_remit_line(paid=100_00, code="99213", control="", submitted_code="99215"))

    (match,) = match_lines(claim, lines)

    assert (match.line, match.rung) == (1, Rung.CODE_MODIFIERS_DATE_CHARGE)
    assert match.notes == ("recoded",)


def test_a_line_that_we_never_billed_answers_none() -> None:
    claim = a_remit_claim(a_remit_line(paid=100_00), a_remit_line(paid=7_00, code="G0008", control=""))

    matches = match_lines(claim, a_billed(100_00).lines)

    assert [match.line for match in matches] == [1, None]
    assert weakest(matches) is Rung.NONE


def test_an_altered_number_decides_nothing_by_itself() -> None:
    lines = (a_line(1, 60_00, code="97110"), a_line(2, 45_00, code="97110"))
    claim = a_remit_claim(a_remit_line(paid=33_00, code="97110", control=f"{PCN}2"))

    assert match_lines(claim, lines)[0].line is None


def test_a_line_without_a_date_lies_in_the_period_of_its_claim() -> None:
    lines = (a_line(1, 60_00, code="97110"),)
    undated = replace(a_remit_line(paid=60_00, code="97110", control=""), service_date=None)
    within = a_remit_claim(undated, service_from=lines[0].service_date, service_to=lines[0].service_date)
    later = a_remit_claim(undated, service_from=lines[0].service_date.replace(month=5))

    assert match_lines(within, lines)[0].line == 1
    assert match_lines(later, lines)[0].line is None


def test_a_code_that_decides_nothing_keeps_no_other_code_from_its_line() -> None:
    twice = (a_line(1, 60_00, code="97110"), a_line(2, 45_00, code="97110"))
    once = (a_line(1, 100_00, code="97110"),)
    other = a_remit_line(paid=33_00, code="99213", control="")
    unlike = a_remit_line(paid=50_00, code="97110", control="")
    half = a_remit_line(paid=45_00, code="97110", control="")

    ambiguous = match_lines(a_remit_claim(unlike, other), (*twice, a_line(3, 70_00, code="99213")))
    not_its_sum = match_lines(a_remit_claim(half, half, other), (*once, a_line(3, 70_00, code="99213")))

    assert [match.line for match in ambiguous] == [None, 3]
    assert [match.line for match in not_its_sum] == [None, None, 3]


def test_a_person_says_line_by_line_what_answers_what_and_what_is_none_of_ours() -> None:
    billed = a_billed(100_00, 50_00).lines
    claim = a_remit_claim(a_remit_line(paid=50_00), a_remit_line(paid=7_00, code="G0008"))

    matches = match_by_hand(claim, billed, [2, None])

    assert matches[0].line == 2
    assert (matches[0].rung, matches[0].notes) == (Rung.BY_HAND, ("recoded", "line_control_number_differs"))
    assert matches[1] == LineMatch(None, Rung.NONE)


def test_ten_thousand_lines_of_one_answer_are_matched_in_no_time() -> None:
    """Seen to fail while the free lines were sought anew for each: 4 seconds, in which nothing else went on."""
    billed = tuple(a_line(at, 60_00, code="97110") for at in range(1, 51))
    lines = [a_remit_line(paid=60_00, code="97110" if at % 2 else "G0008", control="") for at in range(10_000)]
    claim = a_remit_claim(*lines)
    start = time.process_time()

    matches = match_lines(claim, billed)

    assert time.process_time() - start < 1
    assert [match.line for match in matches if match.line] == list(range(1, 51))
