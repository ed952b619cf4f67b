"""Numbers that are never given twice: patient control numbers from one counter, envelopes from one a correspondent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from claimwright import control_numbers
from claimwright.messaging.work import Work
from claimwright.x12 import ControlNumbers
from claimwright_submission.persistence.tables import control_counter

Billed = tuple[UUID, int]
"""A claim and one of its payer orders: what a patient control number is of."""


@dataclass(frozen=True, slots=True)
class Number:
    """A patient control number, and how many line numbers were made under it; `is_new` while it is not kept."""

    text: str
    lines_minted: int
    is_new: bool = False


# A counter moves for those only that have no number yet. The known ones are locked in one order.
_NUMBERS: Final = """
    with known as (
      select claim_id, payer_order, number, lines_minted from patient_control_number
      where org_id = $1::uuid and claim_id = any($2::uuid[])
      order by claim_id, payer_order for update
    ), missing as (
      select claim_id, payer_order from unnest($2::uuid[], $3::int[]) as given(claim_id, payer_order)
      except select claim_id, payer_order from known
    )
    select claim_id, payer_order, number, lines_minted, null::bigint as counter, null::bytea as key from known
    union all
    select claim_id, payer_order, null, 0, nextval('patient_control_counter'), key from missing, number_key
"""
_KEEP: Final = """
    with used as (
      update patient_control_number as kept set lines_minted = given.lines_minted
      from unnest($2::uuid[], $3::int[], $5::int[], $6::boolean[]) as given(claim_id, payer_order, lines_minted, is_new)
      where org_id = $1::uuid and kept.claim_id = given.claim_id and kept.payer_order = given.payer_order and not is_new
    )
    insert into patient_control_number (org_id, claim_id, payer_order, number, lines_minted)
    select $1::uuid, claim_id, payer_order, number, lines_minted
    from unnest($2::uuid[], $3::int[], $4::text[], $5::int[], $6::boolean[])
      as given(claim_id, payer_order, number, lines_minted, is_new)
    where is_new
"""


async def patient_control_numbers_of(work: Work, billed: Collection[Billed]) -> dict[Billed, Number]:
    """Return the numbers of claims and payer orders, locked, and new ones for those that have none."""
    wanted = dict.fromkeys(billed)
    rows = await work.fetch(
        _NUMBERS, work.org_id, [claim_id for claim_id, _ in wanted], [payer_order for _, payer_order in wanted]
    )
    found = {(row["claim_id"], row["payer_order"]): _number(row) for row in rows}
    return {one: found[one] for one in wanted}


def _number(row: asyncpg.Record) -> Number:
    if row["number"] is not None:
        return Number(row["number"], row["lines_minted"])
    text = control_numbers.mint(row["counter"], payer_order=row["payer_order"], key=row["key"])
    return Number(text, 0, is_new=True)


async def keep_numbers(work: Work, numbers: Mapping[Billed, Number]) -> None:
    """Keep new numbers, and how many line numbers each has used.

    A number that another transaction has made meanwhile is not passed over: then this one has to be done again.
    """
    await work.fetch(
        _KEEP,
        work.org_id,
        [claim_id for claim_id, _ in numbers],
        [payer_order for _, payer_order in numbers],
        [number.text for number in numbers.values()],
        [number.lines_minted for number in numbers.values()],
        [number.is_new for number in numbers.values()],
    )


async def draw_control_numbers(work: Work, *, sender: str, receiver: str, usage_indicator: str) -> ControlNumbers:
    """Draw the numbers of one interchange with one group and one set.

    The row stays locked until the transaction ends, so that numbers leave in the order in which they were drawn.
    """
    table = control_counter
    first = insert(table).values(
        sender=sender,
        receiver=receiver,
        usage_indicator=usage_indicator,
        interchange_number=1,
        group_number=1,
        set_number=1,
    )
    drawn = first.on_conflict_do_update(
        index_elements=["sender", "receiver", "usage_indicator"],
        set_={
            "interchange_number": table.c.interchange_number + 1,
            "group_number": table.c.group_number + 1,
            "set_number": table.c.set_number + 1,
        },
    ).returning(table.c.interchange_number, table.c.group_number, table.c.set_number)
    row = (await work.execute(drawn)).one()
    return ControlNumbers(interchange=row.interchange_number, group=row.group_number, transaction=row.set_number)


async def give_back_control_numbers(work: Work, *, sender: str, receiver: str, usage_indicator: str) -> None:
    """Give back the numbers that this transaction drew last and did not use; nobody else has drawn since."""
    table = control_counter
    await work.execute(
        update(table)
        .where(table.c.sender == sender, table.c.receiver == receiver, table.c.usage_indicator == usage_indicator)
        .values(
            interchange_number=table.c.interchange_number - 1,
            group_number=table.c.group_number - 1,
            set_number=table.c.set_number - 1,
        )
    )
