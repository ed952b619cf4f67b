"""What the writers of questions and answers share: HL levels, names, and a check for what has no place."""

from __future__ import annotations

from claimwright.x12.models.values import Party
from claimwright.x12.write.segments import SegmentWriter


class Levels:
    """Numbers the HL segments of one transaction set, from 1 upward."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self._count = 0

    def open(self, kind: str, parent: int = 0, *, has_children: bool | None = None) -> int:
        """Write HL and return its number; `has_children` is None where the guide leaves HL04 out."""
        self._count += 1
        child = "" if has_children is None else str(int(has_children))
        self._writer.add("HL", str(self._count), str(parent) if parent else "", kind, child)
        return self._count


def write_name(writer: SegmentWriter, party: Party) -> None:
    """Write NM1. What has no place in these transactions becomes a finding."""
    writer.add(
        "NM1",
        party.role,
        party.kind,
        party.last_name,
        party.first_name,
        party.middle_name,
        "",
        party.suffix,
        party.id_qualifier,
        party.id,
    )
    if party.dates:
        writer.say("x12.value_unplaced", "DTP")
