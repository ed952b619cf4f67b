"""Others get their turn between the pieces of long work."""

import asyncio
from itertools import pairwise

from claimwright.pauses import with_pauses


async def test_others_have_their_turn_and_nothing_is_left_out() -> None:
    """Seen to fail without the pause: the other had no turn before the end."""
    turns: list[int] = []
    seen: list[int] = []

    async def other() -> None:
        while True:
            turns.append(len(seen))
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    async for item in with_pauses(range(100)):
        seen.append(item)  # noqa: PERF401 - the other looks at how many there are
    task.cancel()

    assert seen == list(range(100))
    assert len(turns) >= 12
    assert max(later - earlier for earlier, later in pairwise(turns)) <= 8
