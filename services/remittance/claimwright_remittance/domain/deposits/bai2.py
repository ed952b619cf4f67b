"""A bank's BAI2 file: groups of accounts of detail records, whose totals and counts are all tested before any counts.

Source: the BAI2 specification (records 01, 02, 03, 16, 88, 49, 98, 99); amounts are in cents and without a sign, the
type code tells what came in. A control total adds the amount fields of an account's 03 and 16 records, whatever their
direction; counts include the record that names them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from claimwright.findings import Finding, Place
from claimwright_remittance.domain.deposits.lines import LARGEST_CENTS, BankLine, Kind, ReadBankFile
from claimwright_remittance.domain.deposits.traces import trace_in
from claimwright_remittance.domain.deposits.type_codes import kind_of_code

MOST_RECORDS: Final = 200_000
MOST_FINDINGS: Final = 100
UPDATE: Final = "1"
_CODES: Final = frozenset({"01", "02", "03", "16", "49", "88", "98", "99"})
_AMOUNT: Final = re.compile(r"[+-]?[0-9]{1,18}")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_CODE: Final = re.compile(r"[0-9]{3}")
_AFTER: Final = {
    "": {"01"},
    "01": {"02"},
    "02": {"03", "98"},
    "03": {"16", "49"},
    "16": {"16", "49"},
    "49": {"03", "98"},
    "98": {"02", "99"},
    "99": set[str](),
}
"""Which records may follow each; 88 goes on with whatever stands before it."""


@dataclass(slots=True)
class _Record:
    """One record with the 88s that go on with it; `physical` counts the lines that it takes."""

    code: str
    line: int
    byte_start: int
    byte_end: int
    pieces: list[str]
    physical: int = 1

    @property
    def place(self) -> Place:
        return Place(segment=self.line, byte_start=self.byte_start, byte_end=self.byte_end)

    @property
    def fields(self) -> list[str]:
        """Return the fields behind the code; a piece that goes on begins a field of its own."""
        return [each.strip() for piece in self.pieces for each in _ended(piece).split(",")]


@dataclass(slots=True)
class _Sums:
    """What was counted since a header, to be held against its trailer."""

    cents: int = 0
    below: int = 0
    records: int = 0


@dataclass(slots=True)
class _Reading:
    findings: list[Finding] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    file: _Sums = field(default_factory=_Sums)
    group: _Sums = field(default_factory=_Sums)
    account: _Sums = field(default_factory=_Sums)
    account_number: str = ""
    as_of: date | None = None


def looks_like_bai2(content: bytes) -> bool:
    """Return whether bytes begin as a BAI2 file does."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:3] == b"01,"


def read_bai2(content: bytes) -> ReadBankFile:
    """Read a BAI2 file.

    Errors: none; with any record, total or count that is wrong there are only findings, and nothing can be taken.
    """
    records = list(_records(content))
    reading = _Reading()
    if len(records) > MOST_RECORDS:
        reading.findings.append(
            Finding(
                code="bank.too_many_rows",
                says="The file has more rows than are taken at once.",
                fix="Send the file in parts.",
            )
        )
        return ReadBankFile(findings=tuple(reading.findings))
    before = ""
    for record in records:
        if record.code not in _CODES or record.code not in _AFTER[before]:
            reading.findings.append(
                Finding(
                    code="bank.record_misplaced",
                    says="A record is unknown, or stands where it may not.",
                    where=record.place,
                    fix="Send the BAI2 file whole, as the bank gave it.",
                )
            )
            break
        _READ[record.code](reading, record)
        before = record.code
        if len(reading.findings) >= MOST_FINDINGS:
            break
    if not reading.findings and before != "99":
        reading.findings.append(
            Finding(
                code="bank.cut_off",
                says="The file ends before its trailer.",
                fix="Send the BAI2 file whole, as the bank gave it.",
            )
        )
    if not reading.findings and not reading.lines:
        reading.findings.append(
            Finding(code="bank.no_lines", says="The file holds no booked line.", fix="Send a file with lines.")
        )
    if reading.findings:
        return ReadBankFile(findings=tuple(reading.findings))
    return ReadBankFile(lines=tuple(reading.lines))


