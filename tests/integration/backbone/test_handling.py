"""One batch, one transaction: each event once, each key in order, what fails is parked and nothing else waits."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.exc import DBAPIError

from claimwright import ids
from claimwright.events.envelope import Received
from claimwright.messaging import ceiling, inbox, parked_acts, parked_list, parking
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.envelope import Record
from claimwright.messaging.retry import RetryWorker
from claimwright.messaging.work import Together, Transactions, Work
from claimwright.refusals import Transient
from claimwright.telemetry import metrics, tracing
from tests.support.backbone import ORG_A, ORG_B, Backbone, Noted, count_note, note


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What this test's spans are, whatever other tests have configured."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", lambda: provider.get_tracer("test"))
    return exporter


@pytest.fixture
async def intake(tables: Backbone) -> AsyncIterator[Transactions]:
    async with tables.transactions("intake") as transactions:
        yield transactions


@pytest.fixture
async def coding(tables: Backbone) -> AsyncIterator[Transactions]:
    async with tables.transactions("coding") as transactions:
        yield transactions


@pytest.fixture
def consumer(tables: Backbone, coding: Transactions) -> Consumer:
    return tables.consumer(coding)


@pytest.fixture
async def retries(consumer: Consumer, coding: Transactions) -> AsyncIterator[RetryWorker]:
    worker = RetryWorker([consumer], coding)
    yield worker
    await worker.close()


async def take(consumer: Consumer, records: Sequence[Record]) -> None:
    await consumer.handling.take(records, patience=False)


async def parked_rows(tables: Backbone) -> list[tuple[str, int, str, str]]:
    rows = await tables.fetch("select key, version, state, reason from coding.parked order by key, version")
    return [(row["key"], row["version"], row["state"], row["reason"]) for row in rows]


@asynccontextmanager
async def effects_held_by_another(tables: Backbone) -> AsyncIterator[None]:
    """Hold what handlers write as another's long transaction does; who wants it meanwhile gives up after a moment."""
    await tables.fetch(f'alter role svc_coding in database "{tables.name}" set lock_timeout = 200')
    root = await tables.root()
    try:
        async with root.transaction():
            await root.execute("lock table coding.effect in exclusive mode")
            yield
    finally:
        await root.close()


async def let_it_be_due(tables: Backbone) -> None:
    await tables.fetch("update coding.parked set next_try = clock_timestamp() where state = 'retry'")


async def listed_for(coding: Transactions, org_id: UUID) -> list[parked_list.ParkedKey]:
    async with coding.begin(org_id=org_id, actor="test") as work:
        return await parked_list.listed(work.connection)


async def release(coding: Transactions, key: str, org_id: UUID = ORG_A) -> None:
    (head,) = [one for one in await listed_for(coding, org_id) if one.key == key]
    async with coding.begin(org_id=org_id, actor="test") as work:
        await parked_acts.release(work, head.id)


async def skip(coding: Transactions, key: str, org_id: UUID = ORG_A) -> None:
    (head,) = [one for one in await listed_for(coding, org_id) if one.key == key]
    async with coding.begin(org_id=org_id, actor="test") as work:
        await parked_acts.skip(work, head.id, reason="a test's own reason")


async def test_records_that_come_again_change_nothing(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1, 2, 3])
    records = await tables.records()
    before = metrics.INBOX_DUPLICATES.labels("counter")._value.get()

    await take(consumer, records)
    await take(consumer, records)
    await take(consumer, [*records, *records])

    assert await tables.effects() == {"a": [1, 2, 3]}
    assert metrics.INBOX_DUPLICATES.labels("counter")._value.get() == before + 9


async def test_two_processes_with_the_same_batch_make_its_effects_once(
    tables: Backbone, intake: Transactions, coding: Transactions
) -> None:
    await note(intake, "a", range(1, 21))
    records = await tables.records()

    await asyncio.gather(*(take(tables.consumer(coding), records) for _ in range(4)))

    assert await tables.effects() == {"a": list(range(1, 21))}


async def test_what_the_inbox_forgot_is_still_known_by_its_version(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1, 2])
    records = await tables.records()
    await take(consumer, records)
    await tables.fetch("delete from coding.inbox")

    await take(consumer, records)

    assert await tables.effects() == {"a": [1, 2]}


