"""Which claims have ended, as far as a service has told or heard: what its outbox may let go hangs on it.

Only the ends are kept, one row a claim. A claim that is not here is open; one that is taken up again is taken out.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import fetch
from claimwright.events.lifecycle import AT_REST, STAGE_OF

ENDS: Final = frozenset(name for name, stage in STAGE_OF.items() if stage in AT_REST)
"""Event types after which nothing more has to happen to a claim."""
TAKES_UP: Final = frozenset({
    "claim.reopened.v1", "patient_balance.recalled.v1", "claim.queued.v1", "claim.released.v1",
    "encounter.completed.v1",
})  # fmt: skip
"""Event types after which a claim that had ended is open again; a late acknowledgment is none."""

# A claim's end and its opening again are told on one topic, in order, so the last word stands.
_END: Final = """
    insert into ended_key as kept (org_id, key, ended_at)
    select $1::uuid, key, at from unnest($2::text[], $3::timestamptz[]) as given(key, at)
    order by key collate "C"
    on conflict (org_id, key) do update set ended_at = greatest(kept.ended_at, excluded.ended_at)
    """
_TAKE_UP: Final = "delete from ended_key where org_id = $1 and key = any($2::text[])"


class Told(NamedTuple):
    """What one event says about its key."""

    key: str
    type: str
    at: datetime


def are_told(told: Iterable[Told]) -> bool:
    """Return whether any of these events ends its key or takes it up again."""
    return any(one.type in ENDS or one.type in TAKES_UP for one in told)


async def note(connection: AsyncConnection, org_id: UUID, told: Iterable[Told]) -> None:
    """Keep which keys ended and which were taken up again by these events, the last word of each; org_id is bound."""
    last = {one.key: one for one in told if one.type in ENDS or one.type in TAKES_UP}
    ended = sorted((one for one in last.values() if one.type in ENDS), key=lambda one: one.key)
    taken_up = sorted(one.key for one in last.values() if one.type in TAKES_UP)
    if taken_up:
        await fetch(connection, _TAKE_UP, org_id, taken_up)
    if ended:
        await fetch(connection, _END, org_id, [one.key for one in ended], [one.at for one in ended])
