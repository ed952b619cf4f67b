"""How far each route's mailbox was read."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from claimwright.messaging.work import Work
from claimwright_remittance.persistence.tables import mailbox_cursor


async def cursor_of(work: Work, route_id: str) -> str | None:
    """Return the cursor behind the last file that was read, or None before the first."""
    rows = await work.execute(select(mailbox_cursor.c.cursor).where(mailbox_cursor.c.route_id == route_id))
    return rows.scalar_one_or_none()


async def move_cursor(work: Work, route_id: str, cursor: str, *, after: str | None) -> bool:
    """Remember how far a route's mailbox was read, if it still stands at `after`; return whether it did.

    Where it does not, another process reads this mailbox; whoever moves it first keeps the file.
    """
    new = insert(mailbox_cursor).values(org_id=work.org_id, route_id=route_id, cursor=cursor, moved_at=work.now)
    moved = new.on_conflict_do_update(
        index_elements=["org_id", "route_id"],
        set_={"cursor": cursor, "moved_at": work.now},
        where=mailbox_cursor.c.cursor.is_not_distinct_from(after),
    )
    return (await work.execute(moved.returning(mailbox_cursor.c.cursor))).scalar_one_or_none() is not None
