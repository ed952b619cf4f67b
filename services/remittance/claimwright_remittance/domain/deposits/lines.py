"""One line of a bank's file as a value: a day, signed cents, and what the bank wrote beside them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from claimwright.findings import Finding
from claimwright_remittance.domain.deposits.traces import Trace

LARGEST_CENTS: Final = 10**15
"""The same bound as for amounts of a remittance."""


class Kind(StrEnum):
    """What moved. Only an electronic credit is expected to have a remittance; a check or a transfer may have one."""

    ACH_CREDIT = "ach_credit"
    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booked line. `cents` is below zero for what left the account; `line` counts the file's lines from 1.

    `account`, `references` and `text` are the bank's words and are kept sealed; `type_code` is a BAI code, or empty.
    """

    line: int
    byte_start: int
    byte_end: int
    kind: Kind
    posted_on: date
    cents: int
    type_code: str = ""
    account: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    trace: Trace | None = None

    @property
    def identity(self) -> "Identity":
        """Return what makes two lines of two files the same line."""
        number = self.trace.number if self.trace else None
        return identity_of(
            self.posted_on, self.cents, number, (self.account, self.type_code, self.references, self.text)
        )


Identity = tuple[date, int, tuple[object, ...] | str]


def identity_of(posted_on: date, cents: int, trace_number: str | None, words: tuple[object, ...]) -> Identity:
    """Return what a line is known by: its day, its cents and the trace number of its payment, or all its words.

    A trace number names one payment, whatever else a bank writes of it in a file of another form.
    """
    return posted_on, cents, trace_number or words


@dataclass(frozen=True, slots=True)
class ReadBankFile:
    """All lines of a bank's file, or the findings for which nothing of it can be taken."""

    lines: tuple[BankLine, ...] = ()
    findings: tuple[Finding, ...] = ()


def with_occurrences(lines: Iterable[BankLine]) -> Iterator[tuple[BankLine, int]]:
    """Yield each line with the count of equal lines of the file up to it, from 1.

    Two equal lines of one file are two deposits; the same two lines in a second file are those two again.
    """
    seen: Counter[Identity] = Counter()
    for line in lines:
        seen[line.identity] += 1
        yield line, seen[line.identity]
