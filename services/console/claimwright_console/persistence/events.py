"""The log of events as they came: clear data to read, sealed parts kept shut."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import ARRAY

from claimwright import ids
from claimwright.events.catalog import model_named
from claimwright.events.envelope import EventData, Part, Purpose, Received
from claimwright.events.lifecycle import ClaimEvent
from claimwright.events.upcasting import newest_data, newest_name
from claimwright.messaging.work import Work
from claimwright_console.domain.names import names_in
from claimwright_console.persistence.tables import event, known_as


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as the pages show it."""

    id: UUID
    topic: str
    key: str
    version: int
    type: str
    occurred_at: datetime
    causation_id: UUID | None
    correlation_id: UUID
    trace_id: str | None
    data: Mapping[str, Any]
    sealed: Mapping[str, str]

    @property
    def service(self) -> str:
        """The service that published it."""
        return self.topic.removeprefix("claimwright.")

    def for_fold(self) -> ClaimEvent:
        """Return the event as the fold takes it."""
        return ClaimEvent(
            id=self.id,
            type=self.type,
            topic=self.topic,
            version=self.version,
            occurred_at=self.occurred_at,
            causation_id=self.causation_id,
            data=self.data,
        )

    def as_received(self, org_id: UUID) -> Received:
        """Return the event as a consumer would get it now, so that a sealed part can be opened."""
        newest, data = newest_data(self.type, self.data)
        model = model_named(newest) or EventData
        return Received(
            id=self.id,
            type=newest,
            topic=self.topic,
            key=self.key,
            version=self.version,
            org_id=org_id,
            occurred_at=self.occurred_at,
            causation_id=self.causation_id,
            correlation_id=self.correlation_id,
            traceparent=None,
            data=model.model_validate(data, extra="ignore"),
            sealed={Purpose(purpose): text for purpose, text in self.sealed.items()},
            published=None if newest == self.type else (self.type, self.data),
        )


def parts_of(row: EventRow) -> tuple[type[Part], ...]:
    """Return the kinds of sealed parts that an event of this type may carry."""
    model = model_named(newest_name(row.type))
    return () if model is None else model.PARTS


_HOLD: Final = sa.text(
    "select pg_advisory_xact_lock(hashtextextended(record_key, 0)) from unnest(cast(:keys as text[])) as record_key"
)
_ADD: Final = sa.text(
    """
    with names as (
      insert into known_as (org_id, value, record_key)
      select distinct cast(:org_id as uuid), name, record_key
      from unnest(cast(:names as text[]), cast(:named as text[])) as given(name, record_key)
      on conflict do nothing
    )
    insert into event (org_id, event_id, topic, record_key, version, type, occurred_at, causation_id, correlation_id,
                       trace_id, data, sealed)
    select cast(:org_id as uuid), event_id, topic, record_key, version, type, occurred_at, causation_id,
           correlation_id, trace_id, cast(data as jsonb), cast(sealed as jsonb)
    from unnest(
      cast(:event_ids as uuid[]), cast(:topics as text[]), cast(:keys as text[]), cast(:versions as bigint[]),
      cast(:types as text[]), cast(:moments as timestamptz[]), cast(:causes as uuid[]), cast(:correlations as uuid[]),
      cast(:traces as text[]), cast(:data as text[]), cast(:sealed as text[])
    ) as given(event_id, topic, record_key, version, type, occurred_at, causation_id, correlation_id, trace_id, data,
               sealed)
    on conflict do nothing
    returning event_id
    """
)


async def add(work: Work, came: Sequence[Received], data: Sequence[Mapping[str, Any]]) -> frozenset[UUID]:
    """Add events with the names that they can be found by, and return the ids of those that were new.

    `data` is the published data of each.

    From then on no other transaction adds to their keys until this one has ended: events of one claim come on several
    topics, and so perhaps to several processes at once. The next statement sees all that the others have added. Keys
    are held in one order, so that no two processes wait for each other.
    """
    await work.execute(_HOLD, {"keys": sorted({received.key for received in came})})
    names = [(name, one.key) for one, told in zip(came, data, strict=True) for name in names_in(told) - {one.key}]
    added = await work.execute(
        _ADD,
        {
            "org_id": work.org_id,
            "event_ids": [received.id for received in came],
            "topics": [received.topic for received in came],
            "keys": [received.key for received in came],
            "versions": [received.version for received in came],
            "types": [received.published_type for received in came],
            "moments": [received.occurred_at for received in came],
            "causes": [received.causation_id for received in came],
            "correlations": [received.correlation_id for received in came],
            "traces": [_trace_id(received.traceparent) for received in came],
            "data": [to_json(told).decode() for told in data],
            "sealed": [to_json(received.sealed).decode() for received in came],
            "names": [name for name, _ in names],
            "named": [key for _, key in names],
        },
    )
    return frozenset(added.scalars())


