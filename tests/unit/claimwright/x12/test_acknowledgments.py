"""TA1, 999 and 277CA: read, written, and made from the findings of a file."""

from collections.abc import Callable, Iterator

import pytest

from claimwright.x12 import (
    Answers,
    Finding,
    acknowledge,
    judge,
    read_277ca,
    read_837p,
    read_999,
    write_277ca,
    write_837p,
    write_999,
    write_ta1,
)
from claimwright.x12.acknowledge import acknowledge_each
from claimwright.x12.models import (
    ElementError,
    GroupAck,
    Party,
    Reference,
    SegmentError,
    SetAck,
    without_places,
)
from tests.support.builders_x12 import (
    MOMENT,
    SENT,
    a_batch,
    a_batch_ack,
    a_claim,
    a_claim_ack,
    a_status,
)

CLAIM = write_837p(a_batch(), **SENT).data
SOURCE = Party("AY", "CLEARINGHOUSE", id_qualifier="46", id="CLR01")


def answers_to(data: bytes) -> Answers:
    reading = read_837p(data)
    return acknowledge(reading.interchanges, reading.values, judge(data), source=SOURCE, moment=MOMENT)


class Counted(list[Finding]):
    """Findings that count how often they are looked through."""

    times = 0

    def __iter__(self) -> Iterator[Finding]:
        self.times += 1
        return super().__iter__()


def test_findings_are_not_looked_through_again_for_each_interchange_group_and_transaction() -> None:
    # They were, once for each: a file of many small transactions took the square of their number.
    wrong = CLAIM.replace(b"CLM*PCN0001*125*", b"CLM*PCN0001*126*")
    data = b"".join(wrong.replace(b"000000017", b"%09d" % number) for number in range(1, 31))
    reading, findings = read_837p(data), Counted(judge(data))
    assert len(findings) == 30

    answers = acknowledge(reading.interchanges, reading.values, findings, source=SOURCE, moment=MOMENT)

    assert [each.providers[0].claims[0].statuses[0].codes[0][0] for each in answers.batches] == ["A7"] * 30
    assert findings.times == 2


def test_a_faulty_group_behind_an_interchange_is_not_accepted_for_what_the_interchange_says() -> None:
    # Its findings went to the interchange before it, and its own 999 accepted it.
    faulty = CLAIM.replace(b"*UN*", b"*XX*").replace(b"*17*X*", b"*18*X*").replace(b"GE*1*17", b"GE*1*18")
    data = CLAIM + faulty[106 : faulty.rindex(b"IEA*")]
    reading, findings = read_837p(data), judge(data)

    together = answers_to(data).groups
    apart = [
        group
        for _, answers in acknowledge_each(reading.interchanges, reading.values, findings, source=SOURCE, moment=MOMENT)
        for group in answers.groups
    ]

    assert [(each.control_number, each.code) for each in together] == [("17", "A"), ("18", "R")]
    assert list(together) == apart


def test_a_999_speaks_of_each_set_and_for_those_it_does_not_name() -> None:
    ack = GroupAck("HC", "17", "005010X222A1", "P", 2, 2, 1, sets=(SetAck("837", "0001", "", "R", ("5",)),))

    assert ack.is_set_rejected("0001")
    assert not ack.is_set_rejected("0002")
    assert ack._replace(code="R", sets=()).is_set_rejected("0002")


def test_a_999_comes_back_whole() -> None:
    error = SegmentError("NM1", 8, "2010", "8", ("CLM01", "PCN0001"), elements=(ElementError(9, 0, 0, "67", "1"),))
    ack = GroupAck(
        "HC", "17", "005010X222A1", "R", 1, 1, 0, sets=(SetAck("837", "0001", "005010X222A1", "R", ("5",), (error,)),)
    )

    assert without_places(read_999(write_999([ack], **SENT).data).values) == (ack,)


