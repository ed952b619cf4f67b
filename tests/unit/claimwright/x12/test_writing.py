"""Writing: the same values give the same bytes, and half a claim is never written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from claimwright.x12 import ControlNumbers, Policy, blocks, judge, read_837p, write_837p
from claimwright.x12.models import (
    Address,
    Claim,
    ClaimSet,
    Contact,
    Dated,
    Delimiters,
    Endpoint,
    HealthCode,
    Note,
    Party,
    Procedure,
    Reference,
    money,
    money_of_cents,
    without_places,
)
from tests.support.builders_x12 import (
    ADDRESS,
    BILLING,
    ENVELOPE,
    NUMBERS,
    SENT,
    a_batch,
    a_claim,
    a_line,
    a_patient,
    a_subscriber,
)


def sent(batch: ClaimSet, **changes: Any) -> bytes:
    return write_837p(batch, **{**SENT, **changes}).data


def rows(data: bytes, name: bytes) -> list[bytes]:
    return [row for row in data.split(b"~") if row.startswith(name + b"*")]


def test_a_resend_is_equal_byte_for_byte() -> None:
    assert sent(a_batch()) == sent(a_batch())


def test_what_was_read_is_written_the_same_again() -> None:
    data = sent(a_batch(a_claim(), a_claim(patient_control_number="P2")))

    assert sent(read_837p(data).values[0]) == data


def test_control_numbers_and_the_moment_stand_where_they_belong() -> None:
    data = sent(
        a_batch(),
        control=ControlNumbers(interchange=7, group=8, transaction=9),
        moment=datetime(2026, 2, 3, 4, 5, tzinfo=UTC),
    )

    assert data[:106].endswith(b"*260203*0405*^*00501*000000007*0*T*:~")
    assert rows(data, b"GS") == [b"GS*HC*SENDER*RECEIVER*20260203*0405*8*X*005010X222A1"]
    assert rows(data, b"ST") == [b"ST*837*0009*005010X222A1"]
    assert rows(data, b"BHT") == [b"BHT*0019*00*BATCH1*20260203*0405*CH"]
    assert rows(data, b"GE") == [b"GE*1*8"]
    assert rows(data, b"IEA") == [b"IEA*1*000000007"]


def test_hl_numbers_count_up_over_providers_subscribers_and_patients() -> None:
    other = BILLING._replace(party=BILLING.party._replace(last_name="OTHER CLINIC", id="1245319599"))
    dependents = a_subscriber(patient_relationship="")
    data = sent(
        a_batch(
            a_claim(),
            a_claim(patient_control_number="P2"),
            a_claim(patient_control_number="P3", subscriber=dependents, patient=a_patient()),
            a_claim(patient_control_number="P4", subscriber=dependents, patient=a_patient(relationship="G8")),
            a_claim(patient_control_number="P5", billing=other),
        )
    )

    assert rows(data, b"HL") == [
        b"HL*1**20*1",
        b"HL*2*1*22*0",
        b"HL*3*1*22*1",
        b"HL*4*3*23*0",
        b"HL*5*3*23*0",
        b"HL*6**20*1",
        b"HL*7*6*22*0",
    ]


def test_lines_count_from_one_in_each_claim() -> None:
    data = sent(a_batch(a_claim(a_line(), a_line()), a_claim(a_line(), patient_control_number="P2")))

    assert rows(data, b"LX") == [b"LX*1", b"LX*2", b"LX*1"]


def test_each_diagnosis_has_a_composite_of_its_own() -> None:
    codes = (HealthCode("ABK", "J0190"), *(HealthCode("ABF", f"E11{n}") for n in range(9)))

    assert rows(sent(a_batch(a_claim(diagnoses=codes))), b"HI")[0].count(b"*") == 10


def test_assignment_and_acceptance_are_data_of_the_claim() -> None:
    data = sent(a_batch(a_claim(accept_assignment="C", assignment_of_benefits="N")))

    assert b"*Y*C*N*Y" in rows(data, b"CLM")[0]


def test_no_segment_ends_in_a_separator() -> None:
    data = sent(a_batch(a_claim(accident_causes=("AA",), accident_state="IL", dates=(Dated("439", "D8", "20261030"),))))

    assert not [row for row in data[106:].split(b"~") if row.endswith((b"*", b":"))]
    assert b"*AA:::IL" in rows(data, b"CLM")[0]


@pytest.mark.parametrize(("cents", "text"), [(0, b"0"), (5, b".05"), (50, b".5"), (100, b"1"), (123_40, b"123.4")])
def test_amounts_have_no_needless_digits(cents: int, text: bytes) -> None:
    claim = a_claim(a_line(200_00, charge=money_of_cents(cents)), charge=money_of_cents(cents))

    assert rows(sent(a_batch(claim)), b"SV1") == [b"SV1*HC:99213*" + text + b"*UN*1***1"]


MISSING: list[tuple[str, Callable[[Claim], Claim], tuple[str, str, int]]] = [
    ("no diagnosis", lambda c: c._replace(diagnoses=()), ("x12.segment_missing", "HI", 0)),
    ("no line", lambda c: c._replace(lines=(), charge=money_of_cents(0)), ("x12.loop_missing", "LX", 0)),
    ("no patient control number", lambda c: c._replace(patient_control_number=""), ("x12.element_missing", "CLM", 1)),
    ("no place of service", lambda c: c._replace(place_of_service=""), ("x12.element_missing", "CLM", 5)),
    ("no pointer", lambda c: c._replace(lines=(a_line(diagnosis_pointers=()),)), ("x12.element_missing", "SV1", 7)),
    ("no service date", lambda c: c._replace(lines=(a_line(dates=()),)), ("x12.segment_missing", "DTP", 0)),
    (
        "no procedure",
        lambda c: c._replace(lines=(a_line(procedure=Procedure("HC", "")),)),
        ("x12.element_missing", "SV1", 1),
    ),
    ("wrong unit", lambda c: c._replace(lines=(a_line(unit="XX"),)), ("x12.element_code", "SV1", 3)),
    ("wrong frequency place", lambda c: c._replace(facility_qualifier="A"), ("x12.element_code", "CLM", 5)),
    ("no signature", lambda c: c._replace(signature_on_file=""), ("x12.element_missing", "CLM", 6)),
    (
        "no billing tax id",
        lambda c: c._replace(billing=BILLING._replace(party=BILLING.party._replace(references=()))),
        ("x12.segment_missing", "REF", 0),
    ),
    (
        "no billing address",
        lambda c: c._replace(billing=BILLING._replace(party=BILLING.party._replace(address=None))),
        ("x12.segment_missing", "N3", 0),
    ),
    (
        "subscriber without name",
        lambda c: c._replace(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name=""))),
        ("x12.element_missing", "NM1", 3),
    ),
    (
        "wrong birth date",
        lambda c: c._replace(subscriber=a_subscriber(party=a_subscriber().party._replace(birth_date="19800230"))),
        ("x12.element_date", "DMG", 2),
    ),
    (
        "too long control number",
        lambda c: c._replace(patient_control_number="X" * 39),
        ("x12.element_long", "CLM", 1),
    ),
    (
        "wrong claim filing",
        lambda c: c._replace(subscriber=a_subscriber(claim_filing_indicator="QQ")),
        ("x12.element_code", "SBR", 9),
    ),
]


@pytest.mark.parametrize(("change", "wanted"), [case[1:] for case in MISSING], ids=[case[0] for case in MISSING])
def test_what_is_missing_or_wrong_comes_back_as_a_finding_and_no_bytes(
    change: Callable[[Claim], Claim], wanted: tuple[str, str, int]
) -> None:
    written = write_837p(a_batch(change(a_claim())), **SENT)

    assert written.data == b""
    found = [(each.code, each.segment_id, each.element) for each in written.findings if each.blocks]
    assert wanted in found


def test_all_findings_come_at_once() -> None:
    claim = a_claim(a_line(unit="XX"), place_of_service="")

    written = write_837p(a_batch(claim, claim._replace(patient_control_number="")), **SENT)

    assert [(each.code, each.segment_id, each.claim) for each in written.findings] == [
        ("x12.element_missing", "CLM", 1),
        ("x12.element_code", "SV1", 1),
        ("x12.element_missing", "CLM", 2),
        ("x12.element_missing", "CLM", 2),
        ("x12.element_code", "SV1", 2),
    ]


@pytest.mark.parametrize("text", ["A*B", "A:B", "A~B", "A^B", "A\nB", "A\x00B", "MÜLLER", " A", "A ", "😀"])
def test_a_value_that_x12_cannot_hold_is_refused_without_naming_it(text: str) -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name=text)))

    written = write_837p(a_batch(claim), **SENT)

    assert written.data == b""
    finding = written.findings[0]
    assert (finding.code, finding.segment_id, finding.element, finding.claim) == ("x12.value_characters", "NM1", 3, 1)
    assert text.strip() not in repr(written.findings)


def test_by_policy_it_is_replaced_instead() -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name="O~MÜLLER*S ")))

    data = sent(a_batch(claim), policy=Policy.REPLACE)

    assert rows(data, b"NM1")[3].startswith(b"NM1*IL*1*O MULLER S*JANE")
    assert not blocks(judge(data))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Łukasz", "Lukasz"),
        ("Groß", "Gross"),
        ("Søren Æbelø", "Soren AEbelo"),
        ("Kaʻahumanu", "Kaahumanu"),
        ("Nº", "No"),
    ],
)
def test_letters_that_have_a_plain_form_are_replaced_by_it(text: str, plain: str) -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name=text)))

    data = sent(a_batch(claim), policy=Policy.REPLACE)

    assert rows(data, b"NM1")[3].startswith(f"NM1*IL*1*{plain}*JANE".encode())


# Each was written as nothing, or as another value, without a word.
@pytest.mark.parametrize("text", ["王", "Иванов", "李 WONG", "*~:", "\x01\x02", "😀", "DOE Ω"])
def test_by_no_policy_is_a_value_written_as_less_than_it_says(text: str) -> None:
    line = a_line(procedure=Procedure("HC", "99213", ("25",), description=text))
    party = a_subscriber().party
    cases = [
        ("NM1", 3, a_claim(subscriber=a_subscriber(party=party._replace(last_name=text)))),
        ("REF", 2, a_claim(references=(Reference("G1", text),))),
        ("SV1", 1, a_claim(line)),
        ("NTE", 2, a_claim(notes=(Note("ADD", text),))),
        ("K3", 1, a_claim(details=(("K3", text.replace(":", ";").replace("*~;", "*~")),))),
    ]

    for segment_id, element, claim in cases:
        written = write_837p(a_batch(a_claim(), claim), **SENT, policy=Policy.REPLACE)

        assert written.data == b""
        lost = [each for each in written.findings if each.code == "x12.value_lost"]
        assert [(each.segment_id, each.element, each.claim) for each in lost] == [(segment_id, element, 2)], text
        assert lost[0].fix


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1½ TABLETS", None),
        ("≤5 MG", None),
        ("10² CELLS", None),
        ("−5 DIOPTERS", "-5 DIOPTERS"),
        ("O’BRIEN", "O'BRIEN"),
        ("SMITH–JONES", "SMITH-JONES"),
        ("JOSÉ MUÑOZ", "JOSE MUNOZ"),
        ("KEʻALA 98.6° CO₂", "KEALA 98.6 CO2"),
    ],
)
def test_a_replaced_text_says_the_same_number_and_name(text: str, plain: str | None) -> None:
    claim = a_claim(notes=(Note("ADD", text),))

    written = write_837p(a_batch(claim), **SENT, policy=Policy.REPLACE)

    assert [each.code for each in written.findings if each.blocks] == ([] if plain else ["x12.value_lost"])
    assert (b"NTE*ADD*%b~" % (plain or "").encode() in written.data) == bool(plain)


def test_blanks_are_no_value_that_gets_lost() -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(middle_name="  ")))

    assert sent(a_batch(claim), policy=Policy.REPLACE)


# Written with only Policy.REFUSE compared, each of these lost its value without a word.
@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    "claim",
    [
        a_claim(a_line(teeth=(("8",),))),
        a_claim(a_line(oral_cavity=("10",))),
        a_claim(a_line(revenue_code="0450")),
        a_claim(subscriber=a_subscriber(payer=a_subscriber().payer._replace(taxonomy="207Q00000X"))),
    ],
)
def test_by_no_policy_is_half_a_claim_written(claim: Claim, policy: Policy) -> None:
    written = write_837p(a_batch(claim), **SENT, policy=policy)

    assert written.data == b""
    assert [each.code for each in written.findings if each.blocks] == ["x12.written_differently"]


def test_what_is_replaced_in_a_raw_segment_and_below_other_signs_is_no_difference() -> None:
    claim = a_claim(
        a_line(details=(("PS1", "1003000126", "12.5"),)),
        a_line(references=(Reference("6R", "L~2:É"),)),
        details=(
            ("CRC", "07", "Y", "01"),
            ("PWK", "OZ", "BM", "", "", "AC", " A|1 "),
        ),
    )
    delimiters = Delimiters(element="|", component=":", repetition="!", segment="~")

    written = write_837p(
        a_batch(claim), **{**SENT, "envelope": ENVELOPE._replace(delimiters=delimiters)}, policy=Policy.REPLACE
    )

    assert b"~PWK|OZ|BM|||AC|A 1~" in written.data
    assert b"~REF|6R|L 2 E~" in written.data


def test_other_delimiters_make_other_signs_free() -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name="A*B:C^D~E")))
    delimiters = Delimiters(element="|", component=">", repetition="!", segment="\x1d")

    data = sent(a_batch(claim), envelope=ENVELOPE._replace(delimiters=delimiters))

    assert read_837p(data).values[0].claims[0].subscriber.party.last_name == "A*B:C^D~E"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"moment": datetime(2026, 11, 20)}, "x12.value_moment"),  # noqa: DTZ001 (a moment without a zone is the fault)
        ({"control": NUMBERS._replace(interchange=0)}, "x12.value_moment"),
        ({"control": NUMBERS._replace(interchange=10**9)}, "x12.value_moment"),
        ({"control": NUMBERS._replace(group=10**9)}, "x12.value_moment"),
        ({"control": NUMBERS._replace(transaction=0)}, "x12.value_moment"),
        ({"envelope": ENVELOPE._replace(sender=Endpoint("ZZ", ""))}, "x12.isa_sender"),
        ({"envelope": ENVELOPE._replace(sender=Endpoint("ZZ", "A" * 16))}, "x12.isa_sender"),
        ({"envelope": ENVELOPE._replace(receiver=Endpoint("QQ", "R"))}, "x12.isa_receiver_kind"),
        ({"envelope": ENVELOPE._replace(receiver=Endpoint("ZZ", "R*R"))}, "x12.value_characters"),
        ({"envelope": ENVELOPE._replace(usage_indicator="X")}, "x12.isa_usage"),
        ({"envelope": ENVELOPE._replace(delimiters=Delimiters(element="A"))}, "x12.delimiters"),
        ({"envelope": ENVELOPE._replace(delimiters=Delimiters(element=":"))}, "x12.delimiters"),
    ],
)
def test_an_envelope_that_does_not_fit_is_refused(changes: dict[str, Any], code: str) -> None:
    written = write_837p(a_batch(), **{**SENT, **changes})

    assert written.data == b""
    assert code in [each.code for each in written.findings]


def test_no_claims_or_more_than_five_thousand_are_refused() -> None:
    batch = a_batch()

    assert [f.code for f in write_837p(batch._replace(claims=()), **SENT).findings] == ["x12.value_missing"]
    many = batch._replace(claims=batch.claims * 5001)
    assert "x12.claims_many" in [f.code for f in write_837p(many, **SENT).findings]


def test_more_than_fifty_lines_are_refused() -> None:
    written = write_837p(a_batch(a_claim(*[a_line(1_00, references=())] * 51)), **SENT)

    assert ("x12.loop_repeated", "2400") in [(each.code, each.loop) for each in written.findings]
    assert written.data == b""


def test_a_value_with_no_place_in_the_guide_is_not_dropped_in_silence() -> None:
    # A payer has no birth date in an 837; left out quietly, the claim would not be what was asked for.
    payer = a_subscriber().payer._replace(birth_date="20000101")

    written = write_837p(a_batch(a_claim(subscriber=a_subscriber(payer=payer))), **SENT)

    assert written.data == b""


def test_without_the_self_check_the_same_bytes_are_written() -> None:
    batch = a_batch(a_claim(), a_claim(patient_control_number="P2"))

    assert sent(batch, self_check=False) == sent(batch)


def test_without_the_self_check_the_guide_is_for_the_caller_to_judge() -> None:
    written = write_837p(a_batch(a_claim(diagnoses=())), **SENT, self_check=False)

    assert written.findings == ()
    assert ("x12.segment_missing", "HI") in [(each.code, each.segment_id) for each in judge(written.data)]


def test_a_value_that_x12_cannot_hold_is_refused_without_the_self_check_too() -> None:
    claim = a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name="A*B")))

    written = write_837p(a_batch(claim), **SENT, self_check=False)

    assert (written.data, [each.code for each in written.findings]) == (b"", ["x12.value_characters"])


def test_each_fault_of_a_claim_is_named_once() -> None:
    claim = a_claim(
        charge=money("1.005"), subscriber=a_subscriber(party=a_subscriber().party._replace(last_name="A*B"))
    )

    written = write_837p(a_batch(claim), **SENT)

    assert [each.code for each in written.findings] == ["x12.value_characters", "x12.money_decimals"]


@pytest.mark.parametrize(
    ("claim", "place"),
    [
        (
            a_claim(a_line(procedure=Procedure("HC", "99213", ("25", "59", "GT", "RT", "LT")))),
            ("x12.component_many", "SV1", 1),
        ),
        (a_claim(accident_causes=("AA", "OA", "EM", "AP"), accident_state="IL"), ("x12.component_many", "CLM", 11)),
        (
            a_claim(
                billing=BILLING._replace(
                    party=BILLING.party._replace(contacts=(Contact("IC", "DESK", (("TE", "2175550111"),) * 4),))
                )
            ),
            ("x12.element_many", "PER", 9),
        ),
    ],
)
def test_more_values_than_a_segment_holds_are_never_cut_off_in_silence(
    claim: Claim, place: tuple[str, str, int]
) -> None:
    written = write_837p(a_batch(claim), **SENT, self_check=False)

    assert written.data == b""
    assert place in [(each.code, each.segment_id, each.element) for each in written.findings]


def test_everything_that_a_professional_claim_may_hold_comes_back() -> None:
    claim = a_claim(
        a_line(references=(Reference("6R", "L1"), Reference("G1", "AUTH2")), details=(("PS1", "ACME", "12.5"),)),
        accident_causes=("AA", "OA"),
        accident_state="IL",
        dates=(Dated("439", "D8", "20261030"),),
        delay_reason_code="3",
        health_codes=(HealthCode("BG", "17"),),
        references=(Reference("G1", "AUTH"), Reference("X4", "12D1234567")),
        details=(("PWK", "OZ", "BM", "", "", "AC", "DOC1"), ("K3", "STATE DATA"), ("CRC", "07", "Y", "01")),
        providers=(
            Party("DN", "REFERS", "AL", kind="1", id_qualifier="XX", id="1245319599"),
            Party("82", "RENDERS", "BO", kind="1", id_qualifier="XX", id="1245319599", taxonomy="207R00000X"),
            Party("77", "HOSPITAL", id_qualifier="XX", id="1245319599", address=ADDRESS),
            Party("DQ", "WATCHES", "CY", kind="1", id_qualifier="XX", id="1245319599"),
        ),
        billing=BILLING._replace(
            pay_to_address=Party(
                "87", address=Address("PO BOX 9", city="SPRINGFIELD", state="IL", postal_code="62701")
            ),
            party=BILLING.party._replace(contacts=(Contact("IC", "DESK", (("TE", "2175550111"), ("EX", "12"))),)),
        ),
    )

    read = read_837p(sent(a_batch(claim))).values[0].claims[0]

    assert without_places(read)._replace(lines=()) == without_places(claim)._replace(claim_ordinal=0, lines=())
    assert without_places(read.lines[0])._replace(number="") == claim.lines[0]
