"""835 to remittances: everything that posting needs is a field, with its place in the file."""

from claimwright.x12 import read_835, write_835
from claimwright.x12.models import (
    ClaimGroup,
    Contact,
    Dated,
    Party,
    Procedure,
    ProviderAdjustment,
    Reference,
    money_of_cents,
    quantity_of,
)
from tests.support.builders_x12 import NUMBERS, SENT, a_remit_claim, a_remit_line, a_remittance, an_adjustment

FILE = write_835([a_remittance(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 25_00))))], **SENT).data


def test_the_posting_keys_are_fields() -> None:
    remittance = read_835(FILE).values[0]
    claim = next(remittance.claims)

    assert (remittance.trace_number, remittance.trace_payer_id) == ("CHECK77", "1987654321")
    assert (remittance.payment.cents, remittance.payment_method, remittance.payment_date) == (100_00, "CHK", "20261120")
    assert (claim.patient_control_number, claim.payer_claim_control_number) == ("PCN0001", "ICN1")
    assert (claim.claim_outcome_code, claim.charge.cents, claim.paid.cents) == ("1", 125_00, 100_00)
    assert claim.patient is not None
    assert claim.patient.id == "PAID123456"
    assert claim.lines[0].line_control_number == "L1"


def test_each_claim_line_adjustment_and_plb_knows_its_bytes() -> None:
    held = ProviderAdjustment("1234567893", "20261231", "WO", "OLD", money_of_cents(10_00))
    line = a_remit_line(125_00, an_adjustment("CO-45", 25_00))
    data = write_835([a_remittance(a_remit_claim(line), provider_adjustments=(held,))], **SENT).data

    remittance = read_835(data).values[0]

    claim = next(remittance.claims)
    read_line = claim.lines[0]

    def bytes_of(span: object) -> bytes:
        return data[span.byte_start : span.byte_end]  # type: ignore[attr-defined]

    assert bytes_of(claim.span).startswith(b"CLP*PCN0001")
    assert bytes_of(claim.span).endswith(b"REF*6R*L1~")
    assert bytes_of(read_line.span).startswith(b"SVC*")
    assert bytes_of(read_line.adjustments[0].span) == b"CAS*CO*45*25~"
    assert bytes_of(remittance.provider_adjustments[0].span) == b"PLB*1234567893*20261231*WO:OLD*10~"
    assert bytes_of(remittance.span).startswith(b"ST*835")
    assert bytes_of(remittance.span).endswith(b"*0001~")


def test_every_set_is_its_own_remittance_with_its_own_payer_and_trace() -> None:
    other = a_remittance(trace_number="EFT2", payer=a_remittance().payer._replace(last_name="OTHER PLAN"))
    first = write_835([a_remittance(), other], **SENT).data
    second = write_835([a_remittance()], **{**SENT, "control": NUMBERS._replace(interchange=18)}).data

    remittances = read_835(first + second).values

    assert [(each.payer.last_name, each.trace_number, each.set_ordinal) for each in remittances] == [
        ("GOOD HEALTH PLAN", "CHECK77", 1),
        ("OTHER PLAN", "EFT2", 2),
        ("GOOD HEALTH PLAN", "CHECK77", 3),
    ]
    assert [each.interchange_ordinal for each in remittances] == [1, 1, 2]


def test_claims_keep_the_group_that_they_came_in() -> None:
    two = a_remittance()._replace(
        groups=(ClaimGroup("1", (a_remit_claim(),)), ClaimGroup("2", (a_remit_claim(patient_control_number="B"),))),
        payment=money_of_cents(250_00),
    )

    read = read_835(write_835([two], **SENT).data).values[0]

    assert [[claim.patient_control_number for claim in group.claims] for group in read.groups] == [["PCN0001"], ["B"]]


def test_a_line_keeps_qualifier_code_modifiers_and_what_was_billed() -> None:
    line = a_remit_line(
        procedure=Procedure("HC", "99212", ("25", "GT")),
        submitted=Procedure("HC", "99213", ("25",)),
        submitted_units=quantity_of(2),
        revenue_code="0450",
        remark_codes=(("HE", "N130"), ("HE", "M15"), ("RX", "75")),
    )

    read = next(read_835(write_835([a_remittance(a_remit_claim(line))], **SENT).data).values[0].claims).lines[0]

    assert read.procedure == Procedure("HC", "99212", ("25", "GT"))
    assert read.submitted == Procedure("HC", "99213", ("25",))
    assert (read.submitted_units.text, read.revenue_code) == ("2", "0450")
    assert read.remarks == ("N130", "M15")


