"""Judge a file as a clearinghouse would: syntax and envelope, guide, balance, situation, outer codes, a profile."""

from __future__ import annotations

from claimwright.x12.balance import balance_835, balance_claim
from claimwright.x12.business import Business
from claimwright.x12.catalog import FAULTS
from claimwright.x12.code_sets import CodeSets
from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.exchanges import ExchangeJudge, exchange_judge
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.guides.notation import guide
from claimwright.x12.guides.walker import GuideWalker
from claimwright.x12.models.claims import Claim, ClaimsHeader
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.outer_codes import outer_codes, outer_codes_835
from claimwright.x12.profiles import Terms
from claimwright.x12.readers.claims import ClaimsReader
from claimwright.x12.readers.remittances import RemittancesReader
from claimwright.x12.remit_rules import situation_835
from claimwright.x12.rules import situation
from claimwright.x12.tokens import Limits, Segment, Unreadable, tokens

# The guides that have a table; others are judged by their envelope and their sums.
_TABLES = {
    ("837", "005010X222"): "837P",
    ("837", "005010X223"): "837I",
    ("837", "005010X224"): "837D",
    ("835", "005010X221"): "835",
    ("999", "005010X231"): "999",
    ("277", "005010X214"): "277CA",
    ("270", "005010X279"): "270",
    ("271", "005010X279"): "271",
    ("276", "005010X212"): "276",
    ("277", "005010X212"): "277",
}


def judge(
    data: bytes, limits: Limits | None = None, *, codes: CodeSets | None = None, terms: Terms | None = None
) -> list[Finding]:
    """Return everything that is wrong with a file, in file order.

    Outer codes are asked of `codes`; without it only their form is judged. `terms` are those of a partner's profile on
    the day: they change severities and demand more.

    Errors: none; bytes that can't be read at all give one fatal finding.
    """
    business = Business(terms) if terms is not None else None
    judging = _Judging(codes, business)
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
    findings = judging.findings
    if business is not None:
        findings = business.settled(findings, judging.envelope.interchanges, data)
    return _in_order(findings)


class _Judging:
    """One pass over a file: the guide walker and the reader of the open set see every segment."""

    def __init__(self, codes: CodeSets | None, business: Business | None) -> None:
        self.codes = codes
        self.business = business
        self.findings: list[Finding] = []
        self.envelope = EnvelopeReader(self.findings)
        self.walker: GuideWalker | None = None
        self.claims: ClaimsReader | None = None
        self.remittances: RemittancesReader | None = None
        self.exchange: ExchangeJudge | None = None

    def take(self, segment: Segment) -> None:
        name = segment.id
        if name == "ST":
            self.end()
            self._open(segment)
        elif self.walker is not None and name != "SE":
            self.walker.take(segment)
        if self.claims is not None:
            claim = self.claims.feed(segment)
            if claim is not None:
                self._judge_claim(*claim)
        elif self.remittances is not None:
            remittance = self.remittances.feed(segment)
            if remittance is not None:
                self._judge_remittance(remittance)
        elif self.exchange is not None:
            self.exchange.take(segment)
        if name == "SE":
            self.end()

    def _open(self, segment: Segment) -> None:
        set_id = segment.element(1).strip()
        table = _TABLES.get((set_id, self.envelope.guide()[:10]))
        if table is not None:
            self.walker = GuideWalker(guide(table), segment, self.envelope, self.findings)
        if set_id == "837":
            self.claims = ClaimsReader(self.envelope)
        elif set_id == "835":
            self.remittances = RemittancesReader(self.envelope)
        else:
            self.exchange = exchange_judge(segment, self.envelope)

    def end(self) -> None:
        """End the open set, at its SE or without one."""
        if self.walker is not None:
            self.walker.close()
        claim = self.claims.end() if self.claims is not None else None
        if claim is not None:
            self._judge_claim(*claim)
        remittance = self.remittances.end() if self.remittances is not None else None
        if remittance is not None:
            self._judge_remittance(remittance)
        if self.exchange is not None:
            self.findings += self.exchange.end()
        self.walker, self.claims, self.remittances, self.exchange = None, None, None, None

    def _judge_claim(self, header: ClaimsHeader, claim: Claim) -> None:
        self.findings += balance_claim(header, claim)
        if header.guide[:6] == "005010":
            self.findings += situation(header, claim)
            self.findings += outer_codes(header, claim, self.codes)
        if self.business is not None:
            self.findings += self.business.claim(header, claim)

    def _judge_remittance(self, remittance: Remittance) -> None:
        self.findings += balance_835(remittance)
        if remittance.guide[:6] == "005010":
            self.findings += situation_835(remittance)
            self.findings += outer_codes_835(remittance, self.codes)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Sort by place, and say once what the reader and the guide have both seen: the guide knows the loop."""
    known = {(each.code, each.segment, each.element) for each in findings if each.loop}
    kept = dict.fromkeys(each for each in findings if each.loop or (each.code, each.segment, each.element) not in known)
    return sorted(kept, key=lambda each: (each.segment, each.level))
