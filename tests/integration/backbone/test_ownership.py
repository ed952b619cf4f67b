"""Who reads which partition, and what happens when a reader goes, freezes or drains."""

import asyncio
import time
from pathlib import Path

import pytest

from claimwright.messaging import reading as reading_module
from claimwright.messaging.envelope import Record
from claimwright.messaging.kafka import Reader
from claimwright.messaging.leases import LeaseLost, Leases
from claimwright.messaging.reading import ConsumerStuck
from tests.integration.backbone.test_killed import process
from tests.support.backbone import Backbone, note, running, until

PARTITIONS = [("topic", number) for number in range(6)]


def leases(tables: Backbone) -> Leases:
    return Leases(tables.database("coding"), service="coding", consumer="counter", partitions=PARTITIONS)


async def settle(*members: Leases) -> None:
    """Let members give up and take until nothing moves."""
    for _ in range(4):
        await asyncio.sleep(0.6)  # each looks every half second
        for member in members:
            await member.give_up(member.surplus())
        for member in members:
            await member.take()


async def test_one_reader_owns_all_and_two_share(tables: Backbone) -> None:
    async with leases(tables) as first:
        await first.take()
        alone = first.owned
        async with leases(tables) as second:
            await settle(first, second)
            shared = (first.owned, second.owned)
        await settle(first)
        alone_again = first.owned

    assert alone == alone_again == frozenset(PARTITIONS)
    assert len(shared[0]) == len(shared[1]) == 3
    assert shared[0] | shared[1] == frozenset(PARTITIONS)


async def test_a_lost_connection_owns_nothing_and_says_so(tables: Backbone) -> None:
    async with leases(tables) as first:
        await first.take()
        await tables.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'claimwright-coding leases' and datname = current_database()"
        )
        await asyncio.sleep(1.5)

        with pytest.raises(LeaseLost):
            first.check()
        with pytest.raises(LeaseLost):
            await first.take()


async def test_another_consumer_has_leases_of_its_own(tables: Backbone) -> None:
    other = Leases(tables.database("coding"), service="coding", consumer="other", partitions=PARTITIONS)
    async with leases(tables) as first, other:
        await first.take()
        await other.take()

        assert first.owned == other.owned == frozenset(PARTITIONS)


async def owners(backbone: Backbone) -> set[int]:
    """Return the processes of the database that hold partitions of the test's consumer."""
    rows = await backbone.fetch(
        "select l.pid, count(*) as locks from pg_locks l join pg_stat_activity a using (pid) "
        "where l.locktype = 'advisory' and l.objsubid = 2 and a.datname = current_database() "
        "and a.application_name = 'claimwright-coding leases' group by l.pid having count(*) > 1"
    )
    return {row["pid"] for row in rows}


async def test_when_a_reader_is_killed_the_other_goes_on_with_its_partitions(
    backbone: Backbone, tmp_path: Path
) -> None:
    async def two_own() -> bool:
        return len(await owners(backbone)) == 2

    async def all_counted() -> bool:
        return sum(map(len, (await backbone.effects()).values())) >= 40

    async with (
        backbone.transactions("intake") as intake,
        backbone.transactions("coding") as coding,
        running(backbone.relay("intake", intake.wake), backbone.consumer(coding)),
        process(backbone, "coding", tmp_path / "hits", lives=["consumer.before_commit:1"]),
    ):
        await until(two_own)
        for number in range(1, 6):
            for thing in "abcdefgh":
                await note(intake, thing, [number])
        began = time.monotonic()
        await until(all_counted)
        print(f"all effects after {time.monotonic() - began:.1f} s, one of two readers killed")

    assert await backbone.effects() == {thing: [1, 2, 3, 4, 5] for thing in "abcdefgh"}


async def test_a_stopped_consumer_finishes_the_batch_in_hand_and_goes_quickly(backbone: Backbone) -> None:
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        await note(intake, "a", [1, 2, 3, 4], does="slow")
        async with running(backbone.relay("intake", intake.wake)):
            stop = asyncio.Event()
            consumer = asyncio.create_task(backbone.consumer(coding).run(stop))

            async def at_work() -> bool:
                return bool(
                    await backbone.fetch(
                        "select from pg_stat_activity where datname = current_database() and usename = 'svc_coding' "
                        "and state = 'idle in transaction'"
                    )
                )

            await until(at_work)
            began = time.monotonic()
            stop.set()
            await asyncio.wait_for(consumer, 10)
            seconds = time.monotonic() - began

        assert seconds < 5
        done = (await backbone.effects()).get("a", [])
        assert done == [1, 2, 3, 4][: len(done)]
        assert done != []
        async with running(backbone.relay("intake", intake.wake), backbone.consumer(coding)):

            async def all_counted() -> bool:
                return len((await backbone.effects())["a"]) >= 4

            await until(all_counted)

    assert await backbone.effects() == {"a": [1, 2, 3, 4]}


async def test_a_consumer_says_when_it_has_caught_up(backbone: Backbone) -> None:
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        await note(intake, "a", range(1, 11))
        async with running(backbone.relay("intake", intake.wake)):

            async def all_sent() -> bool:
                return (await backbone.fetch("select seq from intake.relay_cursor"))[0]["seq"] == 10

            await until(all_sent)
        consumer = backbone.consumer(coding)

        before = await consumer.caught_up()
        async with running(consumer):
            await until(consumer.caught_up)

    assert not before
    assert await backbone.effects() == {"a": list(range(1, 11))}


async def test_silence_is_no_alarm_while_nothing_waits_and_one_while_something_does(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "_STUCK_SECONDS", 0.5)

    async def hear_nothing(reader: Reader) -> list[Record]:
        await asyncio.sleep(0.1)
        return []

    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        await note(intake, "a", [1])
        async with running(backbone.relay("intake", intake.wake), backbone.consumer(coding)):

            async def counted() -> bool:
                return await backbone.effects() == {"a": [1]}

            await until(counted)
            await asyncio.sleep(3)  # several looks at a silence that is right

            monkeypatch.setattr(Reader, "poll", hear_nothing)
            stuck = backbone.consumer(coding, "stuck")
            with pytest.raises(ConsumerStuck):
                await asyncio.wait_for(stuck.run(asyncio.Event()), 30)
            monkeypatch.undo()
