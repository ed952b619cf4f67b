"""Judge a file as a clearinghouse would: syntax and envelope, guide, balance, situation."""

from __future__ import annotations

from claimwright.x12.balance import balance_835, balance_claim
from claimwright.x12.catalog import FAULTS
from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.guides.notation import guide
from claimwright.x12.guides.walker import GuideWalker
from claimwright.x12.readers.claims import ClaimsReader
from claimwright.x12.readers.remittances import RemittancesReader
from claimwright.x12.rules import situation
from claimwright.x12.tokens import Limits, Segment, Unreadable, tokens

# The guides that have a table; others are judged by their envelope and their sums.
_TABLES = {
    ("837", "005010X222"): "837P",
    ("835", "005010X221"): "835",
    ("999", "005010X231"): "999",
    ("277", "005010X214"): "277CA",
}


def judge(data: bytes, limits: Limits | None = None) -> list[Finding]:
    """Return everything that is wrong with a file, in file order.

    Errors: none; bytes that can't be read at all give one fatal finding.
    """
    judging = _Judging()
    try:
        for segment in inside_sets(tokens(data, limits), judging.envelope):
            judging.take(segment)
    except Unreadable as refused:
        fault = FAULTS[refused.fault]
        start = refused.offset
        judging.findings.append(
            Finding(fault.code, fault.level, Severity(fault.severity), byte_start=start, byte_end=start + 1)
        )
    judging.end()
    return _in_order(judging.findings)


class _Judging:
    """One pass over a file: the guide walker and the reader of the open set see every segment."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.envelope = EnvelopeReader(self.findings)
        self.claims = ClaimsReader(self.envelope)
        self.remittances = RemittancesReader(self.envelope)
        self.walker: GuideWalker | None = None

    def take(self, segment: Segment) -> None:
        name = segment.id
        if name == "ST":
            self._close()
            self._open(segment)
        elif name == "SE":
            self._close()
        elif self.walker is not None:
            self.walker.take(segment)
        self._balance(segment)

    def _open(self, segment: Segment) -> None:
        table = _TABLES.get((segment.element(1).strip(), self.envelope.guide()[:10]))
        if table is not None:
            self.walker = GuideWalker(guide(table), segment, self.envelope, self.findings)

    def _close(self) -> None:
        if self.walker is not None:
            self.walker.close()
        self.walker = None

    def _balance(self, segment: Segment | None) -> None:
        claim = self.claims.feed(segment) if segment is not None else self.claims.end()
        if claim is not None:
            header, value = claim
            self.findings += balance_claim(header, value)
            if header.kind == "P" and header.guide[:6] == "005010":
                self.findings += situation(header, value)
        remittance = self.remittances.feed(segment) if segment is not None else self.remittances.end()
        if remittance is not None:
            self.findings += balance_835(remittance)

    def end(self) -> None:
        self._close()
        self._balance(None)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Sort by place, and say once what two parts of the codec have seen at one place."""
    seen = dict.fromkeys(findings)
    return sorted(seen, key=lambda each: (each.segment, each.level))
