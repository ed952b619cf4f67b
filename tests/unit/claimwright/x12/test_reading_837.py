"""837 to claims: each rule was broken by some reader in the field."""

from claimwright.x12 import read_837p, read_claims, write_837p
from claimwright.x12.models import (
    Address,
    Adjustment,
    Amount,
    Dated,
    Drug,
    LineAdjudication,
    Money,
    OtherCoverage,
    Party,
    Procedure,
    Reference,
    money_of_cents,
    quantity_of,
)
from tests.support.builders_x12 import (
    ADDRESS,
    PAYER,
    SENT,
    a_batch,
    a_claim,
    a_line,
    a_patient,
    a_subscriber,
)

CLAIM = write_837p(a_batch(), **SENT).data


def test_the_claim_carries_its_context_and_its_place() -> None:
    claim = read_837p(CLAIM).values[0].claims[0]

    assert (claim.billing.party.id, claim.subscriber.party.id, claim.subscriber.payer.id) == (
        "1234567893",
        "PAID123456",
        "GHP01",
    )
    assert (claim.set_ordinal, claim.claim_ordinal) == (1, 1)
    assert CLAIM[claim.span.byte_start : claim.span.byte_end].startswith(b"CLM*PCN0001")
    assert CLAIM[claim.span.byte_start : claim.span.byte_end].endswith(b"REF*6R*L1~")
    line = claim.lines[0]
    assert CLAIM[line.span.byte_start : line.span.byte_end].startswith(b"LX*1~SV1")
    assert line.line_control_number == "L1"


def test_a_second_2320_under_one_claim_is_no_new_subscriber() -> None:
    other = OtherCoverage(
        "S",
        "18",
        claim_filing_indicator="CI",
        assignment_of_benefits="Y",
        release_of_information="Y",
        subscriber=a_subscriber().party._replace(birth_date="", gender=""),
        payer=PAYER,
    )
    data = write_837p(
        a_batch(a_claim(other_coverages=(other, other._replace(payer_responsibility_sequence="T")))), **SENT
    ).data

    claims = read_837p(data).values[0].claims

    assert len(claims) == 1
    assert [each.payer_responsibility_sequence for each in claims[0].other_coverages] == ["S", "T"]


def test_claims_hang_on_the_subscriber_or_on_its_patients() -> None:
    dependents = a_subscriber(patient_relationship="")
    data = write_837p(
        a_batch(
            a_claim(),
            a_claim(patient_control_number="P2", subscriber=dependents, patient=a_patient()),
            a_claim(
                patient_control_number="P3",
                subscriber=dependents,
                patient=a_patient(party=a_patient().party._replace(first_name="JILL")),
            ),
        ),
        **SENT,
    ).data

    claims = read_837p(data).values[0].claims

    assert data.count(b"*22*0~") == 1
    assert data.count(b"*22*1~") == 1
    assert [claim.patient_party.first_name for claim in claims] == ["JANE", "JACK", "JILL"]


def test_hl_parents_decide_and_not_the_order() -> None:
    # The second subscriber names the first billing provider, though another one stands in between.
    second = (
        b"HL*3**20*1~NM1*85*2*OTHER CLINIC*****XX*1245319599~HL*4*1*22*0~SBR*P*18~NM1*IL*1*ROE~NM1*PR*2*P*****PI*1~"
    )
    claim = CLAIM[CLAIM.index(b"CLM*") : CLAIM.index(b"SE*25")]
    data = CLAIM.replace(b"SE*25", second + claim + b"SE*99")

    claims = read_837p(data).values[0].claims

    assert [each.billing.party.last_name for each in claims] == ["SPRINGFIELD CLINIC", "SPRINGFIELD CLINIC"]


def test_equal_hl_ids_in_two_sets_do_not_mix() -> None:
    body = CLAIM[CLAIM.index(b"ST*") : CLAIM.index(b"GE*")]
    data = CLAIM.replace(body, body + body.replace(b"0001", b"0002").replace(b"SPRINGFIELD CLINIC", b"OTHER CLINIC"))

    sets = read_837p(data).values

    assert [each.claims[0].billing.party.last_name for each in sets] == ["SPRINGFIELD CLINIC", "OTHER CLINIC"]
    assert [each.claims[0].set_ordinal for each in sets] == [1, 2]


def test_pick_up_and_drop_off_are_told_apart() -> None:
    stations = (Party("PW", address=ADDRESS), Party("45", "HOSPITAL", address=ADDRESS))
    data = write_837p(a_batch(a_claim(providers=stations)), **SENT).data

    claim = read_837p(data).values[0].claims[0]

    assert [(each.role, each.last_name) for each in claim.providers] == [("PW", ""), ("45", "HOSPITAL")]


def test_an_amount_with_a_qualifier_outside_the_list_is_kept() -> None:
    data = CLAIM.replace(b"HI*ABK", b"AMT*ZZ9*12.5~HI*ABK")

    claim = read_837p(data).values[0].claims[0]

    assert claim.amounts == (Amount("ZZ9", money_of_cents(12_50)),)
    assert len(claim.lines) == 1


def test_an_unknown_segment_is_kept_raw_and_stops_nothing() -> None:
    claim = read_837p(CLAIM.replace(b"HI*ABK", b"ZZZ*1*2~HI*ABK")).values[0].claims[0]

    assert claim.details == (("ZZZ", "1", "2"),)
    assert len(claim.lines) == 1


