"""A periodic act goes on whatever happens to it."""

import asyncio

from claimwright.process import Periodic, run


def test_a_service_runs_on_the_quick_loop() -> None:
    async def work() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert run(work()) == "uvloop"


async def test_an_act_that_says_more_waits_is_called_again_at_once() -> None:
    stop = asyncio.Event()
    left = [1, 2, 3]

    async def act() -> bool:
        left.pop()
        if not left:
            stop.set()
        return bool(left)

    await asyncio.wait_for(Periodic("test", 3600, act).run(stop), 1)

    assert left == []


async def test_an_act_that_fails_is_tried_again() -> None:
    stop = asyncio.Event()
    tries = 0

    async def act() -> bool:
        nonlocal tries
        tries += 1
        if tries == 2:
            stop.set()
            return False
        raise ConnectionRefusedError

    await asyncio.wait_for(Periodic("test", 0.01, act).run(stop), 2)

    assert tries == 2


async def test_an_act_is_woken_by_who_makes_work_for_it_also_while_it_looks() -> None:
    # Seen to fail: without the event in the wait, and with the event cleared behind the act.
    stop, wake = asyncio.Event(), asyncio.Event()
    looks = 0

    async def act() -> bool:
        nonlocal looks
        looks += 1
        if looks == 2:
            wake.set()  # something came when this had looked already
            await asyncio.sleep(0)
        if looks == 3:
            stop.set()
        return False

    running = asyncio.create_task(Periodic("test", 3600, act, wake=wake).run(stop))
    while looks == 0:  # noqa: ASYNC110 it is the other task that looks
        await asyncio.sleep(0)
    wake.set()
    await asyncio.wait_for(running, 1)

    assert looks == 3


async def test_an_act_that_waits_to_be_woken_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()

    async def act() -> bool:
        return False

    running = asyncio.create_task(Periodic("test", 3600, act, wake=asyncio.Event()).run(stop))
    await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(running, 1)
