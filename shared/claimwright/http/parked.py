"""The routes by which people see and free parked events; every service that reads events has them.

What is shown are ids, codes, counts and moments; what an event says is opened by an act of its own. Each act is audited
in its own transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field, model_validator

from claimwright import clock, ids
from claimwright.http import paging
from claimwright.http.long_acts import Because, LongActView, view_of
from claimwright.http.models import Answer, Body, ProblemFinding
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import findings_of, path_id, problem
from claimwright.http.routes import Router
from claimwright.messaging import edits, long_act_worker, long_acts, parked_acts, parked_list, parking
from claimwright.messaging.dry_run import MOST_EVENTS, DryRun, sentence
from claimwright.messaging.envelope import EnvelopeUnreadable, read_envelope, read_event
from claimwright.messaging.parked_acts import NothingParked
from claimwright.messaging.parked_list import Cause, ParkedKey, Selection
from claimwright.messaging.work import Work
from claimwright.refusals import Poison, Transient
from claimwright.security import audit
from claimwright.security.caller import Caller

router: Final = Router(tags=["parked events"])

_Code = Annotated[str, Query(max_length=200, pattern=r"^[A-Za-z0-9:._-]+$")]
ConsumerName = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]
ReasonCode = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9:._-]+$")]
EventType = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9_.]+$")]


class ParkedKeyView(Answer):
    """The head of one parked key. `waiting` counts the events that queue behind it."""

    id: str
    consumer: str
    key: str
    topic: str
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


class CauseView(Answer):
    """What several parked keys have in common: consumer, reason and event type, with counts and ages."""

    consumer: str
    reason: str
    event_type: str | None
    events: int
    behind: int
    for_person: int
    oldest_at: datetime
    newest_at: datetime


class Causes(Answer):
    """Why keys are parked, the most frequent cause first."""

    items: list[CauseView]


class DecisionView(Answer):
    """What a person decided about a parked event. `paths` names what an edit changes; its values are opened apart."""

    kind: Literal["edit", "skip"]
    actor: str
    at: datetime
    reason: str
    paths: list[str]


class ParkedEventView(Answer):
    """One parked event: why, where it was read, whether it is of its schema, and what was decided about it.

    `findings` is empty where the data is as its type wants it; then it is the handling that failed.
    """

    id: str
    consumer: str
    key: str
    topic: str
    partition: int
    position: int
    event_type: str | None
    event_id: str | None
    version: int
    reason: str
    attempts: int
    next_try: datetime | None
    state: str
    before: int
    behind: int
    parked_at: datetime
    age_seconds: int
    occurred_at: datetime | None
    causation_id: str | None
    correlation_id: str | None
    trace_id: str | None
    bytes: int
    sealed: list[str]
    is_readable: bool
    can_be_edited: bool
    is_edited: bool
    findings: list[ProblemFinding]
    decisions: list[DecisionView]


class OpenedEvent(Answer):
    """What a parked event says. A sealed part is null where this service may not open it or it does not open."""

    id: str
    data: dict[str, Any] | None
    edited: dict[str, Any] | None
    sealed: dict[str, dict[str, Any] | None]


class Skip(Body):
    """Why an event may be dropped: a person's own words, which the audit trail keeps. No patient belongs there."""

    reason: Because


class Edit(Body):
    """The whole data of an event as it should have been, and why. Sealed parts and the record key stay."""

    data: dict[str, Any]
    reason: Because


class ChangeView(Answer):
    """One operation of JSON Patch (RFC 6902); `was` is what stood there."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: Any = None
    was: Any = None


class Edited(Answer):
    """What an edit changes. It is used from the next try on; nothing was tried by it."""

    id: str
    diff: list[ChangeView]


class Try(Body):
    """What a dry run is for: an act on one event, or on all of one cause."""

    act: Literal["release", "skip"] = "release"
    parked_id: Annotated[str, Field(max_length=60)] | None = None
    consumer: ConsumerName | None = None
    reason: ReasonCode | None = None
    event_type: EventType | None = None

    @model_validator(mode="after")
    def _one_or_a_cause(self) -> "Try":
        if (self.parked_id is None) == (self.consumer is None or self.reason is None):
            raise ValueError("name one event, or a cause by consumer and reason")
        return self


class DryRunView(Answer):
    """What an act would do, found out by doing it and taking it back. `says` is the figures in a sentence.

    `is_whole` is false where there were more events than are looked at in one go.
    """

    says: str
    events: int
    tried: int
    handled: int
    already: int
    left_out: int
    waits: int
    stays_behind: int
    second_claims: int
    gone: int
    fails: dict[str, int]
    publishes: dict[str, int]
    is_whole: bool


class ActOnCause(Body):
    """An act on all events of one cause, so many a second; why, in a person's words."""

    act: Literal["release", "skip"]
    consumer: ConsumerName
    reason: ReasonCode
    event_type: EventType | None = None
    because: Because
    rate: Annotated[int, Field(ge=1, le=1000)] = long_acts.USUAL_RATE