def test_a_padded_qualifier_is_still_found() -> None:
    claim = read_837p(CLAIM.replace(b"HI*ABK", b"REF*G1 *AUTH7 ~HI*ABK")).values[0].claims[0]

    assert claim.prior_authorization == "AUTH7"


def test_the_well_known_references_have_names() -> None:
    references = tuple(Reference(q, f"{q}-1") for q in ("9F", "G1", "F8", "X4", "D9", "EA"))
    claim = (
        read_837p(write_837p(a_batch(a_claim(references=references, claim_frequency_code="7")), **SENT).data)
        .values[0]
        .claims[0]
    )

    assert (
        claim.referral_number,
        claim.prior_authorization,
        claim.payer_claim_control_number,
        claim.clia_number,
        claim.clearinghouse_trace_number,
        claim.medical_record_number,
    ) == ("9F-1", "G1-1", "F8-1", "X4-1", "D9-1", "EA-1")


def test_numbers_are_exact_and_unreadable_ones_are_named() -> None:
    data = CLAIM.replace(b"CLM*PCN0001*125*", b"CLM*PCN0001*1E2*")

    reading = read_837p(data)

    finding = reading.findings[0]
    assert (finding.code, finding.segment_id, finding.element, finding.claim) == ("x12.number", "CLM", 2, 1)
    charge = reading.values[0].claims[0].charge
    assert charge.text == "1E2"
    assert not charge.value.is_finite()
    assert not charge.is_whole_cents


def test_fractions_of_a_cent_are_named_and_kept() -> None:
    reading = read_837p(CLAIM.replace(b"*125*UN*", b"*125.005*UN*"))

    assert [each.code for each in reading.findings] == ["x12.money_decimals"]
    assert str(reading.values[0].claims[0].lines[0].charge.value) == "125.005"


def test_cob_a_drug_and_line_providers_come_back_whole() -> None:
    decided = LineAdjudication(
        "OLD1",
        money_of_cents(100_00),
        Procedure("HC", "99213"),
        units=quantity_of(1),
        adjustments=(Adjustment("CO", "45", money_of_cents(25_00)),),
        dates=(Dated("573", "D8", "20261103"),),
    )
    line = a_line(
        drug=Drug("00002143380", quantity_of(1), "ML", references=(Reference("XZ", "RX1"),)),
        providers=(Party("82", "HOUSE", "GREG", kind="1", id_qualifier="XX", id="1245319599", taxonomy="207R00000X"),),
        adjudications=(decided,),
    )
    other = OtherCoverage(
        "P",
        "18",
        claim_filing_indicator="MB",
        amounts=(Amount("D", money_of_cents(100_00)),),
        assignment_of_benefits="Y",
        release_of_information="Y",
        subscriber=a_subscriber().party._replace(birth_date="", gender=""),
        payer=Party("PR", "OLD PLAN", id_qualifier="PI", id="OLD1", references=(Reference("F8", "ICN9"),)),
    )
    claim = a_claim(line, other_coverages=(other,), subscriber=a_subscriber(payer_responsibility_sequence="S"))

    read = read_837p(write_837p(a_batch(claim), **SENT).data).values[0].claims[0]

    assert read.lines[0].drug == line.drug
    assert read.lines[0].provider("82") is not None
    assert read.lines[0].adjudications[0].paid == Money(money_of_cents(100_00).value, "100")
    assert read.other_coverages[0].payer.reference("F8") == "ICN9"


def test_claims_can_be_streamed_one_by_one() -> None:
    findings: list[object] = []
    data = write_837p(a_batch(a_claim(), a_claim(patient_control_number="PCN0002")), **SENT).data

    stream = read_claims([data], findings)  # type: ignore[arg-type]
    header, first = next(stream)

    assert (header.reference, first.patient_control_number) == ("BATCH1", "PCN0001")
    assert [claim.patient_control_number for _, claim in stream] == ["PCN0002"]
    assert findings == []


def test_a_truncated_file_gives_its_claims_and_says_what_is_missing() -> None:
    reading = read_837p(CLAIM[: CLAIM.index(b"DTP*472")])

    assert len(reading.values[0].claims) == 1
    assert {each.code for each in reading.findings} == {"x12.no_se", "x12.no_ge", "x12.no_iea"}
    assert reading.blocks(1)


def test_an_old_guide_is_read_by_the_same_model_with_a_finding() -> None:
    reading = read_837p(CLAIM.replace(b"005010X222A1", b"004010X098A1"))

    assert [each.code for each in reading.findings] == ["x12.guide_old"]
    assert not reading.blocks()
    assert reading.values[0].claims[0].charge.cents == 125_00


def test_an_address_keeps_its_parts() -> None:
    address = read_837p(CLAIM).values[0].claims[0].billing.party.address

    assert address == Address("12 MAIN STREET", "", "SPRINGFIELD", "IL", "627010001")


def test_a_set_without_its_end_keeps_its_own_place() -> None:
    body = CLAIM[CLAIM.index(b"ST*") : CLAIM.index(b"GE*")]
    cut = CLAIM.replace(body, body.replace(b"SE*25*0001~", b"") + body.replace(b"0001", b"0002"))

    sets = read_837p(cut).values

    assert [(each.header.control_number, each.header.set_ordinal, len(each.claims)) for each in sets] == [
        ("0001", 1, 1),
        ("0002", 2, 1),
    ]
