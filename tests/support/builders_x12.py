"""The smallest valid X12 values for tests; each test changes only what matters to it."""

from datetime import UTC, datetime
from typing import Any

from claimwright.x12 import (
    Address,
    Adjustment,
    BatchAck,
    BillingProvider,
    Claim,
    ClaimAck,
    ClaimGroup,
    ClaimSet,
    ClaimsHeader,
    ClaimStatus,
    Contact,
    ControlNumbers,
    Dated,
    Endpoint,
    Envelope,
    HealthCode,
    Party,
    Patient,
    Procedure,
    ProviderAck,
    Reference,
    RemitClaim,
    RemitLine,
    Remittance,
    ServiceLine,
    Subscriber,
    money_of_cents,
    quantity_of,
)

ENVELOPE = Envelope(Endpoint("ZZ", "SENDER"), Endpoint("ZZ", "RECEIVER"), "T")
NUMBERS = ControlNumbers(interchange=17, group=17, transaction=1)
MOMENT = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
SENT: dict[str, Any] = {"envelope": ENVELOPE, "control": NUMBERS, "moment": MOMENT}
"""The keywords that every writer wants."""

ADDRESS = Address("12 MAIN STREET", city="SPRINGFIELD", state="IL", postal_code="627010001")
BILLING = BillingProvider(
    Party(
        "85",
        "SPRINGFIELD CLINIC",
        id_qualifier="XX",
        id="1234567893",
        address=ADDRESS,
        taxonomy="207Q00000X",
        references=(Reference("EI", "123456789"),),
    )
)
PAYER = Party("PR", "GOOD HEALTH PLAN", id_qualifier="PI", id="GHP01")


def a_subscriber(**changes: Any) -> Subscriber:
    party = Party(
        "IL",
        "DOE",
        "JANE",
        kind="1",
        id_qualifier="MI",
        id="PAID123456",
        address=ADDRESS,
        birth_date="19800229",
        gender="F",
    )
    return Subscriber("P", party, PAYER, patient_relationship="18", claim_filing_indicator="CI")._replace(**changes)


def a_patient(**changes: Any) -> Patient:
    party = Party("QC", "DOE", "JACK", kind="1", address=ADDRESS, birth_date="20150401", gender="M")
    return Patient("19", party)._replace(**changes)


def a_line(cents: int = 125_00, **changes: Any) -> ServiceLine:
    return ServiceLine(
        Procedure("HC", "99213"),
        money_of_cents(cents),
        "UN",
        quantity_of(1),
        diagnosis_pointers=(1,),
        dates=(Dated("472", "D8", "20261101"),),
        references=(Reference("6R", "L1"),),
    )._replace(**changes)


def a_claim(*lines: ServiceLine, **changes: Any) -> Claim:
    """Make a claim of these lines; a line with the builder's own control number is numbered by its place."""
    lines = tuple(
        line._replace(references=(Reference("6R", f"L{number}"),)) if line.line_control_number == "L1" else line
        for number, line in enumerate(lines or (a_line(),), start=1)
    )
    return Claim(
        "PCN0001",
        money_of_cents(sum(line.charge.cents for line in lines)),
        BILLING,
        a_subscriber(),
        place_of_service="11",
        signature_on_file="Y",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        diagnoses=(HealthCode("ABK", "J0190"),),
        lines=lines,
    )._replace(**changes)


def an_institutional_claim(**changes: Any) -> Claim:
    """Make an inpatient claim with every kind of code that has a form of its own."""
    lines = (
        ServiceLine(
            charge=money_of_cents(1200_00),
            revenue_code="0120",
            unit="DA",
            quantity=quantity_of(3),
            references=(Reference("6R", "L1"),),
        ),
        ServiceLine(
            Procedure("HC", "80053"),
            money_of_cents(42_00),
            "UN",
            quantity_of(1),
            revenue_code="0301",
            non_covered=money_of_cents(2_00),
            references=(Reference("6R", "L2"),),
        ),
    )
    return Claim(
        "PCN0009",
        money_of_cents(1242_00),
        BILLING,
        a_subscriber(),
        place_of_service="11",
        facility_qualifier="A",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        admission_type="1",
        admission_source="7",
        discharge_status="01",
        diagnoses=(
            HealthCode("ABK", "J189", present_on_admission="Y"),
            HealthCode("ABF", "E119", present_on_admission="Y"),
        ),
        health_codes=(
            HealthCode("ABJ", "J189"),
            HealthCode("DR", "193"),
            HealthCode("BBR", "0BH17EZ", "D8", "20261102"),
            HealthCode("BH", "11", "D8", "20261030"),
            HealthCode("BI", "74", "RD8", "20261103-20261104"),
            HealthCode("BE", "80", amount=money_of_cents(300)),
            HealthCode("BG", "09"),
        ),
        dates=(
            Dated("096", "TM", "1100"),
            Dated("434", "RD8", "20261101-20261104"),
            Dated("435", "DT", "202611010930"),
        ),
        providers=(
            Party("71", "HOUSE", "GREG", kind="1", id_qualifier="XX", id="1245319599", taxonomy="207R00000X"),
            Party("72", "CUDDY", "LISA", kind="1", id_qualifier="XX", id="1245319599"),
        ),
        lines=lines,
    )._replace(**changes)


