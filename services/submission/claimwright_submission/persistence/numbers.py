"""Numbers that are never given twice: patient control numbers from one counter, envelopes from one a correspondent."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from claimwright import control_numbers
from claimwright.messaging.work import Work
from claimwright.x12 import ControlNumbers
from claimwright_submission.persistence.tables import COUNTER, control_counter, number_key, patient_control_number


async def patient_control_number_of(work: Work, claim_id: UUID, *, payer_order: int) -> tuple[str, int]:
    """Return a claim's number for a payer order, minted when it has none, and how many line numbers it has used."""
    table = patient_control_number
    mine = select(table.c.number, table.c.lines_minted).where(
        table.c.org_id == work.org_id, table.c.claim_id == claim_id, table.c.payer_order == payer_order
    )
    row = (await work.execute(mine.with_for_update())).one_or_none()
    if row is not None:
        return row.number, row.lines_minted
    key = (await work.execute(select(number_key.c.key))).scalar_one()
    counter = (await work.execute(select(COUNTER.next_value()))).scalar_one()
    number = control_numbers.mint(counter, payer_order=payer_order, key=key)
    await work.execute(
        insert(table).values(
            org_id=work.org_id, claim_id=claim_id, payer_order=payer_order, number=number, lines_minted=0
        )
    )
    return number, 0


async def keep_lines_minted(work: Work, claim_id: UUID, *, payer_order: int, lines_minted: int) -> None:
    """Remember how many line numbers a claim and payer order have used."""
    table = patient_control_number
    await work.execute(
        update(table)
        .where(table.c.org_id == work.org_id, table.c.claim_id == claim_id, table.c.payer_order == payer_order)
        .values(lines_minted=lines_minted)
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