_OF_KEYS: Final = sa.select(event).where(
    event.c.org_id == sa.bindparam("org"),
    event.c.record_key == sa.any_(sa.bindparam("keys", type_=ARRAY(sa.Text))),
)


async def of_keys(work: Work, keys: Collection[str]) -> list[EventRow]:
    """Return the events of some record keys: a claim's, and those of the files that it stands in."""
    rows = await work.execute(_OF_KEYS, {"org": work.org_id, "keys": sorted(keys)})
    return [_row(row) for row in rows]


async def of_key(work: Work, key: str) -> list[EventRow]:
    """Return the events of one record key."""
    return await of_keys(work, [key])


_FOLDED: Final = ("event_id", "type", "topic", "version", "occurred_at", "causation_id", "data")
_FOR_FOLD: Final = sa.select(event.c.record_key, *(event.c[name] for name in _FOLDED)).where(
    event.c.org_id == sa.bindparam("org"),
    event.c.record_key == sa.any_(sa.bindparam("keys", type_=ARRAY(sa.Text))),
)


async def for_fold(work: Work, keys: Collection[str]) -> dict[str, list[ClaimEvent]]:
    """Return the events of some record keys as the fold takes them, of each key in no order that means anything."""
    found: dict[str, list[ClaimEvent]] = {}
    for row in await work.execute(_FOR_FOLD, {"org": work.org_id, "keys": sorted(keys)}):
        found.setdefault(row.record_key, []).append(
            ClaimEvent(
                id=row.event_id,
                type=row.type,
                topic=row.topic,
                version=row.version,
                occurred_at=row.occurred_at,
                causation_id=row.causation_id,
                data=row.data,
            )
        )
    return found


async def one(work: Work, event_id: UUID) -> EventRow | None:
    """Return one event."""
    rows = await work.execute(sa.select(event).where(event.c.org_id == work.org_id, event.c.event_id == event_id))
    row = rows.one_or_none()
    return None if row is None else _row(row)


async def page(
    work: Work,
    *,
    topic: str | None,
    event_type: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[EventRow]:
    """Return a page of the log, the newest first."""
    query = sa.select(event).where(event.c.org_id == work.org_id)
    if topic is not None:
        query = query.where(event.c.topic == topic)
    if event_type is not None:
        query = query.where(event.c.type == event_type)
    if before is not None:
        query = query.where(sa.tuple_(event.c.occurred_at, event.c.event_id) < sa.tuple_(*map(sa.literal, before)))
    rows = await work.execute(query.order_by(event.c.occurred_at.desc(), event.c.event_id.desc()).limit(limit))
    return [_row(row) for row in rows]


async def keys_named(work: Work, name: str, *, limit: int = 20) -> list[str]:
    """Return the record keys of what is known by an id or number: itself first, then what mentions it."""
    own = await work.execute(
        sa.select(event.c.record_key).where(event.c.org_id == work.org_id, event.c.record_key == name).limit(1)
    )
    mentioned = await work.execute(
        sa.select(known_as.c.record_key)
        .where(known_as.c.org_id == work.org_id, known_as.c.value == name)
        .order_by(known_as.c.record_key)
        .limit(limit)
    )
    return [*own.scalars(), *mentioned.scalars()]


async def claims_of_trace(work: Work, trace_id: str, *, limit: int = 50) -> list[str]:
    """Return the claims whose events were written within a trace."""
    rows = await work.execute(
        sa.select(event.c.record_key)
        .where(
            event.c.org_id == work.org_id,
            event.c.trace_id == trace_id,
            event.c.record_key.like(f"{ids.CLAIM}\\_%"),
        )
        .distinct()
        .order_by(event.c.record_key)
        .limit(limit)
    )
    return list(rows.scalars())


def _trace_id(traceparent: str | None) -> str | None:
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None


def _row(row: "sa.Row[Any]") -> EventRow:
    return EventRow(
        id=row.event_id,
        topic=row.topic,
        key=row.record_key,
        version=row.version,
        type=row.type,
        occurred_at=row.occurred_at,
        causation_id=row.causation_id,
        correlation_id=row.correlation_id,
        trace_id=row.trace_id,
        data=row.data,
        sealed=row.sealed,
    )
