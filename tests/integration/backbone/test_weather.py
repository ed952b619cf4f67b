"""Servers go away and come back: parts wait, go on by themselves, and can be told to end meanwhile."""

import asyncio
import signal
import sys
import time

from tests.integration.backbone.conftest import SUFFIXES
from tests.support.backbone import Backbone, make_topics, note, running, until


async def counted(backbone: Backbone, number: int) -> bool:
    return sum(map(len, (await backbone.effects()).values())) >= number


async def start_kafka(backbone: Backbone) -> None:
    """Start the broker, whose start grants what the product's topics need and takes the rest back."""
    await backbone.stack.start_part("kafka")
    await asyncio.to_thread(make_topics, backbone.stack, SUFFIXES)


async def test_after_a_restart_of_each_server_events_flow_again(backbone: Backbone) -> None:
    stack = backbone.stack
    async with (
        backbone.transactions("intake") as intake,
        backbone.transactions("coding") as coding,
        running(backbone.relay("intake", intake.wake), backbone.consumer(coding)),
    ):
        await note(intake, "a", [1])
        await until(lambda: counted(backbone, 1))

        await stack.stop_part("kafka")
        await note(intake, "a", [2, 3])  # accepted while the broker is away
        await start_kafka(backbone)
        await until(lambda: counted(backbone, 3), seconds=60)

        await stack.stop_part("postgres")
        await asyncio.sleep(1)
        await stack.start_part("postgres")
        await note(intake, "a", [4])
        await until(lambda: counted(backbone, 4), seconds=60)

    assert await backbone.effects() == {"a": [1, 2, 3, 4]}


async def test_a_process_whose_broker_is_away_still_ends_when_it_is_told_to(backbone: Backbone) -> None:
    stack = backbone.stack
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.backbone_process", service), env=backbone.environment()
        )
        for service in ("intake", "coding")
    ]
    try:
        async with backbone.transactions("intake") as intake:
            await note(intake, "a", [1])
            await until(lambda: counted(backbone, 1), seconds=60)
            await stack.stop_part("kafka")
            await note(intake, "a", range(2, 50))
            await asyncio.sleep(2)  # sends are under way by now

        began = time.monotonic()
        for process in processes:
            process.send_signal(signal.SIGTERM)
        codes = [await asyncio.wait_for(process.wait(), 15) for process in processes]
        print(f"ended after {time.monotonic() - began:.1f} s")
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
        await start_kafka(backbone)

    assert codes == [0, 0]