def a_dental_claim(**changes: Any) -> Claim:
    line = ServiceLine(
        Procedure("AD", "D2391"),
        money_of_cents(210_00),
        quantity=quantity_of(1),
        oral_cavity=("10",),
        teeth=(("3", "M", "O"),),
        dates=(Dated("472", "D8", "20261101"),),
        references=(Reference("6R", "L1"),),
    )
    return Claim(
        "PCN0010",
        money_of_cents(210_00),
        BILLING,
        a_subscriber(),
        place_of_service="11",
        signature_on_file="Y",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        providers=(Party("82", "MOLAR", "MAX", kind="1", id_qualifier="XX", id="1245319599", taxonomy="1223G0001X"),),
        lines=(line,),
    )._replace(**changes)


def a_batch(*claims: Claim, **changes: Any) -> ClaimSet:
    header = ClaimsHeader(
        submitter=Party(
            "41",
            "BILLING SERVICE",
            id_qualifier="46",
            id="SUB01",
            contacts=(Contact("IC", "ANN", (("TE", "2175550100"),)),),
        ),
        receiver=Party("40", "CLEARINGHOUSE", id_qualifier="46", id="CLR01"),
        reference="BATCH1",
    )._replace(**changes)
    return ClaimSet(header, claims or (a_claim(),))


def a_remit_line(cents: int = 125_00, *adjustments: Adjustment, **changes: Any) -> RemitLine:
    kept = cents - sum(each.amount.cents for each in adjustments)
    return RemitLine(
        Procedure("HC", "99213"),
        money_of_cents(cents),
        money_of_cents(kept),
        units=quantity_of(1),
        dates=(Dated("472", "D8", "20261101"),),
        adjustments=adjustments,
        references=(Reference("6R", "L1"),),
    )._replace(**changes)


def a_remit_claim(*lines: RemitLine, **changes: Any) -> RemitClaim:
    lines = lines or (a_remit_line(),)
    share = sum(a.amount.cents for line in lines for a in line.adjustments if a.group == "PR")
    return RemitClaim(
        "PCN0001",
        "1",
        money_of_cents(sum(line.charge.cents for line in lines)),
        money_of_cents(sum(line.paid.cents for line in lines)),
        money_of_cents(share),
        claim_filing_indicator="12",
        payer_claim_control_number="ICN1",
        facility_code="11",
        claim_frequency_code="1",
        parties=(Party("QC", "DOE", "JANE", kind="1", id_qualifier="MI", id="PAID123456"),),
        lines=lines,
    )._replace(**changes)


def a_remittance(*claims: RemitClaim, **changes: Any) -> Remittance:
    claims = claims or (a_remit_claim(),)
    paid = sum(claim.paid.cents for claim in claims)
    held = sum(each.amount.cents for each in changes.get("provider_adjustments", ()))
    net = paid - held
    return Remittance(
        handling="I" if net else "H",
        payment=money_of_cents(net),
        credit_debit="C",
        payment_method="CHK" if net else "NON",
        payment_date="20261120",
        trace_number="CHECK77",
        trace_payer_id="1987654321",
        dates=(Dated("405", "D8", "20261119"),),
        payer=Party(
            "PR", "GOOD HEALTH PLAN", address=ADDRESS, contacts=(Contact("BL", "HELP", (("TE", "8005550100"),)),)
        ),
        payee=Party("PE", "SPRINGFIELD CLINIC", id_qualifier="XX", id="1234567893"),
        groups=(ClaimGroup("1", claims),),
    )._replace(**changes)


def an_adjustment(code: str, cents: int) -> Adjustment:
    """Make one from its usual spelling, as in `an_adjustment("CO-45", 25_00)`."""
    group, _, reason = code.partition("-")
    return Adjustment(group, reason, money_of_cents(cents))


def a_status(category: str = "A2", code: str = "20", action: str = "WQ", cents: int = 125_00) -> ClaimStatus:
    return ClaimStatus(((category, code, "PR"),), action, "20261120", money_of_cents(cents))


def a_claim_ack(**changes: Any) -> ClaimAck:
    return ClaimAck(
        Party("QC", "DOE", "JANE", kind="1", id_qualifier="MI", id="PAID123456"),
        "PCN0001",
        (a_status(),),
        dates=(Dated("472", "D8", "20261101"),),
    )._replace(**changes)


def a_batch_ack(*claims: ClaimAck, **changes: Any) -> BatchAck:
    provider = ProviderAck(
        Party("85", "SPRINGFIELD CLINIC", id_qualifier="XX", id="1234567893"),
        "0",
        (a_status("A1", "19")._replace(date=""),),
        claims=claims or (a_claim_ack(),),
    )
    return BatchAck(
        Party("AY", "CLEARINGHOUSE", id_qualifier="46", id="CLR01"),
        Party("41", "BILLING SERVICE", id_qualifier="46", id="SUB01"),
        reference="ACK1",
        source_trace="ACK1",
        source_dates=(Dated("050", "D8", "20261120"), Dated("009", "D8", "20261120")),
        batch_reference="BATCH1",
        statuses=(a_status("A1", "19"),),
        providers=(provider,),
    )._replace(**changes)
