"""A bank's file is read exactly, with the bytes of each line, or not at all."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright_remittance.domain.deposits.bai2 import looks_like_bai2, read_bai2
from claimwright_remittance.domain.deposits.csv_file import CsvMapping, cents_in, day_of, read_csv
from claimwright_remittance.domain.deposits.lines import Kind, ReadBankFile, with_occurrences
from claimwright_remittance.domain.deposits.traces import Trace, trace_in, trace_of
from tests.support.bank_files import Said, bai2_of, csv_of

TWO = (Said(80_00, "T1"), Said(12_50, text="LOCKBOX", code="115"))


def codes(read: ReadBankFile) -> set[str]:
    assert read.lines == ()
    return {finding.code for finding in read.findings}


def test_csv_and_bai2_say_the_same_of_the_same_lines() -> None:
    both = (read_csv(csv_of(TWO)), read_bai2(bai2_of(TWO)))

    for read in both:
        assert read.findings == ()
        assert [(line.cents, line.kind, line.trace) for line in read.lines] == [
            (80_00, Kind.ACH_CREDIT, Trace("T1", "1999999999")),
            (12_50, Kind.CREDIT, None),
        ]
        assert {line.posted_on for line in read.lines} == {date(2026, 3, 2)}
        assert {line.account for line in read.lines} == {"4400011122233"}
        assert {line.references for line in read.lines} == {("REF1",)}


@pytest.mark.parametrize("content", [csv_of(TWO), b"\xef\xbb\xbf" + csv_of(TWO), bai2_of(TWO)])
def test_each_line_knows_its_bytes(content: bytes) -> None:
    read = read_bai2(content) if looks_like_bai2(content) else read_csv(content)

    assert b"T1" in content[read.lines[0].byte_start : read.lines[0].byte_end]
    assert b"LOCKBOX" in content[read.lines[1].byte_start : read.lines[1].byte_end]
    assert b"T1" not in content[read.lines[1].byte_start : read.lines[1].byte_end]


AMOUNTS = """
    1234.50      123450
    1,234.50     123450
    $12          1200
    -$12.00      -1200
    $-12.00      -1200
    (12.00)      -1200
    12.00-       -1200
    12.00 DR     -1200
    12.00 CR     1200
    +1.5         150
    1.500        150
    1.505        ?
    12,34.00     ?
    1.2.3        ?
    12 USD       ?
    (-12.00)     ?
    NaN          ?
    1e3          ?
    ١٢           ?
    99999999999999999  ?
"""


@pytest.mark.parametrize("row", AMOUNTS.strip().splitlines())
def test_an_amount_is_exact_cents_or_nothing(row: str) -> None:
    text, cents = row.strip().rsplit(maxsplit=1)

    assert cents_in(text) == (None if cents == "?" else int(cents))


DAYS = """
    2026-03-02                      2026-03-02
    20260302                        2026-03-02
    3/2/2026                        2026-03-02
    03/02/26                        2026-03-02
    2026-03-02T06:00                2026-03-02
    02/03/2026        DD/MM/YYYY    2026-03-02
    2.3.2026          DD/MM/YYYY    2026-03-02
    02/30/2026                      ?
    13/02/2026                      ?
    March                           ?
"""


@pytest.mark.parametrize("row", DAYS.strip().splitlines())
def test_a_day_is_read_in_one_way_or_not(row: str) -> None:
    text, *form, day = row.split()

    assert day_of(text, *form) == (None if day == "?" else date.fromisoformat(day))


TRACES = r"""
    TRN*1*ABC123*1999999999\                    ABC123 1999999999
    PAYER TRN*1*ABC123*1999999999*SUPPL~ MORE   ABC123 1999999999
    TRN*1*ABC123~                               ABC123
    TRN|1|ABC-123|1999999999                    ABC-123 1999999999
    TRN*1*ABC 12*1999999999\                    ABC_12 1999999999
    TRN*1*AB/C123*199999/9999\                  ABC123 1999999999
    TRN*1*A*1999999999\TRN*1*B*1999999999\      none
    TRN*2*A*1999999999\                         none
    PAYMENT 12345                               none
