"""Where a finding is: the place of a segment in its file, without any of its values."""

from __future__ import annotations

import re
from typing import NamedTuple

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.models.claims import ClaimsHeader
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.models.values import Span
from claimwright.x12.tokens import Segment

_SEVERITIES = {each.value: each for each in Severity}
_BLOCKING = (Severity.ERROR, Severity.FATAL)
SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
"""What an id looks like; behind a terminator that is part of a text, anything may stand in its place."""


class OpenPlace(NamedTuple):
    """What is open while segments come by: ordinals from 1, 0 for what is not open."""

    interchange: int
    group: int
    transaction: int
    first_segment: int
    """The ordinal of ST."""

    def finding(
        self,
        code: str,
        segment: Segment,
        element: int = 0,
        component: int = 0,
        *,
        loop: str = "",
        claim: int = 0,
        name: str = "",
        is_toned_down: bool = False,
    ) -> Finding:
        """Make a finding at a segment; `name` is the id of a segment that is missing there.

        One that is toned down stops nothing.
        A segment id that has not the form of one is left out: behind a wrong terminator it may be anything.
        """
        fault = FAULTS[code]
        severity = _SEVERITIES[fault.severity]
        return Finding(
            code=code,
            level=fault.level,
            severity=Severity.WARN if is_toned_down and severity in _BLOCKING else severity,
            interchange=self.interchange,
            group=self.group,
            transaction=self.transaction,
            segment=segment.ordinal,
            position=segment.ordinal - self.first_segment + 1 if self.transaction else 0,
            segment_id=name or (segment.id if SEGMENT_ID.fullmatch(segment.id) else ""),
            loop=loop,
            element=element,
            component=component,
            byte_start=segment.offset,
            byte_end=segment.byte_end,
            claim=claim,
        )


class SetPlace(NamedTuple):
    """The transaction that findings over its values are made for."""

    interchange: int
    group: int
    transaction: int
    span: Span

    @classmethod
    def of(cls, value: Remittance | ClaimsHeader) -> SetPlace:
        return cls(value.interchange_ordinal, value.group_ordinal, value.set_ordinal, value.span)

    def finding(
        self, code: str, span: Span, segment_id: str, element: int, claim: int = 0, *, loop: str = ""
    ) -> Finding:
        fault = FAULTS[code]
        return Finding(
            code=code,
            level=fault.level,
            severity=Severity(fault.severity),
            interchange=self.interchange,
            group=self.group,
            transaction=self.transaction,
            segment=span.first_segment,
            position=span.first_segment - self.span.first_segment + 1 if span.first_segment else 0,
            segment_id=segment_id,
            loop=loop,
            element=element,
            byte_start=span.byte_start,
            byte_end=span.byte_end,
            claim=claim,
        )
