"""The findings of one file while they come up: a hostile file has no end of faults, and nobody reads them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity

FINDINGS_MOST = 10_000
"""Of those that block, and as many of those that do not."""

STOPPED = "x12.findings_many"
SHORTENED = "x12.findings_more"
_BLOCKING = frozenset(code for code, fault in FAULTS.items() if fault.severity in (Severity.ERROR, Severity.FATAL))


class Findings:
    """Keeps findings in the list that is given, up to a bound, and then says once that there are more.

    Those that block are counted apart from those that do not: many warnings stop nothing, and hide nothing that does.
    """

    def __init__(self, kept: list[Finding] | None = None, most: int = FINDINGS_MOST) -> None:
        self.kept: list[Finding] = [] if kept is None else kept
        self._blocking = self._others = most

    @property
    def is_stopped(self) -> bool:
        """Whether more blocks than is told."""
        return self._blocking < 0

    def takes(self, code: str, *, is_toned_down: bool = False) -> bool:
        """Tell whether a finding of this code would still be told, so that nobody makes one that is not."""
        return (self._blocking if code in _BLOCKING and not is_toned_down else self._others) >= 0

    def append(self, finding: Finding) -> None:
        if finding.blocks:
            left = self._blocking
            self._blocking -= 1
        else:
            left = self._others
            self._others -= 1
        if left > 0:
            self.kept.append(finding)
        elif left == 0:
            self.kept.append(more(finding, STOPPED if finding.blocks else SHORTENED))

    def __iadd__(self, findings: Iterable[Finding]) -> Self:
        for each in findings:
            self.append(each)
        return self

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.kept)


def more(finding: Finding, code: str) -> Finding:
    """Return what is said in place of a finding and of all that would follow it."""
    fault = FAULTS[code]
    return Finding(
        code,
        fault.level,
        Severity(fault.severity),
        interchange=finding.interchange,
        segment=finding.segment,
        byte_start=finding.byte_start,
        byte_end=finding.byte_end,
    )
