"""Level 5 through a port: is this code of this set good on this day?

Whoever judges hands in an answer (`CodeSets`); the codec ships no list. `CodeTables` answers from files of the user's,
and an installed package may offer more under the entry point `claimwright.code_sets`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from claimwright.findings import Finding, Severity, at


class CodeSet(StrEnum):
    """The lists that others keep; the value is the name in files and entry points."""

    DIAGNOSES = "icd10cm"
    INPATIENT_PROCEDURES = "icd10pcs"
    HCPCS = "hcpcs"
    CPT = "cpt"
    DENTAL_PROCEDURES = "cdt"
    MODIFIERS = "modifier"
    REVENUE_CODES = "revenue"
    PLACES_OF_SERVICE = "place"
    TAXONOMY = "taxonomy"
    GROUPS = "drg"
    ADJUSTMENT_REASONS = "carc"
    REMARKS = "rarc"


class CodeStanding(StrEnum):
    """What a code is on a day."""

    GOOD = "good"
    NOT_ON_DAY = "not_on_day"
    """It is a code of the set, and not good on that day."""
    UNKNOWN = "unknown"
    NOT_LOADED = "not_loaded"
    """The set, or its release for that day, is not at hand: nothing can be said."""


class CodeSets(Protocol):
    """What a caller of `judge` knows of outer codes."""

    def standing(self, code_set: CodeSet, code: str, day: date | None) -> CodeStanding:
        """Return what a code is on a day; without a day, whether it has ever been one.

        Shape: `code` as it stands in the file, diagnoses without their point.
        """


class FirstThatKnows:
    """Several answers in one: the first that has the set loaded speaks."""

    def __init__(self, answers: Sequence[CodeSets]) -> None:
        self._answers = tuple(answers)

    def standing(self, code_set: CodeSet, code: str, day: date | None) -> CodeStanding:
        for each in self._answers:
            found = each.standing(code_set, code, day)
            if found is not CodeStanding.NOT_LOADED:
                return found
        return CodeStanding.NOT_LOADED


class _Term(NamedTuple):
    """The days on which a code is good, both inclusive."""

    first_day: date
    last_day: date


class CodeTables:
    """Code sets from files of the user's own: `set,code,from,until` a row."""

    def __init__(self) -> None:
        self._sets: dict[CodeSet, dict[str, list[_Term]]] = {}

    def standing(self, code_set: CodeSet, code: str, day: date | None) -> CodeStanding:
        codes = self._sets.get(code_set)
        if codes is None:
            return CodeStanding.NOT_LOADED
        terms = codes.get(code)
        if terms is None:
            return CodeStanding.UNKNOWN
        if day is None or any(term.first_day <= day <= term.last_day for term in terms):
            return CodeStanding.GOOD
        return CodeStanding.NOT_ON_DAY

    def add(self, code_set: CodeSet, code: str, first_day: date | None = None, last_day: date | None = None) -> None:
        """Add the days on which a code is good; an absent end is open."""
        term = _Term(first_day or date.min, last_day or date.max)
        self._sets.setdefault(code_set, {}).setdefault(code, []).append(term)

    def read(self, data: bytes) -> list[Finding]:
        """Add the codes of a CSV file with the columns set, code, from and until; return what is wrong with it.

        Shape: UTF-8; days are YYYY-MM-DD or empty, both inclusive; a row that is wrong is left out and named.
        """
        try:
            rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
            if not {"set", "code"}.issubset(rows.fieldnames or ()):
                return [_NO_COLUMNS]
            return [finding for number, row in enumerate(rows, start=2) for finding in self._take(number, row)]
        except (UnicodeDecodeError, csv.Error):
            return [_NO_TABLE]

    def _take(self, number: int, row: dict[str, str | None]) -> list[Finding]:
        name, code = (row.get("set") or "").strip(), (row.get("code") or "").strip().upper()
        if name not in _NAMES:
            return [
                Finding("codes.set", "A row names no code set that we know.", where=at(f"/{number}/set"), fix=_SETS)
            ]
        if not code:
            return [Finding("codes.code", "A row has no code.", where=at(f"/{number}/code"), fix="Leave the row out.")]
        days = {}
        for column in ("from", "until"):
            text = (row.get(column) or "").strip()
            try:
                days[column] = date.fromisoformat(text) if text else None
            except ValueError:
                return [
                    Finding(
                        "codes.day",
                        "A day is not YYYY-MM-DD.",
                        where=at(f"/{number}/{column}"),
                        fix="Write it as 2026-10-01, or leave it empty.",
                    )
                ]
        self.add(CodeSet(name), code.replace(".", ""), days["from"], days["until"])
        return []


_NAMES = frozenset(CodeSet)
_SETS = f"Use one of {', '.join(CodeSet)}."
_NO_COLUMNS = Finding(
    "codes.columns",
    "The first row does not name the columns set and code.",
    Severity.BLOCKS,
    fix="Begin the file with set,code,from,until.",
)
_NO_TABLE = Finding("codes.file", "The file is no CSV in UTF-8.", Severity.BLOCKS, fix="Save it as CSV in UTF-8.")
