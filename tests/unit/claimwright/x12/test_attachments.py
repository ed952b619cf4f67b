"""275: whose claim an attachment belongs to, which one it is, and its bytes, whatever stands in them."""

import base64
import io
from pathlib import Path

import pytest

from claimwright.x12 import (
    AttachmentSet,
    Dated,
    Limits,
    Unreadable,
    join,
    judge,
    read_275,
    read_attachments,
    tokens,
)
from claimwright.x12.tools import story
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.parcels import merge, split_by_set
from claimwright.x12.tools.veil import plain, veiled

FILE = (Path(__file__).parents[3] / "golden" / "x12" / "275-two-attachments.edi").read_bytes()
SAID = b'<note>~*:^ and a "segment": SE*4*0001~\r\nIEA*1*000000017~\x00\x01\xff</note>'
IMAGE = b"%PDF-1.7 invented"


def the_set(data: bytes = FILE) -> AttachmentSet:
    return read_275(data).values[0]


def test_an_attachment_says_whose_it_is_and_which_it_is() -> None:
    value = the_set()
    unasked, asked = value.attachments

    assert (value.patient_control_number, value.payer_claim_control_number) == ("PCN0001", "ICN1")
    assert value.patient is not None
    assert (value.patient.id, value.dates) == ("PAID123456", (Dated("472", "D8", "20261101"),))
    assert [party.role for party in value.parties] == ["PR", "41", "1P", "QC"]
    assert (unasked.control_number, unasked.is_asked_for, unasked.format) == ("ACN0001", False, "HL")
    assert (asked.control_number, asked.is_asked_for, asked.format) == ("WISH7", True, "IA")
    assert asked.statuses[0].codes[0] == ("R4", "18626-5", "", "LOI")
    assert unasked.objects[0].security == (("EFI", "05"),)


def test_the_bytes_are_whole_whatever_stands_in_them() -> None:
    first, second = [found for _, found in the_set().objects()]

    assert (first.data, first.is_whole, first.decoded()) == (SAID, True, SAID)
    assert (second.coding, second.data, second.decoded()) == ("B64", base64.b64encode(IMAGE), IMAGE)
    assert FILE[first.span.byte_start : first.span.byte_end] == b"BIN*%d*" % len(SAID) + SAID + b"~"
    assert join(tokens(FILE)) == FILE
    assert judge(FILE) == []


def test_files_and_chunks_are_read_one_transaction_at_a_time() -> None:
    second = FILE.replace(b"000000017", b"000000018").replace(b"PCN0001", b"PCN0002")
    findings: list[object] = []

    read = read_attachments(io.BytesIO(FILE + second), findings)  # type: ignore[arg-type]

    assert next(read).patient_control_number == "PCN0001"
    assert next(read).patient_control_number == "PCN0002"
    assert [
        each.patient_control_number for each in read_attachments(FILE[at : at + 11] for at in range(0, len(FILE), 11))
    ] == ["PCN0001"]


def test_a_limit_holds_for_the_bytes() -> None:
    with pytest.raises(Unreadable) as refused:
        read_275(FILE, Limits(binary_bytes=len(SAID) - 1))

    assert refused.value.fault == "x12.limit_binary"


@pytest.mark.parametrize("length", [0, 3, len(SAID) + 1, 9999])
def test_a_wrong_length_is_found_and_loses_no_byte_of_the_file(length: int) -> None:
    file = FILE.replace(b"BIN*%d*" % len(SAID), b"BIN*%d*" % length)

    findings = judge(file)

    assert ("x12.binary_length", "BIN", 1) in [(each.code, each.segment_id, each.element) for each in findings]
    assert join(tokens(file)) == file
    assert read_275(file).values


def test_the_version_that_was_adopted_for_attachments_is_read_alike() -> None:
    newer = FILE.replace(b"005010X210", b"006020X314").replace(b"*00501*", b"*00602*").replace(b"REF*EJ*", b"REF*X1*")

    assert judge(newer) == []
    assert the_set(newer).patient_control_number == "PCN0001"


def test_a_short_text_with_a_wrong_length_is_kept_whole() -> None:
    # Seen in a published sample, which states 16 bytes for 53.
    file = FILE.replace(b"BDS*B64*24*", b"BDS*B64*16*")

    found = [each for _, each in the_set(file).objects()][1]

    assert (found.decoded(), found.is_whole) == (IMAGE, False)
    assert [each.code for each in judge(file)] == ["x12.binary_length"]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (b"REF*EJ*PCN0001~\nREF*1K*ICN1~\n", b"", ["x12.attachment_claim", "x12.segment_count"]),
        (b"TRN*1*ACN0001~\n", b"", ["x12.attachment_trace", "x12.segment_count"]),
        (b"BDS*B64*24*" + base64.b64encode(IMAGE) + b"~\n", b"", ["x12.attachment_empty", "x12.segment_count"]),
        (base64.b64encode(IMAGE), b"?" * 24, ["x12.attachment_coding"]),
    ],
)
def test_what_an_attachment_lacks_is_found(old: bytes, new: bytes, codes: list[str]) -> None:
    assert [each.code for each in judge(FILE.replace(old, new))] == codes


def test_its_story_hides_the_patient_and_what_was_sent() -> None:
    told = "\n".join(story.tell_attachments(veiled(the_set()))) + repr(plain(veiled(the_set())))

    assert "SPRINGFIELD CLINIC sends GOOD HEALTH PLAN 2 attachments for claim PCN0001" in told
    assert "attachment ACN0001, unasked, a document of HL7" in told
    assert not [each for each in ("DOE", "PAID123456", "note", base64.b64encode(SAID).decode()) if each in told]
    assert f"{len(SAID)} bytes" in "\n".join(story.tell_attachments(the_set()))
    assert plain(the_set())["attachments"][0]["objects"][0]["data"] == base64.b64encode(SAID).decode()


def test_a_masked_copy_keeps_the_number_of_bytes_and_none_of_them() -> None:
    copy = masked(FILE, b"key")

    assert len(copy) == len(FILE)
    assert judge(copy) == []
    assert b"note" not in copy
    assert b"DOE" not in copy
    assert [len(each.data) for _, each in the_set(copy).objects()] == [len(SAID), 24]


def test_bytes_that_fell_apart_are_masked_too() -> None:
    note = b"JANE DOE SAYS~SHE*HAS*PAIN~SE*4*0001~SINCE MAY~"
    file = FILE.replace(b"BIN*%d*" % len(SAID) + SAID, b"BIN*7*" + note)

    copy = masked(file, b"key")

    assert not [each for each in (b"JANE", b"DOE", b"PAIN", b"SINCE", b"MAY") if each in copy]
    assert len(list(tokens(copy))) == len(list(tokens(file)))
    # What comes after the transaction is not touched by it.
    assert masked(file + FILE, b"key").endswith(masked(FILE, b"key"))


def test_bytes_go_through_split_and_merge_unharmed() -> None:
    whole = merge(split_by_set(FILE))

    assert [each.data for _, each in the_set(whole).objects()] == [SAID, base64.b64encode(IMAGE)]
    assert judge(whole) == []
