"""Load and save the keys that sign person tokens; the private halves come and go sealed."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from claimwright.messaging.work import Work
from claimwright_console.persistence.tables import signing_key


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    """A signing key with its sealed private half."""

    kid: str
    row_id: UUID
    private_key: bytes


async def insert(work: Work, *, kid: str, row_id: UUID, private_key: bytes) -> None:
    """Add a key; the highest moment signs."""
    await work.execute(
        signing_key.insert().values(
            org_id=work.org_id, kid=kid, row_id=row_id, private_key=private_key, published_at=work.now
        )
    )


async def newest(work: Work) -> SigningKeyRow | None:
    """Return the key that signs, or None."""
    rows = await work.execute(
        sa.select(signing_key)
        .where(signing_key.c.org_id == work.org_id)
        .order_by(signing_key.c.published_at.desc(), signing_key.c.kid)
        .limit(1)
    )
    row = rows.one_or_none()
    return None if row is None else SigningKeyRow(row.kid, row.row_id, row.private_key)
