"""A claim that was found in a partner's file, before anybody has judged it."""

from dataclasses import dataclass
from typing import Any

from claimwright.findings import Finding, Place


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """One claim of a file as an encounter document. `number` is its CLM01 as the sender wrote it.

    Ordinals count from 1: the transaction in the file, the claim in its transaction.
    """

    set_ordinal: int
    claim_ordinal: int
    number: str
    is_repeated_number: bool
    where: Place
    document: dict[str, Any]
    findings: tuple[Finding, ...]