"""


@pytest.mark.parametrize("row", TRACES.strip("\n").splitlines())
def test_a_trace_number_is_found_where_it_is_the_only_one(row: str) -> None:
    """A slash between letters stands for the end of a line in the bank's file."""
    text, said = row[4:48].strip(), row[48:].split()

    found = trace_in(text.replace("/", "\n") if "AB/C" in text else text)

    expected = None if said == ["none"] else Trace(said[0].replace("_", " "), *said[1:])
    assert found == expected


def test_a_field_may_hold_the_number_alone() -> None:
    assert trace_of(" 00123 ") == Trace("00123")
    assert trace_of("TRN*1*00123*1999999999\\") == Trace("00123", "1999999999")
    assert trace_of("") is None


def test_equal_lines_of_one_file_are_told_apart_by_their_count() -> None:
    read = read_csv(csv_of([Said(5_00), Said(5_00), Said(6_00)]))

    assert [occurrence for _, occurrence in with_occurrences(read.lines)] == [1, 2, 1]
    assert read.lines[0].identity == read.lines[1].identity


def test_a_mapping_names_columns_by_heading_or_number() -> None:
    by_name = read_csv(
        b"When;What;In;Out\n02.03.2026;TRN*1*T9*1999999999\\;80.00;\n03.03.2026;fee;;1.00\n",
        CsvMapping(date="when", text=("What",), credit="in", debit="out", date_form="DD/MM/YYYY"),
    )
    by_number = read_csv(b"a bank\n2026-03-02,T9,80.00\n", CsvMapping(date="1", trace="2", amount="3", skip_rows=1))

    assert [(line.cents, line.kind) for line in by_name.lines] == [(80_00, Kind.ACH_CREDIT), (-1_00, Kind.DEBIT)]
    assert [(line.cents, line.trace) for line in by_number.lines] == [(80_00, Trace("T9"))]


def test_headings_may_stand_below_the_banks_own_words_and_a_row_over_two_lines() -> None:
    read = read_csv(b'FIRST BANK\nAccount 44\n\nDate,Description,Amount\n2026-03-02,"ACH\nTRN*1*T1~",5.00\n,,\n')

    (line,) = read.lines
    assert (line.line, line.cents, line.trace) == (5, 5_00, Trace("T1"))


WRONG_CSV = [
    (b"Date,Words\n2026-03-02,x\n", "bank.columns_unknown"),
    (b"Date,Amount\n2026-03-02,1.005\n", "bank.amount_unreadable"),
    (b"Date,Amount\nyesterday,1.00\n", "bank.date_unreadable"),
    (b"Date,Credit,Debit\n2026-03-02,1.00,1.00\n", "bank.amount_unreadable"),
    (b'Date,Amount\n2026-03-02,"1.00\n', "bank.row_unreadable"),
    (b"Date,Amount\n", "bank.no_lines"),
    (b"D\x00ate", "bank.not_text"),
    (b"", "bank.columns_unknown"),
]


@pytest.mark.parametrize(("content", "code"), WRONG_CSV, ids=lambda each: str(each)[:30])
def test_a_csv_file_with_anything_wrong_in_it_is_refused_whole(content: bytes, code: str) -> None:
    good = b"2026-03-02,1.00\n" if code.endswith("unreadable") and b"Credit" not in content else b""

    assert codes(read_csv(content + good)) == {code}


def test_all_findings_come_at_once() -> None:
    read = read_csv(b"Date,Amount\nx,1.00\n2026-03-02,y\nx,y\n")

    assert [(finding.code, finding.where.segment) for finding in read.findings] == [
        ("bank.date_unreadable", 2),
        ("bank.amount_unreadable", 3),
        ("bank.date_unreadable", 4),
        ("bank.amount_unreadable", 4),
    ]


