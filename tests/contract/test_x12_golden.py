"""Files of our own: what we write stays byte for byte the same, and habits met in the field stay readable.

Written files are made anew with `X12_GOLDEN=write pytest tests/contract/test_x12_golden.py`; look at the difference.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from claimwright.x12 import (
    Adjustment,
    Amount,
    Dated,
    Delimiters,
    GroupAck,
    InterchangeAck,
    LineAdjudication,
    OtherCoverage,
    Party,
    ProviderAdjustment,
    Reference,
    SegmentError,
    SetAck,
    blocks,
    judge,
    money_of_cents,
    quantity_of,
    read_835,
    read_837p,
    read_999,
    read_ta1,
    write_277ca,
    write_835,
    write_837d,
    write_837i,
    write_837p,
    write_999,
    write_ta1,
)
from tests.support.builders_x12 import (
    ENVELOPE,
    SENT,
    a_batch,
    a_batch_ack,
    a_claim,
    a_claim_ack,
    a_dental_claim,
    a_line,
    a_patient,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    a_status,
    a_subscriber,
    an_adjustment,
    an_institutional_claim,
)
from tests.support.second_opinion import oxedi_reading, pyx12_complaints

GOLDEN = Path(__file__).parents[1] / "golden" / "x12"
# One segment a line, so that a difference can be read.
READABLE = {**SENT, "envelope": ENVELOPE._replace(delimiters=Delimiters(line_break="\n"))}


def _secondary_claim() -> bytes:
    decided = LineAdjudication(
        "OLD1",
        money_of_cents(80_00),
        a_line().procedure,
        units=quantity_of(1),
        adjustments=(an_adjustment("CO-45", 25_00), an_adjustment("PR-1", 20_00)),
        dates=(Dated("573", "D8", "20261103"),),
    )
    first = OtherCoverage(
        "P",
        "18",
        claim_filing_indicator="CI",
        amounts=(Amount("D", money_of_cents(80_00)),),
        assignment_of_benefits="Y",
        release_of_information="Y",
        subscriber=a_subscriber().party._replace(birth_date="", gender=""),
        payer=Party("PR", "OLD PLAN", id_qualifier="PI", id="OLD1", references=(Reference("F8", "ICN9"),)),
    )
    claim = a_claim(
        a_line(adjudications=(decided,)),
        subscriber=a_subscriber(payer_responsibility_sequence="S"),
        other_coverages=(first,),
    )
    return write_837p(a_batch(claim), **READABLE).data


def _dependents() -> bytes:
    family = a_subscriber(patient_relationship="")
    second = a_patient(party=a_patient().party._replace(first_name="JILL", gender="F"))
    return write_837p(
        a_batch(
            a_claim(subscriber=family, patient=a_patient()),
            a_claim(patient_control_number="PCN0002", subscriber=family, patient=second),
        ),
        **READABLE,
    ).data


def _reversal_and_correction() -> bytes:
    billed: tuple[Adjustment, ...] = (an_adjustment("CO-45", -25_00), an_adjustment("PR-2", -20_00))
    reversal = a_remit_claim(a_remit_line(-125_00, *billed), claim_outcome_code="22")
    correction = a_remit_claim(
        a_remit_line(125_00, an_adjustment("CO-45", 15_00), an_adjustment("PR-2", 20_00)),
        amounts=(Amount("I", money_of_cents(1_50)),),
    )
    held = ProviderAdjustment("1234567893", "20261231", "L6", "", money_of_cents(-1_50))
    return write_835([a_remittance(reversal, correction, provider_adjustments=(held,))], **READABLE).data


def _rejections() -> bytes:
    rejected = a_claim_ack(
        patient_control_number="PCN0002",
        statuses=(a_status("A7", "562", "U"),),
        references=(Reference("1K", "ICN5"), Reference("D9", "CLH7")),
    )
    return write_277ca([a_batch_ack(a_claim_ack(), rejected)], **READABLE).data


def _rejected_group() -> bytes:
    error = SegmentError("SV1", 24, "2400", "8", ("CLM01", "PCN0001"))
    sets = (SetAck("837", "0001", "005010X222A1", "R", ("5",), (error,)),)
    return write_999([GroupAck("HC", "17", "005010X222A1", "R", 1, 1, 0, sets=sets)], **READABLE).data


WRITTEN: dict[str, Callable[[], bytes]] = {
    "837p-one-claim.edi": lambda: write_837p(a_batch(), **READABLE).data,
    "837p-two-dependents.edi": _dependents,
    "837p-secondary-claim.edi": _secondary_claim,
    "837i-inpatient.edi": lambda: write_837i(a_batch(an_institutional_claim()), **READABLE).data,
    "837d-one-claim.edi": lambda: write_837d(a_batch(a_dental_claim()), **READABLE).data,
    "835-one-paid-claim.edi": lambda: write_835([a_remittance()], **READABLE).data,
    "835-reversal-and-correction.edi": _reversal_and_correction,
    "277ca-one-accepted-one-rejected.edi": _rejections,
    "999-rejected-set.edi": _rejected_group,
    "ta1-accepted.edi": lambda: write_ta1([InterchangeAck("000000017", "261120", "1405", "A")], **READABLE).data,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_we_write_stays_the_same_byte_for_byte(name: str) -> None:
    data = WRITTEN[name]()
    path = GOLDEN / name
    if os.environ.get("X12_GOLDEN") == "write":
        path.write_bytes(data)

    assert path.read_bytes() == data


@pytest.mark.parametrize("name", WRITTEN)
def test_what_we_write_is_accepted_by_us_and_by_others(name: str) -> None:
    data = (GOLDEN / name).read_bytes()

    assert judge(data) == []
    if name.startswith("835"):
        assert oxedi_reading(data)[2] == []
    elif not name.startswith(("ta1", "837d")):
        # pyx12 has no map of the dental guide.
        assert pyx12_complaints(data) == []


def test_ta1_and_999_in_one_interchange_are_read() -> None:
    data = (GOLDEN / "seen-ta1-before-999.edi").read_bytes()

    assert [each.code for each in read_ta1(data).values] == ["A"]
    assert [each.code for each in read_999(data).values] == ["A"]
    assert judge(data) == []


def test_appended_files_with_other_delimiters_are_each_read_by_their_own() -> None:
    data = (GOLDEN / "seen-appended-files.edi").read_bytes()

    reading = read_835(data)

    assert [each.trace_number for each in reading.values] == ["CHECK77", "CHECK78"]
    assert [each.delimiters.element for each in reading.interchanges] == ["*", "|"]


def test_a_file_without_isa_and_with_a_wrong_count_is_read_and_stopped() -> None:
    reading = read_837p((GOLDEN / "seen-no-isa-wrong-count.edi").read_bytes())

    assert len(reading.values[0].claims) == 1
    assert {each.code for each in reading.findings} == {"x12.no_isa", "x12.no_gs", "x12.segment_count"}
    assert blocks(reading.findings)


def test_an_old_guide_with_u_as_standard_is_not_split_at_every_u() -> None:
    reading = read_837p((GOLDEN / "seen-4010-standard-u.edi").read_bytes())

    claim = reading.values[0].claims[0]
    assert claim.subscriber.party.last_name == "SURUGUAY"
    assert {each.code for each in reading.findings} == {"x12.isa_version", "x12.guide_old"}
