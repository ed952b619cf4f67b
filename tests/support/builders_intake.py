"""Encounters: the smallest ones that can be billed, as partners post them and as intake reads them."""

from datetime import date
from typing import Any, Final

from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.reading import read_encounter

TODAY: Final = date(2026, 11, 2)
BILLING_NPI: Final = "1003000126"
OTHER_NPI: Final = "1679576722"

Json = dict[str, Any]


def an_address(**changes: object) -> Json:
    """Return an address with all nine digits of its ZIP."""
    return {"line1": "1 Sample Street", "city": "Exampleton", "state": "OH", "zip": "432151234"} | changes


def a_patient(**changes: object) -> Json:
    """Return a patient who is also the subscriber."""
    return {
        "name": {"last": "Testcase", "first": "Paula"},
        "birth_date": "1980-02-29",
        "sex": "F",
        "address": an_address(),
    } | changes


def a_coverage(**changes: object) -> Json:
    """Return the patient's own policy."""
    return {
        "payer": {"id": "SBXPY", "name": "Sandbox Health Plan", "claim_filing_indicator": "CI"},
        "member_id": "PAID0000001",
    } | changes


def a_subscriber(**changes: object) -> Json:
    """Return somebody else who holds the policy."""
    return {
        "name": {"last": "Testcase", "first": "Simon"},
        "birth_date": "1978-03-01",
        "sex": "M",
        "address": an_address(),
    } | changes


def a_billing_provider(**changes: object) -> Json:
    """Return an organization that may bill."""
    return {
        "npi": BILLING_NPI,
        "organization_name": "Sample Clinic",
        "tax_id": "123456789",
        "address": an_address(),
    } | changes


def a_line(**changes: object) -> Json:
    """Return one service of one unit."""
    return {
        "procedure_code": "99213",
        "charge_cents": 125_00,
        "units": 1,
        "diagnosis_pointers": [1],
        "service_date": "2026-10-05",
    } | changes


def an_encounter_document(**changes: object) -> Json:
    """Return the smallest encounter that can be billed, as JSON data; a change replaces a top-level member."""
    return {
        "external_id": "visit-1",
        "patient": a_patient(),
        "coverages": [a_coverage()],
        "billing_provider": a_billing_provider(),
        "diagnoses": [{"code": "E11.9"}],
        "place_of_service": "11",
        "lines": [a_line()],
    } | changes


def an_encounter(**changes: object) -> Encounter:
    """Return the smallest encounter that can be billed."""
    read = read_encounter(an_encounter_document(**changes), today=TODAY)
    assert read.encounter is not None, read.findings
    return read.encounter
