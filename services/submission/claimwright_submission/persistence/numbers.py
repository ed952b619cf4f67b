"""Numbers that are never given twice: patient control numbers from one counter, envelopes from one a correspondent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, Uuid, any_, bindparam, func, select, true, update
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


_COUNT: Final = (
    select(number_key.c.key, COUNTER.next_value().label("counter"))
    .select_from(number_key)
    .join(func.generate_series(1, bindparam("missing", type_=Integer)).table_valued("place"), true())
)
_KNOWN: Final = (
    select(
        patient_control_number.c.claim_id,
        patient_control_number.c.payer_order,
        patient_control_number.c.number,
        patient_control_number.c.lines_minted,
    )
    .where(
        patient_control_number.c.org_id == bindparam("org"),
        patient_control_number.c.claim_id == any_(bindparam("claims", type_=ARRAY(Uuid))),
    )
    .order_by(patient_control_number.c.claim_id, patient_control_number.c.payer_order)
    .with_for_update()
)


async def patient_control_numbers_of(work: Work, billed: Collection[Billed]) -> dict[Billed, Number]:
    """Return the numbers of claims and payer orders, locked, and new ones for those that have none."""
    claims = sorted({claim_id for claim_id, _ in billed})
    known = await work.execute(_KNOWN, {"org": work.org_id, "claims": claims})
    found = {(row.claim_id, row.payer_order): Number(row.number, row.lines_minted) for row in known}
    missing = [one for one in dict.fromkeys(billed) if one not in found]
    if missing:
        minted = await work.execute(_COUNT, {"missing": len(missing)})
        for (claim_id, payer_order), row in zip(missing, minted.all(), strict=True):
            text = control_numbers.mint(row.counter, payer_order=payer_order, key=row.key)
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
