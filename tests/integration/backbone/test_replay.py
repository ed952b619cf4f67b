"""Kept rows are sent again, and only who forgot what it did does it again; a wiped broker is begun anew."""

import asyncio
import shutil

import pytest

from claimwright.messaging import cluster, inbox, long_acts
from claimwright.messaging.cluster import OtherCluster
from claimwright.messaging.long_act_worker import LongActWorker
from claimwright.messaging.replay import Replayer, Which, replay
from tests.integration.backbone.conftest import SUFFIXES
from tests.support.backbone import ORG_A, Backbone, Noted, make_topics, note, running, until


async def test_a_replay_changes_nothing_until_a_consumer_forgets(backbone: Backbone) -> None:
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        for thing in ("a", "b"):
            await note(intake, thing, range(1, 6))
        consumer = backbone.consumer(coding)
        told: list[tuple[int, int]] = []

        async def counted(number: int) -> bool:
            return sum(map(len, (await backbone.effects()).values())) >= number

        async with running(backbone.relay("intake", intake.wake), consumer):
            await until(lambda: counted(10))
            sent = await replay(
                backbone.database("intake"),
                backbone.kafka("intake"),
                service="intake",
                progress=lambda count, seq: told.append((count, seq)),
            )
            await note(intake, "c", [1])
            await until(lambda: counted(11))  # what came after the replay is handled, so the replay was
            after_replay = await backbone.effects()

            await backbone.fetch("delete from coding.effect")
            async with coding.begin(org_id=ORG_A, actor="test") as work:
                await inbox.forget(work.connection, "counter", list(consumer.topics))
            await replay(backbone.database("intake"), backbone.kafka("intake"), service="intake")
            await until(lambda: counted(11))

    everything = {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5], "c": [1]}
    assert (sent, told) == (10, [(10, 10)])
    assert after_replay == everything
    assert await backbone.effects() == everything


async def test_a_replay_of_one_key_sends_no_other(backbone: Backbone) -> None:
    async with backbone.transactions("intake") as intake:
        for thing in ("a", "b"):
            await note(intake, thing, range(1, 4))

        async def all_sent() -> bool:
            return (await backbone.fetch("select seq from intake.relay_cursor"))[0]["seq"] == 6

        async with running(backbone.relay("intake", intake.wake)):
            await until(all_sent)

    settings = (backbone.database("intake"), backbone.kafka("intake"))
    assert await replay(*settings, service="intake", which=Which(key="b")) == 3
    assert await replay(*settings, service="intake", which=Which(first=2, last=4)) == 3
    assert await replay(*settings, service="intake", which=Which(topic="another")) == 0


async def test_a_replay_to_one_consumer_goes_on_where_it_was_stopped_and_others_pass_over_it(
    backbone: Backbone,
) -> None:
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        for thing in ("a", "b"):
            await note(intake, thing, range(1, 6))
        consumer, bystander = backbone.consumer(coding), backbone.consumer(coding, "bystander")
        replayer = Replayer(backbone.database("intake"), backbone.kafka("intake"), service="intake")
        worker = LongActWorker(intake, replayer)

        async def counted(number: int) -> bool:
            return sum(map(len, (await backbone.effects()).values())) >= number

        async with running(backbone.relay("intake", intake.wake), consumer, bystander):
            await until(lambda: counted(20))  # each of the two consumers
            await backbone.fetch("delete from coding.effect")
            async with coding.begin(org_id=ORG_A, actor="test") as work:
                for name in ("counter", "bystander"):
                    await inbox.forget(work.connection, name, list(consumer.topics))
            async with intake.begin(org_id=ORG_A, actor="per_tester") as work:
                wanted = Which(topic=Noted.TOPIC, to="coding.counter")
                act = await long_acts.begin(work, "replay", wanted.selection(), reason="a test's", rate=4, total=10)

            await worker.step(ORG_A, act.id, act.kind)
            async with intake.begin(org_id=ORG_A, actor="per_tester") as work:
                stopped = await long_acts.stop(work, act.id)
                await long_acts.resume(work, act.id)
            for _ in range(2):
                await worker.step(ORG_A, act.id, act.kind)
                await backbone.fetch("update intake.long_act set next_at = clock_timestamp()")
            await until(lambda: counted(10))
            await note(intake, "c", [1])
            await until(lambda: counted(12))  # both have read past the replay
            await worker.close()

        async with intake.begin(org_id=ORG_A, actor="test") as work:
            ended = await long_acts.one(work.connection, act.id)
    assert (stopped.done, stopped.position) == (4, "4")
    assert (ended.state, ended.done) == ("done", 10)
    assert await backbone.effects() == {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5], "c": [1, 1]}


async def test_a_wiped_broker_ends_who_knew_it_and_is_filled_from_the_beginning(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LOOK_EVERY", 0.3)
    stack = backbone.stack
    async with backbone.transactions("intake") as intake, backbone.transactions("coding") as coding:
        await note(intake, "a", range(1, 6))
        living = [
            asyncio.create_task(part.run(asyncio.Event()))
            for part in (backbone.relay("intake", intake.wake), backbone.consumer(coding))
        ]

        async def counted(number: int) -> bool:
            return sum(map(len, (await backbone.effects()).values())) >= number

        await until(lambda: counted(5))
        await stack.stop_part("kafka")
        shutil.rmtree(stack.places.kafka / "data")
        await note(intake, "a", [6, 7])  # nobody relays them before the wipe
        await stack.start_part("kafka")
        await asyncio.to_thread(make_topics, stack, SUFFIXES)

        ended = await asyncio.wait_for(asyncio.gather(*living, return_exceptions=True), 60)
        assert [type(one) for one in ended] == [OtherCluster, OtherCluster]
        assert all(one.exit_code == 76 for one in ended if isinstance(one, OtherCluster))

        await note(intake, "a", [8])
        async with running(backbone.relay("intake", intake.wake), backbone.consumer(coding)):
            await until(lambda: counted(8))

    assert await backbone.effects() == {"a": [1, 2, 3, 4, 5, 6, 7, 8]}
