"""Level 2 of a whole file: each of its sets walked through its guide, whatever way the file comes."""

from __future__ import annotations

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import ENVELOPE_IDS, EnvelopeReader
from claimwright.x12.guides.notation import guide
from claimwright.x12.guides.plain import PlainWalker
from claimwright.x12.guides.walker import GuideWalker, Rows
from claimwright.x12.tokens import Segment, Stretch

# The guides that have a table; of others only their envelope, their sums and what every set has are judged.
_TABLES = {
    ("837", "005010X222"): "837P",
    ("837", "005010X223"): "837I",
    ("837", "005010X224"): "837D",
    ("835", "005010X221"): "835",
    ("837", "004010X098"): "837P@4010",
    ("837", "004010X096"): "837I@4010",
    ("837", "004010X097"): "837D@4010",
    ("835", "004010X091"): "835@4010",
    ("999", "005010X231"): "999",
    ("277", "005010X214"): "277CA",
    ("270", "005010X279"): "270",
    ("271", "005010X279"): "271",
    ("276", "005010X212"): "276",
    ("277", "005010X212"): "277",
}


def _table(set_id: str, version: str) -> str:
    # A 997 is of the standard, and the same whatever guide its group names.
    return "997" if set_id == "997" else _TABLES.get((set_id, version), "")


class GuideWatch:
    """Sees all segments of a file, and finds what the guides of its sets say to them.

    It follows the envelope by itself, to know when sets open and close; what is wrong with that, others say.
    """

    def __init__(self, most: int) -> None:
        self.findings = Findings(most=most)
        self._envelope = EnvelopeReader(keeps_tree=False, is_mute=True)
        self._walker: GuideWalker | PlainWalker | None = None

    def take(self, segment: Segment) -> None:
        """Take the next segment."""
        envelope, name = self._envelope, segment.id
        if name not in ENVELOPE_IDS:
            # Padding behind the last segment has no elements.
            if self._walker is not None and segment.elements:
                self._walker.take(segment)
            return
        if name == "SE":
            self.end()
        envelope.feed(segment)
        if name == "ST":
            self.end()
            table = _table(segment.element(1).strip(), envelope.guide()[:10])
            if table:
                self._walker = GuideWalker(guide(table), segment, envelope, self.findings)
            else:
                self._walker = PlainWalker(segment, envelope, self.findings)
        elif envelope.set is None:
            self.end()

    def take_stretch(self, stretch: Stretch) -> None:
        """Take many segments at once."""
        rows = Rows(stretch)
        at = 0 if self._walker is not None else rows.envelope(0)
        end = len(rows.texts)
        while at < end:
            if self._walker is not None:
                at = self._walker.take_rows(rows, at)
            if at < end:
                self.take(rows.segment(at))
                at += 1
                if self._walker is None:
                    at = rows.envelope(at)

    def end(self) -> None:
        """End the open set, at its SE or without one."""
        if self._walker is not None:
            self._walker.close()
            self._walker = None
