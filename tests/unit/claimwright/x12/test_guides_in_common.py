"""Guides share loops, remember how they were in 4010, and sets without a guide are judged by what every set has."""

import re

import pytest

from claimwright.x12 import Severity, judge, write_837p
from claimwright.x12.guides import claims, dental, former, institutional, professional
from claimwright.x12.guides.notation import guide
from tests.support.builders_x12 import SENT, a_batch
from tests.unit.claimwright.x12.test_guide import counted

OF_CLAIMS = ("837P", "837I", "837D", "837P@4010", "837I@4010", "837D@4010")
TEXTS = {
    "claims": claims.LOOPS,
    "professional": professional.LOOPS,
    "institutional": institutional.LOOPS,
    "dental": dental.LOOPS,
    "former": former.CLAIMS + former.PROFESSIONAL + former.INSTITUTIONAL + former.DENTAL,
}


@pytest.mark.parametrize("name", TEXTS)
def test_no_loop_stands_in_a_table_that_no_guide_reaches(name: str) -> None:
    reached = {loop for each in OF_CLAIMS for loop in guide(each).loops}
    used = set(re.findall(r"^\+\S+", "\n".join(TEXTS.values()), re.MULTILINE))

    sections = set(re.findall(r"^\[(\S+)\]", TEXTS[name], re.MULTILINE))

    assert {each for each in sections if not each.startswith("+")} <= reached
    assert {each for each in sections if each.startswith("+")} <= used


def test_a_guide_means_its_own_loop_where_it_has_one_of_the_name() -> None:
    assert guide("837P").loops["1000A"].items == guide("837I").loops["1000A"].items
    assert guide("837P").loops["2310C"].items != guide("837D").loops["2310C"].items
    assert guide("837I").loops["2010AA"].items != guide("837D").loops["2010AA"].items


FORMER = (
    write_837p(a_batch(), **SENT)
    .data.replace(b"005010X222A1", b"004010X098A1")
    .replace(b"*^*00501*", b"*U*00401*")
    .replace(b"~NM1*41", b"~REF*87*004010X098A1~NM1*41", 1)
)


def test_what_4010_allowed_is_not_said_of_a_4010_file() -> None:
    codes = [each.code for each in judge(counted(FORMER)) if each.level > 1]

    assert codes == []


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (b"DMG*D8*19800229*F", b"DMG*D8*19801329*F", ("x12.element_date", "DMG", 2)),
        (b"HI*ABK:J0190~", b"ZZZ*1~HI*ABK:J0190~", ("x12.segment_id", "ZZZ", 0)),
        (b"SBR*P*18", b"SBR*Q*18", ("x12.element_code", "SBR", 1)),
        (b"REF*87*004010X098A1~", b"", ("x12.segment_missing", "REF", 0)),
        (b"NM1*85*2*SPRINGFIELD CLINIC*****XX*1234567893~", b"", ("x12.loop_missing", "NM1", 0)),
    ],
)
def test_a_fault_of_a_4010_file_is_found_and_stops_nothing(
    old: bytes, new: bytes, wanted: tuple[str, str, int]
) -> None:
    found = [each for each in judge(counted(FORMER.replace(old, new, 1))) if each.level == 2]

    assert wanted in [(each.code, each.segment_id, each.element) for each in found]
    assert {each.severity for each in found} == {Severity.WARN}


def a_set(group: bytes, set_id: bytes, *rows: bytes, version: bytes = b"005010") -> bytes:
    """Return one interchange with one set of these rows."""
    count = str(len(rows) + 2).encode()
    body = b"~".join([b"ST*" + set_id + b"*0001", *rows, b"SE*" + count + b"*0001"])
    head = FORMER[: FORMER.index(b"GS*")].replace(b"*U*00401*", b"*^*00501*")
    opened = b"GS*" + group + b"*SENDER*RECEIVER*20261120*1405*17*X*" + version
    return head + opened + b"~" + body + b"~GE*1*17~IEA*1*000000017~"


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (a_set(b"BE", b"834", b"INS*Y*18"), ("x12.segment_missing", "BGN", 0)),
        (a_set(b"RA", b"820", b"TRN*3*1"), ("x12.segment_missing", "BPR", 0)),
        (a_set(b"PO", b"850", b"DTM*002*240115", version=b"004010"), ("x12.element_date", "DTM", 2)),
        (a_set(b"SH", b"856", b"HL*1**S", b"HL*2*9*O", version=b"004010"), ("x12.hl_parent", "HL", 2)),
        (a_set(b"SH", b"856", b"HL*1**S", b"HL*1**O", version=b"004010"), ("x12.hl_number", "HL", 1)),
        (a_set(b"PO", b"850", b"BIN*1A*X"), ("x12.number", "BIN", 1)),
        (a_set(b"PO", b"850", b"DTP*472*D8*20261131*"), ("x12.trailing_separator", "DTP", 4)),
    ],
)
def test_a_set_without_a_guide_is_judged_by_what_every_set_has(data: bytes, wanted: tuple[str, str, int]) -> None:
    found = [each for each in judge(data) if (each.code, each.segment_id, each.element) == wanted]

    assert len(found) == 1
    assert not found[0].blocks


def test_days_of_a_version_that_wrote_them_otherwise_are_left_alone() -> None:
    data = a_set(b"PO", b"850", b"DTM*002*240115", version=b"003010")

    assert "x12.element_date" not in [each.code for each in judge(data)]


def test_a_997_is_judged_by_its_own_table_whatever_its_group_names() -> None:
    right = a_set(b"FA", b"997", b"AK1*HC*17", b"AK2*837*0001", b"AK5*A", b"AK9*A*1*1*1", version=b"005010X230")
    wrong = right.replace(b"AK5*A", b"AK5*Q")

    assert [each.code for each in judge(right) if each.level == 2] == []
    assert [(each.code, each.segment_id) for each in judge(wrong) if each.level == 2] == [("x12.element_code", "AK5")]


def test_a_year_before_1800_is_no_date() -> None:
    data = write_837p(a_batch(), **SENT).data.replace(b"DMG*D8*19800229*F", b"DMG*D8*11111111*F")

    assert ("x12.element_date", "DMG", 2) in [(each.code, each.segment_id, each.element) for each in judge(data)]
