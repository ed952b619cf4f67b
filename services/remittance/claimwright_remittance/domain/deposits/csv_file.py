"""A bank's CSV file: which column holds what, and its rows as lines with their bytes.

Banks name their columns as they like. A file is read with the usual names unless a mapping says otherwise; what can't
be read exactly is a finding, and then nothing of the file is taken.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from claimwright.findings import Finding, Place
from claimwright.money import TooManyDecimals, cents_of
from claimwright_remittance.domain.deposits.lines import LARGEST_CENTS, BankLine, Kind, ReadBankFile
from claimwright_remittance.domain.deposits.traces import trace_in, trace_of
from claimwright_remittance.domain.deposits.type_codes import kind_of_code

USUAL_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "date": (
        "posting date", "posted date", "date posted", "post date", "posted", "booking date", "transaction date",
        "effective date", "as of date", "as-of date", "value date", "date",
    ),
    "amount": ("amount", "transaction amount", "net amount", "amount (usd)", "amount usd"),
    "credit": ("credit", "credits", "credit amount", "deposit", "deposits", "deposit amount"),
    "debit": ("debit", "debits", "debit amount", "withdrawal", "withdrawals", "withdrawal amount"),
    "account": ("account", "account number", "account no", "account #", "account no."),
    "type": ("bai code", "bai type code", "type code", "transaction type", "tran type", "type"),
    "trace": ("trn", "trn02", "trn trace", "trn trace number", "reassociation trace number", "reassociation number"),
    "reference": ("reference", "reference number", "bank reference", "customer reference", "check or slip #"),
    "text": (
        "description", "details", "transaction description", "extended description", "memo", "narrative", "addenda",
        "addenda information", "payment details", "payment related information", "remittance information", "text",
    ),
}  # fmt: skip
"""By what a column holds, the headings that banks use for it, the surest first. Any number of `text` and `reference`
columns is taken; "trace number" alone is none of ours, since banks mean the network's own by it."""

