"""The routes by which people see and free parked events; every service that reads events has them.

What is shown are ids, codes, counts and moments. Both acts are audited in their own transaction.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Final
from uuid import UUID

from fastapi import Path
from pydantic import Field

from claimwright import clock
from claimwright.http import paging
from claimwright.http.models import Answer, Body
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.routes import Router
from claimwright.messaging import parking
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright.security.caller import Caller

router: Final = Router(tags=["parked events"])

ConsumerName = Annotated[
    str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$", description="The consumer that parked the key.")
]
RecordKey = Annotated[
    str, Path(max_length=200, pattern=r"^[A-Za-z0-9:._-]+$", description="The record key, for example a claim's id.")
]


class NothingParked(Refusal):
    """A key that is not parked, or not any more."""

    code: ClassVar[str] = "nothing_parked"
    fix: ClassVar[str | None] = "Look at the list again; somebody may have released it."


class ParkedKeyView(Answer):
    """The head of one parked key. `waiting` counts the events that queue behind it."""

    consumer: str
    key: str
    event_type: str | None
    event_id: UUID | None
    version: int
    reason: str
    attempts: int
    next_try: datetime | None
    state: str
    waiting: int
    parked_at: datetime
    age_seconds: int


class Skip(Body):
    """Why an event may be dropped: a person's own words, which the audit trail keeps. No patient belongs there."""

    reason: Annotated[str, Field(min_length=5, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


@router.get("/v1/parked")
async def listed(
    parts: Parts,
    caller: Annotated[Caller, requires("parked:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> paging.Page[ParkedKeyView]:
    """List the parked keys of the organization, with why and since when."""
    begin = None if after is None else _place(paging.decode(after, str, str))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await parking.listed(work.connection, after=begin, limit=limit)
    last = found[-1] if len(found) == limit else None
    return paging.Page(
        items=[_view(parked) for parked in found],
        next=None if last is None else paging.encode((last.consumer, last.key)),
    )


@router.post("/v1/parked/{consumer}/{key}/release", status_code=204)
async def release(
    consumer: ConsumerName, key: RecordKey, parts: Parts, caller: Annotated[Caller, requires("parked:write")]
) -> None:
    """Let a key be tried again at once, from its oldest event on."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        if not await parking.release(work.connection, consumer, key):
            raise NothingParked("no event of this key is parked")
        await audit.record(work, action="parked.released", object=f"{consumer}/{key}")


@router.post("/v1/parked/{consumer}/{key}/skip", status_code=204)
async def skip(
    consumer: ConsumerName,
    key: RecordKey,
    why: Skip,
    parts: Parts,
    caller: Annotated[Caller, requires("parked:write")],
) -> None:
    """Drop the oldest event of a key for good, for a reason, and go on with the next."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        if not await parking.skip(work.connection, consumer, key):
            raise NothingParked("no event of this key is parked")
        await audit.record(work, action="parked.skipped", object=f"{consumer}/{key}", reason=why.reason)


def _place(key: paging.Key) -> tuple[str, str]:
    consumer, record_key = key
    return str(consumer), str(record_key)


def _view(parked: parking.ParkedKey) -> ParkedKeyView:
    return ParkedKeyView(
        consumer=parked.consumer,
        key=parked.key,
        event_type=parked.event_type,
        event_id=parked.event_id,
        version=parked.version,
        reason=parked.reason,
        attempts=parked.attempts,
        next_try=parked.next_try,
        state=parked.state,
        waiting=parked.waiting,
        parked_at=parked.parked_at,
        age_seconds=max(0, int((clock.now() - parked.parked_at).total_seconds())),
    )
