"""Long work in small pieces, so that whoever asks meanwhile is answered between them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

ItemT = TypeVar("ItemT")
_AT_ONCE: Final = 8


async def with_pauses(items: Sequence[ItemT]) -> AsyncIterator[ItemT]:
    """Yield the items, and let the loop do what else there is after every few of them."""
    for place, item in enumerate(items):
        if place and place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        yield item