def test_a_claim_is_rejected_by_itself_or_by_a_level_above() -> None:
    rejected = a_claim_ack(statuses=(a_status("A7", "562", "U"),))
    batch = a_batch_ack(a_claim_ack(patient_control_number="OK"), rejected)

    assert [is_rejected for _, is_rejected in batch.verdicts()] == [False, True]
    whole = batch._replace(statuses=(a_status("A3", "21", "U"),))
    assert [is_rejected for _, is_rejected in whole.verdicts()] == [True, True]


@pytest.mark.parametrize(
    ("category", "action", "is_rejected"),
    [
        ("A2", "WQ", False),
        ("A1", "WQ", False),
        ("A5", "WQ", False),
        ("A3", "U", True),
        ("A7", "U", True),
        ("A2", "U", True),
        ("A7", "WQ", False),
        ("A6", "", True),
        ("A8", "", True),
        ("A1", "", False),
    ],
)
def test_the_action_decides_and_the_category_only_without_it(category: str, action: str, is_rejected: bool) -> None:
    assert a_status(category, "20", action).is_rejected is is_rejected


def test_a_277ca_gives_the_numbers_that_find_the_claim() -> None:
    ack = a_claim_ack(references=(Reference("1K", "ICN5"), Reference("D9", "CLH7")))
    data = write_277ca([a_batch_ack(ack)], **SENT).data

    batch = read_277ca(data).values[0]

    claim, _ = next(batch.verdicts())
    assert (batch.batch_reference, claim.patient_control_number) == ("BATCH1", "PCN0001")
    assert (claim.payer_claim_control_number, claim.clearinghouse_trace_number) == ("ICN5", "CLH7")
    assert not batch.is_from_payer
    assert data[claim.span.byte_start : claim.span.byte_end].startswith(b"HL*4*3*PT~NM1*QC")


def test_levels_of_a_277ca_are_told_by_their_parents() -> None:
    # The claim stands behind the second provider, and names the first as its parent.
    data = write_277ca([a_batch_ack()], **SENT).data
    second = b"HL*9*2*19*0~NM1*85*2*OTHER*****XX*1245319599~TRN*1*0~STC*A1:19:PR**WQ*0~"
    data = data.replace(b"HL*4*3*PT", second + b"HL*4*3*PT")

    providers = read_277ca(data).values[0].providers

    assert [(each.party.last_name, len(each.claims)) for each in providers] == [("SPRINGFIELD CLINIC", 1), ("OTHER", 0)]


def test_a_good_file_is_accepted_at_every_level() -> None:
    answers = answers_to(CLAIM)

    assert answers.interchanges == ()
    assert [(each.code, each.sets[0].code) for each in answers.groups] == [("A", "A")]
    assert [is_rejected for _, is_rejected in answers.batches[0].verdicts()] == [False]


def test_a_ta1_is_sent_when_it_is_asked_for() -> None:
    answers = answers_to(CLAIM.replace(b"*000000017*0*T*", b"*000000017*1*T*"))

    assert [(each.control_number, each.code, each.note) for each in answers.interchanges] == [("000000017", "A", "000")]


def test_a_fault_of_the_envelope_rejects_the_interchange_by_ta1_alone() -> None:
    answers = answers_to(CLAIM.replace(b"IEA*1*000000017", b"IEA*1*000000099"))

    assert [(each.code, each.note) for each in answers.interchanges] == [("R", "001")]
    assert answers.groups == ()
    assert answers.batches == ()


@pytest.mark.parametrize(
    ("change", "set_codes", "segment"),
    [
        (lambda d: d.replace(b"SE*25", b"SE*24"), ("4",), None),
        (lambda d: d.replace(b"SE*25*0001", b"SE*25*0002"), ("3",), None),
        (lambda d: d.replace(b"*UN*", b"*XX*"), ("5",), ("SV1", "8", (ElementError(3, 0, 0, "355", "7"),))),
        (lambda d: d.replace(b"HI*ABK:J0190~", b"").replace(b"SE*25", b"SE*24"), ("5",), ("HI", "3", ())),
        (lambda d: d.replace(b"99213*125*UN", b"*125*UN"), ("5",), ("SV1", "8", (ElementError(1, 2, 0, "234", "1"),))),
    ],
)
def test_a_rejected_set_always_names_its_fault(
    change: Callable[[bytes], bytes],
    set_codes: tuple[str, ...],
    segment: tuple[str, str, tuple[ElementError, ...]] | None,
) -> None:
    answers = answers_to(change(CLAIM))

    said = answers.groups[0].sets[0]
    assert (said.code, said.codes) == ("R", set_codes)
    assert answers.batches == ()
    if segment is not None:
        error = said.segments[0]
        assert (error.segment_id, error.code, error.elements) == segment
        assert error.business_unit == ("CLM01", "PCN0001")


