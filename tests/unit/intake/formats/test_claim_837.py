"""One claim of an 837P becomes the encounter that a partner would have posted."""

from datetime import date
from typing import Any

import pytest

from claimwright.x12 import (
    Address,
    Amount,
    Claim,
    Dated,
    HealthCode,
    LineAdjudication,
    Note,
    OtherCoverage,
    Party,
    Patient,
    Reference,
    money,
    quantity,
)
from claimwright_intake.domain.gaps import gaps_of
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.formats.claim_837 import Mapped, map_claim
from tests.support.builders_claims import a_billed_claim, a_billed_line
from tests.support.builders_intake import OTHER_NPI

TODAY = date(2026, 11, 2)


def mapped(kind: str = "P", **changes: Any) -> Mapped:
    """Map the smallest claim with some fields changed."""
    return map_claim(a_billed_claim()._replace(**changes), kind=kind, external_id="0123456789abcdef/1/1")


def codes(claim: Mapped) -> list[str]:
    """Return what mapping and reading find in a claim."""
    read = read_encounter(claim.document, today=TODAY)
    return [finding.code for finding in (*claim.findings, *read.findings)]


def test_the_smallest_claim_becomes_an_encounter_that_lacks_nothing() -> None:
    claim = mapped()

    read = read_encounter(claim.document, today=TODAY)

    assert claim.findings == ()
    assert read.encounter is not None
    assert gaps_of(read.encounter) == ()
    assert claim.document == {
        "external_id": "0123456789abcdef/1/1",
        "patient": {
            "name": {"last": "TESTCASE", "first": "ALMA"},
            "birth_date": "1980-01-15",
            "sex": "F",
            "address": {"line1": "3 ELM ROAD", "city": "HARTFORD", "state": "CT", "zip": "06103"},
        },
        "coverages": [
            {
                "payer": {"id": "SBX01", "name": "SANDBOX HEALTH", "claim_filing_indicator": "CI"},
                "member_id": "PAID1001",
                "relationship": "18",
            }
        ],
        "billing_provider": {
            "npi": "1234567893",
            "organization_name": "MAPLE STREET CLINIC",
            "tax_id": "061234567",
            "tax_id_kind": "EI",
            "taxonomy_code": "207Q00000X",
            "address": {"line1": "12 MAPLE STREET", "city": "HARTFORD", "state": "CT", "zip": "061031234"},
        },
        "diagnoses": [{"code": "J069"}],
        "place_of_service": "11",
        "lines": [
            {
                "procedure_code": "99213",
                "charge_cents": 100_00,
                "unit": "UN",
                "units": "1",
                "diagnosis_pointers": [1],
                "service_date": "2026-03-01",
            }
        ],
        "charge_cents": 100_00,
        "flags": {
            "accept_assignment": "A",
            "assignment_of_benefits": "Y",
            "release_of_information": "Y",
            "signature_on_file": True,
        },
    }


def test_a_dependents_claim_names_patient_and_subscriber() -> None:
    child = Party(
        "QC",
        "TESTCASE",
        "BEN",
        kind="1",
        birth_date="20150302",
        gender="M",
        address=Address("3 ELM ROAD", city="HARTFORD"),
    )

    document = mapped(patient=Patient("19", child)).document

    assert document["patient"]["name"]["first"] == "BEN"
    assert document["coverages"][0]["relationship"] == "19"
    assert document["coverages"][0]["subscriber"]["name"]["first"] == "ALMA"
    assert document["coverages"][0]["subscriber"]["birth_date"] == "1980-01-15"


def test_coverages_stand_in_payer_order_whoever_is_billed() -> None:
    primary = OtherCoverage(
        "P",
        claim_filing_indicator="MB",
        subscriber=Party("IL", "TESTCASE", "ALMA", kind="1", id="1EG4TE5MK73"),
        payer=Party("PR", "MEDICARE", id="MCARE"),
    )
    billed = a_billed_claim().subscriber._replace(payer_responsibility_sequence="S")

    coverages = mapped(subscriber=billed, other_coverages=(primary,)).document["coverages"]

    assert [coverage["payer"]["id"] for coverage in coverages] == ["MCARE", "SBX01"]


