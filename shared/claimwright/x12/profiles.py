"""Levels 6 and 7 as data: what a line of business or a partner judges otherwise, and demands beside the guide.

A profile is a TOML or JSON file: `name`, and `rules`, each with the days on which it holds, what it is for, severities
by code and what it requires. `docs/x12-profiles.md` has an example of every key. `Profile.on` chooses by day what
holds; `claimwright.x12.business` applies it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from claimwright.findings import Finding, at
from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Severity

SETS = frozenset(
    {"837P", "837I", "837D", "835", "999", "277CA", "276", "277", "270", "271", "275", "278", "834", "820"}
)
_OTHER_SET = re.compile(r"[0-9]{3}")
# Claims are named by their kind.
_TOLD_APART = frozenset({"837"})
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{1,2}(?:\*[A-Za-z0-9]{1,10})?")
OFF = "off"
"""In place of a severity: the finding is not made."""


class Requirement(NamedTuple):
    """What is demanded beside the guide; what is empty demands nothing."""

    guides: tuple[str, ...] = ()
    """The guide versions that are taken, and then never called old."""
    frequencies: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """REF qualifiers that a claim must have, whatever its frequency."""
    no_references: tuple[str, ...] = ()
    other_payer_references: tuple[str, ...] = ()
    """REF qualifiers of loop 2330B, of each payer that has decided."""
    segments: tuple[str, ...] = ()
    """Segments that every transaction must have: an id, or an id and its first element, as in `REF*DP`."""
    line_breaks: str = ""
    """`none` for a file of one line, `each` for a line break after every segment."""
    delimiters: str = ""
    """Element, component, repetition and segment, as in `*:^~`."""
    usage: str = ""
    claims_most: int = 0
    """In a transaction."""
    lines_most: int = 0
    """In a claim."""
    taxonomy: bool = False
    rendering_provider: bool = False
    member_id: re.Pattern[str] | None = None
    days_after_service: int = 0
    """The last day on which a claim is taken, counted from its last service."""


class Rule(NamedTuple):
    """One entry of a profile. What is empty in its scope excludes nothing."""

    first_day: date
    last_day: date
    """Inclusive."""
    sets: frozenset[str] = frozenset()
    filing: frozenset[str] = frozenset()
    """The line of business, by claim filing indicator (SBR09)."""
    payers: frozenset[str] = frozenset()
    """By payer id (2010BB NM109)."""
    severities: Mapping[str, Severity | None] = {}
    """By finding code; None for off."""
    require: Requirement = Requirement()

    @property
    def level(self) -> int:
        """6 for a line of business, 7 for a partner."""
        return 6 if self.filing else 7

    def is_for(self, set_kind: str, filing: str | None, payer: str | None) -> bool:
        """Tell whether it speaks of a transaction, or of a claim in it.

        Shape: `filing` and `payer` are None for what is of no claim; a rule for some claims does not speak of that.
        """
        return (
            (not self.sets or set_kind in self.sets)
            and (not self.filing or filing in self.filing)
            and (not self.payers or payer in self.payers)
        )


class Terms(NamedTuple):
    """What of a profile holds on one day, later entries before earlier ones."""

    rules: tuple[Rule, ...]
    day: date


class Profile(NamedTuple):
    """A line of business' or a partner's own rules."""

    name: str
    rules: tuple[Rule, ...]

    def on(self, day: date) -> Terms:
        """Return what holds on a day; of two entries that disagree the later one in the file."""
        return Terms(tuple(each for each in reversed(self.rules) if each.first_day <= day <= each.last_day), day)


def read_profile(data: bytes) -> tuple[Profile | None, list[Finding]]:
    """Read a profile from TOML or JSON; None and the reasons when something in it is wrong.

    Shape: a flat table of finding codes and severities is a profile of these severities alone.
    """
    reading = _Reading()
    document = reading.document(data)
    profile = reading.profile(document) if document is not None else None
    return (None if reading.findings else profile), reading.findings


class _Reading:
    """Reads one file, and goes on after what is wrong so that all of it is named at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def _say(self, code: str, pointer: str) -> None:
        says, fix = _WORDS[code]
        self.findings.append(Finding(code, says, where=at(pointer), fix=fix))

    def document(self, data: bytes) -> dict[str, Any] | None:
        try:
            text = data.decode("utf-8-sig")
            read = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        except (ValueError, RecursionError):
            # Both decoders' errors and bytes that are no UTF-8 are ValueErrors.
            self._say("profile.file", "")
            return None
        found: dict[str, Any] = read
        return found

    def profile(self, document: dict[str, Any]) -> Profile:
        if document and all(key.startswith("x12.") for key in document):
            document = {"rules": [{"severity": document}]}
        self._known(document, {"name", "rules"}, "")
        rules = document.get("rules")
        if not isinstance(rules, list) or not rules:
            self._say("profile.rules", "/rules")
            rules = []
        name = document.get("name", "")
        if not isinstance(name, str):
            self._say("profile.text", "/name")
        read = [self._rule(each, f"/rules/{number}") for number, each in enumerate(rules)]
        return Profile(str(name), tuple(read))

    def _known(self, table: Mapping[str, Any], keys: set[str], pointer: str) -> None:
        for key in table:
            if key not in keys:
                self._say("profile.key", f"{pointer}/{key}")

    def _rule(self, table: Any, pointer: str) -> Rule:
        if not isinstance(table, dict):
            self._say("profile.table", pointer)
            return Rule(date.min, date.max)
        self._known(table, {"from", "until", "sets", "filing", "payers", "severity", "require"}, pointer)
        first = self._day(table, "from", date.min, pointer)
        last = self._day(table, "until", date.max, pointer)
        if first > last:
            self._say("profile.order", f"{pointer}/until")
        sets = self._texts(table, "sets", pointer)
        for number, each in enumerate(sets):
            if each not in SETS and (each in _TOLD_APART or not _OTHER_SET.fullmatch(each)):
                self._say("profile.set", f"{pointer}/sets/{number}")
        if not table.get("severity") and not table.get("require"):
            self._say("profile.empty", pointer)
        return Rule(
            first,
            last,
            frozenset(sets),
            frozenset(self._texts(table, "filing", pointer)),
            frozenset(self._texts(table, "payers", pointer)),
            self._severities(table.get("severity", {}), f"{pointer}/severity"),
            self._requirement(table.get("require", {}), f"{pointer}/require"),
        )

    def _day(self, table: Mapping[str, Any], key: str, absent: date, pointer: str) -> date:
        value = table.get(key)
        if value is None:
            return absent
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self._say("profile.day", f"{pointer}/{key}")
            return absent

    def _severities(self, table: Any, pointer: str) -> dict[str, Severity | None]:
        if not isinstance(table, dict):
            self._say("profile.table", pointer)
            return {}
        found: dict[str, Severity | None] = {}
        for code, severity in table.items():
            if code not in FAULTS:
                self._say("profile.code", f"{pointer}/{code}")
            elif severity == OFF:
                found[code] = None
            elif isinstance(severity, str) and severity in frozenset(Severity):
                found[code] = Severity(severity)
            else:
                self._say("profile.severity", f"{pointer}/{code}")
        return found

    def _requirement(self, table: Any, pointer: str) -> Requirement:
        if not isinstance(table, dict):
            self._say("profile.table", pointer)
            return Requirement()
        self._known(table, set(REQUIREMENTS), pointer)
        known = [key for key in table if key in REQUIREMENTS]
        return Requirement(**{key: REQUIREMENTS[key](self, table, key, pointer) for key in known})

    # One kind of value each

    def _texts(self, table: Mapping[str, Any], key: str, pointer: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            self._say("profile.texts", f"{pointer}/{key}")
            return ()
        return tuple(value)

    def _segments(self, table: Mapping[str, Any], key: str, pointer: str) -> tuple[str, ...]:
        texts = self._texts(table, key, pointer)
        for number, each in enumerate(texts):
            if _SEGMENT.fullmatch(each) is None:
                self._say("profile.segments", f"{pointer}/{key}/{number}")
        return texts

    def _count(self, table: Mapping[str, Any], key: str, pointer: str) -> int:
        value = table[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self._say("profile.count", f"{pointer}/{key}")
            return 0
        return value

    def _truth(self, table: Mapping[str, Any], key: str, pointer: str) -> bool:
        value = table[key]
        if not isinstance(value, bool):
            self._say("profile.truth", f"{pointer}/{key}")
            return False
        return value

    def _pattern(self, table: Mapping[str, Any], key: str, pointer: str) -> re.Pattern[str] | None:
        try:
            return re.compile(table[key], re.ASCII)
        except (TypeError, re.error):
            self._say("profile.pattern", f"{pointer}/{key}")
            return None

    def _one_of(self, table: Mapping[str, Any], key: str, pointer: str) -> str:
        value = table[key]
        if value not in _CHOICES[key]:
            self._say(f"profile.{key}", f"{pointer}/{key}")
            return ""
        return str(value)

    def _signs(self, table: Mapping[str, Any], key: str, pointer: str) -> str:
        value = table[key]
        if not isinstance(value, str) or len(value) != 4 or len(set(value)) < 4 or any(map(str.isalnum, value)):
            self._say("profile.delimiters", f"{pointer}/{key}")
            return ""
        return value


_CHOICES = {"line_breaks": ("none", "each"), "usage": ("P", "T")}
REQUIREMENTS: dict[str, Callable[[_Reading, Mapping[str, Any], str, str], Any]] = {
    "guides": _Reading._texts,
    "frequencies": _Reading._texts,
    "references": _Reading._texts,
    "no_references": _Reading._texts,
    "other_payer_references": _Reading._texts,
    "segments": _Reading._segments,
    "line_breaks": _Reading._one_of,
    "delimiters": _Reading._signs,
    "usage": _Reading._one_of,
    "claims_most": _Reading._count,
    "lines_most": _Reading._count,
    "taxonomy": _Reading._truth,
    "rendering_provider": _Reading._truth,
    "member_id": _Reading._pattern,
    "days_after_service": _Reading._count,
}
_WORDS = {
    "profile.file": (
        "The file is neither TOML nor JSON in UTF-8.",
        "Write it as TOML; the documentation has a whole one.",
    ),
    "profile.rules": ("There are no rules.", "Add a table [[rules]]."),
    "profile.table": ("A table stands here with other values.", "Write keys and values."),
    "profile.key": ("We don't know this key.", "Look the keys up in the documentation of profiles."),
    "profile.text": ("The value is no text.", "Write it in quotes."),
    "profile.texts": ("The value is no list of texts.", 'Write it as ["A", "B"].'),
    "profile.count": ("The value is no whole number above zero.", "Write a whole number, or leave the key out."),
    "profile.truth": ("The value is neither true nor false.", "Write true, or leave the key out."),
    "profile.day": ("The value is no day.", "Write it as 2026-10-01."),
    "profile.order": ("The last day lies before the first.", "Exchange them."),
    "profile.set": (
        "We know no such transaction set.",
        f"Use one of {', '.join(sorted(SETS))}, or the three digits of another.",
    ),
    "profile.empty": ("The rule says nothing.", "Give it a severity or a requirement."),
    "profile.code": ("There is no finding of this code.", "Look the code up in the reference of findings."),
    "profile.severity": ("This is no severity.", "Use note, warn, error, fatal or off."),
    "profile.pattern": ("The value is no regular expression.", r"Write one such as '\d{3}[A-Z]\d{8}'."),
    "profile.segments": ("This names no segment.", "Write its id, or its id and first element, as in REF*DP."),
    "profile.line_breaks": ("The value is neither none nor each.", "Say none or each."),
    "profile.usage": ("The value is neither P nor T.", "Say P or T."),
    "profile.delimiters": (
        "The value is not four different signs.",
        "Write element, component, repetition and segment, as in *:^~.",
    ),
}
