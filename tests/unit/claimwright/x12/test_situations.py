"""Level 4: what is required when, and what is not allowed otherwise; each with the smallest claim that breaks it."""

from collections.abc import Callable
from typing import Any

import pytest

from claimwright.x12.models import (
    Claim,
    ClaimsHeader,
    Dated,
    Drug,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    Party,
    Reference,
    money,
    money_of_cents,
    quantity,
    quantity_of,
)
from claimwright.x12.npi import is_npi
from claimwright.x12.rules import situation
from tests.support.builders_x12 import BILLING, PAYER, a_claim, a_line, a_patient, a_subscriber

PROFESSIONAL = ClaimsHeader(guide="005010X222A1")
OTHER = OtherCoverage("P", "18", payer=PAYER._replace(id="OLD1"))
SECOND = a_subscriber(payer_responsibility_sequence="S", claim_filing_indicator="CI")


def with_party(claim: Claim, **changes: Any) -> Claim:
    return claim._replace(billing=BILLING._replace(party=BILLING.party._replace(**changes)))


def with_subscriber(claim: Claim, **changes: Any) -> Claim:
    return claim._replace(subscriber=a_subscriber(party=a_subscriber().party._replace(**changes)))


def with_line(**changes: Any) -> Claim:
    return a_claim(a_line(**changes))


CASES: list[tuple[str, Callable[[Claim], Claim]]] = [
    ("x12.original_missing", lambda c: c._replace(claim_frequency_code="7")),
    ("x12.original_missing", lambda c: c._replace(claim_frequency_code="8")),
    ("x12.original_unused", lambda c: c._replace(references=(Reference("F8", "ICN1"),))),
    ("x12.accident_date", lambda c: c._replace(accident_causes=("OA",))),
    ("x12.accident_state", lambda c: c._replace(accident_causes=("AA",), dates=(Dated("439", "D8", "20261030"),))),
    ("x12.patient_level", lambda c: c._replace(subscriber=a_subscriber(patient_relationship=""))),
    ("x12.patient_level", lambda c: c._replace(patient=a_patient())),
    ("x12.subscriber_address", lambda c: with_subscriber(c, address=None)),
    ("x12.subscriber_birth", lambda c: with_subscriber(c, birth_date="", gender="")),
    ("x12.subscriber_id", lambda c: with_subscriber(c, id="")),
    ("x12.address_box", lambda c: with_party(c, address=BILLING.party.address._replace(line1="P.O. Box 12"))),  # type: ignore[union-attr]
    ("x12.postal_code_short", lambda c: with_party(c, address=BILLING.party.address._replace(postal_code="62701"))),  # type: ignore[union-attr]
    ("x12.billing_npi", lambda c: with_party(c, id="", id_qualifier="")),
    ("x12.rendering_same", lambda c: c._replace(providers=(Party("82", "A", id_qualifier="XX", id="1234567893"),))),
    ("x12.facility_same", lambda c: c._replace(providers=(Party("77", "A", address=BILLING.party.address),))),
    ("x12.primary_care_alone", lambda c: c._replace(providers=(Party("P3", "A", kind="1"),))),
    ("x12.diagnosis_mixed", lambda c: c._replace(diagnoses=(HealthCode("ABK", "J0190"), HealthCode("BF", "4019")))),
    ("x12.diagnosis_point", lambda c: c._replace(diagnoses=(HealthCode("ABK", "J01.90"),))),
    (
        "x12.diagnosis_repeated",
        lambda c: c._replace(diagnoses=(HealthCode("ABK", "J0190"), HealthCode("ABF", "J0190"))),
    ),
    ("x12.pointer_range", lambda _: with_line(diagnosis_pointers=(2,))),
    ("x12.pointer_range", lambda _: with_line(diagnosis_pointers=(0,))),
    ("x12.pointer_repeated", lambda _: with_line(diagnosis_pointers=(1, 1))),
    ("x12.charge_negative", lambda c: c._replace(charge=money_of_cents(-1))),
    ("x12.units_zero", lambda _: with_line(quantity=quantity_of(0))),
    (
        "x12.line_control_repeated",
        lambda _: a_claim(a_line(references=(Reference("6R", "X"),)), a_line(references=(Reference("6R", "X"),))),
    ),
    ("x12.line_place_same", lambda _: with_line(place_of_service="11")),
    ("x12.service_before_birth", lambda _: with_line(dates=(Dated("472", "D8", "19790101"),))),
    ("x12.ndc", lambda _: with_line(drug=Drug("0000-2143-80"))),
    ("x12.admission_date", lambda c: c._replace(place_of_service="21")),
    (
        "x12.insurance_type",
        lambda c: c._replace(subscriber=SECOND._replace(claim_filing_indicator="MB"), other_coverages=(OTHER,)),
    ),
    ("x12.insurance_type_unused", lambda c: c._replace(subscriber=a_subscriber(insurance_type="12"))),
    ("x12.other_payer", lambda c: c._replace(subscriber=SECOND)),
    ("x12.payer_order_repeated", lambda c: c._replace(other_coverages=(OTHER,))),
    (
        "x12.adjudication_payer",
        lambda c: a_claim(
            a_line(adjudications=(LineAdjudication("WHO", money_of_cents(125_00)),)),
            subscriber=SECOND,
            other_coverages=(OTHER,),
        ),
    ),
    ("x12.attachment_number", lambda c: c._replace(details=(("PWK", "OZ", "BM"),))),
]