DATE_FORMS: Final[Mapping[str, str]] = {
    "YYYY-MM-DD": r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})",
    "YYYYMMDD": r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    "MM/DD/YYYY": r"(?P<month>[0-9]{1,2})[/-](?P<day>[0-9]{1,2})[/-](?P<year>[0-9]{4})",
    "MM/DD/YY": r"(?P<month>[0-9]{1,2})[/-](?P<day>[0-9]{1,2})[/-](?P<year>[0-9]{2})",
    "DD/MM/YYYY": r"(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})",
}
USUAL_DATE_FORMS: Final = ("YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "MM/DD/YY")
"""What is tried without a mapping: no two of them read one text as two days."""

HEADING_WITHIN: Final = 20
"""Some banks write their name and the account above the headings; below so many rows nobody looks for them."""
MOST_ROWS: Final = 200_000
MOST_FINDINGS: Final = 100
_AMOUNT: Final = re.compile(r"(?P<sign>[+-]?)\$?(?P<whole>[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3})+)(?P<part>\.[0-9]{1,6})?")
_CODE: Final = re.compile(r"[0-9]{3}")
_ACH: Final = re.compile(r"\bACH\b|\bCCD\b|\bCTX\b|\bEFT\b", re.IGNORECASE)
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """Which column holds what, by its heading or by its number from 1; what is empty is found by the usual names.

    Shape: either `amount`, signed, or `credit` and `debit`. With `date` given as a number there are no headings, and
    `skip_rows` rows are passed over first.
    """

    date: str = ""
    amount: str = ""
    credit: str = ""
    debit: str = ""
    account: str = ""
    type: str = ""
    trace: str = ""
    reference: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    date_form: str = ""
    delimiter: str = ""
    skip_rows: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    byte_start: int
    byte_end: int
    cells: tuple[str, ...]

    def at(self, column: int | None) -> str:
        return self.cells[column].strip() if column is not None and column < len(self.cells) else ""

    @property
    def place(self) -> Place:
        return Place(segment=self.line, byte_start=self.byte_start, byte_end=self.byte_end)


@dataclass(slots=True)
class _Columns:
    date: int | None = None
    amount: int | None = None
    credit: int | None = None
    debit: int | None = None
    account: int | None = None
    type: int | None = None
    trace: int | None = None
    reference: tuple[int, ...] = ()
    text: tuple[int, ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.date is not None and (self.amount is not None or self.credit is not None)

    @property
    def used(self) -> tuple[int, ...]:
        alone = (self.date, self.amount, self.credit, self.debit)
        return tuple(each for each in alone if each is not None)


@dataclass(slots=True)
class _Reading:
    columns: _Columns
    date_form: str
    lines: list[BankLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_csv(content: bytes, mapping: CsvMapping | None = None) -> ReadBankFile:
    """Read a bank's CSV file.

    Errors: none; without the needed columns, or with any row that can't be read exactly, there are only findings.
    Rows without a day and an amount, and rows of zero, say nothing about money and are passed over.
    """
    wanted = mapping or CsvMapping()
    if b"\x00" in content:
        return _refused(
            Finding(
                code="bank.not_text",
                says="The file holds bytes that no text has.",
                fix="Send the CSV file in UTF-8, as the bank gave it.",
            )
        )
    rows = _rows(content, wanted)
    if isinstance(rows, Finding):
        return _refused(rows)
    columns, rest = _columns(rows, wanted)
    if not columns.is_enough:
        return _refused(
            Finding(
                code="bank.columns_unknown",
                says="No row names a column for the day and one for the amount.",
                fix="Say with the request which column holds what: `date`, and `amount` or `credit` and `debit`.",
            )
        )
    reading = _Reading(columns, wanted.date_form)
    for row in rest:
        _take(reading, row)
        if len(reading.findings) >= MOST_FINDINGS:
            break
    if reading.findings:
        return ReadBankFile(findings=tuple(reading.findings))
    if not reading.lines:
        return _refused(
            Finding(code="bank.no_lines", says="The file holds no booked line.", fix="Send a file with lines.")
        )
    return ReadBankFile(lines=tuple(reading.lines))


def _refused(finding: Finding) -> ReadBankFile:
    return ReadBankFile(findings=(finding,))


def _rows(content: bytes, wanted: CsvMapping) -> list[_Row] | Finding:
    pieces = list(_pieces(content))
    if len(pieces) > MOST_ROWS:
        return Finding(
            code="bank.too_many_rows",
            says="The file has more rows than are taken at once.",
            fix="Send the file in parts.",
        )
    texts = [(start, end, _text(content[start:end])) for start, end in pieces]
    delimiter = wanted.delimiter or _delimiter([text for *_, text in texts[:HEADING_WITHIN]])
    rows: list[_Row] = []
    for number, (start, end, text) in enumerate(texts, 1):
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error:
            return Finding(
                code="bank.row_unreadable",
                says="A row is no row of a CSV file: quotation marks are not closed, or a field is too long.",
                where=Place(segment=number, byte_start=start, byte_end=end),
                fix="Send the file as the bank gave it.",
            )
        if any(cell.strip() for cell in cells):
            rows.append(_Row(number, start, end, tuple(cells)))
    return rows


def _pieces(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the bytes of each row; a line end between quotation marks does not end one."""
    start = len(b"\xef\xbb\xbf") if content.startswith(b"\xef\xbb\xbf") else 0
    end, is_open = start, False
    for line in content[start:].splitlines(keepends=True):
        end += len(line)
        is_open = is_open != bool(line.count(b'"') % 2)
        if not is_open:
            yield start, end
            start = end
    if start < end:
        yield start, end


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.rstrip("\r\n")


def _delimiter(texts: Sequence[str]) -> str:
    joined = "".join(texts)
    return max(_DELIMITERS, key=joined.count)


def _columns(rows: Sequence[_Row], wanted: CsvMapping) -> tuple[_Columns, Sequence[_Row]]:
    if wanted.date.isdecimal():
        return _resolved((), wanted), rows[wanted.skip_rows :]
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        columns = _resolved(row.cells, wanted)
        if columns.is_enough:
            return columns, rows[at + 1 :]
    return _Columns(), ()


def _resolved(headings: Sequence[str], wanted: CsvMapping) -> _Columns:
    """Return where the wanted columns stand below these headings."""
    named = {" ".join(heading.casefold().split()): at for at, heading in reversed(list(enumerate(headings)))}

    def one(given: str, usual: str) -> int | None:
        if given.isdecimal():
            return int(given) - 1 if int(given) else None
        names = (given.strip().casefold(),) if given else USUAL_NAMES[usual]
        return next((named[name] for name in names if name in named), None)

    def several(given: tuple[str, ...], usual: str) -> tuple[int, ...]:
        if given:
            return tuple(at for each in given if (at := one(each, usual)) is not None)
        return tuple(sorted(named[name] for name in USUAL_NAMES[usual] if name in named))

    has_own_amount = bool(wanted.amount or wanted.credit)
    return _Columns(
        date=one(wanted.date, "date"),
        amount=one(wanted.amount, "amount") if wanted.amount or not has_own_amount else None,
        credit=one(wanted.credit, "credit") if wanted.credit or not has_own_amount else None,
        debit=one(wanted.debit, "debit") if wanted.debit or not has_own_amount else None,
        account=one(wanted.account, "account"),
        type=one(wanted.type, "type"),
        trace=one(wanted.trace, "trace"),
        reference=several(wanted.reference, "reference"),
        text=several(wanted.text, "text"),
    )


def _take(reading: _Reading, row: _Row) -> None:
    columns = reading.columns
    if not any(row.at(each) for each in columns.used):
        return
    posted_on = day_of(row.at(columns.date), reading.date_form)
    if posted_on is None:
        reading.findings.append(
            Finding(
                code="bank.date_unreadable",
                says="The day of a row is no day in any of the forms that are read.",
                where=row.place,
                fix="Send days as YYYY-MM-DD or MM/DD/YYYY, or say the form with `date_form`.",
            )
        )
    cents = _cents(row, columns)
    if cents is None:
        reading.findings.append(
            Finding(
                code="bank.amount_unreadable",
                says="The amount of a row is no amount in dollars and whole cents, or there are two.",
                where=row.place,
                fix="Send one amount a row, such as 1234.50, -12.00 or (12.00).",
            )
        )
    if posted_on is None or not cents:
        return
    text = "\n".join(filter(None, (row.at(each) for each in columns.text)))
    trace = trace_of(row.at(columns.trace)) or trace_in(text)
    code = row.at(columns.type)
    if _CODE.fullmatch(code) and kind_of_code(code) is Kind.DEBIT:
        cents = -abs(cents)
    reading.lines.append(
        BankLine(
            line=row.line,
            byte_start=row.byte_start,
            byte_end=row.byte_end,
            kind=_kind(code, text, cents, has_trace=trace is not None),
            posted_on=posted_on,
            cents=cents,
            type_code=code if _CODE.fullmatch(code) else "",
            account=row.at(columns.account),
            references=tuple(filter(None, (row.at(each) for each in columns.reference))),
            text=text,
            trace=trace,
        )
    )


def _kind(code: str, text: str, cents: int, *, has_trace: bool) -> Kind:
    if cents < 0:
        return Kind.DEBIT
    if _CODE.fullmatch(code):
        return kind_of_code(code) or Kind.CREDIT
    return Kind.ACH_CREDIT if has_trace or _ACH.search(f"{code} {text}") else Kind.CREDIT


def _cents(row: _Row, columns: _Columns) -> int | None:
    """Return the signed cents of a row, zero where it has none, None where they can't be read."""
    if columns.amount is not None and row.at(columns.amount):
        return cents_in(row.at(columns.amount))
    credit, debit = (cents_in(row.at(each) or "0") for each in (columns.credit, columns.debit))
    if credit is None or debit is None or (credit and debit):
        return None
    return credit - abs(debit)


def cents_in(text: str) -> int | None:
    """Return the cents of an amount as banks write it, or None: `1,234.50`, `$12`, `-3.00`, `(3.00)`, `3.00 DR`."""
    given = text.strip().upper().replace(" ", "")
    is_negative = False
    if given.startswith("(") and given.endswith(")"):
        is_negative, given = True, given[1:-1]
    elif given.endswith(("DR", "-")):
        is_negative, given = True, given.removesuffix("DR").removesuffix("-")
    given = given.removesuffix("CR").replace("$-", "-$")
    match = _AMOUNT.fullmatch(given)
    if match is None or (is_negative and match["sign"]):
        return None
    try:
        cents = cents_of(Decimal(match["whole"].replace(",", "") + (match["part"] or "")))
    except TooManyDecimals:
        return None
    if cents > LARGEST_CENTS:
        return None
    return -cents if is_negative or match["sign"] == "-" else cents


def day_of(text: str, form: str = "") -> date | None:
    """Return the day in a text, in the given form or in one of the usual ones; a time behind it does not count."""
    given = text.strip().partition("T")[0].partition(" ")[0]
    for each in (form,) if form else USUAL_DATE_FORMS:
        match = re.fullmatch(DATE_FORMS[each], given)
        if match is None:
            continue
        year = int(match["year"])
        try:
            return date(year + 2000 if year < 100 else year, int(match["month"]), int(match["day"]))
        except ValueError:
            return None
    return None
