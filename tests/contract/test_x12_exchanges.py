"""270, 271, 276 and 277: what we write stays the same, is read back, and breaks no rule but the one that is broken.

Written files are made anew with `X12_GOLDEN=write pytest tests/contract/test_x12_exchanges.py`. Of other programs only
pyx12 knows one of these sets in version 5010, the 277; its map is not on its own list, so we put it there.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.x12 import Delimiters, judge, read_eligibility, read_status, write_270, write_271, write_276, write_277
from claimwright.x12.models import (
    NO_MONEY,
    Contact,
    Dated,
    HealthCode,
    Party,
    Procedure,
    Reference,
    money_of_cents,
    quantity_of,
)
from claimwright.x12.models.eligibility import Benefit, Eligibility, EligibilityReject, Inquiry, Trace
from claimwright.x12.models.status import StatusExchange, StatusPerson, StatusProvider
from claimwright.x12.write.checks import comparable
from tests.contract.test_x12_golden import GOLDEN, READABLE
from tests.contract.test_x12_properties import thorough
from tests.support.builders_exchanges import (
    MEMBER,
    PROVIDER,
    a_covered_person,
    a_dependent,
    a_report,
    a_status_exchange,
    a_status_line,
    an_answer,
    an_answered_claim,
    an_asked_claim,
    an_inquiry,
)
from tests.support.builders_x12 import ADDRESS, SENT
from tests.support.second_opinion import pyx12_complaints_of_277
from tests.support.single_faults_x12 import SingleFault, single_faults
from tests.support.strategies_exchanges import eligibilities, status_exchanges

PATIENT = Party("QC", "DOE", "JACK", kind="1", birth_date="20150401", gender="M")


def _question_of_a_family() -> bytes:
    subscriber = a_covered_person(
        party=MEMBER._replace(
            birth_date="",
            gender="",
            references=(Reference("6P", "GROUP7"),),
            details=(("PRV", "RF", "PXC", "207Q00000X"),),
        )
    )
    child = a_dependent(
        party=a_dependent().party._replace(address=ADDRESS, references=(Reference("EJ", "PCN0001"),)),
        relationship="19",
        birth_sequence="2",
        diagnoses=(HealthCode("ABK", "E119"), HealthCode("ABF", "I10")),
        inquiries=(
            Inquiry(("98", "UC"), diagnosis_pointers=(1, 2), dates=(Dated("291", "D8", "20261120"),)),
            Inquiry(
                (),
                Procedure("HC", "99213", ("25",)),
                references=(Reference("G1", "AUTH1"),),
                details=(("III", "ZZ", "11"),),
            ),
        ),
        dates=(Dated("291", "RD8", "20261101-20261130"),),
    )
    receiver = PROVIDER._replace(references=(Reference("EO", "SUB01"),), address=ADDRESS, taxonomy="207Q00000X")
    return write_270([an_inquiry(subscriber, child, receiver=receiver)], **READABLE).data


def _benefits() -> bytes:
    other = Party(
        "PRP",
        "OTHER PLAN",
        id_qualifier="PI",
        id="OTH",
        address=ADDRESS,
        contacts=(Contact("IC", "DESK", (("TE", "8005550100"),)),),
    )
    doctor = Party("P3", "HOUSE", "GREG", kind="1", id_qualifier="XX", id="1245319599", taxonomy="207R00000X")
    said = (
        Benefit("1", "IND", ("30", "98"), "HM", "GOLD", dates=(Dated("291", "D8", "20260101"),)),
        Benefit(
            "B", "IND", ("98",), period="27", amount=money_of_cents(25_00), in_network="Y", messages=("ASK FIRST",)
        ),
        Benefit(
            "A",
            "IND",
            ("98",),
            percent=quantity_of(0)._replace(value=quantity_of(1).value / 5, text=".2"),
            in_network="N",
        ),
        Benefit(
            "C", "FAM", ("30",), period="23", amount=money_of_cents(0), references=(Reference("18", "PLAN7", "GOLD"),)
        ),
        Benefit(
            "F",
            "",
            ("33",),
            quantity_kind="P6",
            quantity=quantity_of(12),
            details=(("HSD", "VS", "12", "", "", "23", "1"),),
        ),
        Benefit("I", procedure=Procedure("HC", "99213", ("25",)), procedure_last="99215", diagnosis_pointers=(1,)),
        Benefit("L", parties=(doctor,)),
        Benefit("R", rejects=(EligibilityReject("N", "62", "C"),), parties=(other,), details=(("III", "ZZ", "21"),)),
    )
    person = a_covered_person(
        traces=(Trace("TRACE1", "9123456789", "2"), Trace("PLAN1", "9987654321")),
        party=MEMBER._replace(address=ADDRESS, references=(Reference("6P", "GROUP7", "WORKS"),)),
        relationship="18",
        maintenance_reason="25",
        diagnoses=(HealthCode("ABK", "E119"),),
        dates=(Dated("346", "D8", "20260101"),),
        benefits=said,
    )
    payer = an_answer().source._replace(contacts=(Contact("IC", "", (("UR", "PLAN.EXAMPLE"),)),))
    child = a_dependent(relationship="19", rejects=(EligibilityReject("N", "67", "C"),))
    return write_271([an_answer(person, child, source=payer)], **READABLE).data


def _refused() -> bytes:
    system = an_answer(receiver=None, people=(), system_rejects=(EligibilityReject("Y", "42", "P"),))
    provider = an_answer(people=(), receiver_rejects=(EligibilityReject("N", "51", "C"),))
    return write_271([system, provider], **READABLE).data


def _question_of_claims() -> bytes:
    asked = an_asked_claim(
        references=(
            Reference("1K", "ICN1"),
            Reference("BLT", "111"),
            Reference("EJ", "PCN0001"),
            Reference("D9", "CLH7"),
        ),
        lines=(a_status_line(), a_status_line(revenue_code="0301", references=())),
    )
    family = (
        StatusPerson(is_dependent=False, party=MEMBER, claims=(asked,)),
        StatusPerson(is_dependent=False, party=MEMBER._replace(birth_date="", gender="", id="PAID777")),
        StatusPerson(is_dependent=True, party=PATIENT, claims=(an_asked_claim(trace_number="TRACE2"),)),
    )
    both = (PROVIDER, PROVIDER._replace(id_qualifier="FI", id="123456789"))
    return write_276([a_status_exchange("276", providers=(StatusProvider(both, people=family),))], **READABLE).data


def _statuses() -> bytes:
    paid = a_report(
        "F1:65",
        "F1:3",
        paid=money_of_cents(80_00),
        decided_on="20261118",
        payment_date="20261119",
        payment_number="CHECK77",
    )
    line = a_status_line(
        paid=money_of_cents(80_00), statuses=(a_report("F1:65", charge=NO_MONEY),), references=(Reference("FJ", "L1"),)
    )
    pending = an_answered_claim(trace_number="TRACE2", statuses=(a_report("P1:20", "P3:3:PR"),), references=())
    member = MEMBER._replace(birth_date="", gender="")
    people = (
        StatusPerson(is_dependent=False, party=member, claims=(an_answered_claim(statuses=(paid,), lines=(line,)),)),
        StatusPerson(is_dependent=False, party=member._replace(id="PAID777")),
        StatusPerson(is_dependent=True, party=PATIENT._replace(birth_date="", gender=""), claims=(pending,)),
    )
    unknown = StatusProvider((PROVIDER._replace(id="1245319599"),), "0", (a_report("E0:24:1P", charge=NO_MONEY),))
    value = a_status_exchange("277", providers=(StatusProvider((PROVIDER,), people=people), unknown))
    payer = value.source._replace(contacts=(Contact("IC", "HELP", (("TE", "8005550100"), ("EX", "7"))),))
    refused = a_status_exchange(
        "277", providers=(), trace_number="STATUS2", statuses=(a_report("D0:33:41", charge=NO_MONEY),)
    )
    return write_277([value._replace(source=payer), refused], **READABLE).data


WRITTEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "270-subscriber.edi": ("270", lambda: write_270([an_inquiry()], **READABLE).data),
    "270-family.edi": ("270", _question_of_a_family),
    "271-benefits.edi": ("271", _benefits),
    "271-refused.edi": ("271", _refused),
    "276-claims.edi": ("276", _question_of_claims),
    "277-statuses.edi": ("277", _statuses),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_we_write_stays_the_same_and_is_accepted(name: str) -> None:
    data = WRITTEN[name][1]()
    if os.environ.get("X12_GOLDEN") == "write":
        (GOLDEN / name).write_bytes(data)

    assert (GOLDEN / name).read_bytes() == data
    assert judge(data) == []
    if name.startswith("277"):
        assert pyx12_complaints_of_277(data) == []


FAULTS = {
    fault.rule: fault
    for name, (table, _) in WRITTEN.items()
    if (GOLDEN / name).exists()
    for fault in single_faults(table, (GOLDEN / name).read_bytes())
}


def test_there_are_enough_rules() -> None:
    assert len(FAULTS) > 500


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_one_broken_rule_is_found_and_nothing_else(fault: SingleFault) -> None:
    findings = [each for each in judge(fault.data) if each.level <= 2]

    assert [(each.code, each.segment_id, each.element, each.component) for each in findings] == [
        (fault.code, fault.segment_id, fault.element, fault.component)
    ]


@pytest.mark.parametrize(
    ("name", "row", "code", "loop"),
    [
        ("270-subscriber.edi", b"BHT*", "x12.segment_missing", ""),
        ("270-subscriber.edi", b"NM1*PR*", "x12.loop_missing", "2100A"),
        ("270-subscriber.edi", b"NM1*1P*", "x12.loop_missing", "2100B"),
        ("270-subscriber.edi", b"NM1*IL*", "x12.loop_missing", "2100C"),
        ("271-benefits.edi", b"NM1*03*", "x12.loop_missing", "2100D"),
        ("276-claims.edi", b"NM1*41*", "x12.loop_missing", "2100B"),
        ("276-claims.edi", b"DMG*D8*20150401*", "x12.segment_missing", "2000E"),
        ("276-claims.edi", b"TRN*1*TRACE2", "x12.loop_missing", "2200E"),
        ("277-statuses.edi", b"STC*P1:20*", "x12.segment_missing", "2200E"),
        ("277-statuses.edi", b"NM1*QC*", "x12.loop_missing", "2100E"),
        ("277-statuses.edi", b"STC*F1:65*20261120~", "x12.segment_missing", "2220D"),
    ],
)
def test_a_required_part_is_missed_when_it_is_gone(name: str, row: bytes, code: str, loop: str) -> None:
    rows = (GOLDEN / name).read_bytes().split(b"~\n")
    place = next(at for at, each in enumerate(rows) if (each + b"~").startswith(row))

    found = judge(b"~\n".join(rows[:place] + rows[place + 1 :]))

    assert (code, loop) in [(each.code, each.loop) for each in found]


@thorough
@given(st.sampled_from(["270", "271"]).flatmap(eligibilities))
def test_questions_about_coverage_and_answers_are_read_back(value: Eligibility) -> None:
    written = (write_270 if value.set_id == "270" else write_271)([value], **SENT)

    assert [each.code for each in written.findings if each.blocks] == []
    read = read_eligibility(written.data).values[0]
    wanted = value._replace(date=read.date, time=read.time, guide=read.guide, control_number="0001")
    assert comparable(read) == comparable(wanted)


@thorough
@given(st.sampled_from(["276", "277"]).flatmap(status_exchanges))
def test_questions_about_claims_and_answers_are_read_back(value: StatusExchange) -> None:
    written = (write_276 if value.set_id == "276" else write_277)([value], **SENT)

    assert [each.code for each in written.findings if each.blocks] == []
    read = read_status(written.data).values[0]
    wanted = value._replace(date=read.date, time=read.time, guide=read.guide, control_number="0001")
    assert comparable(read) == comparable(wanted)
    if value.set_id == "277":
        assert pyx12_complaints_of_277(written.data) == []


def test_other_delimiters_hold_the_same_values() -> None:
    signs = Delimiters(element="|", component=">", repetition="!", segment="\n")
    value = an_answer(
        a_covered_person(benefits=(Benefit("1", "IND", ("30", "98"), procedure=Procedure("HC", "99213")),))
    )

    written = write_271([value], **{**SENT, "envelope": SENT["envelope"]._replace(delimiters=signs)})

    assert read_eligibility(written.data).values[0].people[0].benefits[0].service_types == ("30", "98")
    assert b"|30!98|" in written.data