@pytest.mark.parametrize(("code", "change"), CASES, ids=[code for code, _ in CASES])
def test_one_broken_rule_gives_one_finding(code: str, change: Callable[[Claim], Claim]) -> None:
    findings = situation(PROFESSIONAL, change(a_claim()))

    assert [each.code for each in findings] == [code]


def test_a_claim_in_order_has_no_finding() -> None:
    assert situation(PROFESSIONAL, a_claim()) == []
    assert situation(PROFESSIONAL, a_claim(subscriber=a_subscriber(patient_relationship=""), patient=a_patient())) == []


def test_what_forbids_itself_is_allowed_in_its_situation() -> None:
    replacement = a_claim(claim_frequency_code="7", references=(Reference("F8", "ICN1"),))
    atypical = with_party(a_claim(), id="", id_qualifier="", references=(Reference("EI", "1"), Reference("G2", "9")))
    foreign = with_party(a_claim(), address=BILLING.party.address._replace(state="", postal_code="8000", country="CH"))  # type: ignore[union-attr]
    medicare_later = a_claim(
        subscriber=SECOND._replace(claim_filing_indicator="MB", insurance_type="12"), other_coverages=(OTHER,)
    )

    for claim in (replacement, atypical, foreign, medicare_later):
        assert situation(PROFESSIONAL, claim) == []


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("1234567893", True), ("1245319599", True), ("1234567890", False), ("12345", False), ("", False)],
)
def test_the_check_digit_of_an_npi(text: str, is_right: bool) -> None:
    assert is_npi(text) is is_right


def test_what_is_no_number_is_left_to_the_guide() -> None:
    line = a_line()._replace(quantity=quantity("1X"), charge=money("12O"))
    unreadable = a_claim()._replace(charge=money("12O"), lines=(line,))

    assert situation(PROFESSIONAL, unreadable) == []


def test_a_transaction_has_5000_claims_and_the_next_one_is_named() -> None:
    assert situation(PROFESSIONAL, a_claim(claim_ordinal=5000)) == []
    assert [each.code for each in situation(PROFESSIONAL, a_claim(claim_ordinal=5001))] == ["x12.claims_many"]


def test_a_guide_that_we_do_not_know_has_no_situations() -> None:
    assert situation(ClaimsHeader(guide="005010X999"), a_claim(claim_frequency_code="7")) == []
