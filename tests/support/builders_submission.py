"""The smallest valid values around a submission."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.events import parts
from claimwright_submission.domain.claim import BilledContent

ORGANIZATION = UUID("01890000-0000-7000-8000-000000000001")
OTHER_ORGANIZATION = UUID("01890000-0000-7000-8000-000000000002")
CALLBACK_SECRET = "whsec_c3VibWlzc2lvbiBjYWxsYmFja3Mgb2YgdGVzdHM="


def a_route(**changes: Any) -> Route:
    """Return a route to a sandbox."""
    return Route.model_validate({
        "id": "rte_one",
        "org_id": ids.text(ids.ORGANIZATION, ORGANIZATION),
        "name": "Sandbox",
        "kind": "sandbox",
        "base_url": "https://127.0.0.1:1",
        "ca_file": None,
        "submitter_id": "CWSUBMITTER",
        "receiver_id": "SANDBOXCH",
        "username": "submitter",
        "password": "a-password",
        "submission_callback_secret": CALLBACK_SECRET,
        "remittance_callback_secret": "whsec_cmVtaXR0YW5jZSBjYWxsYmFja3Mgb2YgdGVzdHM=",
    } | changes)  # fmt: skip


def an_address(**changes: Any) -> parts.Address:
    return parts.Address(**{"line1": "12 Spring Street", "city": "Albany", "state": "NY", "zip": "122070001"} | changes)


def a_line(**changes: Any) -> parts.ServiceLine:
    """Return a line of $100.00."""
    return parts.ServiceLine.model_validate({
        "procedure_code": "99213",
        "charge_cents": 100_00,
        "units": Decimal(1),
        "diagnosis_pointers": (1,),
        "service_date": date(2026, 3, 2),
    } | changes)  # fmt: skip


def an_identity(*, member_id: str = "PAID1001", **changes: Any) -> parts.EncounterIdentity:
    return parts.EncounterIdentity.model_validate({
        "external_id": "visit-1",
        "patient": parts.Patient(
            name=parts.PersonName(last="Testfall", first="Ida"),
            birth_date=date(1980, 1, 31),
            sex="F",
            address=an_address(),
        ),
        "memberships": (parts.Membership(member_id=member_id, group_number="G100"),),
        "billing_provider": parts.Provider(
            npi="1234567893",
            organization_name="Spring Street Clinic",
            tax_id="123456789",
            tax_id_kind="EI",
            taxonomy_code="207Q00000X",
            address=an_address(line1="1 Clinic Road"),
        ),
    } | changes)  # fmt: skip


def a_content(*, member_id: str = "PAID1001", **changes: Any) -> BilledContent:
    """Return the content of a claim with one line to one payer."""
    return BilledContent(**{
        "identity": an_identity(member_id=member_id),
        "clinical": parts.EncounterClinical(diagnoses=(parts.Diagnosis(code="E119"),)),
        "financial": parts.EncounterFinancial(
            payers=(parts.Payer(id="SANDPAYER1", name="Sand Health Plan", claim_filing_indicator="CI"),),
            place_of_service="11",
            lines=(a_line(),),
        ),
    } | changes)  # fmt: skip