def _records(content: bytes) -> Iterator[_Record]:
    """Yield the records with what goes on with them."""
    current: _Record | None = None
    end = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    for number, raw in enumerate(content[end:].splitlines(keepends=True), 1):
        start, end = end, end + len(raw)
        text = raw.decode("utf-8", errors="replace").rstrip()
        if not text:
            continue
        code, _, rest = text.partition(",")
        code = code.strip().rstrip("/")
        if code == "88" and current is not None:
            current.pieces.append(rest)
            current.byte_end = end
            current.physical += 1
            continue
        if current is not None:
            yield current
        current = _Record(code, number, start, end, [rest])
    if current is not None:
        yield current


def _ended(piece: str) -> str:
    return piece.removesuffix("/")


def _file_begins(reading: _Reading, record: _Record) -> None:
    reading.file = _Sums(records=record.physical)


def _group_begins(reading: _Reading, record: _Record) -> None:
    fields = [*record.fields, *[""] * 7]
    _, _, status, as_of, _, currency, *_ = fields
    reading.group = _Sums(records=record.physical)
    reading.as_of = _day(as_of)
    if status != UPDATE:
        reading.findings.append(
            Finding(
                code="bank.group_no_update",
                says="A group deletes or corrects an earlier one, or is a test.",
                where=record.place,
                fix="Send groups with status 1 only; correct what an earlier file said by hand.",
            )
        )
    if reading.as_of is None:
        reading.findings.append(
            Finding(
                code="bank.date_unreadable",
                says="The day of a group is no day.",
                where=record.place,
                fix="Send the as-of date as YYMMDD.",
            )
        )
    _test_currency(reading, record, currency)


def _account_begins(reading: _Reading, record: _Record) -> None:
    fields = [*record.fields, ""]
    reading.account_number, currency, *summaries = fields
    reading.account = _Sums(records=record.physical)
    _test_currency(reading, record, currency)
    at = 0
    while at + 1 < len(summaries):
        _, amount, *rest = summaries[at:]
        if amount:
            reading.account.cents += _cents(reading, record, amount) or 0
        at += 4 + _funds_fields(rest[1:])  # code, amount, item count, funds type


def _detail(reading: _Reading, record: _Record) -> None:
    reading.account.records += record.physical
    code, amount, rest = [*(each.strip() for each in record.pieces[0].split(",", 2)), "", ""][:3]
    amount = _ended(amount)
    if not _CODE.fullmatch(code):
        reading.findings.append(
            Finding(
                code="bank.type_code_unreadable",
                says="The type code of a record has not three digits.",
                where=record.place,
                fix="Send the BAI2 file as the bank gave it.",
            )
        )
        return
    cents = _cents(reading, record, amount) if amount else 0
    if cents is None:
        return
    reading.account.cents += cents
    kind = kind_of_code(code)
    if kind is None or cents == 0 or reading.as_of is None:
        return
    references, text = _words(rest, record.pieces[1:])
    reading.lines.append(
        BankLine(
            line=record.line,
            byte_start=record.byte_start,
            byte_end=record.byte_end,
            kind=kind,
            posted_on=reading.as_of,
            cents=-cents if kind is Kind.DEBIT else cents,
            type_code=code,
            account=reading.account_number,
            references=references,
            text=text,
            trace=trace_in(text),
        )
    )


