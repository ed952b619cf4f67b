"""Events on their way out: buffered while a use case works, written in one statement just before the commit.

The buffer is written last so that a transaction holds drawn sequence numbers for as short a time as possible: the relay
waits at the hole of one that has not ended.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final, Protocol
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import bind, fetch
from claimwright.events.envelope import EventData, Part, wire_bytes
from claimwright.messaging import endings
from claimwright.messaging.endings import Told
from claimwright.messaging.envelope import LARGEST_PAYLOAD, headers_of
from claimwright.security.sealing import PartPlace, SealedPlace

# One row a key, in sorted order: the row is the key's lock, and sorted writers do not wait for each other in a circle.
# The sort by place reads all that was drawn before the first row goes in: a key is locked before its events get a seq.
_WRITE: Final = """
    with drawn as (
      insert into key_version as kept (org_id, topic, key, version)
      select $1::uuid, topic, key, events
      from unnest($2::text[], $3::text[], $4::bigint[]) as given(topic, key, events)
      order by topic collate "C", key collate "C"
      on conflict (topic, key) do update set version = kept.version + excluded.version
      returning topic, key, version, floor
    )
    insert into outbox (org_id, event_id, topic, key, type, version, headers, payload)
    select $1::uuid, event_id, topic, key, type, version - after,
           headers::jsonb || jsonb_build_object('ce_aggversion', (version - after)::text)
             || case when floor > 1 then jsonb_build_object('ce_aggfloor', floor::text) else '{}' end,
           payload
    from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::bytea[])
      with ordinality as given(event_id, topic, key, type, after, headers, payload, place)
    join drawn using (topic, key)
    order by place
    """
# Holds the keys before what is noted about them: whoever notes the last word has drawn the last version.
_HOLD: Final = """
    insert into key_version as kept (org_id, topic, key, version)
    select $1::uuid, topic, key, 0 from unnest($2::text[], $3::text[]) as given(topic, key)
    order by topic collate "C", key collate "C"
    on conflict (topic, key) do update set version = kept.version
    """


class EventTooLarge(Exception):
    """An event that the broker would refuse; who publishes it has to make it smaller."""


class Sealing(Protocol):
    """What seals the parts of events; `claimwright.security.keys.Keyring` does."""

    async def seal(self, plain: bytes, place: SealedPlace) -> bytes:
        """Return a seal over some bytes that opens only at the same place."""

    async def open(self, sealed: bytes, place: SealedPlace) -> bytes:
        """Return what a seal holds."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One event that waits for the commit."""

    id: UUID
    org_id: UUID
    topic: str
    data: EventData
    parts: tuple[Part, ...]
    occurred_at: datetime
    causation_id: UUID | None
    correlation_id: UUID
    traceparent: str | None

    @property
    def aggregate(self) -> tuple[str, str]:
        """Return what this event is ordered by: its topic and record key."""
        return self.topic, self.data.record_key


@dataclass(slots=True)
class Outbox:
    """The events of one transaction, in the order they were published, and who is woken once it has committed."""

    source: str
    sealing: Sealing
    pending: list[Pending] = field(default_factory=list)
    to_wake: set[asyncio.Event] = field(default_factory=set)

    def wake(self) -> None:
        """Wake whoever there is work for now: the transaction has committed."""
        for event in self.to_wake:
            event.set()

    async def flush(self, connection: AsyncConnection, *, bound: UUID | None) -> bool:
        """Write what was published, and return whether there was anything.

        Organizations are bound in turn, in a fixed order; `bound` is the one that is bound now.
        """
        pending, self.pending = self.pending, []
        for org_id, events in groupby(sorted(pending, key=_organization), key=_organization):
            if org_id != bound:
                await bind(connection, org_id)
                bound = org_id
            await self._write(connection, org_id, list(events))
        return bool(pending)

    async def _write(self, connection: AsyncConnection, org_id: UUID, events: Sequence[Pending]) -> None:
        payloads = [await self._payload(event) for event in events]
        count = Counter(event.aggregate for event in events)
        drawn = sorted(count)
        said = [Told(event.data.record_key, event.data.TYPE, event.occurred_at) for event in events]
        if endings.are_told(said):
            await fetch(connection, _HOLD, org_id, [topic for topic, _ in drawn], [key for _, key in drawn])
            await endings.note(connection, org_id, said)
        headers = [
            headers_of(
                event.data,
                source=self.source,
                event_id=event.id,
                org_id=org_id,
                version=None,
                occurred_at=event.occurred_at,
                causation_id=event.causation_id,
                correlation_id=event.correlation_id,
                traceparent=event.traceparent,
            )
            for event in events
        ]
        await fetch(
            connection,
            _WRITE,
            org_id,
            [topic for topic, _ in drawn],
            [key for _, key in drawn],
            [count[aggregate] for aggregate in drawn],
            [event.id for event in events],
            [event.topic for event in events],
            [event.data.record_key for event in events],
            [event.data.TYPE for event in events],
            _afters(events),
            [to_json(one).decode() for one in headers],
            payloads,
        )

    async def _payload(self, event: Pending) -> bytes:
        sealed = {}
        for part in event.parts:
            place = PartPlace(
                purpose=part.PURPOSE,
                type=event.data.TYPE,
                event_id=event.id,
                org_id=event.org_id,
                record_key=event.data.record_key,
            )
            seal = await self.sealing.seal(part.model_dump_json().encode(), place)
            sealed[part.PURPOSE] = base64.b64encode(seal).decode()
        payload = wire_bytes(event.data, sealed)
        if len(payload) >= LARGEST_PAYLOAD:
            raise EventTooLarge(event.data.TYPE)
        return payload


def _afters(events: Sequence[Pending]) -> list[int]:
    """Return for each event how many of its key come after it: its version is the last one drawn less these."""
    seen: Counter[tuple[str, str]] = Counter()
    afters = []
    for event in reversed(events):
        afters.append(seen[event.aggregate])
        seen[event.aggregate] += 1
    return afters[::-1]


def _organization(event: Pending) -> UUID:
    return event.org_id
