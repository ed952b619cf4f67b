"""Where a finding is: the place of a segment in its file, without any of its values."""

from __future__ import annotations

import re

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.tokens import Segment

_SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)


def finding_at(
    code: str,
    segment: Segment,
    *,
    interchange: int = 0,
    group: int = 0,
    transaction: int = 0,
    position: int = 0,
    loop: str = "",
    element: int = 0,
    component: int = 0,
    repetition: int = 0,
    claim: int = 0,
    name: str = "",
) -> Finding:
    """Make a finding at a segment; `name` is the id of a segment that is missing there.

    A segment id that has not the form of one is left out: behind a wrong terminator it may be anything.
    """
    fault = FAULTS[code]
    return Finding(
        code=code,
        level=fault.level,
        severity=Severity(fault.severity),
        interchange=interchange,
        group=group,
        transaction=transaction,
        segment=segment.ordinal,
        position=position,
        segment_id=name or (segment.id if _SEGMENT_ID.fullmatch(segment.id) else ""),
        loop=loop,
        element=element,
        component=component,
        repetition=repetition,
        byte_start=segment.offset,
        byte_end=segment.byte_end,
        claim=claim,
    )