def _words(rest: str, more: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the references and the text of a detail record.

    The text is last and may hold commas and slashes, and so it has no end of its own; an 88 goes on with it, or, where
    the first piece ends before the text, with the fields that are still to come.
    """
    pieces = [rest, *more]
    fields = pieces[0].split(",")
    before_text = 1 + _funds_fields(fields) + 2
    while len(fields) <= before_text and len(pieces) > 1 and pieces[0].rstrip().endswith("/"):
        joined = f"{_ended(pieces[0].rstrip())},{pieces[1]}"
        pieces[:2] = [joined]
        fields = joined.split(",")
        before_text = 1 + _funds_fields(fields) + 2
    head = [each.strip() for each in fields[:before_text]]
    text = ",".join(fields[before_text:])
    if not text and head:
        head[-1] = _ended(head[-1])
    references = tuple(filter(None, head[-2:])) if len(head) == before_text else ()
    return references, "\n".join(filter(None, (_ended(each.strip()).strip() for each in (text, *pieces[1:]))))


def _funds_fields(fields: Sequence[str]) -> int:
    """Return how many fields a funds type takes behind itself: three amounts, a day and a time, or pairs of a count."""
    funds = _ended(fields[0].strip()).upper() if fields else ""
    if funds == "S":
        return 3
    if funds == "V":
        return 2
    if funds == "D" and len(fields) > 1 and _COUNT.fullmatch(fields[1].strip()):
        return 1 + 2 * int(fields[1])
    return 0


def _account_ends(reading: _Reading, record: _Record) -> None:
    total, records = [*record.fields, ""][:2]
    reading.account.records += record.physical
    _hold_against(reading, record, total, reading.account.cents, [(records, reading.account.records)])
    reading.group.cents += reading.account.cents
    reading.group.records += reading.account.records
    reading.group.below += 1


def _group_ends(reading: _Reading, record: _Record) -> None:
    total, accounts, records = [*record.fields, "", ""][:3]
    reading.group.records += record.physical
    counts = [(accounts, reading.group.below), (records, reading.group.records)]
    _hold_against(reading, record, total, reading.group.cents, counts)
    reading.file.cents += reading.group.cents
    reading.file.records += reading.group.records
    reading.file.below += 1


def _file_ends(reading: _Reading, record: _Record) -> None:
    total, groups, records = [*record.fields, "", ""][:3]
    reading.file.records += record.physical
    counts = [(groups, reading.file.below), (records, reading.file.records)]
    _hold_against(reading, record, total, reading.file.cents, counts)


def _hold_against(
    reading: _Reading, record: _Record, total: str, cents: int, counts: Sequence[tuple[str, int]]
) -> None:
    """Hold what was added up against what a trailer says."""
    if _cents(reading, record, total) not in {None, cents}:
        reading.findings.append(
            Finding(
                code="bank.total_differs",
                says="A control total is not the sum of the amounts above it.",
                where=record.place,
                fix="Ask the bank for the file again.",
            )
        )
    if any(not _COUNT.fullmatch(said) or int(said) != found for said, found in counts):
        reading.findings.append(
            Finding(
                code="bank.count_differs",
                says="A trailer counts other records, accounts or groups than stand above it.",
                where=record.place,
                fix="Ask the bank for the file again.",
            )
        )


def _cents(reading: _Reading, record: _Record, text: str) -> int | None:
    if _AMOUNT.fullmatch(text) and abs(int(text)) <= LARGEST_CENTS:
        return int(text)
    reading.findings.append(
        Finding(
            code="bank.cents_unreadable",
            says="An amount or total is no whole number of cents.",
            where=record.place,
            fix="Send the BAI2 file as the bank gave it.",
        )
    )
    return None


def _test_currency(reading: _Reading, record: _Record, currency: str) -> None:
    if currency not in {"", "USD"}:
        reading.findings.append(
            Finding(
                code="bank.currency_not_taken",
                says="A group or account is in another currency than US dollars.",
                where=record.place,
                fix="Send accounts in US dollars only.",
            )
        )


def _day(text: str) -> date | None:
    if re.fullmatch(r"[0-9]{6}", text) is None:
        return None
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


_READ: Final = {
    "01": _file_begins,
    "02": _group_begins,
    "03": _account_begins,
    "16": _detail,
    "49": _account_ends,
    "98": _group_ends,
    "99": _file_ends,
}
