"""Provider-level adjustments as they came, and the amounts that stand under one key."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text

from claimwright.messaging.work import Work
from claimwright_remittance.persistence import tables

_LOCK_KEYS: Final = text(
    "select pg_advisory_xact_lock(hashtextextended(cast(:org_id as text) || key, 2)) "
    "from unnest(cast(:keys as text[])) as key"
)


async def lock_amounts(work: Work, keys: Collection[str]) -> dict[str, list[int]]:
    """Hold keys until the transaction ends, and return the amounts under each in the order in which they came."""
    await work.execute(_LOCK_KEYS, {"org_id": str(work.org_id), "keys": sorted(keys)})
    table = tables.provider_item
    rows = await work.execute(
        select(table.c.item_key, table.c.cents).where(table.c.item_key.in_(keys)).order_by(table.c.id)
    )
    amounts: dict[str, list[int]] = {key: [] for key in keys}
    for row in rows:
        amounts[row.item_key].append(row.cents)
    return amounts


async def standing(work: Work, keys: Collection[str]) -> dict[str, tuple[str, str, list[int]]]:
    """Return the code, account and amounts that stand under keys, not locked."""
    table = tables.provider_item
    rows = await work.execute(
        select(table.c.item_key, table.c.code, table.c.account, table.c.cents)
        .where(table.c.item_key.in_(keys))
        .order_by(table.c.id)
    )
    found: dict[str, tuple[str, str, list[int]]] = {}
    for row in rows:
        found.setdefault(row.item_key, (row.code, row.account, []))[2].append(row.cents)
    return found


async def claims_named(work: Work, references: Collection[str]) -> dict[str, UUID]:
    """Return the claims whose number at a payer is one of these; a number of two claims names neither."""
    table = tables.remit_claim
    rows = await work.execute(
        select(table.c.payer_claim_control_number, table.c.claim_id)
        .where(
            table.c.payer_claim_control_number.in_([each for each in references if each]),
            table.c.claim_id.is_not(None),
        )
        .distinct()
    )
    named: dict[str, set[UUID]] = {}
    for row in rows:
        named.setdefault(row.payer_claim_control_number, set()).add(row.claim_id)
    return {reference: claim_ids.pop() for reference, claim_ids in named.items() if len(claim_ids) == 1}


async def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the provider-level adjustments of a transaction."""
    if rows:
        await work.execute(insert(tables.provider_item), rows)
