"""Acts that take a while, on many parked events or by a replay: rows that any process goes on with where one stopped.

A row says what is to be done, how far it has come, and from when on somebody may go on: that is its pace and its lease.
What a step does to parked events is in one transaction with how far it has come.
"""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal

Kind = Literal["release", "skip", "replay"]
State = Literal["running", "stopped", "done", "failed"]

USUAL_RATE: Final = 20
"""Parked events a second: a service at rest handles ten times as many, so that its other work goes on."""
USUAL_REPLAY_RATE: Final = 2_000
MOST_RATE: Final = 10_000


class LongActUnknown(Refusal):
    """An act that was never begun, or another organization's."""

    code: ClassVar[str] = "long_act_unknown"
    fix: ClassVar[str | None] = "Look at the list of acts."


class LongActEnded(Refusal):
    """An act that has ended, and so is neither stopped nor resumed."""

    code: ClassVar[str] = "long_act_ended"
    fix: ClassVar[str | None] = "Begin another one for what is left."


@dataclass(frozen=True, slots=True)
class LongAct:
    """One act: what, of how much, how far. `passed_over` counts what others had done before it came there."""

    id: UUID
    org_id: UUID
    kind: Kind
    selection: dict[str, Any]
    reason: str
    actor: str
    rate: int
    state: State
    total: int
    done: int
    passed_over: int
    position: str
    problem: str | None
    begun_at: datetime
    changed_at: datetime

    @property
    def has_ended(self) -> bool:
        """Return whether nobody goes on with it any more, and nobody can."""
        return self.state in {"done", "failed"}


_BEGIN: Final = text(
    """
    insert into long_act (org_id, id, kind, selection, reason, actor, rate, state, total, begun_at, changed_at)
    values (:org_id, :id, :kind, cast(:selection as jsonb), :reason, :actor, :rate, 'running', :total, :now, :now)
    """
)
_ONE: Final = text("select * from long_act where id = :id")
_LIST: Final = text("select * from long_act where id < :before order by id desc limit :limit")
_SET: Final = text(
    """
    update long_act set state = :state, next_at = clock_timestamp(), changed_at = :now
    where id = :id and state = any(:among) returning *
    """
)
_TAKE: Final = text(
    """
    update long_act set next_at = clock_timestamp() + make_interval(secs => :lease)
    where id = (
      select id from long_act where id = :id and state = 'running' and next_at <= clock_timestamp()
      for update skip locked
    )
    returning *
    """
)
# A person may have stopped it while a replay was sending: what was sent counts, and it stays stopped.
_NOTE: Final = text(
    """
    update long_act set done = done + :done, passed_over = passed_over + :passed_over, position = :position,
      state = case when state in ('running', 'stopped') and :ended then 'done' else state end,
      next_at = clock_timestamp() + make_interval(secs => :pause), changed_at = :now
    where id = :id
    """
)
_FAIL: Final = text("update long_act set state = 'failed', problem = :problem, changed_at = :now where id = :id")
_LAST: Final = UUID(int=(1 << 128) - 1)


async def begin(work: Work, kind: Kind, selection: dict[str, Any], *, reason: str, rate: int, total: int) -> LongAct:
    """Begin an act; the caller audits it in the same transaction."""
    act_id = ids.new()
    await work.execute(
        _BEGIN,
        {
            "org_id": work.org_id,
            "id": act_id,
            "kind": kind,
            "selection": json.dumps(selection),
            "reason": reason,
            "actor": work.actor,
            "rate": rate,
            "total": total,
            "now": work.now,
        },
    )
    return await one(work.connection, act_id)


async def one(connection: AsyncConnection, act_id: UUID) -> LongAct:
    """Return an act of the bound organization.

    Errors: LongActUnknown.
    """
    row = (await connection.execute(_ONE, {"id": act_id})).one_or_none()
    if row is None:
        raise LongActUnknown("no such act was begun")
    return _act(row)


async def listed(connection: AsyncConnection, *, before: UUID | None = None, limit: int = 100) -> list[LongAct]:
    """Return the acts of the bound organization, the newest first."""
    rows = await connection.execute(_LIST, {"before": before or _LAST, "limit": limit})
    return [_act(row) for row in rows]


async def stop(work: Work, act_id: UUID) -> LongAct:
    """Let nobody go on with an act; what it has done stays done. One that is stopped already stays so.

    Errors: LongActUnknown, LongActEnded.
    """
    return await _set(work, act_id, "stopped")


async def resume(work: Work, act_id: UUID) -> LongAct:
    """Go on with an act where it stopped.

    Errors: LongActUnknown, LongActEnded.
    """
    return await _set(work, act_id, "running")


async def take(connection: AsyncConnection, act_id: UUID, *, lease: float) -> LongAct | None:
    """Take an act that is due for one step, for so many seconds or until the end of the transaction; or None.

    Whoever comes meanwhile gets None; killed, the taker is followed by another when the lease has ended.
    """
    row = (await connection.execute(_TAKE, {"id": act_id, "lease": lease})).one_or_none()
    return None if row is None else _act(row)


async def note(work: Work, act: LongAct, *, done: int, passed_over: int = 0, position: str, ended: bool) -> None:
    """Keep how far an act has come, and let the next step begin as its rate allows."""
    pause = 0.0 if ended else (done + passed_over) / act.rate
    await work.execute(
        _NOTE,
        {
            "id": act.id,
            "done": done,
            "passed_over": passed_over,
            "position": position,
            "ended": ended,
            "pause": pause,
            "now": work.now,
        },
    )


async def fail(work: Work, act: LongAct, problem: str) -> None:
    """End an act that cannot go on; `problem` is a code."""
    await work.execute(_FAIL, {"id": act.id, "problem": problem, "now": work.now})


async def _set(work: Work, act_id: UUID, state: State) -> LongAct:
    row = (
        await work.execute(_SET, {"id": act_id, "state": state, "among": ["running", "stopped"], "now": work.now})
    ).one_or_none()
    if row is None:
        await one(work.connection, act_id)
        raise LongActEnded("the act has ended")
    return _act(row)


def _act(row: Row[Any]) -> LongAct:
    return LongAct(**{field.name: getattr(row, field.name) for field in fields(LongAct)})
