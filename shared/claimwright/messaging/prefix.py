"""Which rows of a table with a sequence are final: the contiguous prefix, and the fence that proves a hole dead.

A sequence gives numbers in one order and transactions commit in another, so a reader that goes by number alone skips
rows that commit late. This reader stops at a hole until it knows that nobody can fill it any more. It is pure: it is
told sequence numbers and transaction numbers, and says what may be taken and when a fence is wanted.

Rests on three facts: the sequence caches nothing; a row's transaction owned its number before it drew from the
sequence; and two rows of one thing are drawn under that thing's lock, so that their numbers follow their causes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fence:
    """Where one look at the sequence and one newer transaction number stood.

    Every holder of a number up to `last_seq` is older than `xid`: once all transactions below `xid` have ended, no row
    up to `last_seq` can still appear.
    """

    last_seq: int
    xid: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far the rows are taken (`cursor`), and up to where holes are known to be dead (`safe`).

    Only `cursor` is ever kept; `safe` and `fence` belong to one session and are dropped with it.
    """

    cursor: int
    safe: int = 0
    fence: Fence | None = None

    def observe(self, oldest_running_xid: int) -> "Prefix":
        """Take in a snapshot's xmin. Rows have to be read after this, by a newer snapshot."""
        if self.fence is None or oldest_running_xid <= self.fence.xid:
            return self
        return replace(self, safe=max(self.safe, self.fence.last_seq), fence=None)

    def count_final(self, seqs: Sequence[int]) -> int:
        """Return how many of these rows, read in order from behind the cursor, may be taken."""
        last = self.cursor
        for count, seq in enumerate(seqs):
            if seq != last + 1 and seq > self.safe:
                return count
            last = seq
        return len(seqs)

    def raise_fence(self, fence: Fence) -> "Prefix":
        """Put a fence behind a hole. Its `last_seq` was read before its `xid` was drawn."""
        return replace(self, fence=fence)

    def advance(self, seq: int) -> "Prefix":
        """Move the cursor to the last row that was taken.

        Errors: ValueError when it would go back.
        """
        if seq < self.cursor:
            raise ValueError("the cursor moves forward only")
        return replace(self, cursor=seq)


class ByNumberAlone(Prefix):
    """The reader that most descriptions of an outbox have, and that loses what commits late: a negative control."""

    def count_final(self, seqs: Sequence[int]) -> int:
        """Return that all rows may be taken, whatever is missing between them."""
        return len(seqs)
