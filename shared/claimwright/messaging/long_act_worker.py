"""Goes on with the acts of all organizations that are due, a step at a time; any number of processes may do so.

A step on parked events and how far the act has come are one transaction: killed in between, nothing was done. A step of
a replay may be sent twice then, which nobody notices.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from claimwright import ids
from claimwright.database.direct import Connection, connect_directly
from claimwright.failpoints import failpoint
from claimwright.messaging import long_acts, parked_acts, parked_list
from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.messaging.kafka import LOST
from claimwright.messaging.long_acts import LongAct
from claimwright.messaging.parked_list import Selection
from claimwright.messaging.parking import GAP
from claimwright.messaging.replay import BATCH, Replayer, Which
from claimwright.messaging.work import Transactions, Work
from claimwright.security import audit
from claimwright.telemetry import logging

EVERY: Final = 1.0
_AT_ONCE: Final = 10
_STEP: Final = 50
_LEASE: Final = 40.0  # longer than a send may take before it is given up
_DUE: Final = """
    select org_id, id, kind from long_act where state = 'running' and next_at <= clock_timestamp()
    order by next_at limit $1
"""
_log = logging.get(__name__)


def selection_of(act: LongAct) -> Selection:
    """Return which heads an act on parked events is for."""
    given = act.selection
    return Selection(
        consumer=given["consumer"],
        reason=given["reason"],
        event_type=given["event_type"],
        parked_until=act.begun_at,
    )


class LongActWorker:
    """Goes on with acts of one service."""

    def __init__(self, transactions: Transactions, replayer: Replayer) -> None:
        self._transactions = transactions
        self._replayer = replayer
        self._connection: Connection | None = None

    async def act(self) -> bool:
        """Take one step of each act that is due, and return whether there was any."""
        due = await self._due()
        for row in due:
            await self.step(row["org_id"], row["id"], row["kind"])
        return bool(due)

    async def step(self, org_id: UUID, act_id: UUID, kind: str) -> None:
        """Take one step of an act, unless another process does.

        Errors: what a database or broker that is away raises; the act goes on later.
        """
        try:
            if kind == "replay":
                await self._replay(org_id, act_id)
            else:
                await self._on_parked(org_id, act_id)
        except Exception as error:
            if isinstance(error, LOST) or fault_of(error) in {Fault.WORLD, Fault.PASSING}:
                raise
            _log.error("long_act_failed", key=ids.text(ids.LONG_ACT, act_id), error=type(error).__name__)
            async with self._transactions.begin(org_id=org_id, actor="long act") as work:
                await long_acts.fail(work, await long_acts.one(work.connection, act_id), reason_of(error))

    async def close(self) -> None:
        """Let go of the connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
        await self._replayer.close()

    async def _due(self) -> list[asyncpg.Record]:
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect_directly(
                    self._transactions.database.settings,
                    service=self._transactions.service,
                    role="relay",
                    name=f"claimwright-{self._transactions.service} long acts",
                )
            return await self._connection.fetch(_DUE, _AT_ONCE)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.terminate()
            raise

    async def _on_parked(self, org_id: UUID, act_id: UUID) -> None:
        """Release or skip the next heads in the name of whoever began the act."""
        async with self._transactions.begin(org_id=org_id, actor="long act") as looking:
            begun_by = (await long_acts.one(looking.connection, act_id)).actor
        async with self._transactions.begin(org_id=org_id, actor=begun_by) as work:
            act = await long_acts.take(work.connection, act_id, lease=0)
            if act is None:
                return
            limit = min(_STEP, act.rate)
            after = UUID(act.position) if act.position else parked_list.NOTHING_BEFORE
            picked = await parked_list.pick(work.connection, selection_of(act), after=after, limit=limit)
            done = await self._do(work, act, picked)
            await long_acts.note(
                work,
                act,
                done=done,
                passed_over=len(picked) - done,
                position=str(picked[-1]) if picked else act.position,
                ended=len(picked) < limit,
            )
            failpoint("long_act.before_commit")

    async def _do(self, work: Work, act: LongAct, picked: list[UUID]) -> int:
        if act.kind == "skip":
            rows = await parked_acts.skip_all(work, picked, reason=act.reason)
        else:
            rows = await parked_acts.release_all(work, picked)
        for row in rows:
            await audit.record(
                work, action=ACTIONS[act.kind], object=ids.text(ids.PARKED, row["id"]), reason=act.reason
            )
        return len(rows)

    async def _replay(self, org_id: UUID, act_id: UUID) -> None:
        """Send the next rows; how far it came is kept after the broker has them."""
        async with self._transactions.begin(org_id=org_id, actor="long act") as work:
            act = await long_acts.take(work.connection, act_id, lease=_LEASE)
        if act is None:
            return
        which = Which.of(act.selection, org_id)
        limit = min(BATCH, act.rate)
        after = int(act.position) if act.position else which.first - 1
        sent, at = await self._replayer.page(which, after=after, limit=limit)
        failpoint("long_act.after_send")
        async with self._transactions.begin(org_id=org_id, actor=act.actor) as work:
            await long_acts.note(work, act, done=sent, position=str(at), ended=sent < limit)
            if sent < limit:
                await audit.record(
                    work, action="events.replayed", object=ids.text(ids.LONG_ACT, act.id), reason=act.reason
                )


ACTIONS: Final[Mapping[str, str]] = {"release": "parked.released", "skip": "parked.skipped"}
"""What the audit trail calls it, for one event and for many."""


async def begin_replay(work: Work, replayer: Replayer, which: Which, *, reason: str, rate: int) -> LongAct:
    """Begin a replay of the bound organization's events, of all for the platform; audited here."""
    selection: dict[str, Any] = which.selection()
    scoped = Which.of(selection, work.org_id)
    act = await long_acts.begin(work, "replay", selection, reason=reason, rate=rate, total=await replayer.count(scoped))
    await audit.record(
        work,
        action="events.replay_begun",
        object=ids.text(ids.LONG_ACT, act.id),
        fields=sorted(name for name, value in selection.items() if value is not None),
        reason=reason,
    )
    return act


async def begin_on_parked(
    work: Work, act: str, *, consumer: str, reason_code: str, event_type: str | None, reason: str, rate: int
) -> LongAct:
    """Begin to release or skip all heads of one cause; audited here, and for each event again.

    Errors: VersionMissing for a skip of what waits for an earlier event; NothingParked.
    """
    if act == "skip" and reason_code == GAP:
        raise parked_acts.VersionMissing("these events wait for earlier ones of their keys")
    selection = Selection(consumer=consumer, reason=reason_code, event_type=event_type, parked_until=work.now)
    total = await parked_list.count(work.connection, selection)
    if total == 0:
        raise parked_acts.NothingParked("no event is parked for this cause")
    begun = await long_acts.begin(
        work,
        "skip" if act == "skip" else "release",
        {"consumer": consumer, "reason": reason_code, "event_type": event_type},
        reason=reason,
        rate=rate,
        total=total,
    )
    await audit.record(work, action=f"parked.{act}_by_cause", object=ids.text(ids.LONG_ACT, begun.id), reason=reason)
    return begun
