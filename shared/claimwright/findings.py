"""What is wrong in data that we were given: found all at once, returned, never raised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """What a finding does to the thing it was found in."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: a JSON Pointer into what was posted, or a segment and byte range of a file."""

    pointer: str | None = None
    segment: int | None = None
    segment_id: str | None = None
    element: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, with its place and its mend.

    `says` and `fix` are plain words from our own texts; no value that was given to us enters them.
    """

    code: str
    says: str
    severity: Severity = Severity.BLOCKS
    where: Place = field(default=NOWHERE)
    fix: str | None = None


def blocks(findings: Iterable[Finding]) -> bool:
    """Return whether any of the findings stops what it was found in."""
    return any(finding.severity is Severity.BLOCKS for finding in findings)


def at(pointer: str) -> Place:
    """Return the place that a JSON Pointer (RFC 6901) names."""
    return Place(pointer=pointer)
