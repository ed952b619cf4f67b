"""What an act on parked events would do, found out by doing it: each key in a transaction that is rolled back.

Handlers only touch the database and publish through the outbox, so what is undone has not happened; numbers drawn from
sequences are lost. It stops at a number of events or after some seconds, and says how far it came.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import bind
from claimwright.events.submission import ClaimQueued
from claimwright.messaging import parking
from claimwright.messaging.envelope import EnvelopeUnreadable, read_envelope
from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.messaging.handling import Handling, Tally
from claimwright.messaging.outbox import Outbox, Pending
from claimwright.messaging.parking import GAP
from claimwright.messaging.verdicts import Verdict, judge
from claimwright.messaging.work import Transactions

MOST_EVENTS: Final = 500
MOST_SECONDS: Final = 3.0
"""Less than the five seconds that a caller waits for an answer."""
_A_KEY: Final = 50

Act = Literal["release", "skip"]

_KEY: Final = text(
    """
    select parked.*, decision.edited from parked
    join parked as head on head.id = :id and head.org_id = parked.org_id and head.consumer = parked.consumer
      and head.topic = parked.topic and head.key = parked.key
    left join parked_decision as decision on decision.org_id = parked.org_id and decision.id = parked.edit_id
    order by parked.version limit :limit
    """
)
_PLACE: Final = text("select consumer, topic, key, version from parked where id = :id")
_QUEUED_BEFORE: Final = text(
    """
    select exists (
      select from outbox where key = :key and topic = :topic and type = :type
        and convert_from(payload, 'UTF8')::jsonb -> 'data' ->> 'frequency' = :frequency
    )
    """
)


@dataclass(slots=True)
class Figures:
    """What was found out. `events` is what the act is for; `tried` counts what was looked at, with what queues behind.

    Of those tried, each is in one of: `handled`, `already`, `left_out`, `fails` (by reason), `waits` (an earlier event
    of the key has not come) or `stays_behind` (one before it fails or waits).
    """

    events: int
    keys: int = 0
    tried: int = 0
    handled: int = 0
    already: int = 0
    left_out: int = 0
    waits: int = 0
    stays_behind: int = 0
    second_claims: int = 0
    gone: int = 0
    fails: Counter[str] = field(default_factory=Counter)
    publishes: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True


def sentence(figures: Figures, act: Act) -> str:
    """Return the figures as a sentence for a person."""
    what = [f"{_events(figures.tried)} tried"]
    if act == "skip":
        what.append(f"{figures.left_out:,} would be left out for good")
    what += [
        f"{figures.handled:,} would be handled",
        f"{figures.already:,} already applied",
        f"{figures.second_claims:,} would send a second claim",
    ]
    if figures.fails:
        what.append(f"{figures.fails.total():,} would fail again")
    if figures.waits:
        what.append(f"{figures.waits:,} would wait for an earlier event")
    if figures.stays_behind:
        what.append(f"{figures.stays_behind:,} would stay behind those")
    if figures.gone:
        what.append(f"{figures.gone:,} not parked any more")
    if not figures.is_whole:
        return f"Of {_events(figures.events)} the first {figures.keys:,} were looked at: {', '.join(what)}."
    return f"{_events(figures.events)}: {', '.join(what)}."


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"


class DryRun:
    """Tries parked keys of one service's consumers without consequence."""

    def __init__(self, handlings: Sequence[Handling], transactions: Transactions) -> None:
        self._handlings: Mapping[str, Handling] = {handling.consumer: handling for handling in handlings}
        self._transactions = transactions

    async def run(self, org_id: UUID, parked_ids: Sequence[UUID], *, act: Act, events: int | None = None) -> Figures:
        """Return what an act on these heads would do; `events` is how many there are where more are meant.

        Errors: what the database raises when it is away.
        """
        figures = Figures(events=len(parked_ids) if events is None else events)
        began = time.monotonic()
        for parked_id in parked_ids:
            if figures.tried >= MOST_EVENTS or time.monotonic() - began > MOST_SECONDS:
                break
            await self._key(org_id, parked_id, act, figures)
            figures.keys += 1
        figures.is_whole = figures.keys >= figures.events
        return figures

    async def _key(self, org_id: UUID, parked_id: UUID, act: Act, figures: Figures) -> None:
        """Try one key, and take it back."""
        async with self._transactions.database.engine.connect() as connection:  # ends without a commit
            await bind(connection, org_id, "dry run")
            place = (await connection.execute(_PLACE, {"id": parked_id})).one_or_none()
            handling = None if place is None else self._handlings.get(place.consumer)
            if place is None or handling is None:
                figures.gone += 1
                return
            aggregate = (place.topic, place.key)
            seen = (await handling.inbox.lock(connection, {aggregate}))[aggregate] if place.version > 0 else 0
            rows = (await connection.execute(_KEY, {"id": parked_id, "limit": _A_KEY})).mappings().all()
            figures.tried += len(rows)
            if act == "skip" and rows[0]["reason"] != GAP:
                figures.left_out += 1
                seen, rows = max(seen, rows[0]["version"]), rows[1:]
            await self._rows(connection, handling, rows, seen, figures)

    async def _rows(
        self, connection: AsyncConnection, handling: Handling, rows: Sequence[RowMapping], seen: int, figures: Figures
    ) -> None:
        """Go through a key as the retry worker would, until something stays."""
        for number, row in enumerate(rows):
            try:
                verdict = await self._one(connection, handling, row, seen, figures)
            except Exception as error:
                if fault_of(error) is Fault.WORLD:
                    raise
                figures.fails[error.code if isinstance(error, EnvelopeUnreadable) else reason_of(error)] += 1
                figures.stays_behind += len(rows) - number - 1
                return
            match verdict:
                case Verdict.HANDLE:
                    figures.handled += 1
                    seen = row["version"]
                case Verdict.GAP:
                    figures.waits += 1
                    figures.stays_behind += len(rows) - number - 1
                    return
                case _:
                    figures.already += 1

    async def _one(
        self, connection: AsyncConnection, handling: Handling, row: RowMapping, seen: int, figures: Figures
    ) -> Verdict:
        envelope = read_envelope(parking.record_of(row))
        if row["version"] == 0:
            return Verdict.HANDLE  # it can be read now, and goes the way of all records then
        verdict = judge(envelope.version, seen=seen, floor=envelope.floor, parked_from=None)
        if verdict is not Verdict.HANDLE:
            return verdict
        outbox: Outbox = self._transactions.outbox()
        async with connection.begin_nested():
            await handling.handle(connection, outbox, [envelope], Tally())
            await connection.execute(text("set constraints all immediate"))
        for pending in outbox.pending:
            figures.publishes[pending.data.TYPE] += 1
            figures.second_claims += await _is_second_claim(connection, pending)
        return verdict


async def _is_second_claim(connection: AsyncConnection, pending: Pending) -> bool:
    """Return whether an event would send a claim on its way that was sent on it before, with the same frequency."""
    data = pending.data
    if not isinstance(data, ClaimQueued):
        return False
    topic, key = pending.aggregate
    found = await connection.execute(
        _QUEUED_BEFORE, {"topic": topic, "key": key, "type": data.TYPE, "frequency": data.frequency}
    )
    return bool(found.scalar_one())
