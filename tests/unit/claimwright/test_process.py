"""A periodic act goes on whatever happens to it."""

import asyncio

from claimwright.process import Periodic


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
