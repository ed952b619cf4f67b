"""Who asks while many encounters are read is answered before the last of them."""

import asyncio
from types import SimpleNamespace
from typing import Any

from claimwright import clock
from claimwright_intake.usecases.receive_encounter import Posted, Refused, receive_encounters


async def test_others_have_their_turn_while_many_are_read() -> None:
    """Seen to fail without the pauses: nobody had a turn. None of these is kept, so no database is waited for."""
    work: Any = SimpleNamespace(now=clock.now())
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    told = await receive_encounters([Posted(work, {}, b"{}", by_person=False) for _ in range(32)])
    task.cancel()

    assert [type(one) for one in told] == [Refused] * 32
    assert turns >= 3