async def test_a_consumer_that_forgets_on_purpose_does_it_all_again(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "a", [1, 2])
    records = await tables.records()
    await take(consumer, records)
    await tables.fetch("delete from coding.effect")

    async with coding.begin(org_id=ORG_A, actor="test") as work:
        await inbox.forget(work.connection, "counter", [records[0].topic])
    await take(consumer, records)

    assert await tables.effects() == {"a": [1, 2]}


async def test_a_batch_of_several_organizations_writes_each_row_for_its_own(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    for number in (1, 2):
        await note(intake, "a", [number], org_id=ORG_A)
        await note(intake, "b", [number], org_id=ORG_B)

    await take(consumer, await tables.records())

    rows = await tables.fetch("select distinct thing, org_id from coding.effect order by thing")
    assert [(row["thing"], row["org_id"]) for row in rows] == [("a", ORG_A), ("b", ORG_B)]
    echoes = await tables.fetch("select key, org_id, version from coding.outbox order by key, version")
    assert [(row["key"], row["org_id"], row["version"]) for row in echoes] == [
        ("a", ORG_A, 1),
        ("a", ORG_A, 2),
        ("b", ORG_B, 1),
        ("b", ORG_B, 2),
    ]


async def test_an_echo_names_its_cause_and_keeps_the_correlation(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1])

    await take(consumer, await tables.records())

    (cause,) = await tables.fetch("select headers::jsonb ->> 'ce_id' as id from intake.outbox")
    (echo,) = await tables.fetch(
        "select headers ->> 'ce_causationid' as cause, headers ->> 'ce_correlationid' as beginning from coding.outbox"
    )
    assert (echo["cause"], echo["beginning"]) == (cause["id"], cause["id"])


@pytest.mark.parametrize(
    ("does", "state", "reason"),
    [
        ("poison", "dead", "test.poison"),
        ("refuse", "retry", "test.not_now"),
        ("transient", "retry", "transient:Transient"),
        ("bug", "retry", "error:DBAPIError"),
    ],
)
async def test_an_event_that_fails_parks_its_key_and_no_other(
    tables: Backbone, intake: Transactions, consumer: Consumer, does: str, state: str, reason: str
) -> None:
    await note(intake, "good", [1])
    await note(intake, "bad", [1])
    await note(intake, "bad", [2], does=does)
    await note(intake, "bad", [3, 4])
    await note(intake, "good", [2])

    await take(consumer, await tables.records())

    assert await tables.effects() == {"good": [1, 2], "bad": [1]}
    assert await parked_rows(tables) == [
        ("bad", 2, state, reason),
        ("bad", 3, "waiting", "queued_behind"),
        ("bad", 4, "waiting", "queued_behind"),
    ]


async def test_under_patience_a_passing_fault_is_raised_and_nothing_is_done(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1])
    await note(intake, "b", [1], does="transient")

    with pytest.raises(Transient):
        await consumer.handling.take(await tables.records(), patience=True)

    assert await tables.effects() == {}
    assert await tables.fetch("select from coding.inbox") == []


async def test_who_stands_behind_a_lock_waits_and_is_not_parked(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1])

    async with effects_held_by_another(tables):
        with pytest.raises(DBAPIError, match="lock timeout"):
            await take(consumer, await tables.records())
    await take(consumer, await tables.records())

    assert await tables.effects() == {"a": [1]}
    assert await parked_rows(tables) == []


async def test_a_retry_that_stands_behind_a_lock_is_no_try(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker
) -> None:
    await note(intake, "a", [1], does="heal")
    await take(consumer, await tables.records())
    await tables.fetch("insert into coding.healed values ($1, 'a')", ORG_A)
    await let_it_be_due(tables)

    async with effects_held_by_another(tables):
        await retries.act()

    (row,) = await tables.fetch("select attempts, reason, next_try <= clock_timestamp() as is_due from coding.parked")
    assert dict(row) == {"attempts": 0, "reason": "test.not_now", "is_due": True}


