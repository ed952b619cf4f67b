"""Long computing inside a transaction: in a thread, with the transaction kept alive meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import select

from claimwright.messaging.work import Work

_Result = TypeVar("_Result")

_SIGN_OF_LIFE_SECONDS: Final = 3.0
"""PostgreSQL ends a transaction of ours that has been silent for ten."""


async def in_thread(work: Work, compute: Callable[[], _Result]) -> _Result:
    """Compute in a thread, so that this process goes on answering, and keep the transaction from being ended."""
    computing = asyncio.ensure_future(asyncio.to_thread(compute))
    while not computing.done():
        await asyncio.wait({computing}, timeout=_SIGN_OF_LIFE_SECONDS)
        if not computing.done():
            await work.execute(select(1))
    return computing.result()
