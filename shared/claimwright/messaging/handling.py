"""One consumer's transaction: inbox, order, handlers, parking and outbox, committed together or not at all.

begin
  enter the events in the inbox          what is there already changes nothing
    and lock their keys                  which tells the last version seen of each
  for each organization, bound in turn:
    for each event in order:             handle it, queue it behind a parked one, or park it at a gap
  write what was published               last, so that drawn sequence numbers are held briefly
commit                                   the only moment of truth
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from opentelemetry.trace import Span, SpanContext
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import clock, failpoints, ids
from claimwright.events.envelope import PLATFORM, EventData, Received
from claimwright.failpoints import failpoint
from claimwright.messaging import parking
from claimwright.messaging.ceiling import Ceiling
from claimwright.messaging.endings import Told
from claimwright.messaging.envelope import Envelope, EnvelopeUnreadable, Record, read_envelope, read_event
from claimwright.messaging.faults import Fault, fault_of, lost_race, reason_of
from claimwright.messaging.inbox import Aggregate, Inbox
from claimwright.messaging.outbox import Outbox
from claimwright.messaging.parking import GAP, QUEUED, Parked
from claimwright.messaging.tables import PostgresTables, Tables
from claimwright.messaging.verdicts import Verdict, judge
from claimwright.messaging.work import Handler, Together, Transactions, Work
from claimwright.telemetry import logging, metrics, tracing

PATIENCE: Final = 10.0
"""Seconds that a whole batch is tried again for one event's passing fault, before that event is parked alone."""

_log = logging.get(__name__)


@dataclass(slots=True)
class Tally:
    """What one transaction did, counted once it has committed."""

    handled: list[Envelope] = field(default_factory=list)
    skipped: int = 0
    duplicates: int = 0
    parked: list[Parked] = field(default_factory=list)