async def test_a_parked_key_is_tried_again_and_its_order_is_kept(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker
) -> None:
    await note(intake, "a", [1], does="heal")
    await note(intake, "a", [2, 3])
    await take(consumer, await tables.records())
    await let_it_be_due(tables)
    await retries.act()
    assert (await parked_rows(tables))[0] == ("a", 1, "retry", "test.not_now")

    await tables.fetch("insert into coding.healed values ($1, 'a')", ORG_A)
    await note(intake, "a", [4])
    await take(consumer, (await tables.records())[3:])
    await let_it_be_due(tables)
    for _ in range(4):
        await retries.act()
    await note(intake, "a", [5])
    await take(consumer, (await tables.records())[4:])

    assert await tables.effects() == {"a": [1, 2, 3, 4, 5]}
    assert await parked_rows(tables) == []


async def test_two_who_try_a_parked_key_at_once_handle_it_once(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="heal")
    await note(intake, "a", [2, 3])
    await take(consumer, await tables.records())
    await tables.fetch("insert into coding.healed values ($1, 'a')", ORG_A)
    workers = [RetryWorker([consumer], coding) for _ in range(3)]

    for _ in range(4):
        await let_it_be_due(tables)
        await asyncio.gather(*(worker.act() for worker in workers))
    for worker in workers:
        await worker.close()

    assert await tables.effects() == {"a": [1, 2, 3]}
    assert await parked_rows(tables) == []


async def test_after_five_tries_a_key_waits_for_a_person(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker
) -> None:
    await note(intake, "a", [1], does="refuse")
    await take(consumer, await tables.records())
    waits = []

    for _ in range(5):
        (row,) = await tables.fetch(
            "select extract(epoch from next_try - clock_timestamp())::int as seconds from coding.parked"
        )
        waits.append(row["seconds"])
        await let_it_be_due(tables)
        await retries.act()

    assert waits == [1, 5, 30, 300, 3600]
    assert await parked_rows(tables) == [("a", 1, "dead", "test.not_now")]


async def test_a_person_releases_a_dead_key(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="heal")
    await note(intake, "a", [2])
    await take(consumer, await tables.records())
    await tables.fetch("update coding.parked set state = 'dead', next_try = null where version = 1")
    await tables.fetch("insert into coding.healed values ($1, 'a')", ORG_A)

    await release(coding, "a")
    for _ in range(2):
        await retries.act()

    assert await tables.effects() == {"a": [1, 2]}


async def test_a_person_skips_an_event_and_the_key_goes_on(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="poison")
    await note(intake, "a", [2, 3])
    await take(consumer, await tables.records())

    await skip(coding, "a")
    for _ in range(3):
        await retries.act()
    await note(intake, "a", [4])
    await take(consumer, (await tables.records())[3:])

    assert await tables.effects() == {"a": [2, 3, 4]}


async def test_what_is_not_parked_is_neither_released_nor_skipped(coding: Transactions) -> None:
    for act in (parked_acts.release, partial(parked_acts.skip, reason="a test's own reason")):
        with pytest.raises(parked_acts.NothingParked):
            async with coding.begin(org_id=ORG_A, actor="test") as work:
                await act(work, ids.new())


async def test_another_organization_sees_and_moves_nothing_that_is_parked(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="poison", org_id=ORG_A)
    await take(consumer, await tables.records())

    (mine,) = await listed_for(coding, ORG_A)
    for act in (parked_acts.release, partial(parked_acts.skip, reason="a test's own reason")):
        with pytest.raises(parked_acts.NothingParked):
            async with coding.begin(org_id=ORG_B, actor="test") as work:
                await act(work, mine.id)
    assert await listed_for(coding, ORG_B) == []
    assert (mine.consumer, mine.key, mine.reason, mine.state) == ("counter", "a", "test.poison", "dead")


