"""A replay that an operator runs on the service's own database and broker, all organizations together.

It is a kept act like any other: stopped by Ctrl-C it is resumed by its id, and killed it is gone on with by the service
if that runs.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.database.engine import Database
from claimwright.events.envelope import PLATFORM
from claimwright.messaging import long_acts
from claimwright.messaging.long_act_worker import LongActWorker, begin_replay
from claimwright.messaging.long_acts import LongAct
from claimwright.messaging.replay import Replayer, Which, check_reader
from claimwright.messaging.work import Transactions
from claimwright.security.sealing import SealedPlace
from claimwright.settings import SharedSettings

OPERATOR: Final = "operator"
WHY: Final = "asked for at the command line"
_LOOK_EVERY: Final = 0.2


class _SealsNothing:
    """A replay sends bytes as they are, so it needs no key."""

    async def seal(self, plain: bytes, place: SealedPlace) -> bytes:
        raise NotImplementedError

    async def open(self, sealed: bytes, place: SealedPlace) -> bytes:
        raise NotImplementedError


async def run(
    settings: SharedSettings,
    *,
    service: str,
    which: Which | None,
    resumed: UUID | None,
    rate: int,
    progress: Callable[[LongAct], None],
) -> LongAct:
    """Begin a replay, or go on with one, and stay with it to its end or until somebody stops it.

    `progress` is told after each step. Interrupted, the act is stopped before this ends.
    Errors: ConsumerUnknown, LongActUnknown, LongActEnded; what a database or broker that is away raises.
    """
    database = Database.connect(settings.database, service=service)
    transactions = Transactions(database, _SealsNothing(), asyncio.Event(), service)
    replayer = Replayer(settings.database, settings.kafka, service=service)
    worker = LongActWorker(transactions, replayer)
    try:
        async with transactions.begin(org_id=PLATFORM, actor=OPERATOR) as work:
            if resumed is not None:
                act = await long_acts.resume(work, resumed)
            else:
                wanted = which or Which()
                check_reader(wanted.to, publisher=service)
                act = await begin_replay(work, replayer, wanted, reason=WHY, rate=rate)
        return await _stay_with(transactions, worker, act, progress)
    finally:
        await worker.close()
        await database.close()


async def _stay_with(
    transactions: Transactions, worker: LongActWorker, act: LongAct, progress: Callable[[LongAct], None]
) -> LongAct:
    progress(act)
    try:
        while act.state == "running":
            await worker.step(PLATFORM, act.id, act.kind)
            before, act = act.done, await _now(transactions, act)
            if act.done != before:
                progress(act)
            else:
                await asyncio.sleep(_LOOK_EVERY)
    except asyncio.CancelledError:
        with suppress(long_acts.LongActEnded):
            async with transactions.begin(org_id=PLATFORM, actor=OPERATOR) as work:
                act = await long_acts.stop(work, act.id)
        progress(act)
        raise
    return act


async def _now(transactions: Transactions, act: LongAct) -> LongAct:
    async with transactions.begin(org_id=PLATFORM, actor=OPERATOR) as work:
        return await long_acts.one(work.connection, act.id)


def name_of(act: LongAct) -> str:
    """Return the id that a replay is resumed by."""
    return ids.text(ids.LONG_ACT, act.id)
