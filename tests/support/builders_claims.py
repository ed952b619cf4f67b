"""The smallest professional claims that a payer accepts, as values of the codec and as bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from claimwright.x12 import (
    Address,
    BillingProvider,
    Claim,
    ClaimSet,
    ClaimsHeader,
    Contact,
    ControlNumbers,
    Dated,
    Endpoint,
    Envelope,
    HealthCode,
    Party,
    Procedure,
    Reference,
    ServiceLine,
    Subscriber,
    money_of_cents,
    quantity_of,
    write_837p,
)

SENT_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENVELOPE = Envelope(Endpoint("ZZ", "CLAIMWRIGHT"), Endpoint("ZZ", "SANDBOX"), usage_indicator="T")


def a_billed_line(*, number: str = "1", charge_cents: int = 100_00, control_number: str = "") -> ServiceLine:
    """Return an office visit on 1 March 2026."""
    return ServiceLine(
        number=number,
        procedure=Procedure("HC", "99213"),
        charge=money_of_cents(charge_cents),
        unit="UN",
        quantity=quantity_of(1),
        diagnosis_pointers=(1,),
        dates=(Dated("472", "D8", "20260301"),),
        references=(Reference("6R", control_number),) if control_number else (),
    )


def a_billed_claim(
    *,
    patient_control_number: str = "PCN000000001",
    member_id: str = "PAID1001",
    payer_id: str = "SBX01",
    charges_cents: Sequence[int] = (100_00,),
    billing_npi: str = "1234567893",
) -> Claim:
    """Return a claim of a patient who is the subscriber, with a line for each charge."""
    return Claim(
        patient_control_number=patient_control_number,
        charge=money_of_cents(sum(charges_cents)),
        billing=BillingProvider(
            Party(
                "85",
                last_name="MAPLE STREET CLINIC",
                id_qualifier="XX",
                id=billing_npi,
                taxonomy="207Q00000X",
                address=Address("12 MAPLE STREET", city="HARTFORD", state="CT", postal_code="061031234"),
                references=(Reference("EI", "061234567"),),
            )
        ),
        subscriber=Subscriber(
            payer_responsibility_sequence="P",
            patient_relationship="18",
            claim_filing_indicator="CI",
            party=Party(
                "IL",
                last_name="TESTCASE",
                first_name="ALMA",
                kind="1",
                id_qualifier="MI",
                id=member_id,
                birth_date="19800115",
                gender="F",
                address=Address("3 ELM ROAD", city="HARTFORD", state="CT", postal_code="06103"),
            ),
            payer=Party("PR", last_name="SANDBOX HEALTH", id_qualifier="PI", id=payer_id),
        ),
        place_of_service="11",
        signature_on_file="Y",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        diagnoses=(HealthCode("ABK", "J069"),),
        lines=tuple(
            a_billed_line(number=str(place), charge_cents=cents, control_number=f"{patient_control_number}{place:02d}")
            for place, cents in enumerate(charges_cents, start=1)
        ),
    )


def a_claim_file(*claims: Claim, interchange: int = 1) -> bytes:
    """Return an 837P with these claims in one transaction set, or with the smallest claim."""
    header = ClaimsHeader(
        submitter=Party(
            "41",
            last_name="MAPLE STREET CLINIC",
            id_qualifier="46",
            id="CLAIMWRIGHT",
            contacts=(Contact("IC", "BILLING", (("TE", "8605550100"),)),),
        ),
        receiver=Party("40", last_name="SANDBOX", id_qualifier="46", id="SANDBOX"),
        reference=f"{interchange:09d}",
    )
    written = write_837p(
        ClaimSet(header, claims or (a_billed_claim(),)),
        envelope=ENVELOPE,
        control=ControlNumbers(interchange, interchange, 1),
        moment=SENT_AT,
    )
    assert written.data, [finding.code for finding in written.findings]
    return written.data
