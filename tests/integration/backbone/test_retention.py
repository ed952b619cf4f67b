"""Partitions come ahead of need and go behind it, and nothing goes that anybody can want.

Seen to fail, each with one guard taken out: the relay's cursor, the age, the open claim, the claim that ended lately,
the topic that is kept for good, the floor (a new consumer parked the key at a gap), the lock.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from claimwright import clock, ids
from claimwright.events.remittance import ClaimClosed
from claimwright.messaging import endings, retention
from claimwright.messaging.endings import Told
from claimwright.messaging.envelope import Record
from claimwright.messaging.handling import Handling
from claimwright.messaging.inbox import Inbox
from claimwright.messaging.retention import Done, Housekeeping, Stays
from claimwright.messaging.retry import RetryWorker
from claimwright.messaging.work import Transactions
from claimwright.settings import RetentionSettings
from tests.support.backbone import ORG_A, Backbone, Noted, count_note, note

ROWS = 1_000_000
"""Numbers of one partition."""
DAY = timedelta(days=1)
SETTINGS = RetentionSettings(ended_claim_days=90, other_days=30, inbox_days=93, idempotency_days=400)
CLOSED = ClaimClosed.TYPE


@pytest.fixture
async def intake(tables: Backbone) -> AsyncIterator[Transactions]:
    async with tables.transactions("intake") as transactions:
        yield transactions


def a_claim() -> str:
    return ids.text(ids.CLAIM, ids.new())


async def next_partition(tables: Backbone, *, is_sent: bool = True) -> None:
    """Let the outbox go on in its next partition, with all before it sent."""
    root = await tables.root()
    last = await root.fetchval("select last_value from intake.outbox_seq")
    first = (last // ROWS + 1) * ROWS
    await root.execute(f"alter sequence intake.outbox_seq restart with {first}")
    await root.execute("select intake.provide_outbox_partitions()")
    if is_sent:
        await root.execute("update intake.relay_cursor set seq = $1", first)
    await root.close()


async def end(transactions: Transactions, key: str, *, at: datetime, event: str = CLOSED) -> None:
    async with transactions.begin(org_id=ORG_A, actor="test") as work:
        await endings.note(work.connection, ORG_A, [Told(key, event, at)])


async def keep_house(tables: Backbone, now: datetime, house: Housekeeping | None = None) -> Done:
    house = house or Housekeeping(tables.database("intake"), SETTINGS, service="intake")
    done = await house.round(now=now)
    assert done is not None
    return done


async def partitions(tables: Backbone, table: str) -> list[str]:
    rows = await tables.fetch(
        "select relname from pg_inherits join pg_class on pg_class.oid = inhrelid"
        " where inhparent = $1::regclass order by relname",
        f"intake.{table}",
    )
    return [row["relname"] for row in rows]


async def test_what_is_old_sent_and_of_no_claim_goes(tables: Backbone, intake: Transactions) -> None:
    await note(intake, "a", [1, 2])
    await next_partition(tables)

    young = await keep_house(tables, clock.now() + 29 * DAY)
    old = await keep_house(tables, clock.now() + 31 * DAY)

    assert (young.dropped, young.stays[0]) == ((), Stays.AGE)
    assert old.dropped == ("outbox_p0",)


async def test_what_the_relay_has_not_sent_stays_and_cannot_be_dropped(tables: Backbone, intake: Transactions) -> None:
    await note(intake, "a", [1])
    await next_partition(tables, is_sent=False)

    done = await keep_house(tables, clock.now() + 400 * DAY)

    assert (done.dropped, done.stays[0]) == ((), Stays.RELAY)
    with pytest.raises(asyncpg.RaiseError, match="relay"):
        await tables.fetch("select intake.drop_outbox_partition(0)")


async def test_events_of_an_open_claim_stay_however_old(tables: Backbone, intake: Transactions) -> None:
    await note(intake, a_claim(), [1])
    await next_partition(tables)
    await note(intake, "a", [1])
    await next_partition(tables)

    done = await keep_house(tables, clock.now() + 4000 * DAY)

    assert done.stays[0] is Stays.CLAIM
    assert done.dropped == ("outbox_p1",), "a partition that stays keeps no other"


async def test_a_claim_keeps_its_events_until_it_has_been_over_for_long(tables: Backbone, intake: Transactions) -> None:
    claim, now = a_claim(), clock.now()
    await note(intake, claim, [1])
    await next_partition(tables)
    house = Housekeeping(tables.database("intake"), SETTINGS, service="intake")
    still_open = await keep_house(tables, now + 200 * DAY, house)
    await end(intake, claim, at=now + 200 * DAY)

    lately = await keep_house(tables, now + 289 * DAY, house)
    long = await keep_house(tables, now + 291 * DAY, house)

    assert (still_open.stays[0], lately.stays[0]) == (Stays.CLAIM, Stays.CLAIM)
    assert long.dropped == ("outbox_p0",)


async def test_a_claim_that_was_taken_up_again_is_open(tables: Backbone, intake: Transactions) -> None:
    claim, now = a_claim(), clock.now()
    await note(intake, claim, [1])
    await next_partition(tables)
    await end(intake, claim, at=now)
    await end(intake, claim, at=now + DAY, event="claim.reopened.v1")

    assert (await keep_house(tables, now + 300 * DAY)).stays[0] is Stays.CLAIM

    await end(intake, claim, at=now + 2 * DAY)
    assert (await keep_house(tables, now + 300 * DAY)).dropped == ("outbox_p0",)


async def test_a_late_acknowledgment_does_not_open_what_has_ended(tables: Backbone, intake: Transactions) -> None:
    claim, now = a_claim(), clock.now()
    await note(intake, claim, [1])
    await next_partition(tables)
    await end(intake, claim, at=now)
    await end(intake, claim, at=now + DAY, event="ack.payer_accepted.v1")

    assert (await keep_house(tables, now + 300 * DAY)).dropped == ("outbox_p0",)


async def test_a_topic_that_is_kept_for_good_keeps_its_partitions(
    tables: Backbone, intake: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_KEPT_TOPICS", [Noted.TOPIC])
    await note(intake, "a", [1])
    await next_partition(tables)

    assert (await keep_house(tables, clock.now() + 4000 * DAY)).stays[0] is Stays.TOPIC


async def test_a_new_consumer_begins_at_the_floor(tables: Backbone, intake: Transactions) -> None:
    await note(intake, "a", [1, 2, 3])
    await next_partition(tables)
    await keep_house(tables, clock.now() + 31 * DAY)
    await note(intake, "a", [4, 5])
    records = await tables.records()

    async with tables.transactions("coding") as coding:
        await Handling("new", {Noted: count_note}, coding).take(records, patience=False)

    floors = await tables.fetch("select floor from intake.key_version where key = 'a'")
    assert [row["floor"] for row in floors] == [4]
    assert [dict(record.headers)["ce_aggfloor"] for record in records] == [b"4", b"4"]
    assert await tables.effects() == {"a": [4, 5]}
    assert await tables.fetch("select key from coding.parked") == []


async def test_a_consumer_hears_of_ends_too(tables: Backbone, intake: Transactions) -> None:
    """A service that does not publish a claim's end learns it from who does, with or without a handler for it."""
    await note(intake, "a", [1])
    (record,) = await tables.records()

    async with tables.transactions("coding") as coding:
        await Handling("new", {}, coding).take([closing(record)], patience=False)

    assert await ended(tables) == ["a"]


