"""The authority's record of organizations and API keys, as its events have written it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright.messaging.work import Work
from claimwright.security import tables as access

_ORGANIZATION: Final = access.organization.c
_KEY: Final = access.api_key.c


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organization; `kind` is test or live for good."""

    org_id: UUID
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key without its hash."""

    key_id: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None


async def organizations(connection: AsyncConnection) -> Sequence[OrganizationRow]:
    """Return every organization, the eldest first."""
    rows = await connection.execute(sa.select(access.organization).order_by(_ORGANIZATION.org_id))
    return [OrganizationRow(row.org_id, row.kind, row.name) for row in rows]


async def organization(connection: AsyncConnection, org_id: UUID) -> OrganizationRow | None:
    """Return one organization."""
    rows = await connection.execute(sa.select(access.organization).where(_ORGANIZATION.org_id == org_id))
    row = rows.one_or_none()
    return None if row is None else OrganizationRow(row.org_id, row.kind, row.name)


async def api_keys(work: Work) -> Sequence[ApiKeyRow]:
    """Return the keys of the bound organization."""
    rows = await work.execute(sa.select(access.api_key).where(_KEY.org_id == work.org_id).order_by(_KEY.key_id))
    return [ApiKeyRow(row.key_id, tuple(row.scopes), row.expires_at, row.revoked_at) for row in rows]


async def newest_data_key_version(work: Work, purpose: str) -> int:
    """Return the highest version of a purpose's data keys in the bound organization, 0 for none."""
    rows = await work.execute(
        sa.select(sa.func.max(access.data_key.c.version)).where(
            access.data_key.c.org_id == work.org_id, access.data_key.c.purpose == purpose
        )
    )
    return rows.scalar_one() or 0
