"""Questions and answers, 270, 271, 276 and 277: situations both ways, what is refused, and who belongs to whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claimwright.x12 import (
    Amount,
    Benefit,
    Eligibility,
    EligibilityReject,
    Finding,
    HealthCode,
    Inquiry,
    Policy,
    Reference,
    StatusExchange,
    StatusPerson,
    StatusProvider,
    StatusReport,
    Written,
    judge,
    money,
    money_of_cents,
    quantity,
    read_277ca,
    read_eligibilities,
    read_eligibility,
    read_status,
    read_statuses,
    write_270,
    write_271,
    write_276,
    write_277,
    write_277ca,
)
from claimwright.x12.tools import story
from claimwright.x12.tools.veil import plain, veiled
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
from tests.support.builders_x12 import SENT, a_batch_ack

GOLDEN = Path(__file__).parents[3] / "golden" / "x12"
WRITERS = {"270": write_270, "271": write_271, "276": write_276, "277": write_277}


def written(value: Any, **changes: Any) -> Written:
    return WRITERS[value.set_id]([value], **{**SENT, **changes})


def codes(value: Any) -> list[str]:
    return [each.code for each in written(value).findings]


def people(*found: StatusPerson) -> tuple[StatusProvider, ...]:
    return (StatusProvider((PROVIDER,), people=found),)


ASKED = Inquiry(("30",))
SPENT = Inquiry(("30",), amounts=(Amount("R", money_of_cents(50_00)),))
REFUSED = EligibilityReject("N", "72", "C")
NOBODY = MEMBER._replace(id_qualifier="", id="", birth_date="", gender="")
UNBORN = MEMBER._replace(birth_date="", gender="")
PLAIN = StatusPerson(is_dependent=False, party=UNBORN)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (an_inquiry(a_covered_person()), "x12.inquiry_missing"),
        (an_inquiry(a_covered_person(), a_dependent()), "x12.inquiry_missing"),
        (an_inquiry(a_covered_person(party=NOBODY, inquiries=(ASKED,))), "x12.inquiry_search"),
        (an_inquiry(a_covered_person(inquiries=(SPENT,))), "x12.spend_down"),
        (an_inquiry(transaction_type="RT"), "x12.spend_down"),
        (an_inquiry(a_covered_person(inquiries=(ASKED._replace(diagnosis_pointers=(1,)),))), "x12.pointer_range"),
        (an_answer(a_covered_person()), "x12.answer_missing"),
        (an_answer(receiver=None, people=()), "x12.answer_missing"),
        (an_answer(a_covered_person(benefits=(Benefit("1"),), rejects=(REFUSED,))), "x12.answer_unused"),
        (an_answer(a_covered_person(benefits=(Benefit("B"),))), "x12.benefit_amount"),
        (an_answer(a_covered_person(benefits=(Benefit("A"),))), "x12.benefit_percent"),
        (an_answer(a_covered_person(benefits=(Benefit("A", percent=quantity("20")),))), "x12.benefit_fraction"),
        (an_answer(a_covered_person(benefits=(Benefit("1", diagnosis_pointers=(2,)),))), "x12.pointer_range"),
        (an_inquiry(receiver=PROVIDER._replace(id="1234567890")), "x12.npi"),
        (
            an_inquiry(a_covered_person(diagnoses=(HealthCode("ABK", "E11.9"),), inquiries=(ASKED,))),
            "x12.diagnosis_point",
        ),
        (
            a_status_exchange("276")._replace(
                providers=(
                    StatusProvider(
                        (PROVIDER._replace(id="1234567890"),),
                        people=(StatusPerson(is_dependent=False, party=MEMBER, claims=(an_asked_claim(),)),),
                    ),
                )
            ),
            "x12.npi",
        ),
        (a_status_exchange("276", providers=people(PLAIN)), "x12.status_claim_missing"),
        (a_status_exchange("276", providers=people(PLAIN._replace(claims=(an_asked_claim(),)))), "x12.status_birth"),
        (a_status_exchange("276", an_asked_claim(dates=())), "x12.status_date"),
        (a_status_exchange("277", providers=()), "x12.status_missing"),
        (a_status_exchange("277", providers=people()), "x12.status_missing"),
        (a_status_exchange("277", an_answered_claim(statuses=(a_report("F1:65"),))), "x12.status_paid"),
        (
            a_status_exchange("277", an_answered_claim(statuses=(a_report(payment_number="CHECK77"),))),
            "x12.status_payment",
        ),
    ],
)
def test_what_the_situation_demands_or_forbids_is_found(value: Any, code: str) -> None:
    assert codes(value) == [code]


@pytest.mark.parametrize(
    "value",
    [
        an_inquiry(),
        an_inquiry(a_covered_person(party=UNBORN), a_dependent(inquiries=(ASKED,))),
        an_inquiry(a_covered_person(inquiries=(SPENT,)), transaction_type="RT"),
        an_inquiry(
            a_covered_person(
                diagnoses=(HealthCode("ABK", "E119"),), inquiries=(ASKED._replace(diagnosis_pointers=(1,)),)
            )
        ),
        an_answer(),
        an_answer(a_covered_person(rejects=(REFUSED,))),
        # Seen: a payer refuses the subscriber and only repeats the dependent.
        an_answer(a_covered_person(rejects=(REFUSED,)), a_dependent()),
        an_answer(a_covered_person(benefits=(Benefit("B", amount=money_of_cents(0)),))),
        a_status_exchange("276"),
        a_status_exchange("276", an_asked_claim(dates=(), lines=(a_status_line(),))),
        a_status_exchange("277"),
        a_status_exchange("277", providers=(), trace_number="STATUS1", statuses=(a_report(charge=money("")),)),
    ],
)
def test_what_the_situation_allows_is_written_without_a_finding(value: Any) -> None:
    assert codes(value) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (
            an_inquiry(a_covered_person(party=MEMBER._replace(last_name="DOE*"), inquiries=(ASKED,))),
            "x12.value_characters",
        ),
        (an_inquiry(a_covered_person(inquiries=(Inquiry(("30^98",)),))), "x12.value_characters"),
        (an_inquiry(set_id="271"), "x12.value_kind"),
        (an_answer(a_covered_person(inquiries=(ASKED,), benefits=(Benefit("1"),))), "x12.segment_id"),
        (an_answer(a_covered_person(benefits=(Benefit("B", amount=money("1.005")),))), "x12.money_decimals"),
        (an_inquiry(a_dependent(inquiries=(ASKED,))), "x12.value_missing"),
        (a_status_exchange("277", an_answered_claim(statuses=())), "x12.segment_missing"),
        (a_status_exchange("277", an_answered_claim(statuses=(StatusReport(()),))), "x12.value_missing"),
        (a_status_exchange("276", an_answered_claim()), "x12.segment_id"),
        (a_status_exchange("276")._replace(set_id="277"), "x12.value_kind"),
    ],
)
def test_what_can_t_be_written_comes_back_as_a_finding_and_no_bytes(value: Any, code: str) -> None:
    set_id = value.set_id if code != "x12.value_kind" else {"271": "270", "277": "276"}[value.set_id]

    result = WRITERS[set_id]([value], **SENT)

    assert result.data == b""
    assert code in [each.code for each in result.findings]


def test_by_policy_a_delimiter_in_a_value_is_replaced() -> None:
    value = an_answer(a_covered_person(benefits=(Benefit("1", messages=("CALL US: 9*5 ~ NOËL",)),)))

    data = written(value, policy=Policy.REPLACE).data

    assert b"MSG*CALL US 9 5 NOEL~" in data


@pytest.mark.parametrize(
    ("value", "segment_id", "element"),
    [
        (an_answer(a_covered_person(benefits=(Benefit("1", messages=("王",)),))), "MSG", 1),
        (an_inquiry(a_covered_person(party=MEMBER._replace(last_name="Иванов"), inquiries=(ASKED,))), "NM1", 3),
        (an_inquiry(a_covered_person(inquiries=(Inquiry(("王",)),))), "EQ", 1),
        (a_status_exchange("276", trace_number="王"), "TRN", 2),
        (a_status_exchange("277", an_answered_claim(statuses=(a_report(message="王"),))), "STC", 12),
    ],
)
def test_by_no_policy_is_a_value_written_as_nothing(value: Any, segment_id: str, element: int) -> None:
    result = WRITERS[value.set_id]([value], **SENT, policy=Policy.REPLACE)

    assert result.data == b""
    lost = [(each.segment_id, each.element) for each in result.findings if each.code == "x12.value_lost"]
    assert lost == [(segment_id, element)]


def test_without_a_self_check_the_bytes_are_the_same() -> None:
    assert written(an_answer(), self_check=False) == written(an_answer())
    assert written(a_status_exchange("277"), self_check=False) == written(a_status_exchange("277"))


def test_levels_are_numbered_and_say_whether_others_follow() -> None:
    family = an_inquiry(
        a_covered_person(),
        a_dependent(inquiries=(ASKED,)),
        a_dependent(inquiries=(ASKED,)),
        a_covered_person(inquiries=(ASKED,)),
    )

    rows = [row for row in written(family).data.split(b"~") if row.startswith(b"HL*")]

    assert rows == [b"HL*1**20*1", b"HL*2*1*21*1", b"HL*3*2*22*1", b"HL*4*3*23*0", b"HL*5*3*23*0", b"HL*6*2*22*0"]


def test_parents_decide_whose_person_a_person_is_and_not_the_order() -> None:
    # As if levels had been sorted by kind: both providers first, then their subscribers.
    data = written(an_inquiry()).data
    start, end = data.index(b"HL*2*"), data.index(b"SE*")
    provider, person = data[start : data.index(b"HL*3*")], data[data.index(b"HL*3*") : end]
    second = person.replace(b"HL*3*2*", b"HL*5*4*").replace(b"TRACE1", b"TRACE9")
    sorted_by_kind = provider + provider.replace(b"HL*2*", b"HL*4*") + person + second

    values = read_eligibility(data[:start] + sorted_by_kind + data[end:]).values

    assert [[trace.trace_number for person in each.people for trace in person.traces] for each in values] == [
        ["TRACE1"],
        ["TRACE9"],
    ]


def test_an_answer_that_ends_at_the_payer_is_read() -> None:
    value = an_answer(receiver=None, people=(), source_rejects=(EligibilityReject("N", "42", "R"),))

    read = read_eligibility(written(value).data).values[0]

    assert read.receiver is None
    assert [each.reason for each in read.rejects] == ["42"]


@pytest.mark.parametrize(
    ("first", "end"),
    [("HL*3*", "HL*4*"), ("HL*2*", "HL*4*"), ("HL*1*", "HL*4*")],
    ids=["no provider", "no receiver", "no payer either"],
)
def test_people_whose_level_above_is_missing_are_read(first: str, end: str) -> None:
    # They were in no value at all, and the story told nothing of them.
    data = (GOLDEN / "276-claims.edi").read_bytes()

    (value,) = read_status(data[: data.index(first.encode())] + data[data.index(end.encode()) :]).values

    (provider,) = value.providers
    assert [person.is_dependent for person in provider.people] == [False, False, True]
    assert [claim.trace_number for _, _, claim in value.claims()] == ["TRACE1", "TRACE2"]
    assert "of a provider without a name" in "\n".join(story.tell_status(value))


def test_a_stream_gives_each_transaction_as_soon_as_it_ends() -> None:
    # More than is looked at before the first segment.
    asked = write_270([an_inquiry(reference=f"ASK{place}") for place in range(300)], **SENT, self_check=False).data
    answered = write_277([a_status_exchange("277")] * 300, **SENT, self_check=False).data
    findings: list[Finding] = []

    def all_but_the_end(data: bytes) -> Iterator[bytes]:
        yield data[: len(data) - 10_000]
        raise AssertionError("nothing more was asked for")

    coverage, statuses = (
        read_eligibilities(all_but_the_end(asked), findings),
        read_statuses(all_but_the_end(answered), findings),
    )

    assert (next(coverage).reference, next(statuses).reference) == ("ASK0", "STATUS1")
    assert [each.reference for each in read_eligibilities(asked)] == [f"ASK{place}" for place in range(300)]
    assert sum(1 for _ in read_statuses(answered)) == 300
    assert findings == []


def test_a_277ca_is_no_answer_to_a_question() -> None:
    acknowledged, answered = write_277ca([a_batch_ack()], **SENT).data, written(a_status_exchange("277")).data

    assert read_status(acknowledged).values == ()
    assert len(read_277ca(answered).values) == 1
    assert [claim.trace_number for _, _, claim in read_status(answered).values[0].claims()] == ["TRACE1"]


def test_a_payer_that_wants_attachments_is_read_with_its_wishes() -> None:
    answer = written(a_status_exchange("277", an_answered_claim(statuses=(a_report("R4:18626-5"),)))).data
    wish = answer.replace(b"BHT*0010*08*STATUS1*20261120*1405*DG", b"BHT*0085*08*STATUS1*20261120*1405*RQ")
    wish = wish.replace(b"005010X212", b"005010X213").replace(b"TRN*2*TRACE1", b"TRN*1*WISH7")

    value = read_status(wish).values[0]

    claim = next(value.claims())[2]
    assert (value.wants_more, claim.trace_number, claim.statuses[0].codes[0].status) == (True, "WISH7", "18626-5")
    assert "GOOD HEALTH PLAN wants more from BILLING SERVICE about 1 claim" in "\n".join(story.tell_status(value))
    assert judge(wish) == []
    # It has a guide of its own, which we do not write.
    assert [each.code for each in written(value).findings if each.blocks][:1] == ["x12.value_unplaced"]


def test_an_amount_that_is_none_is_found_at_its_claim() -> None:
    data = written(a_status_exchange("276")).data.replace(b"AMT*T3*125~", b"AMT*T3*125.005~")

    assert [(each.code, each.claim) for each in judge(data)] == [("x12.money_decimals", 1)]


def test_a_repeated_service_type_is_judged_repetition_by_repetition() -> None:
    value = an_answer(a_covered_person(benefits=(Benefit("1", "IND", ("30", "98"), procedure=None),)))
    data = written(value).data

    assert judge(data) == []
    assert [each.code for each in judge(data.replace(b"30^98", b"30^??"))] == ["x12.element_code"]
    # Nothing else may be repeated.
    assert [each.code for each in judge(data.replace(b"*IND*", b"*IND^FAM*"))] == ["x12.repetition_many"]


def story_of(value: Any) -> str:
    data = written(value).data
    read: Eligibility | StatusExchange = (
        read_eligibility(data).values[0] if value.set_id in ("270", "271") else read_status(data).values[0]
    )
    told = story.tell_eligibility(veiled(read)) if isinstance(read, Eligibility) else story.tell_status(veiled(read))
    return "\n".join(told) + repr(plain(veiled(read)))


def test_stories_say_what_is_asked_and_answered_and_hide_people() -> None:
    asked = story_of(an_inquiry(a_covered_person(), a_dependent(inquiries=(ASKED,))))
    said = story_of(
        an_answer(
            a_covered_person(
                benefits=(
                    Benefit("C", "FAM", ("30",), period="23", amount=money_of_cents(500_00), messages=("JANE OWES",)),
                )
            )
        )
    )
    question = story_of(a_status_exchange("276"))
    answer = story_of(
        a_status_exchange("277", an_answered_claim(statuses=(a_report("F1:65", paid=money_of_cents(80_00)),)))
    )

    assert "SPRINGFIELD CLINIC asks GOOD HEALTH PLAN about coverage" in asked
    assert "deductible  for the family  for 30  $500.00  a calendar year" in said
    assert "BILLING SERVICE asks GOOD HEALTH PLAN about 1 claim" in question
    assert "Claim PCN0001 of •••" in question
    assert "finalized and paid (F1:65), $125.00 charged, $80.00 paid, as of Nov 20, 2026" in answer
    for told in (asked, said, question, answer):
        assert not [each for each in ("DOE", "JANE", "JACK", "PAID123456", "19800229") if each in told]


@pytest.mark.parametrize("value", [an_inquiry(), a_status_exchange("276")])
def test_a_second_name_of_a_person_is_kept_beside_the_first(value: Any) -> None:
    data = written(value).data
    second = data.replace(b"*PAID123456~", b"*PAID123456~NM1*QC*1*ROE*RICHARD~")

    read: Any = (read_eligibility if value.set_id == "270" else read_status)(second).values[0]

    person = read.people[0] if value.set_id == "270" else read.providers[0].people[0]
    assert person.party.last_name == "DOE"
    assert person.details[0] == ("NM1", "QC", "1", "ROE", "RICHARD")
    assert "x12.segment_unexpected" in [each.code for each in judge(second)]


def test_references_keep_their_qualifiers_and_names() -> None:
    claim = an_asked_claim(references=(Reference("1K", "ICN1"), Reference("EJ", "PCN0001")))

    read = next(read_status(written(a_status_exchange("276", claim)).data).values[0].claims())[2]

    assert (read.payer_claim_control_number, read.patient_control_number) == ("ICN1", "PCN0001")
