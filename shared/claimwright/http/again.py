"""A request whose transaction stood in another's way is tried again, a few times, before its caller is told to."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response

from claimwright.database.engine import watching_commits
from claimwright.messaging.faults import lost_race
from claimwright.telemetry import logging

PAUSES_SECONDS: Final[tuple[float, ...]] = (0.02, 0.1, 0.3)
"""How long a request waits before each new try. Behind the last one the edge answers 503 with Retry-After."""
_log = logging.get("claimwright.http")


async def tried_again(act: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    """Return the answer of a request, tried again where it lost a race for locks and nothing of it was committed.

    What was committed is not done twice, and a body that was read as a stream can't be read again.
    """
    for pause in PAUSES_SECONDS:
        with watching_commits() as commits:
            try:
                return await act(request)
            except Exception as error:
                if not lost_race(error) or commits or not _is_readable(request):
                    raise
        _log.info("request_tried_again", request_id=request.state.request_id)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
    return await act(request)


def _is_readable(request: Request) -> bool:
    """Return whether the body is kept, or there is none.

    Whether a stream was begun can't be told: it says only that it was read to its end.
    """
    headers = request.headers
    return hasattr(request, "_body") or (
        headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    )
