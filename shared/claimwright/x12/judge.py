"""Judge a file as a clearinghouse would: syntax and envelope, guide, balance."""

from __future__ import annotations

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.findings import Finding
from claimwright.x12.tokens import Limits, Source, tokens


def judge(data: Source, limits: Limits | None = None) -> list[Finding]:
    envelope = EnvelopeReader()
    for _ in inside_sets(tokens(data, limits), envelope):
        pass
    return envelope.findings
