"""Take in a bank's file: kept sealed, its new lines as deposits, and those that are known are known."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.deposits.bai2 import looks_like_bai2, read_bai2
from claimwright_remittance.domain.deposits.csv_file import CsvMapping, read_csv
from claimwright_remittance.domain.deposits.lines import ReadBankFile, with_occurrences
from claimwright_remittance.persistence import deposits


@dataclass(frozen=True, slots=True)
class TakenBankFile:
    """The file that the bytes are, whether they came for the first time, and how many of its lines did."""

    file_id: UUID
    is_new: bool
    line_count: int
    new_count: int


def read_bank_file(content: bytes, mapping: CsvMapping | None = None) -> ReadBankFile:
    """Read a bank's file by what it looks like; a mapping is of CSV alone. Errors: none, findings come back."""
    return read_bai2(content) if looks_like_bai2(content) else read_csv(content, mapping)


async def take_bank_file(work: Work, content: bytes, read: ReadBankFile, *, source: str) -> TakenBankFile:
    """Keep a file that was read without a finding.

    The same bytes change nothing, and neither do the same lines in other bytes, or the same payments in another form.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    await deposits.lock(work)
    known = await deposits.file_with_hash(work, sha256)
    if known is not None:
        return TakenBankFile(known.id, is_new=False, line_count=known.line_count, new_count=known.new_count)
    before = await deposits.count_known(work, read.lines)
    new = [
        (ids.new(), line, occurrence)
        for line, occurrence in with_occurrences(read.lines)
        if occurrence > before[line.identity]
    ]
    file_id = ids.new()
    await deposits.add_file(
        work,
        file_id,
        content,
        sha256=sha256,
        form="bai2" if looks_like_bai2(content) else "csv",
        source=source,
        line_count=len(read.lines),
        new_count=len(new),
    )
    await deposits.add(work, file_id, new)
    return TakenBankFile(file_id, is_new=True, line_count=len(read.lines), new_count=len(new))