async def test_the_list_shows_one_line_a_key_and_counts_what_waits(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    for thing in ("a", "b"):
        await note(intake, thing, [1], does="poison")
        await note(intake, thing, [2, 3])
    await take(consumer, await tables.records())

    listed = await listed_for(coding, ORG_A)
    async with coding.begin(org_id=ORG_A, actor="test") as work:
        after = await parked_list.listed(work.connection, after=("counter", "a", Noted.TOPIC), limit=1)

    assert [(row.key, row.version, row.waiting) for row in listed] == [("a", 1, 2), ("b", 1, 2)]
    assert [row.key for row in after] == ["b"]


async def test_a_missing_version_parks_the_key_until_it_comes_and_cannot_be_skipped(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "a", [1, 2, 3, 4])
    first, second, third, fourth = await tables.records()
    gaps = metrics.VERSION_GAPS.labels("counter")._value.get()

    await take(consumer, [first, third, fourth])
    at_the_gap = await parked_rows(tables)
    await let_it_be_due(tables)
    await retries.act()
    still = await tables.effects()
    # Seen to fail while a skip dropped the third and counted the second, which never came, as seen.
    with pytest.raises(parked_acts.VersionMissing):
        await skip(coding, "a")
    await take(consumer, [second])
    for _ in range(2):
        await retries.act()

    assert at_the_gap == [("a", 3, "retry", "version_gap"), ("a", 4, "waiting", "queued_behind")]
    assert metrics.VERSION_GAPS.labels("counter")._value.get() == gaps + 1
    assert still == {"a": [1]}
    assert await tables.effects() == {"a": [1, 2, 3, 4]}
    assert await parked_rows(tables) == []


async def test_a_new_consumer_begins_at_the_floor_that_a_replay_tells(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1, 2, 3])
    *_, third = await tables.records()

    await take(consumer, [replace(third, headers=(*third.headers, ("ce_aggfloor", b"3")))])

    assert await tables.effects() == {"a": [3]}


