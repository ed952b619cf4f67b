"""Contract terms as a CSV file: a row for each thing that is said, all of one payer and one span of days.

    payer_id,valid_from,valid_to,kind,code,modifiers,amount,percent
    PAYER1,2026-01-01,,code,99213,25,80.00,
    PAYER1,2026-01-01,,schedule,97110,,30.00,

`kind` is one of code, schedule, case (an amount), schedule_percent, charge_percent (a percent), tolerance (either or
both), capitation and uncapped (nothing more). Codes of one case rate and modifiers are parted by spaces.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from claimwright.findings import Finding, Place
from claimwright_remittance.domain.contracts.terms import CaseRate, Rate, Terms, findings_of

COLUMNS: Final = ("payer_id", "valid_from", "valid_to", "kind", "code", "modifiers", "amount", "percent")
MOST_ROWS: Final = 100_000
MOST_FINDINGS: Final = 100
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2})?", re.ASCII)
_PERCENT: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?", re.ASCII)
_CODE: Final = re.compile(r"[A-Z0-9]{1,15}", re.ASCII)
_MODIFIER: Final = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def terms_in_csv(content: bytes) -> tuple[Terms | None, tuple[Finding, ...]]:
    """Return the terms in a CSV file, or None with everything that is wrong in it.

    Places count the rows of the file from 1, the heading included, as `/row/column`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, (Finding("terms.csv_text", "The file is not UTF-8.", fix="Save it as CSV in UTF-8."),)
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="more")
    if tuple(rows.fieldnames or ()) != COLUMNS:
        return None, (
            Finding("terms.csv_columns", "The columns are others.", fix=f"Begin with the heading {','.join(COLUMNS)}."),
        )
    reader = _Reader()
    try:
        for number, row in enumerate(rows, 2):
            if number > MOST_ROWS + 1:
                reader.find(number, "kind", "terms.csv_rows", "The file has too many rows.", "Load terms in two files.")
                break
            reader.take(number, row)
    except csv.Error:
        reader.find(1, "kind", "terms.csv_form", "The file can't be read as CSV.", "Save it as CSV anew.")
    return reader.result()


class _Reader:
    """Reads row after row and gathers terms and findings."""

    def __init__(self) -> None:
        self.terms: Terms | None = None
        self.rates: list[Rate] = []
        self.schedule: list[Rate] = []
        self.cases: list[CaseRate] = []
        self.findings: list[Finding] = []

    def result(self) -> tuple[Terms | None, tuple[Finding, ...]]:
        if self.terms is None and not self.findings:
            self.find(2, "payer_id", "terms.csv_empty", "The file has no rows.", "Give a row for each price.")
        if self.terms is None or self.findings:
            return None, tuple(self.findings[:MOST_FINDINGS])
        terms = replace(
            self.terms, rates=tuple(self.rates), schedule=tuple(self.schedule), case_rates=tuple(self.cases)
        )
        return terms, findings_of(terms)

    def take(self, number: int, row: Mapping[str, str | None]) -> None:
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if "more" in row or any(row.get(name) is None for name in COLUMNS):
            self.find(number, "kind", "terms.csv_width", "A row has more or fewer cells.", "Fill all eight columns.")
            return
        whose = self._whose(number, said)
        if whose is None:
            return
        if self.terms is None:
            self.terms = whose
        elif (self.terms.payer_id, self.terms.valid_from, self.terms.valid_to) != (
            whose.payer_id, whose.valid_from, whose.valid_to,
        ):  # fmt: skip
            says = "A row is of another payer or other days than the first."
            self.find(number, "payer_id", "terms.csv_mixed", says, "Load each contract in a file of its own.")
            return
        self._price(number, said)

    def _whose(self, number: int, said: Mapping[str, str]) -> Terms | None:
        if not 0 < len(said["payer_id"]) <= 80:
            self.find(number, "payer_id", "terms.csv_payer", "A row names no payer.", "Give the payer's id.")
            return None
        first = _day(said["valid_from"])
        last = _day(said["valid_to"]) if said["valid_to"] else None
        if first is None or (said["valid_to"] and last is None):
            column = "valid_from" if first is None else "valid_to"
            self.find(number, column, "terms.csv_day", "A day can't be read.", "Write it as 2026-01-31.")
            return None
        return Terms(said["payer_id"], first, last)

    def _price(self, number: int, said: Mapping[str, str]) -> None:
        match said["kind"]:
            case "code" | "schedule" as kind:
                rate = self._rate(number, said)
                if rate is not None:
                    (self.rates if kind == "code" else self.schedule).append(rate)
            case "case":
                codes = tuple(said["code"].split())
                cents = self._amount(number, said)
                if not codes or not all(_CODE.fullmatch(code) for code in codes):
                    self._no_code(number)
                elif cents is not None:
                    self.cases.append(CaseRate(codes, cents))
            case kind:
                self._rule(number, kind, said)

    def _rule(self, number: int, kind: str, said: Mapping[str, str]) -> None:
        changes: dict[str, Any] = {}
        match kind:
            case "schedule_percent" | "charge_percent":
                changes[kind] = self._percent(number, said)
            case "tolerance":
                changes["tolerance_cents"] = self._amount(number, said) if said["amount"] else 0
                changes["tolerance_percent"] = self._percent(number, said) if said["percent"] else 0
            case "capitation":
                changes["has_capitation"] = True
            case "uncapped":
                changes["is_capped_by_charge"] = False
            case _:
                fix = "Use code, schedule, case, schedule_percent, charge_percent, tolerance, capitation or uncapped."
                self.find(number, "kind", "terms.csv_kind", "A row is of no known kind.", fix)
        if self.terms is not None and None not in changes.values():
            self.terms = replace(self.terms, **changes)

    def _rate(self, number: int, said: Mapping[str, str]) -> Rate | None:
        modifiers = tuple(said["modifiers"].split())
        cents = self._amount(number, said)
        if not _CODE.fullmatch(said["code"]):
            self._no_code(number)
            return None
        if not all(_MODIFIER.fullmatch(each) for each in modifiers):
            fix = "Write two characters each, parted by spaces."
            self.find(number, "modifiers", "terms.csv_modifier", "A modifier can't be one.", fix)
            return None
        return None if cents is None else Rate(said["code"], cents, modifiers)

    def _amount(self, number: int, said: Mapping[str, str]) -> int | None:
        if not _AMOUNT.fullmatch(said["amount"]):
            self.find(number, "amount", "terms.csv_amount", "An amount can't be read.", "Write it as 80.00.")
            return None
        return int(Decimal(said["amount"]) * 100)

    def _percent(self, number: int, said: Mapping[str, str]) -> int | None:
        if not _PERCENT.fullmatch(said["percent"]):
            self.find(number, "percent", "terms.csv_percent", "A percent can't be read.", "Write it as 110 or 87.5.")
            return None
        return int(Decimal(said["percent"]) * 100)

    def _no_code(self, number: int) -> None:
        self.find(number, "code", "terms.csv_code", "A procedure code can't be one.", "Give the code as it is billed.")

    def find(self, number: int, column: str, code: str, says: str, fix: str) -> None:
        self.findings.append(Finding(code, says, where=Place(pointer=f"/{number}/{column}"), fix=fix))


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
