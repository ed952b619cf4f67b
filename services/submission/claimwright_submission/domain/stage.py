"""The stage of a submission from what was heard of it; the rule that never bends.

A later speaker knows more: TA1, then 999, then the clearinghouse's 277CA, then the payer's, then the 835. An answer of
a lower rank, or of the same rank and an earlier moment, is kept and shown and changes nothing. Ranks and stages are
those of the fold that every reader of our events uses, so that nobody sees another stage than we do.

Source: docs/domain/lifecycle.md, the rules that never bend, 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from claimwright.events.lifecycle import EVIDENCE_RANK, REJECTED, STAGE_OF
from claimwright.events.lifecycle_words import Stage


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer for one attempt.

    `event_type` names what was said (`ack.payer_accepted.v1`), `answered_at` is the moment that the answering file
    gives itself, so that the order in which answers reach us never matters. `answer` tells two answers apart.
    """

    event_type: str
    answered_at: datetime
    answer: str

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.event_type]

    @property
    def weight(self) -> tuple[int, datetime, bool, str]:
        """Return what decides between answers; of two that contradict each other at one moment, the rejection."""
        return EVIDENCE_RANK[self.event_type], self.answered_at, self.stage in REJECTED, self.answer


def strongest(evidence: Iterable[Evidence]) -> Evidence | None:
    """Return the answer that counts, whatever order the answers came in."""
    return max(evidence, key=lambda each: each.weight, default=None)


def stage_of(transport: Stage, evidence: Iterable[Evidence]) -> Stage:
    """Return the stage of an attempt: what the strongest answer says, else what is known of its transport."""
    standing = strongest(evidence)
    return transport if standing is None else standing.stage
