"""A claim's ledger by line: every entry of a line in the order of its postings, and what is of no line last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry with its posting; debits are positive. Its bytes are those of `file`."""

    posting_id: str
    cause_kind: str
    day: date
    account: str
    cents: int
    payer_order: int | None
    line: int | None
    reason: str | None
    file: str | None
    byte_start: int | None
    byte_end: int | None


@dataclass(frozen=True, slots=True)
class LineEntries:
    """The entries of one line; on no line those of the claim as a whole."""

    line: int | None
    rows: Sequence[EntryRow]


def by_line(rows: Iterable[EntryRow]) -> list[LineEntries]:
    """Return entries by line, each line's in the order in which they were posted."""
    found: dict[int | None, list[EntryRow]] = {}
    for row in rows:
        found.setdefault(row.line, []).append(row)
    return [LineEntries(line, found[line]) for line in sorted(found, key=lambda line: (line is None, line or 0))]
