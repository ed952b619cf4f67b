"""Bytes to segments: delimiters are read, never guessed where an ISA tells them, and nothing is lost."""

import io
import time

import pytest

from claimwright.x12 import Limits, Unreadable, join, judge, read_837p, read_interchanges, tokens, write_837p
from claimwright.x12.models import Delimiters
from tests.support.builders_x12 import ENVELOPE, SENT, a_batch, a_claim, a_subscriber

CLAIM = write_837p(a_batch(), **SENT).data


def ids(data: bytes) -> list[str]:
    return [segment.id for segment in tokens(data)]


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in read_interchanges(data).findings]


@pytest.mark.parametrize(
    ("terminator", "line_break"),
    [("~", ""), ("~", "\n"), ("~", "\r\n"), ("\n", ""), ("\r", ""), ("\x1c", ""), ("'", "")],
)
def test_the_terminator_is_the_byte_after_isa16(terminator: str, line_break: str) -> None:
    delimiters = Delimiters(segment=terminator, line_break=line_break)

    data = write_837p(a_batch(), **{**SENT, "envelope": ENVELOPE._replace(delimiters=delimiters)}).data

    assert ids(data)[:3] == ["ISA", "GS", "ST"]
    assert join(tokens(data)) == data
    assert len(read_837p(data).values[0].claims) == 1


def test_crlf_as_terminator_keeps_both_bytes() -> None:
    data = CLAIM.replace(b"~", b"\r\n")

    segments = list(tokens(data))

    assert [segment.id for segment in segments][:2] == ["ISA", "GS"]
    assert {segment.tail for segment in segments if segment.id} == {"\r\n"}
    assert join(segments) == data


def test_a_member_called_isaac_does_not_restart_the_interchange() -> None:
    data = write_837p(
        a_batch(a_claim(subscriber=a_subscriber(party=a_subscriber().party._replace(last_name="ISAAC")))), **SENT
    ).data

    assert len(read_interchanges(data.replace(b"~", b"~\n")).interchanges) == 1
    # The same word at a segment start, where only a letter behind it tells it from an ISA.
    assert ids(data.replace(b"PRV*", b"ISAAC*")).count("ISAAC") == 1


def test_each_interchange_has_its_own_delimiters() -> None:
    other = Delimiters(element="|", component=">", repetition="!", segment="\n")
    second = write_837p(a_batch(), **{**SENT, "envelope": ENVELOPE._replace(delimiters=other)}).data

    reading = read_837p(CLAIM + second.replace(b"000000017", b"000000018"))

    assert [each.delimiters.element for each in reading.interchanges] == ["*", "|"]
    assert [each.claims[0].patient_control_number for each in reading.values] == ["PCN0001", "PCN0001"]
    assert not reading.findings


def test_u_in_isa11_of_an_old_version_is_no_repetition_separator() -> None:
    data = CLAIM.replace(b"*^*00501*", b"*U*00401*")

    segment = next(tokens(data))

    assert segment.delimiters.repetition == ""


def test_adjacent_empty_elements_stay_empty() -> None:
    segment = next(each for each in tokens(CLAIM) if each.id == "SBR")

    assert segment.elements == ["SBR", "P", "18", "", "", "", "", "", "", "CI"]


