"""What lies in a folder is told by its bytes, and what nobody can take in is told with what would mend it."""

import pytest

from claimwright.findings import Finding
from claimwright_remittance.domain.remits.dropped import LARGEST_835, LARGEST_BANK_FILE, DroppedKind, kind_of
from tests.support.bank_files import Said, csv_of
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835

AN_835 = file_835([SetSaid("T1", claims=[ClaimSaid("A", (LineSaid(60_00),), icn="1")])])
BAI2 = b"01,SENDER,RECEIVER,260302,1200,1,80,1,2/\n"
BOM = b"\xef\xbb\xbf"
IN_PARTS = ("folder.too_large", "The file is larger than is taken.", "Drop it in parts.")
EMPTY = ("folder.empty", "The file is empty.", "Drop the file again, whole.")
NO_835 = (
    "folder.no_remittance",
    "The file is X12 without an 835 transaction in it.",
    "Drop 835 files here; claims and acknowledgments have doors of their own.",
)
UNKNOWN = (
    "folder.kind_unknown",
    "The file is neither an 835 nor a bank's BAI2 or CSV file.",
    "Drop 835 files as they are, BAI2 files as they are, and CSV files with the ending .csv.",
)


@pytest.mark.parametrize("content", [AN_835, BOM + AN_835, b"\r\n " + AN_835, BOM + b"\n" + AN_835])
@pytest.mark.parametrize("is_csv", [True, False])
def test_an_835_is_remittances_whatever_its_name(content: bytes, is_csv: bool) -> None:
    assert kind_of(content, is_csv=is_csv) is DroppedKind.REMITTANCES


@pytest.mark.parametrize(
    ("content", "is_csv"), [(csv_of([Said(60_00)]), True), (BAI2, False), (BAI2, True), (b"anything", True)]
)
def test_bai2_is_known_by_its_bytes_and_csv_by_its_name(content: bytes, is_csv: bool) -> None:
    assert kind_of(content, is_csv=is_csv) is DroppedKind.BANK


@pytest.mark.parametrize(
    ("content", "is_csv", "told"),
    [
        (b"", False, EMPTY),
        (b" \r\n", True, EMPTY),
        (AN_835.replace(b"ST*835", b"ST*837"), False, NO_835),
        (BOM + b" " + AN_835.replace(b"ST*835", b"ST*837"), False, NO_835),
        (AN_835.replace(b"ST*835", b"ST|835"), False, NO_835),
        (csv_of([Said(60_00)]), False, UNKNOWN),
        (b"x" * (LARGEST_BANK_FILE + 1), True, IN_PARTS),
        (AN_835.ljust(LARGEST_835 + 1), False, IN_PARTS),
    ],
    ids=[
        "nothing",
        "blanks",
        "an_837",
        "an_837_behind_a_mark",
        "other_delimiter",
        "csv_by_another_name",
        "bank",
        "x12",
    ],
)
def test_what_nobody_can_take_in_is_told_with_a_mend(content: bytes, is_csv: bool, told: tuple[str, str, str]) -> None:
    finding = kind_of(content, is_csv=is_csv)

    assert isinstance(finding, Finding)
    assert (finding.code, finding.says, finding.fix) == told


def test_the_largest_of_each_is_taken() -> None:
    assert LARGEST_835 == 64 * 1024 * 1024
    assert kind_of(AN_835.ljust(LARGEST_835), is_csv=False) is DroppedKind.REMITTANCES
    assert kind_of(b"x" * LARGEST_BANK_FILE, is_csv=True) is DroppedKind.BANK
