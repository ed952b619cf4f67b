"""The routes of what takes a while: acts on many parked events, replays, and consumers that stand still."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Path
from pydantic import AwareDatetime, Field

from claimwright import ids
from claimwright.http import paging
from claimwright.http.models import Answer, Body
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.messaging import long_acts, standstill
from claimwright.messaging.long_act_worker import begin_replay
from claimwright.messaging.long_acts import MOST_RATE, USUAL_REPLAY_RATE, LongAct
from claimwright.messaging.replay import Replayer, Which, check_reader
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright.security.caller import Caller

router: Final = Router(tags=["parked events"])

Because = Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Consumer = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]
_Name = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9:._-]+$")]


class LongActView(Answer):
    """An act that takes a while: of how much how far, and who began it why.

    `passed_over` counts events that others had released or skipped before it came to them.
    """

    id: str
    kind: Literal["release", "skip", "replay"]
    state: Literal["running", "stopped", "done", "failed"]
    selection: dict[str, str | int | None]
    total: int
    done: int
    passed_over: int
    rate: int
    reason: str
    actor: str
    problem: str | None
    begun_at: datetime
    changed_at: datetime


class Replay(Body):
    """What to send again: all that is kept, or by topic, record key, row of the outbox or moment; to all or to one.

    `to` names one consumer with its service, such as `coding.coding`. Who handled an event before does nothing.
    """

    topic: _Name | None = None
    key: _Name | None = None
    first: Annotated[int, Field(ge=1)] = 1
    last: Annotated[int, Field(ge=1)] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    to: _Name | None = None
    because: Because
    rate: Annotated[int, Field(ge=1, le=MOST_RATE)] = USUAL_REPLAY_RATE


class Resume(Body):
    """Why a stopped consumer may go on: what was wrong, and what was done about it."""

    reason: Because


class ConsumerView(Answer):
    """One consumer of this service. While it is stopped: where, since when, and how many of how many had failed."""

    name: str
    is_stopped: bool
    reason: str | None = None
    topic: str | None = None
    partition: int | None = None
    failed: int | None = None
    looked_at: int | None = None
    stopped_at: datetime | None = None


class Consumers(Answer):
    """The consumers of this service."""

    items: list[ConsumerView]


class ReplayNotPossible(Refusal):
    """A service that cannot send again: it was put together without a broker."""

    code = "replay_not_possible"
    fix = "Ask a process of the service that runs its relay."


@router.get("/v1/long-acts")
async def listed(
    parts: Parts,
    caller: Annotated[Caller, requires("parked:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> paging.Page[LongActView]:
    """List acts that take a while, the newest first."""
    before = None if after is None else path_id(ids.LONG_ACT, str(paging.decode(after, str)[0]))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await long_acts.listed(work.connection, before=before, limit=limit)
    items = [view_of(act) for act in found]
    return paging.Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == limit else None)


@router.get("/v1/long-acts/{act_id}")
async def one(act_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:read")]) -> LongActView:
    """Tell how far an act has come."""
    wanted = path_id(ids.LONG_ACT, act_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        return view_of(await long_acts.one(work.connection, wanted))


@router.post("/v1/long-acts/{act_id}/stop")
async def stop(act_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:write")]) -> LongActView:
    """Let nobody go on with an act; what it has done stays done."""
    wanted = path_id(ids.LONG_ACT, act_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        act = await long_acts.stop(work, wanted)
        await audit.record(work, action="long_act.stopped", object=act_id)
    return view_of(act)


@router.post("/v1/long-acts/{act_id}/resume")
async def resume(act_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:write")]) -> LongActView:
    """Go on with an act where it stopped."""
    wanted = path_id(ids.LONG_ACT, act_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        act = await long_acts.resume(work, wanted)
        await audit.record(work, action="long_act.resumed", object=act_id)
    return view_of(act)


@router.post("/v1/replays", status_code=202)
async def replay(what: Replay, parts: Parts, caller: Annotated[Caller, requires("replay:write")]) -> LongActView:
    """Begin to send published events of the organization again; it can be watched, stopped and resumed."""
    if not parts.consumers:
        raise ReplayNotPossible("this process has no broker")
    check_reader(what.to, publisher=parts.service)
    which = Which(
        topic=what.topic,
        key=what.key,
        first=what.first,
        last=what.last,
        since=what.since,
        until=what.until,
        to=what.to,
        org_id=caller.org_id,
    )
    replayer = Replayer(parts.database.settings, parts.consumers[0].broker, service=parts.service)
    try:
        async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
            return view_of(await begin_replay(work, replayer, which, reason=what.because, rate=what.rate))
    finally:
        await replayer.close()


@router.get("/v1/consumers")
async def consumers(parts: Parts, caller: Annotated[Caller, requires("parked:read")]) -> Consumers:
    """List the consumers of this service, and which stand still."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        stopped = {stop.consumer: stop for stop in await standstill.stops(work.connection)}
    names = sorted({consumer.name for consumer in parts.consumers} | stopped.keys())
    return Consumers(items=[_consumer_view(name, stopped.get(name)) for name in names])


@router.post("/v1/consumers/{consumer}/resume", status_code=204)
async def let_go_on(
    consumer: _Consumer, why: Resume, parts: Parts, caller: Annotated[Caller, requires("parked:write")]
) -> None:
    """Let a consumer go on that stopped since too many of its events parked, in every process of the service."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await standstill.resume(work.connection, consumer)
        await audit.record(work, action="consumer.resumed", object=consumer, reason=why.reason)


def view_of(act: LongAct) -> LongActView:
    """Return an act as it is shown."""
    return LongActView(
        id=ids.text(ids.LONG_ACT, act.id),
        kind=act.kind,
        state=act.state,
        selection=act.selection,
        total=act.total,
        done=act.done,
        passed_over=act.passed_over,
        rate=act.rate,
        reason=act.reason,
        actor=act.actor,
        problem=act.problem,
        begun_at=act.begun_at,
        changed_at=act.changed_at,
    )


def _consumer_view(name: str, stop: standstill.Stop | None) -> ConsumerView:
    if stop is None:
        return ConsumerView(name=name, is_stopped=False)
    return ConsumerView(
        name=name,
        is_stopped=True,
        reason=stop.reason,
        topic=stop.topic,
        partition=stop.partition,
        failed=stop.failed,
        looked_at=stop.looked_at,
        stopped_at=stop.stopped_at,
    )