def test_an_isa_of_other_widths_is_split_by_its_separators() -> None:
    data = CLAIM.replace(b"SENDER         ", b"SENDER", 1)

    assert ids(data)[:2] == ["ISA", "GS"]
    assert codes(data) == ["x12.isa_width"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, "x12.byte_order_mark"),
        (lambda data: b"  \r\n" + data, None),
        (lambda data: b"some words\n" + data, "x12.leading_bytes"),
        (lambda data: data + b"\r\n", None),
        (lambda data: data + b"\x00\x00", "x12.trailing_bytes"),
        (lambda data: data + b"\x1a", "x12.trailing_bytes"),
        (lambda data: data[:-1], "x12.last_terminator"),
        (lambda data: data.replace(b"~", b"\n~"), "x12.break_in_segment"),
        (lambda data: data.replace(b"~GS", b"~~GS"), "x12.empty_segment"),
        (lambda data: data[data.index(b"GS*") :], "x12.no_isa"),
        (lambda data: data[data.index(b"ST*") : data.index(b"GE*")], "x12.no_isa"),
    ],
)
def test_habits_are_tolerated_with_a_finding(change: object, code: str | None) -> None:
    data = change(CLAIM)  # type: ignore[operator]

    reading = read_837p(data)

    assert len(reading.values[0].claims) == 1
    assert join(tokens(data)) == data
    assert {each.code for each in reading.findings} - {"x12.no_gs"} == ({code} if code else set())


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="no ISA"),
        pytest.param(b"ISA*00*          *00~", id="cut off"),
        pytest.param(b"ISA*00*          *00~\r\n", id="cut off, lines"),
    ],
)
def test_a_group_without_a_whole_isa_is_read_whatever_interchange_follows(head: bytes) -> None:
    # What stood in front of the first whole ISA was passed over as words of nobody.
    data = head + CLAIM[CLAIM.index(b"GS*") : CLAIM.index(b"IEA*")] + CLAIM

    reading = read_837p(data)

    assert [len(each.claims) for each in reading.values] == [1, 1]
    assert {"x12.isa_form" if head else "x12.no_isa"} <= {each.code for each in reading.findings}
    assert "x12.leading_bytes" not in {each.code for each in reading.findings}
    assert join(tokens(data)) == data


def test_an_isa_that_is_cut_off_changes_no_delimiters() -> None:
    data = CLAIM + b"ISA*00*          *00~" + CLAIM[CLAIM.index(b"GS*") :]

    reading = read_837p(data)

    assert {segment.delimiters for segment in tokens(data)} == {Delimiters()}
    assert [len(each.claims) for each in reading.values] == [1, 1]


def test_files_sockets_and_chunks_are_read_as_bytes_are() -> None:
    wanted = list(tokens(CLAIM))

    assert list(tokens(io.BytesIO(CLAIM))) == wanted
    assert list(tokens(CLAIM[at : at + 7] for at in range(0, len(CLAIM), 7))) == wanted


def test_a_window_may_end_anywhere() -> None:
    # Longer than one window, with the window's end at another place of a segment each time.
    body = CLAIM[CLAIM.index(b"ST*") : CLAIM.index(b"GE*")]
    head, tail = CLAIM[: CLAIM.index(b"ST*")], CLAIM[CLAIM.index(b"GE*") :]
    data = head + body * 60 + tail

    segments = list(tokens(data))

    assert join(segments) == data
    assert [segment.id for segment in segments].count("CLM") == 60


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "x12.no_segments"),
        (b"%PDF-1.7 nothing of ours", "x12.no_segments"),
        (b"ISA*00*cut", "x12.isa_form"),
        (b"ISAAC WAS HERE", "x12.isa_form"),
    ],
)
def test_only_bytes_without_segments_are_refused(data: bytes, fault: str) -> None:
    with pytest.raises(Unreadable) as refused:
        list(tokens(data))

    assert refused.value.fault == fault
    assert [each.code for each in judge(data)] == [fault]


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (Limits(segment_bytes=50), "x12.limit_segment"),
        (Limits(elements=9), "x12.limit_elements"),
        (Limits(segments=3), "x12.limit_segments"),
    ],
)
def test_a_limit_refuses_what_exceeds_it(limits: Limits, fault: str) -> None:
    with pytest.raises(Unreadable) as refused:
        list(tokens(CLAIM, limits))

    assert refused.value.fault == fault


def test_a_file_without_terminators_is_refused_before_it_fills_the_memory() -> None:
    head = CLAIM[:106]
    chunks = (head if place == 0 else b"A" * 65536 for place in range(1_000_000))

    with pytest.raises(Unreadable) as refused:
        list(tokens(chunks))

    assert refused.value.fault == "x12.limit_segment"


def test_interchanges_that_change_their_delimiters_all_the_time_take_no_quadratic_time() -> None:
    one, other = CLAIM[:106], CLAIM[:106].replace(b"*", b"|").replace(b"~", b"\n")
    data = (one + other) * 2000
    start = time.monotonic()

    count = sum(1 for _ in tokens(data))

    assert count == 4000
    assert time.monotonic() - start < 5
