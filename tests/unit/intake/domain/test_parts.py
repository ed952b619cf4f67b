"""An encounter in parts: nothing is lost in a column, and events carry what their readers expect."""

from claimwright.events.envelope import Purpose
from claimwright_intake.domain.parts import document_of, event_parts, join_document, split_document
from tests.support.builders_intake import (
    OTHER_NPI,
    a_coverage,
    a_line,
    a_patient,
    a_subscriber,
    an_address,
    an_encounter,
    an_encounter_document,
)

RICH = {
    "coverages": [
        a_coverage(relationship="19", subscriber=a_subscriber(), group_number="G-1"),
        a_coverage(member_id="PAID0000002"),
    ],
    "rendering_provider": {"npi": OTHER_NPI, "person_name": {"last": "Renders", "first": "Rita"}},
    "service_facility": {"organization_name": "Sample Hospital", "address": an_address()},
    "icd11": [{"code": "5A11"}],
    "accident": {"cause": "AA", "state": "OH", "date": "2026-10-01"},
    "notes": ["A note."],
    "charge_cents": 125_00,
    "flags": {"accept_assignment": "C"},
    "lines": [a_line(units=2.5, drug={"ndc": "00000000001", "quantity": 1, "unit": "ML"})],
}


def test_a_document_comes_back_from_its_parts_as_it_was() -> None:
    document = document_of(an_encounter(**RICH))

    assert join_document(split_document(document)) == document


def test_what_comes_back_is_what_was_posted() -> None:
    posted = an_encounter_document(**RICH, diagnoses=[{"code": "E119"}])

    assert document_of(an_encounter(**posted)) == posted


def test_each_part_holds_its_purpose_alone() -> None:
    split = split_document(document_of(an_encounter(**RICH)))

    assert b"Testcase" in split[Purpose.IDENTITY]
    assert b"PAID0000002" in split[Purpose.IDENTITY]
    assert b"E119" in split[Purpose.CLINICAL]
    assert b"A note." in split[Purpose.CLINICAL]
    assert b"99213" in split[Purpose.FINANCIAL]
    assert b"Sandbox Health Plan" in split[Purpose.FINANCIAL]
    for purpose, other in ((Purpose.FINANCIAL, b"Testcase"), (Purpose.CLINICAL, b"PAID"), (Purpose.IDENTITY, b"99213")):
        assert other not in split[purpose]


def test_events_carry_payers_and_memberships_in_one_order() -> None:
    parts = event_parts(an_encounter(**RICH))

    assert len(parts.financial.payers) == len(parts.identity.memberships) == 2
    assert parts.identity.memberships[0].subscriber is not None
    assert parts.identity.memberships[0].subscriber.name.first == "Simon"
    assert parts.financial.accept_assignment == "C"


def test_what_an_incomplete_encounter_lacks_is_empty_in_its_events() -> None:
    incomplete = an_encounter(
        coverages=[{"payer": a_coverage()["payer"]}],
        accident={"cause": "OA"},
        patient={name: value for name, value in a_patient().items() if name != "address"},
    )

    parts = event_parts(incomplete)

    assert parts.identity.memberships[0].member_id == ""
    assert parts.clinical.accident is None
    assert parts.identity.patient.address is None


def test_a_tax_id_is_an_employers_unless_it_is_said() -> None:
    parts = event_parts(an_encounter())

    assert parts.identity.billing_provider.tax_id_kind == "EI"
