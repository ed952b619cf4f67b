"""Numbers that never come twice: drawn in the transaction that uses them."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.database.engine import fetch

# Sorted, so that two who draw do not wait for each other in a circle.
_DRAW: Final = """
    insert into counter as kept (name, value)
    select name, count from unnest($1::text[], $2::bigint[]) as given(name, count) order by name
    on conflict (name) do update set value = kept.value + excluded.value
    returning name, value
"""


async def draw(connection: AsyncConnection, counts: Mapping[str, int]) -> dict[str, int]:
    """Return the first of so many new numbers of each counter, which starts at 1."""
    wanted = {name: count for name, count in counts.items() if count}
    if not wanted:
        return {}
    rows = await fetch(connection, _DRAW, list(wanted), list(wanted.values()))
    return {row["name"]: row["value"] - wanted[row["name"]] + 1 for row in rows}
