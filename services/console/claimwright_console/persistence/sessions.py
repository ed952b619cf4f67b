"""Load and save sign-in links and sessions; both are found by the hash of their secret."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from claimwright.messaging.work import Work
from claimwright_console.domain.sessions import Session, SignInLink, Token
from claimwright_console.persistence.tables import session, sign_in_link


async def insert_link(work: Work, token: Token, *, person_id: UUID, expires_at: datetime) -> None:
    """Add a link."""
    await work.execute(
        sign_in_link.insert().values(
            org_id=work.org_id, sha256=token.sha256, person_id=person_id, expires_at=expires_at
        )
    )


async def drop_links(work: Work, person_id: UUID) -> None:
    """Drop a person's links that nobody used."""
    await work.execute(
        sign_in_link.delete().where(
            sign_in_link.c.org_id == work.org_id,
            sign_in_link.c.person_id == person_id,
            sign_in_link.c.used_at.is_(None),
        )
    )


async def take_link(work: Work, token: Token) -> SignInLink | None:
    """Mark a link as used and return it as it was before; of two that come at once, one finds it used."""
    rows = await work.execute(
        sa.select(sign_in_link)
        .where(sign_in_link.c.org_id == work.org_id, sign_in_link.c.sha256 == token.sha256)
        .with_for_update()
    )
    row = rows.one_or_none()
    if row is None:
        return None
    if row.used_at is None:
        await work.execute(
            sign_in_link.update()
            .where(sign_in_link.c.org_id == work.org_id, sign_in_link.c.sha256 == token.sha256)
            .values(used_at=work.now)
        )
    return SignInLink(row.person_id, row.expires_at, row.used_at)


async def insert(work: Work, token: Token, person_id: UUID) -> None:
    """Add a session that starts now."""
    await work.execute(
        session.insert().values(
            org_id=work.org_id, sha256=token.sha256, person_id=person_id, started_at=work.now, seen_at=work.now
        )
    )


async def load(work: Work, token: Token) -> Session | None:
    """Return the session of a token, alive or not."""
    rows = await work.execute(
        sa.select(session).where(session.c.org_id == work.org_id, session.c.sha256 == token.sha256)
    )
    row = rows.one_or_none()
    return None if row is None else Session(row.person_id, row.started_at, row.seen_at, row.ended_at)


async def touch(work: Work, token: Token) -> None:
    """Note that a session was seen now."""
    await work.execute(
        session.update()
        .where(session.c.org_id == work.org_id, session.c.sha256 == token.sha256)
        .values(seen_at=work.now)
    )


async def end(work: Work, token: Token) -> None:
    """End one session."""
    await work.execute(
        session.update()
        .where(session.c.org_id == work.org_id, session.c.sha256 == token.sha256)
        .values(ended_at=work.now)
    )


async def end_all(work: Work, person_id: UUID) -> None:
    """End every session of a person, and drop the links that are left."""
    await end_all_but_newest(work, person_id, keep=0)
    await drop_links(work, person_id)


async def end_all_but_newest(work: Work, person_id: UUID, *, keep: int) -> None:
    """End a person's sessions except the newest ones."""
    mine = (session.c.org_id == work.org_id, session.c.person_id == person_id, session.c.ended_at.is_(None))
    newest = sa.select(session.c.sha256).where(*mine).order_by(session.c.started_at.desc()).limit(keep)
    await work.execute(session.update().where(*mine, session.c.sha256.not_in(newest)).values(ended_at=work.now))
