"""What every reader returns, and the one loop that they share."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from claimwright.x12.findings import Finding, blocks
from claimwright.x12.models.envelopes import Interchange

T = TypeVar("T")


class Reading(NamedTuple, Generic[T]):
    """The values of a file, all that is wrong with it so far, and the tree that they stood in."""

    values: tuple[T, ...]
    findings: tuple[Finding, ...] = ()
    interchanges: tuple[Interchange, ...] = ()

    def blocks(self, set_ordinal: int | None = None) -> bool:
        """Return whether something stops the file; with an ordinal, whether it stops that transaction.

        A fault of the envelope outside any transaction stops all of them.
        """
        if set_ordinal is None:
            return blocks(self.findings)
        return blocks(each for each in self.findings if each.transaction in (0, set_ordinal))