WRONG_BAI2 = [
    ("49,9750", "49,9751", {"bank.total_differs"}),
    ("98,9750", "98,9749", {"bank.total_differs"}),
    ("99,9750", "99,0", {"bank.total_differs"}),
    ("49,9750,5/", "49,9750,4/", {"bank.count_differs"}),
    ("98,9750,1,7/", "98,9750,2,7/", {"bank.count_differs"}),
    ("99,9750,1,9/", "99,9750,1,/", {"bank.count_differs"}),
    ("16,165,8000", "16,165,8001", {"bank.total_differs"}),
    ("16,165,8000", "16,165,80.00", {"bank.cents_unreadable", "bank.total_differs"}),
    ("16,165,8000", "16,16,8000", {"bank.type_code_unreadable", "bank.total_differs"}),
    ("99,9750,1,9/\n", "", {"bank.cut_off"}),
    ("49,9750,5/\n", "", {"bank.record_misplaced"}),
    (",1,260302", ",3,260302", {"bank.group_no_update"}),
    (",1,260302", ",1,260230", {"bank.date_unreadable"}),
    ("USD,015", "CAD,015", {"bank.currency_not_taken"}),
    ("03,4400", "17,4400", {"bank.record_misplaced"}),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), WRONG_BAI2, ids=lambda each: str(sorted(each) if isinstance(each, set) else each)[:30]
)
def test_a_bai2_file_whose_totals_do_not_fit_is_refused_whole(old: str, new: str, expected: set[str]) -> None:
    content = bai2_of(TWO).decode()
    assert content.count(old) == 1

    assert codes(read_bai2(content.replace(old, new).encode())) == expected


@pytest.mark.parametrize(
    "record",
    [
        "16,165,8000,Z,REF1,,ACH CREDIT, WITH / AND COMMA\n88,TRN*1*T1*1999999999\\",
        "16,165,8000,S,8000,0,0,REF1,,ACH\n88,TRN*1*T1*1999999999/",
        "16,165,8000,V,260303,0000,REF1,,/\n88,TRN*1*T1*1999999999\\",
        "16,165,8000,D,2,0,5000,1,3000,REF1,,TRN*1*T1*1999999999\\",
        "16,165,8000,Z,REF1/\n88,,TRN*1*T1*1999999999\\",
        "16,165,8000,,REF1,,TRN*1*T1*\n88,1999999999\\",
    ],
)
def test_a_detail_is_read_whatever_its_funds_type_and_wherever_it_was_broken(record: str) -> None:
    lines = bai2_of((Said(80_00),)).decode().replace("16,165,8000,Z,REF1,,ACH CREDIT SANDBOX PAYER", record)
    more = record.count("\n")
    for trailer, count in (("49,8500,", 3), ("98,8500,1,", 5), ("99,8500,1,", 7)):
        lines = lines.replace(f"{trailer}{count}/", f"{trailer}{count + more}/")

    read = read_bai2(lines.encode())

    assert read.findings == ()
    (line,) = read.lines
    assert (line.cents, line.references, line.trace) == (80_00, ("REF1",), Trace("T1", "1999999999"))


def test_what_moves_no_money_is_no_line_and_a_debit_is_below_zero() -> None:
    read = read_bai2(bai2_of([Said(5_00, code="475"), Said(6_00, code="890"), Said(7_00, code="930")]))

    assert [(line.cents, line.kind) for line in read.lines] == [(-5_00, Kind.DEBIT), (7_00, Kind.CREDIT)]


PIECES = st.sampled_from(
    [b",", b"/", b"\n", b'"', b"88,", b"16,165,", b"-", b"(", b"\xff", b"\x00", b"9" * 20, b"S,", b"D,3,"]
)


@given(content=st.sampled_from([csv_of(TWO), bai2_of(TWO)]), data=st.data())
@settings(max_examples=150, deadline=None)
def test_broken_bytes_give_findings_or_lines_and_never_both(content: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(PIECES) + content[at + data.draw(st.integers(0, 3)) :]

    for read in (read_csv(content), read_bai2(content)):
        assert bool(read.lines) != bool(read.findings)
        assert all(0 <= line.byte_start < line.byte_end <= len(content) and line.cents for line in read.lines)
