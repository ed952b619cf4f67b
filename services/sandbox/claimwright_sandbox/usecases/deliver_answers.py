"""Bring answers to the submitter's callback until it says that it has them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from claimwright.database.engine import Database
from claimwright_sandbox.domain.outgoing import OutgoingFile
from claimwright_sandbox.persistence import outbound
from claimwright_sandbox.persistence.vault import Vault
from claimwright_sandbox.submitters import Submitter, Submitters

AT_ONCE: Final = 8
_UNDER_WAY: Final = timedelta(seconds=15)
"""Longer than a callback may take; who died while it was under way is followed after this."""
_LONGEST_WAIT: Final = timedelta(minutes=5)

Deliver = Callable[[Submitter, OutgoingFile, bytes], Awaitable[bool]]
"""Try one callback; true when it answered that it has the file."""


async def deliver_answers(
    database: Database, deliver: Deliver, *, submitters: Submitters, vault: Vault, now: datetime
) -> bool:
    """Try the files that wait for their callback; return whether there may be more.

    No transaction is open while callbacks run. A process that dies in between has marked nothing: after a while the
    callback sees the same file under the same id again.
    """
    async with database.transaction(None) as connection:
        waiting = await outbound.take_undelivered(connection, now=now, until=now + _UNDER_WAY, limit=AT_ONCE)
    if not waiting:
        return False

    async def try_one(file: OutgoingFile) -> bool:
        submitter = submitters.named(file.submitter_id)
        return submitter is not None and await deliver(submitter, file, vault.open(file.content, file_id=file.id))

    taken = await asyncio.gather(*(try_one(file) for file in waiting))
    async with database.transaction(None) as connection:
        if delivered := [file.id for file, has_it in zip(waiting, taken, strict=True) if has_it]:
            await outbound.mark_delivered(connection, delivered, now=now)
        for file, has_it in zip(waiting, taken, strict=True):
            if not has_it:
                attempts = file.attempts + 1
                wait = min(_LONGEST_WAIT, timedelta(seconds=0.25 * 2 ** min(attempts, 12)))
                await outbound.try_later(connection, file.id, attempts=attempts, next_try_at=now + wait)
    return len(waiting) == AT_ONCE
