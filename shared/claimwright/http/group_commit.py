"""Acts of one caller that come together share one transaction, and so the wait for its commit.

The first act begins at once. What comes while its commit is under way waits for it, or for a few milliseconds where it
takes long, and goes together, also with what callers ask next as soon as they are told. A group is tried whole; where
that fails, each of its acts is done anew in a second transaction, behind a savepoint of its own, so that one that fails
harms no other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.failpoints import failpoint
from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.messaging.outbox import Outbox
from claimwright.messaging.work import Transactions, Work
from claimwright.telemetry import logging, metrics, tracing

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

Together: TypeAlias = Callable[[Sequence[Work], Sequence[ItemT]], Awaitable[Sequence[ResultT | Exception]]]
"""Does several acts in one transaction, each with a work of its own; what is refused is returned in its place."""
Caller: TypeAlias = tuple[UUID, str]
_Act: TypeAlias = Callable[
    [AsyncConnection, Caller, Sequence[ItemT], Sequence[str | None]],
    Awaitable[tuple[list[ResultT | Exception], bool]],
]

_LOOK_AGAIN_SECONDS: Final = 0.001
"""Until it is seen whether more acts have come: what a caller takes to read an answer and to send the next request."""
_log = logging.get("claimwright.http")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[ItemT, ResultT]):
    item: ItemT
    traceparent: str | None
    told: "asyncio.Future[ResultT]"


@dataclass(slots=True)
class _Queue(Generic[ItemT, ResultT]):
    waiting: "list[_Waiting[ItemT, ResultT]]" = field(default_factory=list)
    under_way: int = 0


class GroupCommit(Generic[ItemT, ResultT]):
    """Joins acts of one organization and actor that come together into one transaction."""

    def __init__(
        self,
        transactions: Transactions,
        together: "Together[ItemT, ResultT]",
        *,
        most: int,
        wait_seconds: float,
        lanes: int = 2,
    ) -> None:
        """Describe a group commit of at most `most` acts a transaction and `lanes` transactions a caller at once.

        `wait_seconds`: how long acts wait for the group before them until they go beside it.
        """
        self._transactions = transactions
        self._together = together
        self._most = most
        self._wait_seconds = wait_seconds
        self._lanes = lanes
        self._queues: dict[Caller, _Queue[ItemT, ResultT]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, item: ItemT, *, org_id: UUID, actor: str) -> ResultT:
        """Return what became of one act once it is committed.

        Errors: what the act was refused for, or what it failed with.
        """
        caller = (org_id, actor)
        queue = self._queues.setdefault(caller, _Queue())
        loop = asyncio.get_running_loop()
        told: asyncio.Future[ResultT] = loop.create_future()
        queue.waiting.append(_Waiting(item, tracing.current_traceparent(), told))
        if queue.under_way == 0:
            self._begin(caller, queue)
        elif len(queue.waiting) == 1:
            loop.call_later(self._wait_seconds, self._begin, caller, queue)
        return await told

    async def do_all(self, items: Sequence[ItemT], *, org_id: UUID, actor: str) -> "list[ResultT | Exception]":
        """Return what became of several acts of one request, which are a group by themselves, once it is committed.

        Errors: those of a database that is away; nothing is done then.
        """
        traceparent = tracing.current_traceparent()
        return await self._commit((org_id, actor), items, [traceparent] * len(items))

    def _begin(self, caller: Caller, queue: "_Queue[ItemT, ResultT]") -> None:
        if not queue.waiting or queue.under_way >= self._lanes:
            return
        queue.under_way += 1
        task = asyncio.create_task(self._lane(caller, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lane(self, caller: Caller, queue: "_Queue[ItemT, ResultT]") -> None:
        """Do group after group until nothing waits."""
        try:
            while queue.waiting:
                group, queue.waiting = queue.waiting[: self._most], queue.waiting[self._most :]
                await self._do(caller, group)
                await self._let_come(queue)
        finally:
            queue.under_way -= 1
            if not queue.under_way and not queue.waiting:
                self._queues.pop(caller, None)

    async def _let_come(self, queue: "_Queue[ItemT, ResultT]") -> None:
        """Wait while more and more acts come to those that wait, but no longer than acts wait for a group.

        Otherwise callers part into two halves, one waiting while the other is told, and pay for twice the commits.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait_seconds
        count = 0
        while count < len(queue.waiting) < self._most and loop.time() < until:
            count = len(queue.waiting)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _do(self, caller: Caller, group: "Sequence[_Waiting[ItemT, ResultT]]") -> None:
        results: Sequence[ResultT | Exception]
        try:
            results = await self._commit(caller, [one.item for one in group], [one.traceparent for one in group])
        except Exception as error:  # noqa: BLE001 - whatever it was, each of those that wait is told
            results = [error] * len(group)
        for one, result in zip(group, results, strict=True):
            if one.told.done():  # whoever asked has gone; what was done stays done
                continue
            if isinstance(result, Exception):
                one.told.set_exception(result)
            else:
                one.told.set_result(result)

    async def _commit(
        self, caller: Caller, items: Sequence[ItemT], traceparents: Sequence[str | None]
    ) -> "list[ResultT | Exception]":
        metrics.HTTP_GROUP_ACTS.observe(len(items))
        try:
            return await self._committed(self._act, caller, items, traceparents)
        except Exception as error:
            if len(items) == 1 or fault_of(error) is Fault.WORLD:
                raise
            _log.warning("group_goes_one_by_one", error=reason_of(error), events=len(items))
        return await self._committed(self._one_by_one, caller, items, traceparents)

    async def _committed(
        self,
        act: "_Act[ItemT, ResultT]",
        caller: Caller,
        items: Sequence[ItemT],
        traceparents: Sequence[str | None],
    ) -> "list[ResultT | Exception]":
        org_id, actor = caller
        async with self._transactions.database.transaction(org_id, actor) as connection:
            results, published = await act(connection, caller, items, traceparents)
            failpoint("http.before_commit")
        failpoint("http.after_commit_before_reply")
        if published:
            self._transactions.wake.set()
        return results

    async def _one_by_one(
        self, connection: AsyncConnection, caller: Caller, items: Sequence[ItemT], traceparents: Sequence[str | None]
    ) -> "tuple[list[ResultT | Exception], bool]":
        results: list[ResultT | Exception] = []
        published = False
        for item, traceparent in zip(items, traceparents, strict=True):
            try:
                async with connection.begin_nested():
                    alone, tells = await self._act(connection, caller, [item], [traceparent])
            except Exception as error:
                if fault_of(error) is Fault.WORLD:
                    raise
                results.append(error)
            else:
                results += alone
                published = published or tells
        return results, published

    async def _act(
        self, connection: AsyncConnection, caller: Caller, items: Sequence[ItemT], traceparents: Sequence[str | None]
    ) -> "tuple[list[ResultT | Exception], bool]":
        outbox: Outbox = self._transactions.outbox()
        works = [self._work(connection, outbox, caller, traceparent) for traceparent in traceparents]
        results = list(await self._together(works, items))
        return results, await outbox.flush(connection, bound=caller[0])

    def _work(self, connection: AsyncConnection, outbox: Outbox, caller: Caller, traceparent: str | None) -> Work:
        org_id, actor = caller
        return self._transactions.work(
            connection, outbox, org_id=org_id, actor=actor, cause=None, traceparent=traceparent
        )
