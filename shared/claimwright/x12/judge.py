"""Judge a file as a clearinghouse would: syntax and envelope, guide, balance."""

from __future__ import annotations

from claimwright.x12.balance import balance_835, balance_claim
from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.readers.claims import read_claims
from claimwright.x12.readers.remittances import read_remittances
from claimwright.x12.tokens import Limits, Unreadable


def judge(data: bytes, limits: Limits | None = None) -> list[Finding]:
    """Return everything that is wrong with a file, in file order.

    Errors: none; bytes that can't be read at all give one fatal finding.
    """
    try:
        findings: list[Finding] = []
        for header, claim in read_claims(data, findings, limits):
            findings += balance_claim(header, claim)
        for remittance in read_remittances(data, [], limits):
            findings += balance_835(remittance)
    except Unreadable as refused:
        fault = FAULTS[refused.fault]
        start = refused.offset
        return [Finding(fault.code, fault.level, Severity(fault.severity), byte_start=start, byte_end=start + 1)]
    return sorted(findings, key=lambda each: (each.segment, each.level))
