"""What people do about parked events: one or many, one after the other or at once, tried first and watched."""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from claimwright import clock, ids
from claimwright.events.submission import ClaimQueued
from claimwright.messaging import (
    ceiling,
    dry_run,
    edits,
    inbox,
    long_act_worker,
    long_acts,
    parked_acts,
    parked_list,
    standstill,
)
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.dry_run import DryRun, Figures, sentence
from claimwright.messaging.long_act_worker import LongActWorker
from claimwright.messaging.long_acts import LongAct
from claimwright.messaging.outbox import Pending
from claimwright.messaging.replay import Replayer
from claimwright.messaging.retry import RetryWorker
from claimwright.messaging.standstill import Standstill
from claimwright.messaging.work import Transactions
from tests.support.backbone import ORG_A, ORG_B, Backbone, Noted, note

WHY = "the partner sent it twice"
DUE_NOW = """
    update coding.parked set next_try = clock_timestamp()
    where ctid = any(array(select ctid from coding.parked where state = 'retry' for update skip locked))
"""
"""Passes over rows that somebody works at: of two who wait for each other's rows PostgreSQL refuses one."""


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


@pytest.fixture
async def acts(tables: Backbone, coding: Transactions) -> AsyncIterator[LongActWorker]:
    worker = a_worker(tables, coding)
    yield worker
    await worker.close()


def a_worker(tables: Backbone, coding: Transactions) -> LongActWorker:
    return LongActWorker(coding, Replayer(tables.database("coding"), tables.kafka("coding"), service="coding"))


async def take(consumer: Consumer, tables: Backbone) -> None:
    await consumer.handling.take(await tables.records(), patience=False)


async def head(coding: Transactions, key: str = "a", org_id: UUID = ORG_A) -> UUID:
    async with coding.begin(org_id=org_id, actor="test") as work:
        return next(one.id for one in await parked_list.listed(work.connection) if one.key == key)


async def notices(tables: Backbone) -> list[tuple[str, dict[str, Any]]]:
    rows = await tables.fetch("select type, payload from coding.outbox where type like 'event.%' order by seq")
    return [(row["type"], json.loads(row["payload"])["data"]) for row in rows]


async def retry_all(tables: Backbone, retries: RetryWorker, times: int = 4) -> None:
    for _ in range(times):
        await tables.fetch("update coding.parked set next_try = clock_timestamp() where state = 'retry'")
        await retries.act()


async def edit(coding: Transactions, parked_id: UUID, **data: object) -> list[edits.Change]:
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        return await parked_acts.edit_data(work, parked_id, data, reason=WHY)


async def begin(coding: Transactions, act: str = "release", *, rate: int = 50, reason: str = "test.poison") -> LongAct:
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        return await long_act_worker.begin_on_parked(
            work, act, consumer="counter", reason_code=reason, event_type=Noted.TYPE, reason=WHY, rate=rate
        )


async def now(coding: Transactions, act: LongAct) -> LongAct:
    async with coding.begin(org_id=ORG_A, actor="test") as work:
        return await long_acts.one(work.connection, act.id)


async def test_an_edit_is_used_from_the_next_try_on_and_what_came_is_kept(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="poison")
    await note(intake, "a", [2])
    await take(consumer, tables)
    parked_id = await head(coding)

    diff = await edit(coding, parked_id, thing="a", number=7, does="count")
    untouched = await tables.effects()
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        await parked_acts.release(work, parked_id)
    await retry_all(tables, retries)

    (kept,) = await tables.fetch("select * from coding.parked_decision")
    assert diff == [
        {"op": "replace", "path": "/does", "value": "count", "was": "poison"},
        {"op": "replace", "path": "/number", "value": 7, "was": 1},
    ]
    assert untouched == {}
    assert await tables.effects() == {"a": [7, 2]}
    assert json.loads(kept["original"]) == {"thing": "a", "number": 1, "does": "poison"}
    assert json.loads(kept["edited"]) == {"thing": "a", "number": 7, "does": "count"}
    assert (kept["actor"], kept["reason"], kept["kind"]) == ("per_tester", WHY, "edit")


