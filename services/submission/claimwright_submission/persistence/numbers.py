"""Numbers that are never given twice: patient control numbers from one counter, envelopes from one a correspondent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from claimwright import control_numbers
from claimwright.messaging.work import Work
from claimwright.x12 import ControlNumbers
from claimwright_submission.persistence.tables import COUNTER, control_counter, number_key, patient_control_number

Billed = tuple[UUID, int]
"""A claim and one of its payer orders: what a patient control number is of."""


@dataclass(frozen=True, slots=True)
class Number:
    """A patient control number, and how many line numbers were made under it; `is_new` while it is not kept."""

    text: str
    lines_minted: int
    is_new: bool = False


async def patient_control_numbers_of(work: Work, billed: Collection[Billed]) -> dict[Billed, Number]:
    """Return the numbers of claims and payer orders, locked, and new ones for those that have none."""
    table = patient_control_number
    known = await work.execute(
        select(table.c.claim_id, table.c.payer_order, table.c.number, table.c.lines_minted)
        .where(
            table.c.org_id == work.org_id,
            table.c.claim_id == any_(literal(sorted({claim_id for claim_id, _ in billed}), ARRAY(Uuid))),
        )
        .order_by(table.c.claim_id, table.c.payer_order)
        .with_for_update()
    )
    found = {(row.claim_id, row.payer_order): Number(row.number, row.lines_minted) for row in known}
    missing = [one for one in dict.fromkeys(billed) if one not in found]
    if missing:
        key = (await work.execute(select(number_key.c.key))).scalar_one()
        counters = await work.execute(select(COUNTER.next_value()).select_from(func.generate_series(1, len(missing))))
        for (claim_id, payer_order), counter in zip(missing, counters.scalars(), strict=True):
            text = control_numbers.mint(counter, payer_order=payer_order, key=key)
            found[claim_id, payer_order] = Number(text, 0, is_new=True)
    return {one: found[one] for one in billed}


async def keep_numbers(work: Work, numbers: Mapping[Billed, Number]) -> None:
    """Keep new numbers, and how many line numbers each has used.

    A number that another transaction has made meanwhile is not passed over: then this one has to be done again.
    """
    table = patient_control_number
    new = [(billed, number) for billed, number in numbers.items() if number.is_new]
    used = [(billed, number) for billed, number in numbers.items() if not number.is_new]
    if new:
        await work.execute(
            insert(table),
            [
                {
                    "org_id": work.org_id,
                    "claim_id": claim_id,
                    "payer_order": payer_order,
                    "number": number.text,
                    "lines_minted": number.lines_minted,
                }
                for (claim_id, payer_order), number in new
            ],
        )
    if used:
        await work.execute(
            update(table)
            .where(
                table.c.org_id == work.org_id,
                table.c.claim_id == bindparam("of_claim"),
                table.c.payer_order == bindparam("of_order"),
            )
            .values(lines_minted=bindparam("minted")),
            [
                {"of_claim": claim_id, "of_order": payer_order, "minted": number.lines_minted}
                for (claim_id, payer_order), number in used
            ],
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
