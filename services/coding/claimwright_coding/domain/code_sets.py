"""Is this ICD-10-CM code good on this day?

The dated master comes as the bytes that the Medicare Code Editor's data has (loaded by
`claimwright_coding.gateways.icd10_master`): rows sorted by code, each with the first and last day on which it holds and
with flags. They are searched where they lie: 85,000 rows take two megabytes and a look-up some microseconds.

Source: docs/domain/vocabulary.md (diagnosis); the layout was measured against the published yearly files.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

_MAGIC: Final = b"DECM"
_HEAD: Final = struct.Struct("<4sIIII")
_ROW: Final = struct.Struct("<8sIIII")
_CODE_WIDTH: Final = 8


class UnreadableMaster(Exception):
    """The bytes are no dated master of this layout."""


class Standing(StrEnum):
    """What a code is on a day."""

    GOOD = "good"
    NOT_YET = "not_yet"
    ENDED = "ended"
    HEADER = "header"
    UNKNOWN = "unknown"
    BEYOND_RELEASE = "beyond_release"


class Flag(StrEnum):
    """What the Medicare Code Editor knows of a diagnosis code."""

    EXTERNAL_CAUSE = "ecodepdx"
    MANIFESTATION = "manifestation"
    FEMALE = "female"
    MALE = "male"
    NEWBORN = "newborn"
    PEDIATRIC = "pediatric"
    ADULT = "adult"
    MATERNITY = "maternity"


@dataclass(frozen=True, slots=True)
class Judgment:
    """One code on one day. Flags are those in force that day; empty unless the code is good."""

    standing: Standing
    flags: frozenset[Flag] = frozenset()


class _Row(NamedTuple):
    first_day: int
    last_day: int
    flags_at: int
    flag_count: int


@dataclass(frozen=True, slots=True)
class DatedCodes:
    """The ICD-10-CM codes with the days on which each holds. `release` names the data in events and answers."""

    release: str
    blob: bytes = field(repr=False)
    count: int
    rows_at: int
    flags_at: int
    last_day: int

    @classmethod
    def read(cls, blob: bytes, *, release: str) -> "DatedCodes":
        """Return the codes in a master's bytes.

        Errors: UnreadableMaster when the bytes have another layout.
        """
        if len(blob) < _HEAD.size:
            raise UnreadableMaster
        magic, count, rows_at, flags_at, last_day = _HEAD.unpack_from(blob)
        if magic != _MAGIC or rows_at + count * _ROW.size > len(blob) or flags_at > len(blob):
            raise UnreadableMaster
        return cls(
            release=release, blob=bytes(blob), count=count, rows_at=rows_at, flags_at=flags_at, last_day=last_day
        )

    def judge(self, code: str, on: date) -> Judgment:
        """Return what a code is on a day.

        A header is a code that is not billable itself and begins others that are good on that day.

        Shape: `code` is upper case and without its point.
        """
        day = on.year * 10_000 + on.month * 100 + on.day
        if day > self.last_day:
            return Judgment(Standing.BEYOND_RELEASE)
        rows = list(self._rows_of(code))
        for row in rows:
            if row.first_day <= day <= row.last_day:
                return Judgment(Standing.GOOD, self._flags(row))
        if self._begins_others(code, day):
            return Judgment(Standing.HEADER)
        if not rows:
            return Judgment(Standing.UNKNOWN)
        return Judgment(Standing.NOT_YET if day < rows[0].first_day else Standing.ENDED)

    def _code_at(self, place: int) -> bytes:
        start = self.rows_at + place * _ROW.size
        return self.blob[start : start + _CODE_WIDTH].rstrip(b"\0 ")

    def _row_at(self, place: int) -> _Row:
        _, *rest = _ROW.unpack_from(self.blob, self.rows_at + place * _ROW.size)
        return _Row(*rest)

    def _first_place(self, code: bytes) -> int:
        return bisect_left(range(self.count), code, key=self._code_at)

    def _rows_of(self, code: str) -> Iterator[_Row]:
        wanted = code.encode("ascii", "replace")
        place = self._first_place(wanted)
        while place < self.count and self._code_at(place) == wanted:
            yield self._row_at(place)
            place += 1

    def _begins_others(self, code: str, day: int) -> bool:
        wanted = code.encode("ascii", "replace")
        place = self._first_place(wanted)
        while place < self.count and self._code_at(place).startswith(wanted):
            row = self._row_at(place)
            if self._code_at(place) != wanted and row.first_day <= day <= row.last_day:
                return True
            place += 1
        return False

    def _flags(self, row: _Row) -> frozenset[Flag]:
        return _flag_words(self.blob[self.flags_at + row.flags_at :][: 16 * row.flag_count], row.flag_count)


_KNOWN_FLAGS: Final = {flag.value: flag for flag in Flag}


@lru_cache(maxsize=1024)
def _flag_words(words: bytes, count: int) -> frozenset[Flag]:
    """Return the flags among the first `count` NUL-ended words; those that no rule here asks for are left out."""
    texts = [word.decode("ascii", "replace") for word in words.split(b"\0")[:count]]
    return frozenset(_KNOWN_FLAGS[text] for text in texts if text in _KNOWN_FLAGS)
