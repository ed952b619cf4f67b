"""Numbers that never come twice: drawn in the transaction that uses them."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright_sandbox.persistence.tables import counter


async def draw(connection: AsyncConnection, name: str, count: int = 1) -> int:
    """Return the first of `count` new numbers of a counter, which starts at 1."""
    statement = (
        insert(counter)
        .values(name=name, value=count)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + count})
        .returning(counter.c.value)
    )
    last: int = (await connection.execute(statement)).scalar_one()
    return last - count + 1