def test_the_parties_of_a_claim_are_told_apart() -> None:
    parties = (
        Party("QC", "DOE", "JANE", kind="1"),
        Party("IL", "DOE", "JOHN", kind="1", id_qualifier="MI", id="M1"),
        Party("74", "DOE", "JANET", kind="1"),
        Party("82", "HOUSE", kind="1", id_qualifier="XX", id="1245319599"),
        Party("TT", "NEXT PLAN", id_qualifier="PI", id="NEXT"),
        Party("PR", "FIRST PLAN", id_qualifier="PI", id="FIRST"),
    )
    claim = a_remit_claim(parties=parties, claim_outcome_code="19")

    read = next(read_835(write_835([a_remittance(claim)], **SENT).data).values[0].claims)

    assert read.patient is not None
    assert read.corrected_insured is not None
    assert read.crossover_payer is not None
    assert (read.patient.first_name, read.corrected_insured.first_name, read.crossover_payer.id) == (
        "JANE",
        "JANET",
        "NEXT",
    )


def test_remarks_of_the_claim_come_from_moa_and_mia() -> None:
    claim = a_remit_claim(outpatient=("MOA", "", "", "MA18", "N89"))

    read = next(read_835(write_835([a_remittance(claim)], **SENT).data).values[0].claims)

    assert read.remarks == ("MA18", "N89")


def test_plb_pairs_belong_to_the_transaction_and_keep_their_references() -> None:
    held = [
        ProviderAdjustment("1234567893", "20261231", code, reference, money_of_cents(100))
        for code, reference in [("WO", "A"), ("WO", "B"), ("CS", ""), ("L6", ""), ("J1", "X"), ("72", ""), ("FB", "T")]
    ]
    data = write_835([a_remittance(provider_adjustments=tuple(held))], **SENT).data

    read = read_835(data).values[0].provider_adjustments

    assert data.count(b"PLB*") == 2
    assert [(each.code, each.reference) for each in read] == [(each.code, each.reference) for each in held]


def test_adjustments_of_one_group_share_a_segment_up_to_six() -> None:
    reasons = [an_adjustment(f"CO-{reason}", 1_00) for reason in (45, 253, 97, 4, 11, 16, 18)]
    data = write_835([a_remittance(a_remit_claim(a_remit_line(125_00, *reasons)))], **SENT).data

    assert data.count(b"CAS*CO") == 2
    assert len(next(read_835(data).values[0].claims).lines[0].adjustments) == 7


def test_every_qualifier_of_a_service_is_kept() -> None:
    data = FILE.replace(b"SVC*HC:99213", b"SVC*N4:00002143380")

    assert next(read_835(data).values[0].claims).lines[0].procedure.qualifier == "N4"


def test_a_reference_in_the_middle_of_a_line_stays_with_the_line() -> None:
    # Seen at a clearinghouse that puts the payer's claim number between the line's segments.
    data = FILE.replace(b"CAS*CO*45*25~", b"REF*F8*OLDICN~CAS*CO*45*25~")

    line = next(read_835(data).values[0].claims).lines[0]

    assert [each.value for each in line.references if each.qualifier == "F8"] == ["OLDICN"]
    assert len(line.adjustments) == 1


def test_contacts_dates_and_ids_of_both_sides_are_kept() -> None:
    payee = a_remittance().payee._replace(references=(Reference("TJ", "123456789"),))
    payer = a_remittance().payer._replace(
        references=(Reference("2U", "60054"),),
        contacts=(Contact("BL", "HELP", (("TE", "8005550100"), ("EM", "era@plan.example"))),),
    )
    claim = a_remit_claim(dates=(Dated("050", "D8", "20261102"),))

    read = read_835(write_835([a_remittance(claim, payer=payer, payee=payee)], **SENT).data).values[0]

    assert read.payer_ids == ("60054",)
    assert read.payee.reference("TJ") == "123456789"
    assert read.payer.contacts[0].numbers[1] == ("EM", "era@plan.example")
    assert next(read.claims).dates[0].text == "20261102"


def test_a_set_without_its_end_keeps_its_own_place() -> None:
    two = write_835([a_remittance(), a_remittance(trace_number="EFT2")], **SENT).data
    cut = two.replace(b"SE*16*0001~", b"")

    reading = read_835(cut)

    assert [(each.trace_number, each.set_ordinal, each.control_number) for each in reading.values] == [
        ("CHECK77", 1, "0001"),
        ("EFT2", 2, "0002"),
    ]
    assert [(each.code, each.transaction) for each in reading.findings] == [("x12.no_se", 1)]
    assert (reading.blocks(1), reading.blocks(2)) == (True, False)


def test_what_stands_behind_a_cut_set_is_not_taken_into_it() -> None:
    cut = FILE.replace(b"SE*17*0001~", b"").replace(b"IEA*1", b"REF*6R*STRAY~IEA*1")

    reading = read_835(cut)

    assert b"~SE*" not in cut
    assert [each.value for each in next(reading.values[0].claims).lines[0].references] == ["L1"]
    assert "x12.stray_segment" in [each.code for each in reading.findings]
