"""How far each route's mailbox was read."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from claimwright.messaging.work import Work
from claimwright_remittance.persistence.tables import mailbox_cursor


async def cursor_of(work: Work, route_id: str) -> str | None:
    """Return the cursor behind the last file that was read, or None before the first."""
    rows = await work.execute(select(mailbox_cursor.c.cursor).where(mailbox_cursor.c.route_id == route_id))
    return rows.scalar_one_or_none()


async def move_cursor(work: Work, route_id: str, cursor: str) -> None:
    """Remember how far a route's mailbox was read."""
    new = insert(mailbox_cursor).values(org_id=work.org_id, route_id=route_id, cursor=cursor, moved_at=work.now)
    await work.execute(
        new.on_conflict_do_update(index_elements=["org_id", "route_id"], set_={"cursor": cursor, "moved_at": work.now})
    )
