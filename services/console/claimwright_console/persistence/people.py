"""Load and save people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from claimwright.messaging.work import Work
from claimwright.security.permissions import Role
from claimwright_console.persistence.tables import person


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person without what is sealed."""

    id: UUID
    role: Role
    created_at: datetime
    withdrawn_at: datetime | None


async def insert(work: Work, *, person_id: UUID, role: Role, name: bytes, email: bytes | None) -> None:
    """Add a person; name and e-mail come sealed."""
    await work.execute(
        person.insert().values(
            org_id=work.org_id, id=person_id, role=role.value, name=name, email=email, created_at=work.now
        )
    )


async def listed(work: Work) -> Sequence[PersonRow]:
    """Return all people of the bound organization, the eldest first."""
    rows = await work.execute(
        sa.select(person.c.id, person.c.role, person.c.created_at, person.c.withdrawn_at)
        .where(person.c.org_id == work.org_id)
        .order_by(person.c.id)
    )
    return [PersonRow(row.id, Role(row.role), row.created_at, row.withdrawn_at) for row in rows]


async def role_of(work: Work, person_id: UUID) -> Role | None:
    """Return the role of a person who may work, or None."""
    rows = await work.execute(
        sa.select(person.c.role).where(
            person.c.org_id == work.org_id, person.c.id == person_id, person.c.withdrawn_at.is_(None)
        )
    )
    role = rows.scalar_one_or_none()
    return None if role is None else Role(role)


async def withdraw(work: Work, person_id: UUID) -> bool:
    """Mark a person as withdrawn; return whether there was one to withdraw."""
    changed = await work.execute(
        person.update()
        .where(person.c.org_id == work.org_id, person.c.id == person_id, person.c.withdrawn_at.is_(None))
        .values(withdrawn_at=work.now)
    )
    return changed.rowcount == 1
