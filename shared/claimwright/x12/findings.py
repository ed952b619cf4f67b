"""What is wrong in a file: one frozen value with a code, a level, a severity and a place. Never a value of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from claimwright import findings as shared
from claimwright.x12.catalog import FAULTS, Fault


class Severity(StrEnum):
    """How far a finding reaches."""

    NOTE = "note"
    """A habit that we tolerate."""
    WARN = "warn"
    ERROR = "error"
    """The transaction set is not to be used as it is."""
    FATAL = "fatal"
    """The interchange is not to be used."""


_SHARED = {
    Severity.NOTE: shared.Severity.NOTES,
    Severity.WARN: shared.Severity.WARNS,
    Severity.ERROR: shared.Severity.BLOCKS,
    Severity.FATAL: shared.Severity.BLOCKS,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and its place. All ordinals count from 1; 0 says that the place has none."""

    code: str
    level: int
    severity: Severity
    interchange: int = 0
    group: int = 0
    """In its interchange."""
    transaction: int = 0
    """The ST in the file."""
    segment: int = 0
    """In the file."""
    position: int = 0
    """In the transaction; ST is 1."""
    segment_id: str = ""
    loop: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    byte_start: int = 0
    byte_end: int = 0
    claim: int = 0
    """The CLM or CLP in its ST."""

    @property
    def fault(self) -> Fault:
        return FAULTS[self.code]

    @property
    def says(self) -> str:
        return self.fault.says

    @property
    def fix(self) -> str:
        return self.fault.fix

    @property
    def blocks(self) -> bool:
        return self.severity in (Severity.ERROR, Severity.FATAL)


def blocks(findings: Iterable[Finding]) -> bool:
    """Return whether any of the findings stops what it was found in."""
    return any(finding.blocks for finding in findings)


def shared_finding(finding: Finding) -> shared.Finding:
    """Return the finding as the services speak of findings."""
    return shared.Finding(
        code=finding.code,
        says=finding.says,
        severity=_SHARED[finding.severity],
        where=shared.Place(
            segment=finding.segment or None,
            segment_id=finding.segment_id or None,
            element=finding.element or None,
            byte_start=finding.byte_start if finding.byte_end else None,
            byte_end=finding.byte_end or None,
        ),
        fix=finding.fix,
    )
