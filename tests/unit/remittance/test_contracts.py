"""What a contract gives for a line, where a payment differs from it, and what can't be meant in a file of terms."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.contracts.csv_terms import COLUMNS, terms_in_csv
from claimwright_remittance.domain.contracts.terms import (
    CaseRate,
    KnownTerms,
    Prices,
    Rate,
    Terms,
    findings_of,
    percent_of,
    valid_terms,
)
from claimwright_remittance.domain.contracts.variances import Kind, Variance, expected_of, variances_of
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.domain.remits.standing import Standing
from tests.support.remits import THE_DAY, a_billed, a_line, a_remit_claim, a_remit_line, heard, paid

HEADING = ",".join(COLUMNS) + "\n"
CODE = Terms("PAYER1", date(2026, 1, 1), rates=(Rate("99213", 80_00),))


def known(*versions: Terms) -> list[KnownTerms]:
    return [KnownTerms(UUID(int=at), at, terms, Prices(terms)) for at, terms in enumerate(versions, 1)]


def compared(billed: BilledClaim, terms: Terms, *claims: RemitClaim) -> tuple[Variance, ...]:
    said = [replace(heard(each, billed), standing=Standing.POSTED) for each in claims]
    return variances_of(billed, said, known(terms))


def differences(found: Sequence[Variance]) -> list[tuple[str, int | None, int, int]]:
    return [(each.kind.value, each.line, each.expected_cents, each.allowed_cents) for each in found]


@pytest.mark.parametrize(
    ("terms", "cents", "basis"),
    [
        (CODE, 80_00, "code"),
        (replace(CODE, rates=(Rate("99213", 120_00),)), 100_00, "code"),
        (replace(CODE, rates=(Rate("99213", 120_00),), is_capped_by_charge=False), 120_00, "code"),
        (replace(CODE, rates=(Rate("99213", 80_00), Rate("99213", 90_00, ("25",)))), 80_00, "code"),
        (replace(CODE, rates=(), schedule=(Rate("99213", 50_01),), schedule_percent=110_50), 55_26, "schedule"),
        (replace(CODE, rates=(), charge_percent=62_50), 62_50, "charge"),
        (replace(CODE, case_rates=(CaseRate(("99213", "59400"), 70_00),)), 70_00, "case_rate"),
        (replace(CODE, rates=(), schedule=(Rate("80053", 1),), charge_percent=10_00), 10_00, "charge"),
    ],
)
def test_a_price_is_looked_for_in_the_order_of_the_terms(terms: Terms, cents: int, basis: str) -> None:
    (expected,) = expected_of(a_billed(100_00), known(terms))

    assert (expected.cents, expected.basis) == (cents, basis)


def test_modifiers_and_units_count() -> None:
    terms = replace(CODE, rates=(Rate("99213", 80_00), Rate("99213", 30_00, ("TC", "25"))), is_capped_by_charge=False)
    line = replace(a_line(1, 100_00, modifiers=("25", "TC")), units=Decimal("2.5"))

    (expected,) = expected_of(replace(a_billed(100_00), lines=(line,)), known(terms))

    assert expected.cents == 75_00


def test_a_code_that_no_terms_price_is_not_expected() -> None:
    assert expected_of(a_billed(100_00, 50_00), known(CODE))[0].line == 1
    assert len(expected_of(a_billed(100_00, 50_00), known(CODE))) == 1
    assert expected_of(a_billed(100_00), known(replace(CODE, valid_from=date(2026, 4, 1)))) == ()


def test_the_terms_of_the_day_of_service_count_and_of_several_the_latest_version() -> None:
    old = replace(CODE, valid_to=date(2026, 3, 31))
    new = replace(CODE, valid_from=date(2026, 4, 1), rates=(Rate("99213", 85_00),))
    mended = replace(old, rates=(Rate("99213", 82_00),))

    versions = known(old, new, mended)

    on = {day: valid_terms(versions, day) for day in (date(2025, 12, 31), THE_DAY, date(2026, 3, 31), date(2026, 4, 1))}
    assert [each.version if each else None for each in on.values()] == [None, 3, 3, 2]


@pytest.mark.parametrize(
    ("codes", "cents", "found"),
    [
        ({"CO-45": 20_00}, 80_00, []),
        ({"CO-45": 25_00}, 75_00, [("underpaid", 1, 80_00, 75_00)]),
        ({"CO-45": 10_00}, 90_00, [("overpaid", 1, 80_00, 90_00)]),
        ({"CO-45": 20_00, "PR-1": 60_00, "PR-2": 20_00}, 0, []),
        ({"CO-45": 20_00, "PR-3": 25_00}, 55_00, []),
        ({"CO-45": 20_00, "CO-253": 1_60}, 78_40, []),
        ({"CO-45": 60_00, "CO-253": 40}, 39_60, [("underpaid", 1, 80_00, 40_00)]),
        ({"CO-50": 100_00}, 0, []),
        ({"CO-45": 30_00, "CO-50": 30_00}, 40_00, [("underpaid", 1, 80_00, 70_00)]),
        ({"PR-204": 100_00}, 0, []),
        ({"PR-45": 20_00}, 80_00, []),
        ({"CO-45": -20_00}, 120_00, [("overpaid", 1, 80_00, 120_00)]),
    ],
)
def test_what_was_allowed_is_compared_by_line(
    codes: dict[str, int], cents: int, found: list[tuple[str, int | None, int, int]]
) -> None:
    assert differences(compared(a_billed(100_00), CODE, paid(cents, codes))) == found


def test_interest_is_no_part_of_what_was_allowed() -> None:
    claim = replace(paid(75_00, {"CO-45": 25_00}), interest_cents=5_00)

    assert differences(compared(a_billed(100_00), CODE, claim)) == [("underpaid", 1, 80_00, 75_00)]


@pytest.mark.parametrize(
    ("terms", "is_found"),
    [
        (replace(CODE, tolerance_cents=99), True),
        (replace(CODE, tolerance_cents=1_00), False),
        (replace(CODE, tolerance_percent=1_24), True),
        (replace(CODE, tolerance_percent=1_25), False),
    ],
)
def test_a_difference_within_the_tolerance_is_none(terms: Terms, is_found: bool) -> None:
    assert bool(compared(a_billed(100_00), terms, paid(79_00, {"CO-45": 21_00}))) is is_found
    assert bool(compared(a_billed(100_00), terms, paid(81_00, {"CO-45": 19_00}))) is is_found


def test_a_bundle_is_compared_as_a_whole() -> None:
    terms = replace(CODE, rates=(Rate("99213", 80_00), Rate("80053", 40_00)))
    bundle = a_remit_claim(
        a_remit_line(paid=110_00, codes={"OA-94": -50_00, "CO-45": 40_00}),
        a_remit_line(paid=0, codes={"CO-97": 50_00}, line=2),
    )

    assert differences(compared(a_billed(100_00, 50_00), terms, bundle)) == [("underpaid", None, 120_00, 110_00)]


def test_a_case_rate_is_compared_when_every_line_is_answered() -> None:
    terms = replace(CODE, case_rates=(CaseRate(("99213",), 100_00),))
    first = a_remit_claim(a_remit_line(paid=60_00, codes={"CO-45": 40_00}))
    second = a_remit_claim(a_remit_line(paid=30_00, codes={"CO-45": 20_00}, line=2))

    assert compared(a_billed(100_00, 50_00), terms, first) == ()
    assert differences(compared(a_billed(100_00, 50_00), terms, first, second)) == [("underpaid", None, 100_00, 90_00)]


def test_adjustments_of_the_claim_as_a_whole_are_compared_with_all_its_lines() -> None:
    whole = a_remit_claim(codes={"CO-45": 30_00}, status="1")
    whole = replace(whole, charge_cents=100_00, paid_cents=70_00)

    assert differences(compared(a_billed(100_00), CODE, whole)) == [("underpaid", None, 80_00, 70_00)]


@pytest.mark.parametrize(
    "claim",
    [
        replace(paid(0, {"CO-24": 100_00}), is_under_capitation=True),
        paid(0, {"CO-31": 100_00}, status="4"),
        paid(0, {"OA-101": 100_00}, status="25"),
    ],
)
def test_what_was_not_priced_by_the_payer_is_not_compared(claim: RemitClaim) -> None:
    assert compared(a_billed(100_00), CODE, claim) == ()


def test_a_variance_cites_its_terms() -> None:
    (found,) = compared(a_billed(100_00), CODE, paid(70_00, {"CO-45": 30_00}))

    assert (found.kind, found.difference_cents, found.basis) == (Kind.UNDERPAID, 10_00, "code")
    assert (found.terms_id, found.terms_version) == (UUID(int=1), 1)


def test_half_a_cent_is_rounded_up() -> None:
    assert [percent_of(cents, 50_00) for cents in (1, 2, 3)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        (CODE, []),
        (replace(CODE, valid_to=date(2025, 1, 1)), ["terms.days_turned"]),
        (replace(CODE, schedule_percent=-1), ["terms.percent"]),
        (replace(CODE, charge_percent=100_001), ["terms.percent"]),
        (replace(CODE, rates=(Rate("1", 1), Rate("1", 2))), ["terms.code_twice"]),
        (replace(CODE, rates=(Rate("1", 1, ("25", "TC")), Rate("1", 2, ("TC", "25")))), ["terms.code_twice"]),
        (replace(CODE, rates=(Rate("1", 1), Rate("1", 2, ("25",)))), []),
        (replace(CODE, schedule=(Rate("1", -1),)), ["terms.negative"]),
        (
            replace(CODE, case_rates=(CaseRate(("1",), 1), CaseRate(("2", "1"), -1))),
            ["terms.negative", "terms.case_twice"],
        ),
        (replace(CODE, rates=()), ["terms.nothing_priced"]),
        (replace(CODE, rates=(), has_capitation=True), []),
    ],
)
def test_terms_that_can_not_be_meant_are_findings(terms: Terms, codes: list[str]) -> None:
    assert [finding.code for finding in findings_of(terms)] == codes


def test_a_csv_file_says_what_the_json_form_says() -> None:
    rows = (
        "PAYER1,2026-01-01,2026-12-31,code,99213,25 TC,80.00,\n"
        "PAYER1,2026-01-01,2026-12-31,schedule,97110,,30.5,\n"
        "PAYER1,2026-01-01,2026-12-31,schedule_percent,,,,110\n"
        "PAYER1,2026-01-01,2026-12-31,charge_percent,,,,62.5\n"
        'PAYER1,2026-01-01,2026-12-31,case,"59400 59510",,2000,\n'
        "PAYER1,2026-01-01,2026-12-31,tolerance,,,1.00,0.5\n"
        "PAYER1,2026-01-01,2026-12-31,capitation,,,,\n"
        "PAYER1,2026-01-01,2026-12-31,uncapped,,,,\n"
    )

    terms, found = terms_in_csv(b"\xef\xbb\xbf" + (HEADING + rows).replace("\n", "\r\n").encode())

    assert found == ()
    assert terms == Terms(
        payer_id="PAYER1",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        has_capitation=True,
        is_capped_by_charge=False,
        tolerance_cents=1_00,
        tolerance_percent=50,
        rates=(Rate("99213", 80_00, ("25", "TC")),),
        schedule=(Rate("97110", 30_50),),
        schedule_percent=110_00,
        case_rates=(CaseRate(("59400", "59510"), 2000_00),),
        charge_percent=62_50,
    )


@pytest.mark.parametrize(
    ("content", "code", "pointer"),
    [
        (b"\xff\xfe", "terms.csv_text", None),
        (b"a,b\n", "terms.csv_columns", None),
        (HEADING.encode(), "terms.csv_empty", "/2/payer_id"),
        ((HEADING + ",2026-01-01,,code,1,,1,\n").encode(), "terms.csv_payer", "/2/payer_id"),
        ((HEADING + "P,2026-02-30,,code,1,,1,\n").encode(), "terms.csv_day", "/2/valid_from"),
        ((HEADING + "P,2026-01-01,soon,code,1,,1,\n").encode(), "terms.csv_day", "/2/valid_to"),
        ((HEADING + "P,2026-01-01,,code,1,,1,\nQ,2026-01-01,,code,2,,1,\n").encode(), "terms.csv_mixed", "/3/payer_id"),
        ((HEADING + "P,2026-01-01,,price,1,,1,\n").encode(), "terms.csv_kind", "/2/kind"),
        ((HEADING + "P,2026-01-01,,code,a,,1,\n").encode(), "terms.csv_code", "/2/code"),
        ((HEADING + "P,2026-01-01,,code,1,255,1,\n").encode(), "terms.csv_modifier", "/2/modifiers"),
        ((HEADING + "P,2026-01-01,,code,1,,1.005,\n").encode(), "terms.csv_amount", "/2/amount"),
        ((HEADING + "P,2026-01-01,,code,1,,NaN,\n").encode(), "terms.csv_amount", "/2/amount"),
        ((HEADING + "P,2026-01-01,,case,,,1,\n").encode(), "terms.csv_code", "/2/code"),
        ((HEADING + "P,2026-01-01,,charge_percent,,,,-1\n").encode(), "terms.csv_percent", "/2/percent"),
        ((HEADING + "P,2026-01-01,,code,1,,1\n").encode(), "terms.csv_width", "/2/kind"),
        ((HEADING + "P,2026-01-01,,code,1,,1,,,\n").encode(), "terms.csv_width", "/2/kind"),
    ],
)
def test_a_csv_file_that_can_not_be_read_is_refused_with_its_place(
    content: bytes, code: str, pointer: str | None
) -> None:
    terms, found = terms_in_csv(content)

    assert terms is None
    assert (found[0].code, found[0].where.pointer) == (code, pointer)


def test_all_findings_of_a_csv_file_come_at_once_up_to_a_limit() -> None:
    row = "P,2026-01-01,,code,1,,x,\n"

    _, found = terms_in_csv((HEADING + row * 150).encode())

    assert len(found) == 100
