"""What kind of file lies in a folder: remittances or a bank's lines, told by its bytes and not by its name."""

from enum import StrEnum
from typing import Final

from claimwright.findings import Finding
from claimwright_remittance.domain.deposits.bai2 import looks_like_bai2

LARGEST_835: Final = 64 << 20
LARGEST_BANK_FILE: Final = 16 << 20
_BOM: Final = b"\xef\xbb\xbf"


class DroppedKind(StrEnum):
    """What a file is taken in as."""

    REMITTANCES = "remittances"
    BANK = "bank"


def kind_of(content: bytes, *, is_csv: bool) -> DroppedKind | Finding:
    """Return what to take a file in as, or why nobody can. `is_csv`: whether its name says so; CSV has no mark."""
    if not content.strip():
        return Finding(code="folder.empty", says="The file is empty.", fix="Drop the file again, whole.")
    if content.removeprefix(_BOM).lstrip()[:3] == b"ISA":
        return _of_x12(content)
    if len(content) > LARGEST_BANK_FILE:
        return Finding(code="folder.too_large", says="The file is larger than is taken.", fix="Drop it in parts.")
    if looks_like_bai2(content) or is_csv:
        return DroppedKind.BANK
    return Finding(
        code="folder.kind_unknown",
        says="The file is neither an 835 nor a bank's BAI2 or CSV file.",
        fix="Drop 835 files as they are, BAI2 files as they are, and CSV files with the ending .csv.",
    )


def _of_x12(content: bytes) -> DroppedKind | Finding:
    if len(content) > LARGEST_835:
        return Finding(code="folder.too_large", says="The file is larger than is taken.", fix="Drop it in parts.")
    head = content.removeprefix(_BOM).lstrip()
    if b"ST" + head[3:4] + b"835" not in content:
        return Finding(
            code="folder.no_remittance",
            says="The file is X12 without an 835 transaction in it.",
            fix="Drop 835 files here; claims and acknowledgments have doors of their own.",
        )
    return DroppedKind.REMITTANCES