async def test_a_consumer_hears_of_an_end_that_had_parked(tables: Backbone, intake: Transactions) -> None:
    await note(intake, "a", [1, 2])
    first, second = await tables.records()

    async with tables.transactions("coding") as coding:
        consumer = tables.consumer(coding)
        await consumer.handling.take([closing(second)], patience=False)  # parks: the first has not come
        await consumer.handling.take([first], patience=False)
        retries = RetryWorker([consumer], coding)
        await retries.act()
        await retries.close()

    assert await tables.fetch("select from coding.parked") == []
    assert await ended(tables) == ["a"]


def closing(record: Record) -> Record:
    """Return the record as if it told that its claim was closed."""
    headers = tuple((name, CLOSED.encode() if name == "ce_type" else value) for name, value in record.headers)
    value = record.value and record.value.replace(b'"data":{', b'"data":{"claim_id":"a","reason":"PAID",')
    return replace(record, headers=headers, value=value)


async def ended(tables: Backbone) -> list[str]:
    return [row["key"] for row in await tables.fetch("select key from coding.ended_key")]


async def test_only_one_process_keeps_house(tables: Backbone) -> None:
    root = await tables.root()
    await root.execute("select pg_advisory_lock(hashtextextended('intake.retention', 0))")

    assert await Housekeeping(tables.database("intake"), SETTINGS, service="intake").round(now=clock.now()) is None
    await root.close()


