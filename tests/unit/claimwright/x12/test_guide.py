"""Level 2 between segments: places, orders, counts and levels; each rule with a file that breaks only that."""

from collections.abc import Callable

import pytest

from claimwright.x12 import judge, write_835, write_837p
from claimwright.x12.guides.notation import guide
from claimwright.x12.models import money
from claimwright.x12.write import checks
from tests.support.builders_x12 import SENT, a_batch, a_claim, a_line, a_patient, a_remittance, a_subscriber

CLAIM = write_837p(a_batch(), **SENT).data
TWO_LINES = write_837p(a_batch(a_claim(a_line(), a_line())), **SENT).data
FAMILY = write_837p(
    a_batch(a_claim(subscriber=a_subscriber(patient_relationship=""), patient=a_patient())), **SENT
).data


def counted(data: bytes) -> bytes:
    """Correct SE01, so that only the change itself is wrong."""
    head, _, rest = data.partition(b"~SE*")
    segments = head[head.index(b"ST*") :].count(b"~") + 2
    return head + b"~SE*%d*" % segments + rest.partition(b"*")[2]


CASES: list[tuple[str, bytes, Callable[[bytes], bytes], tuple[str, str, int]]] = [
    ("a segment of no set", CLAIM, lambda d: d.replace(b"HI*", b"ZZZ*1~HI*"), ("x12.segment_id", "ZZZ", 0)),
    (
        "a segment of another loop",
        CLAIM,
        lambda d: d.replace(b"LX*1", b"OI***Y***Y~LX*1"),
        ("x12.segment_unexpected", "OI", 0),
    ),
    (
        "a name with no role here, and what follows it",
        CLAIM,
        lambda d: d.replace(b"LX*1", b"NM1*XX*2*WHO~N3*1 ROAD~N4*TOWN*IL*62701~LX*1"),
        ("x12.segment_unexpected", "NM1", 0),
    ),
    (
        "a segment too late in its loop",
        CLAIM,
        lambda d: d.replace(b"HI*ABK:J0190~", b"HI*ABK:J0190~DTP*431*D8*20261031~"),
        ("x12.segment_order", "DTP", 0),
    ),
    (
        "a segment too often",
        CLAIM,
        lambda d: d.replace(b"HI*", b"AMT*F5*1~AMT*F5*2~HI*"),
        ("x12.segment_repeated", "AMT", 0),
    ),
    ("an unknown qualifier", CLAIM, lambda d: d.replace(b"HI*", b"REF*ZZ*1~HI*"), ("x12.element_code", "REF", 1)),
    ("a composite where none is", CLAIM, lambda d: d.replace(b"PCN0001", b"PCN:1"), ("x12.component_many", "CLM", 1)),
    ("a repetition where none is", CLAIM, lambda d: d.replace(b"PCN0001", b"PCN^1"), ("x12.repetition_many", "CLM", 1)),
    (
        "a separator at the end",
        CLAIM,
        lambda d: d.replace(b"REF*6R*L1", b"REF*6R*L1*"),
        ("x12.trailing_separator", "REF", 3),
    ),
    (
        "half of a pair",
        CLAIM,
        lambda d: d.replace(b"*TE*2175550100~", b"*TE*2175550100*EX~"),
        ("x12.element_conditional", "PER", 6),
    ),
    (
        "two that exclude each other",
        CLAIM,
        lambda d: d.replace(b"N4*SPRINGFIELD*IL*627010001~REF", b"N4*SPRINGFIELD*IL*627010001*CA***ON~REF"),
        ("x12.element_exclusive", "N4", 7),
    ),
    (
        "a level with a wrong number",
        FAMILY,
        lambda d: d.replace(b"HL*3*2*23", b"HL*4*2*23"),
        ("x12.hl_number", "HL", 1),
    ),
    ("a level below nobody", FAMILY, lambda d: d.replace(b"HL*3*2*23", b"HL*3*7*23"), ("x12.hl_parent", "HL", 2)),
    (
        "a level that says it has children",
        CLAIM,
        lambda d: d.replace(b"HL*2*1*22*0", b"HL*2*1*22*1"),
        ("x12.hl_child", "HL", 4),
    ),
    ("lines out of count", TWO_LINES, lambda d: d.replace(b"LX*2", b"LX*3"), ("x12.line_number", "LX", 1)),
]


@pytest.mark.parametrize(("data", "change", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_broken_rule_is_found(data: bytes, change: Callable[[bytes], bytes], wanted: tuple[str, str, int]) -> None:
    broken = counted(change(data))

    found = [(each.code, each.segment_id, each.element) for each in judge(broken)]

    assert judge(data) == []
    # A level below nobody also leaves its would-be parent without the child that it says it has.
    assert [each for each in found if each[0] != "x12.hl_child" or wanted[0] == "x12.hl_child"] == [wanted]


def test_a_claim_below_no_subscriber_is_named() -> None:
    broken = counted(CLAIM.replace(CLAIM[CLAIM.index(b"HL*2") : CLAIM.index(b"CLM*")], b""))

    assert "x12.claim_place" in [each.code for each in judge(broken)]


def test_a_set_that_we_do_not_know_is_named_and_left_alone() -> None:
    order = CLAIM.replace(b"GS*HC", b"GS*PO").replace(b"ST*837*0001*005010X222A1", b"ST*850*0001")

    assert [each.code for each in judge(counted(order))] == ["x12.set_unknown"]


def test_an_amount_that_is_no_number_is_not_written() -> None:
    claim = a_claim()._replace(charge=money("12O"))

    assert "x12.value_number" in [each.code for each in write_837p(a_batch(claim), **SENT).findings]


def test_bytes_that_tell_something_else_are_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "same", lambda *_: False)

    written = write_835([a_remittance()], **SENT)

    assert written.data == b""
    assert [each.code for each in written.findings] == ["x12.written_differently"]


@pytest.mark.parametrize("name", ["837P", "837I", "837D", "835", "999", "277CA"])
def test_every_loop_of_a_guide_is_defined_once_and_can_be_reached(name: str) -> None:
    compiled = guide(name)

    named = [
        match.opens.name
        for loop in compiled.loops.values()
        for found in loop.by_id.values()
        for match in found
        if match.opens
    ]

    assert {*named, compiled.root.name} == set(compiled.loops)


def test_what_a_set_without_end_lacks_is_said_of_it_and_not_of_the_next() -> None:
    body = CLAIM[CLAIM.index(b"ST*") : CLAIM.index(b"GE*")]
    cut = body[: body.index(b"HI*")]
    data = CLAIM.replace(body, cut + body.replace(b"0001", b"0002")).replace(b"GE*1*", b"GE*2*")

    findings = judge(data)

    assert {each.transaction for each in findings} == {1}
    assert {"x12.no_se", "x12.segment_missing", "x12.loop_missing"} <= {each.code for each in findings}