@router.get("/v1/parked")
async def listed(
    parts: Parts,
    caller: Annotated[Caller, requires("parked:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
    *,
    consumer: _Code | None = None,
    reason: _Code | None = None,
    event_type: _Code | None = None,
) -> paging.Page[ParkedKeyView]:
    """List the parked keys of the organization, with why and since when; all, or those of one cause."""
    begin = None if after is None else _place(paging.decode(after, str, str, str))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await parked_list.listed(
            work.connection, after=begin, limit=limit, consumer=consumer, reason=reason, event_type=event_type
        )
    last = found[-1] if len(found) == limit else None
    return paging.Page(
        items=[_key_view(parked) for parked in found],
        next=None if last is None else paging.encode((last.consumer, last.key, last.topic)),
    )


@router.get("/v1/parked/causes")
async def causes(parts: Parts, caller: Annotated[Caller, requires("parked:read")]) -> Causes:
    """List why keys of the organization are parked, with counts and ages."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await parked_list.causes(work.connection)
    return Causes(items=[_cause_view(cause) for cause in found])


@router.get("/v1/parked/events/{parked_id}")
async def one(parked_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:read")]) -> ParkedEventView:
    """Tell all about one parked event but what it says."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await _row(work, parked_id)
        decisions = await parked_list.decisions(work.connection, row)
    return _event_view(row, decisions)


@router.post("/v1/parked/events/{parked_id}/open")
async def open_event(parked_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:open")]) -> OpenedEvent:
    """Show what a parked event says, sealed parts too; the audit trail says so."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await _row(work, parked_id)
        sealed = await _opened(work, row)
        await audit.record(
            work,
            action="parked.opened",
            object=parked_id,
            fields=("data", *(name for name, part in sealed.items() if part)),
        )
    return OpenedEvent(id=parked_id, data=edits.data_in(row["payload"]), edited=row["edited"], sealed=sealed)


@router.post("/v1/parked/events/{parked_id}/release", status_code=204)
async def release(parked_id: str, parts: Parts, caller: Annotated[Caller, requires("parked:write")]) -> None:
    """Let the first event of a key be tried again at once; what queues behind it follows."""
    wanted = path_id(ids.PARKED, parked_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await parked_acts.release(work, wanted)
        await audit.record(work, action="parked.released", object=parked_id)


@router.post("/v1/parked/events/{parked_id}/skip", status_code=204)
async def skip(parked_id: str, why: Skip, parts: Parts, caller: Annotated[Caller, requires("parked:write")]) -> None:
    """Leave the first event of a key out for good, for a reason, and go on with the next."""
    wanted = path_id(ids.PARKED, parked_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await parked_acts.skip(work, wanted, reason=why.reason)
        await audit.record(work, action="parked.skipped", object=parked_id, reason=why.reason)


@router.post("/v1/parked/events/{parked_id}/edit", response_model=Edited)
async def edit(
    parked_id: str, what: Edit, parts: Parts, caller: Annotated[Caller, requires("parked:write")]
) -> Edited | Response:
    """Keep a mended copy of an event's data beside what came; it is used from the next try on."""
    wanted = path_id(ids.PARKED, parked_id)
    try:
        async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
            diff = await parked_acts.edit_data(work, wanted, what.data, reason=what.reason)
            await audit.record(
                work,
                action="parked.edited",
                object=parked_id,
                fields=[change["path"] for change in diff],
                reason=what.reason,
            )
    except edits.EditUnreadable as unreadable:
        return problem(findings_of(unreadable.errors))
    return Edited(id=parked_id, diff=[ChangeView(**change) for change in diff])


@router.post("/v1/parked/dry-run")
async def dry_run(what: Try, parts: Parts, caller: Annotated[Caller, requires("parked:write")]) -> DryRunView:
    """Try what an act would do, and take it back."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        wanted, events = await _wanted(work, what)
    runner = DryRun([consumer.handling for consumer in parts.consumers], parts.transactions)
    figures = await runner.run(caller.org_id, wanted, act=what.act, events=events)
    return DryRunView(
        says=sentence(figures, what.act),
        events=figures.events,
        tried=figures.tried,
        handled=figures.handled,
        already=figures.already,
        left_out=figures.left_out,
        waits=figures.waits,
        stays_behind=figures.stays_behind,
        second_claims=figures.second_claims,
        gone=figures.gone,
        fails=dict(figures.fails),
        publishes=dict(figures.publishes),
        is_whole=figures.is_whole,
    )


@router.post("/v1/parked/acts", status_code=202)
async def act_on_cause(
    what: ActOnCause, parts: Parts, caller: Annotated[Caller, requires("parked:write")]
) -> LongActView:
    """Begin to release or skip all events of one cause; it can be watched, stopped and resumed as a long act."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        begun = await long_act_worker.begin_on_parked(
            work,
            what.act,
            consumer=what.consumer,
            reason_code=what.reason,
            event_type=what.event_type,
            reason=what.because,
            rate=what.rate,
        )
    return view_of(begun)


async def _wanted(work: Work, what: Try) -> tuple[list[UUID], int]:
    """Return the heads that a dry run looks at, and how many there are."""
    if what.consumer is None or what.reason is None:
        return [path_id(ids.PARKED, what.parked_id or "")], 1
    selection = Selection(what.consumer, what.reason, what.event_type, work.now)
    picked = await parked_list.pick(work.connection, selection, limit=MOST_EVENTS)
    return picked, await parked_list.count(work.connection, selection)


async def _row(work: Work, parked_id: str) -> dict[str, Any]:
    row = await parked_list.one(work.connection, path_id(ids.PARKED, parked_id))
    if row is None:
        raise NothingParked("the event is not parked")
    return row


async def _opened(work: Work, row: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """Return the sealed parts of an event that open here, and null for the others."""
    sealed: dict[str, dict[str, Any] | None] = dict.fromkeys(edits.sealed_in(row["payload"]))
    try:
        received = read_event(read_envelope(parking.record_of({**row, "edited": None})))
    except (EnvelopeUnreadable, Poison):
        return sealed
    for part in () if received is None else type(received.data).PARTS:
        if received is None or part.PURPOSE not in received.sealed:
            continue
        try:
            sealed[part.PURPOSE.value] = (await work.open(received, part)).model_dump(mode="json")
        except (Poison, Transient):
            continue
    return sealed


def _place(key: paging.Key) -> tuple[str, str, str]:
    consumer, record_key, topic = key
    return str(consumer), str(record_key), str(topic)


def _key_view(parked: ParkedKey) -> ParkedKeyView:
    return ParkedKeyView(
        id=ids.text(ids.PARKED, parked.id),
        consumer=parked.consumer,
        key=parked.key,
        topic=parked.topic,
        event_type=parked.event_type,
        event_id=parked.event_id,
        version=parked.version,
        reason=parked.reason,
        attempts=parked.attempts,
        next_try=parked.next_try,
        state=parked.state,
        waiting=parked.waiting,
        parked_at=parked.parked_at,
        age_seconds=_age(parked.parked_at),
    )


def _cause_view(cause: Cause) -> CauseView:
    return CauseView(
        consumer=cause.consumer,
        reason=cause.reason,
        event_type=cause.event_type,
        events=cause.events,
        behind=cause.behind,
        for_person=cause.for_person,
        oldest_at=cause.oldest_at,
        newest_at=cause.newest_at,
    )


def _event_view(row: Mapping[str, Any], decisions: list[dict[str, Any]]) -> ParkedEventView:
    data = edits.data_in(row["payload"])
    effective = row["edited"] or data
    errors = edits.errors_of(row["type"], effective, as_published=False) if row["type"] else []
    headers = row["headers"]
    return ParkedEventView(
        id=ids.text(ids.PARKED, row["id"]),
        consumer=row["consumer"],
        key=row["key"],
        topic=row["topic"],
        partition=row["partition"],
        position=row["position"],
        event_type=row["type"],
        event_id=None if row["event_id"] is None else ids.text(ids.EVENT, row["event_id"]),
        version=row["version"],
        reason=row["reason"],
        attempts=row["attempts"],
        next_try=row["next_try"],
        state=row["state"],
        before=row["before"],
        behind=row["behind"],
        parked_at=row["parked_at"],
        age_seconds=_age(row["parked_at"]),
        **_origin(headers, is_read=row["version"] > 0),
        bytes=len(row["payload"] or b""),
        sealed=sorted(edits.sealed_in(row["payload"])),
        is_readable=data is not None,
        can_be_edited=row["version"] > 0 and data is not None,
        is_edited=row["edited"] is not None,
        findings=[
            ProblemFinding(code=one.code, pointer=one.where.pointer, detail=one.says, fix=one.fix)
            for one in findings_of(errors)
        ],
        decisions=[
            DecisionView(
                kind=decision["kind"],
                actor=decision["actor"],
                at=decision["at"],
                reason=decision["reason"],
                paths=[change["path"] for change in decision["diff"] or ()],
            )
            for decision in decisions
        ],
    )


def _origin(headers: Mapping[str, str], *, is_read: bool) -> dict[str, Any]:
    """Return what the headers say of an event's beginnings; nothing of a record whose headers are none of ours."""
    if not is_read:
        return {"occurred_at": None, "causation_id": None, "correlation_id": None, "trace_id": None}
    trace = headers.get("traceparent", "").split("-")
    return {
        "occurred_at": headers.get("ce_time"),
        "causation_id": headers.get("ce_causationid"),
        "correlation_id": headers.get("ce_correlationid"),
        "trace_id": trace[1] if len(trace) == 4 else None,
    }


def _age(since: datetime) -> int:
    return max(0, int((clock.now() - since).total_seconds()))