async def test_a_decision_holds_when_the_event_comes_again(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    for thing in ("edited", "skipped"):
        await note(intake, thing, [1], does="poison")
        await note(intake, thing, [2])
    await take(consumer, tables)
    await edit(coding, await head(coding, "edited"), thing="edited", number=7, does="count")
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        await parked_acts.release(work, await head(coding, "edited"))
        await parked_acts.skip(work, await head(coding, "skipped"), reason=WHY)
    await retry_all(tables, retries)
    before = await tables.effects()

    await tables.fetch("delete from coding.effect")
    async with coding.begin(org_id=ORG_A, actor="test") as work:
        await inbox.forget(work.connection, "counter", [Noted.TOPIC])
    await take(consumer, tables)
    await retry_all(tables, retries)

    assert before == {"edited": [7, 2], "skipped": [2]}
    assert await tables.effects() == before
    assert await tables.fetch("select from coding.parked") == []


async def test_what_waits_for_a_person_is_told_with_ids_and_codes_and_so_is_its_end(
    tables: Backbone, intake: Transactions, consumer: Consumer, retries: RetryWorker, coding: Transactions
) -> None:
    await note(intake, "poison", [1], does="poison")
    await note(intake, "refuse", [1], does="refuse")
    await note(intake, "heal", [1], does="heal")
    await take(consumer, tables)
    at_first = [type_ for type_, _ in await notices(tables)]
    await retry_all(tables, retries, 5)
    for_good = [(type_, data["parked_key"], data["reason"]) for type_, data in await notices(tables)]

    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        await parked_acts.skip(work, await head(coding, "poison"), reason=WHY)
        await parked_acts.release(work, await head(coding, "refuse"))
    await tables.fetch("insert into coding.healed values ($1, 'heal')", ORG_A)
    await tables.fetch("update coding.parked set state = 'retry', attempts = 0 where key = 'heal'")
    await retry_all(tables, retries, 1)

    ended = [(type_, data.get("by")) for type_, data in (await notices(tables))[3:]]
    assert at_first == ["event.parked.v1"]
    assert for_good == [
        ("event.parked.v1", "poison", "test.poison"),
        ("event.parked.v1", "refuse", "test.not_now"),
        ("event.parked.v1", "heal", "test.not_now"),
    ]
    assert ended == [("event.skipped.v1", None), ("event.released.v1", "person"), ("event.released.v1", "itself")]
    assert set((await notices(tables))[0][1]) == {
        *("parked_id", "consumer", "topic", "parked_key", "event_version", "event_id", "event_type"),
        *("reason", "attempts", "parked_at"),
    }


async def test_nothing_is_told_of_a_notice_that_parks(
    tables: Backbone, intake: Transactions, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimwright.messaging.notices._SILENT", frozenset({Noted.TYPE}))
    await note(intake, "a", [1], does="poison")

    await take(consumer, tables)

    assert len(await tables.fetch("select from coding.parked where state = 'dead'")) == 1
    assert await notices(tables) == []


async def test_of_two_people_who_skip_the_same_event_one_does_and_no_second_event_goes(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    for number in range(10):
        await note(intake, f"thing-{number}", [1], does="poison")
        await note(intake, f"thing-{number}", [2, 3])
    await take(consumer, tables)

    async def skip(parked_id: UUID) -> str:
        try:
            async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
                await parked_acts.skip(work, parked_id, reason=WHY)
        except parked_acts.NothingParked as refusal:
            return refusal.code
        return "skipped"

    heads = [await head(coding, f"thing-{number}") for number in range(10)]
    came_to = [await asyncio.gather(skip(one), skip(one), skip(one)) for one in heads]

    assert [Counter(one) for one in came_to] == [Counter({"skipped": 1, "nothing_parked": 2})] * 10
    left = await tables.fetch("select key, min(version) as first from coding.parked group by key")
    assert {row["first"] for row in left} == {2}
    assert len(left) == 10


async def test_people_and_retry_workers_at_once_leave_each_effect_once_and_in_order(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    things = [f"thing-{number}" for number in range(12)]
    for thing in things:
        await note(intake, thing, [1], does="heal")
        await note(intake, thing, [2, 3])
    await take(consumer, tables)
    await tables.fetch("insert into coding.healed select $1, key from coding.parked where version = 1", ORG_A)
    heads = {thing: await head(coding, thing) for thing in things}
    workers = [RetryWorker([consumer], coding) for _ in range(2)]
    seed = random.Random(6)

    async def person(thing: str) -> None:
        await asyncio.sleep(seed.random() / 20)
        try:
            async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
                if seed.random() < 0.5:
                    await parked_acts.release(work, heads[thing])
                else:
                    await parked_acts.skip(work, heads[thing], reason=WHY)
        except parked_acts.NothingParked:
            return

    async def machine(worker: RetryWorker) -> None:
        for _ in range(12):
            await tables.fetch(DUE_NOW)
            await worker.act()

    await asyncio.gather(*map(machine, workers), *(person(thing) for thing in things for _ in range(2)))
    for worker in workers:
        await machine(worker)
        await worker.close()

    skipped = {row["key"] for row in await tables.fetch("select key from coding.parked_decision where kind = 'skip'")}
    assert await tables.fetch("select from coding.parked") == []
    assert await tables.effects() == {thing: [2, 3] if thing in skipped else [1, 2, 3] for thing in things}


async def test_only_the_first_event_of_a_key_is_released_or_skipped(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="poison")
    await note(intake, "a", [2])
    await take(consumer, tables)
    (second,) = await tables.fetch("select id from coding.parked where version = 2")

    with pytest.raises(parked_acts.NotTheFirst):
        async with coding.begin(org_id=ORG_A, actor="test") as work:
            await parked_acts.release(work, second["id"])


async def test_a_dry_run_tells_what_would_come_of_each_event_and_changes_nothing(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "healed", [1], does="heal")
    await note(intake, "healed", [2, 3])
    await note(intake, "ill", [1], does="heal")
    await note(intake, "ill", [2])
    await note(intake, "known", [1], does="heal")
    await take(consumer, tables)
    await tables.fetch("insert into coding.healed values ($1, 'healed')", ORG_A)
    await tables.fetch("update coding.seen_version set version = 1 where key = 'known'")
    before = await state_of(tables)

    async with coding.begin(org_id=ORG_A, actor="test") as work:
        heads = await parked_list.pick(
            work.connection, parked_list.Selection("counter", "test.not_now", Noted.TYPE, clock.now()), limit=10
        )
    figures = await DryRun([consumer.handling], coding).run(ORG_A, heads, act="release")

    assert (figures.handled, figures.already, figures.stays_behind, dict(figures.fails)) == (
        3,
        1,
        1,
        {"test.not_now": 1},
    )
    assert dict(figures.publishes) == {"test.echoed.v1": 3}
    assert sentence(figures, "release") == (
        "3 events: 6 events tried, 3 would be handled, 1 already applied, 0 would send a second claim,"
        " 1 would fail again, 1 would stay behind those."
    )
    assert await state_of(tables) == before


async def state_of(tables: Backbone) -> list[object]:
    """Return all rows that a handling could touch."""
    return [
        [tuple(row) for row in await tables.fetch(f"select * from coding.{name} order by 1, 2, 3")]
        for name in ("effect", "outbox", "parked", "seen_version", "inbox", "key_version")
        if name != "inbox"
    ]


async def test_a_dry_run_of_a_skip_tries_what_would_follow(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await note(intake, "a", [1], does="poison")
    await note(intake, "a", [2, 3])
    await take(consumer, tables)

    figures = await DryRun([consumer.handling], coding).run(ORG_A, [await head(coding)], act="skip")

    assert (figures.left_out, figures.handled, figures.fails.total()) == (1, 2, 0)


async def test_a_dry_run_stops_at_its_bound_and_says_so(
    tables: Backbone,
    intake: Transactions,
    consumer: Consumer,
    coding: Transactions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry_run, "MOST_EVENTS", 2)
    for number in range(4):
        await note(intake, f"thing-{number}", [1], does="poison")
    await take(consumer, tables)
    heads = [await head(coding, f"thing-{number}") for number in range(4)]

    figures = await DryRun([consumer.handling], coding).run(ORG_A, heads, act="release")

    assert (figures.tried, figures.is_whole) == (2, False)
    assert sentence(figures, "release").startswith("Of 4 events the first 2 were looked at: 2 events tried, ")


def test_the_sentence_is_told_in_figures() -> None:
    figures = Figures(events=412, keys=412, tried=412, handled=409, already=3)

    assert sentence(figures, "release") == (
        "412 events: 412 events tried, 409 would be handled, 3 already applied, 0 would send a second claim."
    )


async def test_a_claim_that_was_queued_before_with_the_same_frequency_is_told_as_a_second_one(
    tables: Backbone, intake: Transactions, coding: Transactions
) -> None:
    queued = ClaimQueued(
        claim_id="clm_1",
        encounter_id="enc_1",
        encounter_version=1,
        frequency="1",
        charge_cents=100,
        line_count=1,
        payer_count=1,
        route_id="rte_1",
        submission_id="sub_1",
        patient_control_number="0123456789AB",
        payer_order=1,
    )
    payload = json.dumps({"data": queued.model_dump(mode="json"), "sealed": {}}).encode()
    await tables.fetch(
        "insert into coding.outbox (org_id, event_id, topic, key, type, version, headers, payload)"
        " values ($1, $2, $3, 'clm_1', $4, 1, '{}', $5)",
        *(ORG_A, ids.new(), ClaimQueued.TOPIC, ClaimQueued.TYPE, payload),
    )

    async def is_second(data: ClaimQueued) -> bool:
        pending = Pending(
            id=ids.new(),
            org_id=ORG_A,
            topic=ClaimQueued.TOPIC,
            data=data,
            parts=(),
            occurred_at=clock.now(),
            causation_id=None,
            correlation_id=ids.new(),
            traceparent=None,
        )
        async with coding.begin(org_id=ORG_A, actor="test") as work:
            return await dry_run._is_second_claim(work.connection, pending)

    assert await is_second(queued)
    assert not await is_second(queued.model_copy(update={"frequency": "7"}))
    assert not await is_second(queued.model_copy(update={"claim_id": "clm_2"}))


async def test_causes_are_counted_with_their_ages_and_what_is_behind(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    for number in range(3):
        await note(intake, f"poison-{number}", [1], does="poison")
        await note(intake, f"poison-{number}", [2, 3])
    await note(intake, "refuse", [1], does="refuse")
    await note(intake, "other", [1], does="poison", org_id=ORG_B)
    await take(consumer, tables)

    async with coding.begin(org_id=ORG_A, actor="test") as work:
        found = await parked_list.causes(work.connection)

    assert [(one.reason, one.event_type, one.events, one.behind, one.for_person) for one in found] == [
        ("test.poison", Noted.TYPE, 3, 6, 3),
        ("test.not_now", Noted.TYPE, 1, 0, 0),
    ]
    assert all(one.oldest_at <= one.newest_at for one in found)


async def poison(tables: Backbone, intake: Transactions, consumer: Consumer, count: int) -> None:
    for number in range(count):
        await note(intake, f"thing-{number:03}", [1], does="poison")
    await take(consumer, tables)


async def test_an_act_by_cause_takes_all_of_it_and_nothing_else_and_is_audited_for_each(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions, acts: LongActWorker
) -> None:
    await poison(tables, intake, consumer, 7)
    await note(intake, "another", [1], does="refuse")
    await note(intake, "foreign", [1], does="poison", org_id=ORG_B)
    await take(consumer, tables)

    act = await begin(coding, "skip")
    while await acts.act():
        pass

    left = {row["key"] for row in await tables.fetch("select key from coding.parked")}
    trail = await tables.fetch("select actor, action, reason from coding.audit order by id")
    ended = await now(coding, act)
    assert (ended.state, ended.total, ended.done, ended.passed_over) == ("done", 7, 7, 0)
    assert left == {"another", "foreign"}
    assert [row["action"] for row in trail] == ["parked.skip_by_cause", *["parked.skipped"] * 7]
    assert {(row["actor"], row["reason"]) for row in trail} == {("per_tester", WHY)}


async def test_an_act_goes_at_its_rate_and_not_faster_with_more_processes(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions
) -> None:
    await poison(tables, intake, consumer, 9)
    workers = [a_worker(tables, coding) for _ in range(3)]

    act = await begin(coding, rate=3)
    for _ in range(3):
        await asyncio.gather(*(worker.act() for worker in workers))
    in_a_moment = (await now(coding, act)).done
    (pause,) = await tables.fetch(
        "select extract(epoch from next_at - clock_timestamp())::float as seconds from coding.long_act"
    )
    for worker in workers:
        await worker.close()

    assert in_a_moment == 3
    assert 0 < pause["seconds"] <= 1


async def test_an_act_is_stopped_and_goes_on_where_it_was(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions, acts: LongActWorker
) -> None:
    await poison(tables, intake, consumer, 9)
    act = await begin(coding, rate=3)
    await acts.act()

    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        await long_acts.stop(work, act.id)
    await tables.fetch("update coding.long_act set next_at = clock_timestamp()")
    still = await acts.act()
    stopped = await now(coding, act)
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        await long_acts.resume(work, act.id)
    for _ in range(4):
        await tables.fetch("update coding.long_act set next_at = clock_timestamp()")
        await acts.act()
    ended = await now(coding, act)
    with pytest.raises(long_acts.LongActEnded):
        async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
            await long_acts.stop(work, act.id)

    assert (still, stopped.state, stopped.done) == (False, "stopped", 3)
    assert (ended.state, ended.done) == ("done", 9)


async def test_an_act_that_is_killed_goes_on_and_does_each_once(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions, acts: LongActWorker
) -> None:
    await poison(tables, intake, consumer, 120)
    act = await begin(coding, "skip", rate=1000)

    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.acts_process"),
        env=tables.environment() | {"CLAIMWRIGHT_FAILPOINTS": "long_act.before_commit:2"},
    )
    code = await killed.wait()
    on_the_way = await now(coding, act)
    while (await now(coding, act)).state == "running":
        await acts.act()

    ended = await now(coding, act)
    trail = await tables.fetch("select object from coding.audit where action = 'parked.skipped'")
    assert code == -9
    assert (on_the_way.state, on_the_way.done) == ("running", 50)
    assert (ended.state, ended.done, ended.passed_over) == ("done", 120, 0)
    assert len({row["object"] for row in trail}) == len(trail) == 120


async def test_an_act_passes_over_what_a_person_has_done_meanwhile(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions, acts: LongActWorker
) -> None:
    await poison(tables, intake, consumer, 4)
    act = await begin(coding, "skip")
    async with coding.begin(org_id=ORG_A, actor="per_other") as work:
        await parked_acts.skip(work, await head(coding, "thing-002"), reason=WHY)

    while await acts.act():
        pass

    ended = await now(coding, act)
    assert (ended.total, ended.done) == (4, 3)


async def test_a_gap_cannot_be_skipped_by_cause(coding: Transactions) -> None:
    with pytest.raises(parked_acts.VersionMissing):
        await begin(coding, "skip", reason="version_gap")


async def test_a_stop_outlives_the_process_and_a_person_lets_all_go_on(
    tables: Backbone, intake: Transactions, consumer: Consumer, coding: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "LOOK_EVERY", 0.0)
    await poison(tables, intake, consumer, ceiling.RUN)
    here = Standstill(coding.database, "counter", consumer.handling.ceiling)
    after_a_restart = tables.consumer(coding)
    there = Standstill(coding.database, "counter", after_a_restart.handling.ceiling)

    await here.look()
    await there.look()
    why = (consumer.why_not_ready(), after_a_restart.why_not_ready())
    async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
        (stop,) = await standstill.stops(work.connection)
        await standstill.resume(work.connection, "counter")
    for one in (here, there):
        await one.look()

    assert why == ("counter_parks_too_often",) * 2
    assert (stop.topic, stop.failed, stop.looked_at) == (Noted.TOPIC, ceiling.RUN, ceiling.RUN)
    assert (consumer.why_not_ready(), after_a_restart.why_not_ready()) == (None, None)
    with pytest.raises(standstill.NotStopped):
        async with coding.begin(org_id=ORG_A, actor="per_tester") as work:
            await standstill.resume(work.connection, "counter")