async def test_disk_use_levels_off_while_years_go_by(tables: Backbone, intake: Transactions) -> None:
    now, sizes = clock.now(), []
    for week in range(60):
        at = now + week * 7 * DAY
        claim = a_claim()
        await note(intake, claim, [1])
        # What was written now is of `at`: the moment is the database's own, and the clock of this test runs ahead.
        await tables.fetch("update intake.outbox set created_at = $1 where key = $2", at, claim)
        await end(intake, claim, at=at + 7 * DAY)
        await next_partition(tables)
        async with tables.transactions("intake") as late:
            await Inbox(late.database, "counter").provide([_id_at(at)])
        await keep_house(tables, at)
        sizes.append(len(await partitions(tables, "outbox")) + len(await partitions(tables, "inbox")))

    assert max(sizes[20:]) <= max(sizes[15:25]), sizes
    assert sizes[-1] < 30


async def test_a_dropped_month_is_made_again_for_an_event_that_comes_late(
    tables: Backbone, intake: Transactions
) -> None:
    inbox = Inbox(intake.database, "counter")
    old = _id_at(clock.now() - 200 * DAY)
    await inbox.provide([old])
    await keep_house(tables, clock.now())

    await inbox.provide([old])
    async with intake.database.transaction(None) as connection:
        assert (await inbox.enter(connection, [old], [])).new == {old}


async def test_the_next_month_of_the_inbox_is_there_before_it_begins(tables: Backbone) -> None:
    await keep_house(tables, datetime(2031, 12, 31, 23, 59, tzinfo=UTC))

    assert await partitions(tables, "inbox") == ["inbox_2031_12", "inbox_2032_01"]


async def test_kept_answers_go_when_nobody_asks_for_them_any_more(tables: Backbone, intake: Transactions) -> None:
    now = clock.now()
    for days in (399, 401):
        await tables.fetch(
            "insert into intake.http_idempotency values ($1, 'POST /v1/x', $2, '', 202, '{}', '', $3)",
            ORG_A,
            str(days).encode(),
            now - days * DAY,
        )

    done = await keep_house(tables, now)

    rows = await tables.fetch("select key_sha256 from intake.http_idempotency")
    assert (done.rows["http_idempotency"], [row["key_sha256"] for row in rows]) == (1, [b"399"])


async def test_writers_go_on_while_partitions_go(tables: Backbone, intake: Transactions) -> None:
    await note(intake, "a", [1])
    await next_partition(tables)

    writing = asyncio.create_task(note(intake, "b", range(200)))
    done = await keep_house(tables, clock.now() + 31 * DAY)
    await writing

    assert done.dropped == ("outbox_p0",)
    assert len(await tables.records()) == 200


def _id_at(moment: datetime) -> UUID:
    """Return an event id of a moment, as UUIDv7 has it."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | 1)
