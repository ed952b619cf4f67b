"""Every fault that the codec can name: its level, its words, and how the acknowledgments code it.

The words are ours. Levels: 1 syntax and envelope, 2 guide, 3 balance, 4 situation, 5 outer codes.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    code: str
    level: int
    severity: str
    says: str
    fix: str
    segment_code: str = ""
    """IK304 of a 999."""
    element_code: str = ""
    """IK403 of a 999."""
    set_code: str = ""
    """IK502 of a 999."""
    group_code: str = ""
    """AK905 of a 999."""
    interchange_code: str = ""
    """TA105."""


_FAULTS = (
    # Level 1: what surrounds the data.
    Fault("x12.no_segments", 1, "fatal", "The bytes have no segment structure.", "Send an X12 file.", "", "", "", "", "022"),
    Fault("x12.isa_form", 1, "fatal", "The ISA is cut short or its elements can't be told apart.",
          "Send an ISA with 16 elements of fixed width.", "", "", "", "", "022"),
    Fault("x12.delimiters", 1, "fatal", "A delimiter is a letter or digit, or two delimiters are equal.",
          "Choose four different signs that no value holds.", "", "", "", "", "026"),
    Fault("x12.limit_segment", 1, "fatal", "A segment is longer than we read.", "Check the segment terminator.", "", "", "", "", "024"),
    Fault("x12.limit_elements", 1, "fatal", "A segment has more elements than we read.", "Check the element separator.", "", "", "", "", "024"),
    Fault("x12.limit_segments", 1, "fatal", "A transaction has more segments than we read.", "Split the file.", "", "", "", "", "024"),
)

FAULTS: dict[str, Fault] = {fault.code: fault for fault in _FAULTS}