def test_providers_are_organizations_or_persons_with_their_tax_id() -> None:
    renders = Party("82", "RENDERS", "RITA", kind="1", id_qualifier="XX", id=OTHER_NPI, taxonomy="207Q00000X")
    refers = Party("DN", "REFERS", "ROY", kind="1", id_qualifier="34", id="123-45-6789")

    document = mapped(providers=(renders, refers)).document

    assert document["rendering_provider"] == {
        "npi": OTHER_NPI,
        "person_name": {"last": "RENDERS", "first": "RITA"},
        "taxonomy_code": "207Q00000X",
    }
    assert document["referring_provider"] == {
        "person_name": {"last": "REFERS", "first": "ROY"},
        "tax_id": "123456789",
        "tax_id_kind": "SY",
    }


def test_what_is_beside_the_bill_goes_along() -> None:
    document = mapped(
        references=(Reference("G1", "AUTH1"), Reference("9F", "REF1"), Reference("X4", "12D4567890")),
        amounts=(Amount("F5", money("15")),),
        accident_causes=("AA",),
        accident_state="CT",
        dates=(Dated("439", "D8", "20260228"),),
        notes=(Note("ADD", "A note."),),
        diagnoses=(HealthCode("ABK", "J069"), HealthCode("ABF", "S93401A")),
    ).document

    assert document["prior_authorization_number"] == "AUTH1"
    assert document["referral_number"] == "REF1"
    assert document["clia_number"] == "12D4567890"
    assert document["patient_paid_cents"] == 15_00
    assert document["accident"] == {"cause": "AA", "state": "CT", "date": "2026-02-28"}
    assert document["notes"] == ["A note."]
    assert document["diagnoses"] == [{"code": "J069"}, {"code": "S93401A"}]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"quantity": quantity(".5")}, {"units": "0.5"}),
        ({"dates": (Dated("472", "RD8", "20260301-20260303"),)}, {"service_date_to": "2026-03-03"}),
        ({"charge": money("100.5")}, {"charge_cents": 100_50}),
        ({"charge": money("1.005")}, {"charge_cents": "1.005"}),
    ],
)
def test_a_line_keeps_what_it_says(line: dict[str, Any], expected: dict[str, Any]) -> None:
    document = mapped(lines=(a_billed_line()._replace(**line),)).document

    assert expected.items() <= document["lines"][0].items()


def with_payment(claim: Claim) -> dict[str, Any]:
    primary = OtherCoverage(
        "P", claim_filing_indicator="MB", amounts=(Amount("D", money("80")),), payer=Party("PR", "MEDICARE", id="MCARE")
    )
    return {"other_coverages": (primary,)}


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("I", {}, "file.claim_kind_not_taken"),
        ("D", {}, "file.claim_kind_not_taken"),
        ("P", {"claim_frequency_code": "7"}, "file.claim_is_correction"),
        ("P", {"claim_frequency_code": "8"}, "file.claim_is_correction"),
        ("P", {"claim_frequency_code": "1.00"}, "file.frequency_unknown"),
        ("P", with_payment(a_billed_claim()), "file.other_payer_has_decided"),
        (
            "P",
            {"lines": (a_billed_line()._replace(adjudications=(LineAdjudication("MCARE"),)),)},
            "file.other_payer_has_decided",
        ),
    ],
)
def test_what_an_encounter_has_no_place_for_is_said(kind: str, changes: dict[str, Any], code: str) -> None:
    assert code in codes(mapped(kind, **changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": (a_billed_line()._replace(charge=money("1E5")),)}, "encounter.whole_number_expected"),
        ({"lines": (a_billed_line()._replace(charge=money("-5")),)}, "encounter.number_too_small"),
        ({"lines": (a_billed_line()._replace(diagnosis_pointers=(0,)),)}, "encounter.number_too_small"),
        ({"lines": (a_billed_line()._replace(dates=(Dated("472", "D8", "20260230"),)),)}, "encounter.day_form"),
        ({"lines": ()}, "encounter.field_missing"),
        ({"diagnoses": ()}, "encounter.field_missing"),
        ({"accept_assignment": "P"}, "encounter.choice_unknown"),
    ],
)
def test_a_wrong_value_goes_over_and_has_its_finding(changes: dict[str, Any], code: str) -> None:
    assert code in codes(mapped(**changes))