def test_a_fault_of_the_header_is_named_in_no_loop() -> None:
    # The name of our own table went out as a loop.
    (group,) = answers_to(CLAIM.replace(b"*CH~", b"*XX~")).groups

    assert [(each.segment_id, each.position, each.loop) for each in group.sets[0].segments] == [("BHT", 2, "")]


def test_a_group_with_one_bad_set_is_accepted_in_part() -> None:
    body = CLAIM[CLAIM.index(b"ST*") : CLAIM.index(b"GE*")]
    bad = body.replace(b"0001", b"0002").replace(b"*UN*", b"*XX*")
    data = CLAIM.replace(body, body + bad).replace(b"GE*1*", b"GE*2*")

    ack = answers_to(data).groups[0]

    assert (ack.code, ack.sets_included, ack.sets_received, ack.sets_accepted) == ("P", 2, 2, 1)
    assert [each.code for each in ack.sets] == ["A", "R"]


def test_a_claim_out_of_balance_is_rejected_alone_in_the_277ca() -> None:
    data = write_837p(a_batch(a_claim(), a_claim(patient_control_number="PCN0002")), **SENT).data
    data = data.replace(b"CLM*PCN0002*125*", b"CLM*PCN0002*126*")

    answers = answers_to(data)

    assert answers.groups[0].code == "A"
    verdicts = {claim.patient_control_number: no for claim, no in answers.batches[0].verdicts()}
    assert verdicts == {"PCN0001": False, "PCN0002": True}


def test_an_acknowledgment_is_never_acknowledged() -> None:
    data = write_999([GroupAck("HC", "17", "005010X222A1", "A", 1, 1, 1)], **SENT).data

    answers = answers_to(data)

    assert answers == ((), (), ())


def test_our_own_answers_are_accepted_by_our_own_reader() -> None:
    broken = CLAIM.replace(b"*UN*", b"*XX*").replace(b"*000000017*0*T*", b"*000000017*1*T*")
    balanced = write_837p(a_batch(a_claim(), a_claim(patient_control_number="P2")), **SENT).data

    for data in (broken, balanced):
        answers = answers_to(data)
        for written in (
            write_ta1(answers.interchanges, **SENT),
            write_999(answers.groups, **SENT),
            write_277ca(answers.batches or [a_batch_ack()], **SENT),
        ):
            assert written.data
            assert judge(written.data) == []


def test_what_stands_behind_an_interchange_without_isa_of_its_own_is_not_held_against_it() -> None:
    # Seen to fail: the TA1 of the first said that it had no ISA, and its group came again.
    asked = CLAIM.replace(b"*0*T*:", b"*1*T*:")
    group = CLAIM[CLAIM.index(b"GS*") : CLAIM.index(b"IEA*")]

    answers = answers_to(asked + group.replace(b"CLM*", b"CLX*"))

    assert [(each.code, each.note) for each in answers.interchanges] == [("A", "000")]
    assert [each.code for each in answers.groups] == ["A", "R"]


def test_an_interchange_without_isa_is_answered_for_its_own_faults() -> None:
    group = CLAIM[CLAIM.index(b"GS*") : CLAIM.index(b"IEA*")]

    alone, behind = answers_to(group), answers_to(CLAIM + group)

    assert [each.code for each in alone.groups] == ["A"]
    assert [each.code for each in behind.groups] == ["A", "A"]
    assert [len(each.batches) for each in (alone, behind)] == [1, 2]