class Handling:
    """Takes records of one consumer and makes their effects true, each exactly once."""

    def __init__(
        self,
        consumer: str,
        handlers: Mapping[type[EventData], Handler],
        transactions: Transactions,
        *,
        tables: Tables | None = None,
    ) -> None:
        """Describe a handling; without `tables` those of the service's own database are meant."""
        self._consumer = consumer
        self._actor = f"consumer:{consumer}"
        self._handlers = handlers
        self._transactions = transactions
        self.inbox = Inbox(transactions.database, consumer)
        self._tables: Tables = tables or PostgresTables(transactions.database, consumer, self.inbox)
        self._remembers = not failpoints.is_armed(failpoints.INBOX_OFF)
        self.ceiling = Ceiling()
        self._batch_seconds = metrics.of(metrics.CONSUMER_BATCH_SECONDS, consumer)
        self._skipped = metrics.of(metrics.EVENTS_SKIPPED, consumer)
        self._duplicates = metrics.of(metrics.INBOX_DUPLICATES, consumer)
        self._latency = metrics.of(metrics.EVENT_LATENCY, consumer)
        self._gaps = metrics.of(metrics.VERSION_GAPS, consumer)  # here, since a rate needs to have seen the zero

    @property
    def consumer(self) -> str:
        """Return the name that inbox and parking know this consumer by."""
        return self._consumer

    @property
    def name(self) -> str:
        """Return the name that a replay to this consumer alone calls it by: `coding.access`."""
        return f"{self._transactions.service}.{self._consumer}"

    async def take(self, records: Sequence[Record], *, patience: bool) -> None:
        """Handle records in their order, together if that works and else one by one.

        `patience` asks for the passing faults of the whole to be raised instead of parked.
        Errors: what `fault_of` calls WORLD, a lost race for locks, and under patience what it calls PASSING. Nothing is
        done then that a second call would do again.
        """
        envelopes, unreadable = self._read(records)
        if not envelopes and not unreadable:
            return  # sent again for another consumer
        traceparents = [envelope.traceparent for envelope in envelopes]
        try:
            with tracing.batch_span(self._consumer, records[0].topic, len(records), traceparents):
                await self._together(envelopes, unreadable)
        except Exception as error:
            fault = fault_of(error)
            if fault is Fault.WORLD or (fault is Fault.PASSING and patience):
                raise
            _log.warning("batch_goes_one_by_one", consumer=self._consumer, error=reason_of(error), events=len(records))
        else:
            return
        for envelope in envelopes:
            await self._alone(envelope)
        if unreadable:
            await self._together([], unreadable)

    async def _alone(self, envelope: Envelope) -> None:
        try:
            await self._together([envelope], [])
        except Exception as error:
            # Who held the lock will be done, however slow the machine is: it says nothing about the event.
            if fault_of(error) is Fault.WORLD or lost_race(error):
                raise
            await self._park_alone(envelope, error)

    async def _together(self, envelopes: Sequence[Envelope], unreadable: Sequence[Parked]) -> None:
        tally = Tally()
        outbox = self._transactions.outbox()
        began = time.monotonic()
        await self._tables.provide([envelope.id for envelope in envelopes])
        bound = _only_organization(envelopes)
        async with self._tables.transaction(bound, self._actor) as connection:
            new, seen = await self._enter(connection, envelopes, tally)
            failpoint("consumer.after_inbox")
            for org_id, events in _by_organization(new):
                if org_id != bound:
                    await self._tables.bind(connection, org_id, self._actor)
                bound = org_id
                await self._organization(connection, outbox, events, seen, tally)
            if unreadable:
                await self._tables.bind(connection, PLATFORM, self._actor)
                bound = PLATFORM
                await self._tables.park(self._work(connection, outbox, PLATFORM), unreadable)
                tally.parked += unreadable
            published = await outbox.flush(connection, bound=bound)
            if tally.parked:
                failpoint("park.before_commit")
            failpoint("consumer.before_commit")
        failpoint("consumer.after_commit")
        outbox.wake()
        self.done(tally, published, seconds=time.monotonic() - began)

    async def _enter(
        self, connection: AsyncConnection, envelopes: Sequence[Envelope], tally: Tally
    ) -> tuple[list[Envelope], dict[Aggregate, int]]:
        """Return the events that are new to the inbox, in order, and the last version seen of their keys."""
        if not envelopes:
            return [], {}
        ids_to_enter = {envelope.id for envelope in envelopes} if self._remembers else set()
        fresh, seen = await self._tables.enter(connection, ids_to_enter, {envelope.aggregate for envelope in envelopes})
        if not self._remembers:
            return list(envelopes), seen
        new = {envelope.id: envelope for envelope in reversed(envelopes) if envelope.id in fresh}
        tally.duplicates += len(envelopes) - len(new)
        return [envelope for envelope in envelopes if new.get(envelope.id) is envelope], seen

    async def _organization(
        self,
        connection: AsyncConnection,
        outbox: Outbox,
        events: Sequence[Envelope],
        seen: dict[Aggregate, int],
        tally: Tally,
    ) -> None:
        """Handle, queue or park the events of one organization, which is bound."""
        aggregates = {envelope.aggregate for envelope in events}
        parked_from = await self._tables.first_parked(connection, aggregates)
        parked: list[Parked] = []
        saw: dict[Aggregate, int] = {}
        to_handle: list[Envelope] = []
        for envelope in events:
            aggregate = envelope.aggregate
            match self._judge(envelope, seen[aggregate], parked_from.get(aggregate)):
                case Verdict.HANDLE:
                    to_handle.append(envelope)
                    seen[aggregate] = saw[aggregate] = envelope.version
                case Verdict.SEEN:
                    tally.duplicates += 1
                case Verdict.QUEUE:
                    parked.append(Parked.of(self._consumer, envelope, reason=QUEUED, state="waiting"))
                case Verdict.GAP:
                    parked.append(Parked.of(self._consumer, envelope, reason=GAP, state="retry"))
                    parked_from[aggregate] = envelope.version
        await self.handle(connection, outbox, to_handle, tally)
        if saw:
            told = [Told(envelope.key, envelope.type, envelope.occurred_at) for envelope in to_handle]
            await self._tables.saw(connection, saw)
            await self._tables.note(connection, events[0].org_id, told)
        if parked:
            await self._tables.park(self._work(connection, outbox, events[0].org_id), parked)
            tally.parked += parked
        for aggregate, version in saw.items():
            if parked_from.get(aggregate) == version + 1:
                await self._tables.try_next(connection, aggregate)

    def _judge(self, envelope: Envelope, seen: int, parked_from: int | None) -> Verdict:
        if not self._remembers:
            return Verdict.HANDLE
        return judge(envelope.version, seen=seen, floor=envelope.floor, parked_from=parked_from)

    async def handle(
        self, connection: AsyncConnection, outbox: Outbox, envelopes: Sequence[Envelope], tally: Tally
    ) -> None:
        """Run the handlers of events of the bound organization, in order; a type without one only moves its key on.

        Neighbours whose handler takes several together go to it together.
        """
        wanted: list[tuple[Envelope, Received, Handler]] = []
        for envelope in envelopes:
            received = read_event(envelope)
            handler = None if received is None else self._handlers.get(type(received.data))
            if received is None or handler is None:
                tally.skipped += 1
            else:
                wanted.append((envelope, received, handler))
        for handler, run in groupby(wanted, key=itemgetter(2)):
            taken = [(envelope, received) for envelope, received, _ in run]
            if isinstance(handler, Together):
                await self._run(handler, connection, outbox, taken)
                continue
            for envelope, received in taken:
                with self._span(envelope):
                    work = self._transactions.work(
                        connection, outbox, org_id=envelope.org_id, actor=self._actor, cause=received
                    )
                    await handler(work, received)
        tally.handled += [envelope for envelope, _, _ in wanted]

    async def _run(
        self,
        handler: Together,
        connection: AsyncConnection,
        outbox: Outbox,
        taken: Sequence[tuple[Envelope, Received]],
    ) -> None:
        """Run one handler of several events, each with its work, and with its span where its trace is sampled."""
        batch = tracing.current()
        with ExitStack() as spans:
            works = []
            for envelope, received in taken:
                traceparent = envelope.traceparent
                if not tracing.is_left_out(traceparent):
                    spans.enter_context(self._span(envelope, batch))
                    traceparent = tracing.current_traceparent()
                works.append(
                    self._transactions.work(
                        connection,
                        outbox,
                        org_id=envelope.org_id,
                        actor=self._actor,
                        cause=received,
                        traceparent=traceparent,
                    )
                )
            await handler.act([(work, received) for work, (_, received) in zip(works, taken, strict=True)])

    def _span(self, envelope: Envelope, batch: SpanContext | None = None) -> AbstractContextManager[Span]:
        attributes = {
            "messaging.destination.name": envelope.topic,
            "messaging.consumer.group.name": self._consumer,
            "claimwright.event_id": ids.text(ids.EVENT, envelope.id),
        }
        return tracing.event_span(f"process {envelope.type}", envelope.traceparent, attributes, batch=batch)

    def _read(self, records: Sequence[Record]) -> tuple[list[Envelope], list[Parked]]:
        """Return the events among some records, and what has to be parked as it came."""
        envelopes = []
        unreadable = []
        for record in records:
            try:
                envelope = read_envelope(record)
            except EnvelopeUnreadable as error:
                unreadable.append(Parked.unreadable(self._consumer, record, reason=error.code))
            else:
                if envelope.meant_for in {None, self.name}:
                    envelopes.append(envelope)
        return envelopes, unreadable

    async def _park_alone(self, envelope: Envelope, error: Exception) -> None:
        """Park one event in a transaction of its own, with its inbox row; or do what a person decided about it."""
        state: parking.State = "dead" if fault_of(error) is Fault.FOR_GOOD else "retry"
        parked = Parked.of(self._consumer, envelope, reason=reason_of(error), state=state)
        outbox = self._transactions.outbox()
        async with self._tables.transaction(envelope.org_id, self._actor) as connection:
            if self._remembers:
                entered = await self._tables.enter(connection, {envelope.id}, {envelope.aggregate})
                if not entered.new:
                    return
            match await self._tables.decided(connection, envelope.id):
                case ("skip", _):
                    await self._tables.saw(connection, {envelope.aggregate: envelope.version})
                    return
                case ("edit", edit_id):
                    parked = replace(parked, state="retry", edit_id=edit_id)
            await self._tables.park(self._work(connection, outbox, envelope.org_id), [parked])
            published = await outbox.flush(connection, bound=envelope.org_id)
            failpoint("park.before_commit")
        self.done(Tally(parked=[parked]), published=published, seconds=0)

    def _work(self, connection: AsyncConnection, outbox: Outbox, org_id: UUID) -> Work:
        """Return what the parking table tells with; nothing caused it but this consumer."""
        return self._transactions.work(connection, outbox, org_id=org_id, actor=self._actor, cause=None)

    def done(self, tally: Tally, published: bool, *, seconds: float) -> None:
        """Count what has committed, and wake the relay."""
        if published:
            self._transactions.wake.set()
        if seconds:
            self._batch_seconds.observe(seconds)
        if tally.skipped:
            self._skipped.inc(tally.skipped)
        if tally.duplicates:
            self._duplicates.inc(tally.duplicates)
        now = clock.now()
        for envelope in tally.handled:
            metrics.of(metrics.EVENTS_HANDLED, self._consumer, envelope.type).inc()
            self._latency.observe(max(0.0, (now - envelope.occurred_at).total_seconds()))
            self.ceiling.note((envelope.topic, envelope.record.partition), failed=False)
        for parked in tally.parked:
            if parked.reason == QUEUED:
                continue
            metrics.of(metrics.EVENTS_PARKED, self._consumer, parked.reason).inc()
            if parked.reason == GAP:
                self._gaps.inc()
            _log.warning("event_parked", consumer=self._consumer, key=parked.key, code=parked.reason)
            self._tell_parked(parked)
            self.ceiling.note((parked.topic, parked.record.partition), failed=True)

    def _tell_parked(self, parked: Parked) -> None:
        """Show in the event's trace that it went no further, whatever share of traces is sampled."""
        traceparent = dict(parked.record.headers).get("traceparent", b"").decode("ascii", "replace")
        attributes: dict[str, str | int] = {"messaging.consumer.group.name": self._consumer}
        if parked.event_id is not None:
            attributes["claimwright.event_id"] = ids.text(ids.EVENT, parked.event_id)
        tracing.tell("park", tracing.parse(traceparent), error=parked.reason, attributes=attributes)


def _only_organization(envelopes: Sequence[Envelope]) -> UUID | None:
    """Return the organization of events that are all of one: a transaction begins with it bound."""
    organizations = {envelope.org_id for envelope in envelopes}
    return organizations.pop() if len(organizations) == 1 else None


def _by_organization(envelopes: Sequence[Envelope]) -> list[tuple[UUID, list[Envelope]]]:
    """Return the events of each organization in order; a key belongs to one organization, so its order is kept.

    The organizations are sorted: what handlers lock of several is locked in one order by every batch.
    """
    groups: dict[UUID, list[Envelope]] = {}
    for envelope in envelopes:
        groups.setdefault(envelope.org_id, []).append(envelope)
    return sorted(groups.items())
