"""Batches of one transaction under way: several are prepared and written at a time, and commit in their order.

While the database writes one batch, the next is decided. What keeps that safe:

- A batch takes all its locks before the next begins to take any, so none waits for one behind it.
- A batch commits only behind the one before it, and only where the mark of how far the transaction is stands at its
  first claim. So what is committed is a beginning of the file, whenever the process dies.
- A batch that has a claim or a number of one under way waits for that one's end: it has to see what that decided.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from claimwright.refusals import Transient


class Overtaken(Exception):
    """Another process has posted these claims, or the transaction is not to be posted any more; all is well."""


class EarlierBatchFailed(Transient):
    """The batch before this one did not commit, so this one can't."""


@dataclass(slots=True, eq=False)
class Batch:
    """The claims from `first` up to `end` of one transaction, counted from 0; `end` is exclusive."""

    first: int
    end: int
    is_last: bool
    before: "Batch | None" = None
    numbers: frozenset[str] = frozenset()
    claim_ids: frozenset[UUID] = frozenset()
    is_locked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once this batch has all its locks, or will take none any more."""
    ended: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Done once this batch has committed (True) or failed."""

    async def hold_numbers(self, numbers: Collection[str]) -> None:
        """Wait for the end of whichever batch under way has one of these patient control numbers."""
        self.numbers = frozenset(numbers)
        await self._wait_for_latest(lambda other: not self.numbers.isdisjoint(other.numbers))

    async def hold_claims(self, claim_ids: Collection[UUID]) -> None:
        """Wait for the end of whichever batch under way has one of these claims: a claim may have several numbers."""
        self.claim_ids = frozenset(claim_ids)
        await self._wait_for_latest(lambda other: not self.claim_ids.isdisjoint(other.claim_ids))

    async def has_turn(self) -> None:
        """Wait until the batch before this one has committed.

        Errors: EarlierBatchFailed.
        """
        if self.before is not None:
            await self.before.wait()
            self.before = None

    async def wait(self) -> None:
        """Wait until this batch has committed.

        Errors: EarlierBatchFailed.
        """
        if not await asyncio.shield(self.ended):
            raise EarlierBatchFailed("earlier_batch_failed")

    def end_with(self, *, has_committed: bool) -> None:
        """Tell whoever waits how this batch ended."""
        self.is_locked.set()
        if not self.ended.done():
            self.ended.set_result(has_committed)

    async def _wait_for_latest(self, concerns: "Callable[[Batch], bool]") -> None:
        other = self.before
        while other is not None and not other.ended.done():
            if concerns(other):
                await other.wait()  # those before it have ended by then
                return
            other = other.before


def batches_of(count: int, *, first: int, most: int) -> Iterator[Batch]:
    """Yield the batches of what is left of a transaction with so many claims; one without claims is a batch too.

    Shape: each knows the one before it, so they have to be begun in this order.
    """
    before: Batch | None = None
    while before is None or not before.is_last:
        end = min(first + most, count)
        before = Batch(first, end, is_last=end == count, before=before)
        yield before
        first = end