async def test_a_record_that_is_no_event_is_parked_where_it_was_read_and_others_go_on(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    await note(intake, "a", [1])
    (good,) = await tables.records()
    stray = Record(topic=good.topic, partition=3, position=99, key=None, value=b"\x00\xff", headers=(("x", b"\xff\0"),))

    await take(consumer, [stray, good])
    await take(consumer, [stray, good])

    assert await tables.effects() == {"a": [1]}
    assert await parked_rows(tables) == [(f"raw:{good.topic}:3:99", 0, "dead", "header_unreadable:ce_id")]


async def test_a_record_that_a_later_version_can_read_is_handled_when_it_is_released(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "a", [1, 2])
    first, second = await tables.records()
    unread = parking.Parked.unreadable("counter", first, reason="header_unreadable:ce_org")
    platform = UUID(int=0)
    async with coding.begin(org_id=platform, actor="test") as work:
        await parking.park(work, [unread])
    await take(consumer, [second])

    await release(coding, unread.key, platform)
    for _ in range(3):
        await retries.act()

    assert await tables.effects() == {"a": [1, 2]}
    assert await parked_rows(tables) == []


async def test_too_many_failures_of_one_partition_stop_the_consumer_and_tell_why(
    tables: Backbone, intake: Transactions, consumer: Consumer
) -> None:
    for number in range(ceiling.RUN):
        await note(intake, f"thing-{number}", [1], does="poison")

    await take(consumer, await tables.records())

    assert consumer.why_not_ready() == "counter_parks_too_often"


async def test_what_follows_from_an_event_stays_in_its_trace(
    tables: Backbone, intake: Transactions, consumer: Consumer, spans: InMemorySpanExporter
) -> None:
    with tracing.span("request") as request:
        await note(intake, "a", [1])
    trace_id = f"{request.get_span_context().trace_id:032x}"

    await take(consumer, await tables.records())

    (echo,) = await tables.fetch("select headers ->> 'traceparent' as trace from coding.outbox")
    assert echo["trace"].split("-")[1] == trace_id
    (handled,) = [span for span in spans.get_finished_spans() if span.name == "process test.noted.v1"]
    assert echo["trace"].split("-")[2] == f"{handled.context.span_id:016x}"


async def test_what_follows_from_an_event_that_is_not_sampled_keeps_its_trace_and_makes_no_span(
    tables: Backbone, intake: Transactions, consumer: Consumer, spans: InMemorySpanExporter
) -> None:
    await note(intake, "a", [1])
    (record,) = await tables.records()
    told = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    await take(consumer, [replace(record, headers=(*record.headers, ("traceparent", told.encode())))])

    (echo,) = await tables.fetch("select headers ->> 'traceparent' as trace from coding.outbox")
    assert echo["trace"] == told
    assert [span.name for span in spans.get_finished_spans() if span.name.startswith("process test.noted")] == []


async def test_events_that_are_handled_together_keep_their_traces_where_they_are_not_sampled(
    tables: Backbone, intake: Transactions, coding: Transactions, spans: InMemorySpanExporter
) -> None:
    # Seen to fail: with the batch's trace for those whose own is not sampled.
    async def act(taken: Sequence[tuple[Work, Received]]) -> None:
        for work, received in taken:
            await count_note(work, received)

    together = Consumer(
        "counter", [Noted.TOPIC], {Noted: Together(act)}, transactions=coding, kafka=tables.kafka("coding")
    )
    await note(intake, "a", [1, 2])
    places = [f"00-0af7651916cd43dd8448eb211c80319{number}-b7ad6b7169203331-00" for number in range(2)]

    await take(
        together,
        [
            replace(record, headers=(*record.headers, ("traceparent", place.encode())))
            for record, place in zip(await tables.records(), places, strict=True)
        ],
    )

    echoes = await tables.fetch("select headers ->> 'traceparent' as trace from coding.outbox order by seq")
    assert [echo["trace"] for echo in echoes] == places
    assert [span.name for span in spans.get_finished_spans() if span.name.startswith("process test.noted")] == []


async def test_ids_of_any_month_find_a_partition(tables: Backbone, intake: Transactions, consumer: Consumer) -> None:
    await note(intake, "a", [1])
    (record,) = await tables.records()
    years_later = UUID(int=(4_100_000_000_000 << 80) | (7 << 76) | (2 << 62))  # the year 2099
    headers = tuple(
        (name, ids.text(ids.EVENT, years_later).encode() if name == "ce_id" else value)
        for name, value in record.headers
    )

    await take(consumer, [replace(record, headers=headers)])

    assert await tables.effects() == {"a": [1]}


async def test_neighbours_go_to_a_handler_of_many_together_each_with_its_own_cause_and_trace(
    tables: Backbone, intake: Transactions, coding: Transactions, spans: InMemorySpanExporter
) -> None:
    # Seen to fail: with one work for all, all echoes had the first event as their cause and its trace.
    calls: list[list[tuple[UUID, str]]] = []

    async def act(taken: Sequence[tuple[Work, Received]]) -> None:
        calls.append([(work.org_id, received.key) for work, received in taken])
        for work, received in taken:
            await count_note(work, received)

    together = Consumer(
        "counter", [Noted.TOPIC], {Noted: Together(act)}, transactions=coding, kafka=tables.kafka("coding")
    )
    await note(intake, "a", [1, 2])
    await note(intake, "b", [1], org_id=ORG_B)
    await note(intake, "c", [1])

    await take(together, await tables.records())

    assert sorted(calls) == sorted([[(ORG_A, "a"), (ORG_A, "a"), (ORG_A, "c")], [(ORG_B, "b")]])
    assert await tables.effects() == {"a": [1, 2], "b": [1], "c": [1]}
    told = await tables.fetch("select headers::jsonb as headers from coding.outbox order by seq")
    causes = [json.loads(row["headers"])["ce_causationid"] for row in told]
    sent = await tables.fetch("select headers::jsonb as headers from intake.outbox order by seq")
    assert sorted(causes) == sorted(json.loads(row["headers"])["ce_id"] for row in sent)
    handled = [span for span in spans.get_finished_spans() if span.name == "process test.noted.v1"]
    traces = {json.loads(row["headers"])["traceparent"].split("-")[2] for row in told}
    assert traces == {f"{span.context.span_id:016x}" for span in handled if span.context}


async def test_one_bad_event_among_neighbours_is_parked_alone(
    tables: Backbone, intake: Transactions, coding: Transactions
) -> None:
    async def act(taken: Sequence[tuple[Work, Received]]) -> None:
        for work, received in taken:
            await count_note(work, received)

    together = Consumer(
        "counter", [Noted.TOPIC], {Noted: Together(act)}, transactions=coding, kafka=tables.kafka("coding")
    )
    await note(intake, "a", [1])
    await note(intake, "b", [1], does="poison")
    await note(intake, "c", [1])

    await take(together, await tables.records())

    assert await tables.effects() == {"a": [1], "c": [1]}
    assert await parked_rows(tables) == [("b", 1, "dead", "test.poison")]
