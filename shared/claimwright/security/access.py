"""The local copy of what the console publishes: organizations, API keys, signing keys, wrapped data keys.

Events keep it; every lookup asks the database again after a second at most, so that a key that was withdrawn is refused
within two. Nothing here asks another service.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, exists, select
from sqlalchemy.dialects.postgresql import insert

from claimwright import ids
from claimwright.database.engine import Database
from claimwright.events.access import (
    ApiKeyIssued,
    ApiKeyRevoked,
    DataKeyWrapped,
    OrganizationCreated,
    SigningKeyPublished,
)
from claimwright.events.envelope import EventData, Purpose, Received
from claimwright.security import tables
from claimwright.security.acting import Acting
from claimwright.security.keys import DATA_KEY, WrappedKey
from claimwright.security.tokens import PublicKey

CACHE_SECONDS: Final = 1.0
"""Half of the two seconds after which a withdrawn key is refused everywhere; the events take the other half."""
_CACHED: Final = 10_000

AccessHandler = Callable[[Acting, Received], Awaitable[None]]
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization; test or live for good."""

    org_id: UUID
    name: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is known here."""

    key_id: str
    org_id: UUID
    sha256: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None

    def counts(self, now: datetime) -> bool:
        """Return whether the key is neither withdrawn nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Access:
    """Lookups in the copy; what was found is trusted for a second, what was not found never.

    They go over connections of their own, since transactions that hold one wait for them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._organizations: _Cache[Organization] = _Cache()
        self._api_keys: _Cache[ApiKey] = _Cache()
        self._signing_keys: _Cache[PublicKey] = _Cache()
        self._has_snapshot = False

    async def organization(self, org_id: UUID) -> Organization | None:
        """Return an organization by its id."""
        cached = self._organizations.get(org_id)
        if cached is not None:
            return cached
        table = tables.organization
        async with self._database.lookup() as connection:
            row = (await connection.execute(select(table).where(table.c.org_id == org_id))).one_or_none()
        if row is None:
            return None
        return self._organizations.put(
            org_id, Organization(org_id=row.org_id, name=row.name, is_test=row.kind == "test")
        )

    async def organizations(self) -> tuple[Organization, ...]:
        """Return all organizations, for what runs through them one by one."""
        table = tables.organization
        async with self._database.lookup() as connection:
            rows = (await connection.execute(select(table).order_by(table.c.org_id))).all()
        return tuple(Organization(org_id=row.org_id, name=row.name, is_test=row.kind == "test") for row in rows)

    async def api_key(self, key_id: str) -> ApiKey | None:
        """Return an API key by its id, withdrawn or not."""
        cached = self._api_keys.get(key_id)
        if cached is not None:
            return cached
        table = tables.api_key
        async with self._database.lookup() as connection:
            row = (await connection.execute(select(table).where(table.c.key_id == key_id))).one_or_none()
        if row is None or row.sha256 is None:
            return None
        return self._api_keys.put(
            key_id,
            ApiKey(
                key_id=row.key_id,
                org_id=row.org_id,
                sha256=row.sha256,
                scopes=frozenset(row.scopes),
                expires_at=row.expires_at,
                revoked_at=row.revoked_at,
            ),
        )

    async def signing_key(self, kid: str) -> PublicKey | None:
        """Return a public key of the console's by its id."""
        cached = self._signing_keys.get(kid)
        if cached is not None:
            return cached
        table = tables.signing_key
        async with self._database.lookup() as connection:
            row = (await connection.execute(select(table).where(table.c.kid == kid))).one_or_none()
        return None if row is None else self._signing_keys.put(kid, PublicKey(kid=row.kid, x=row.x, y=row.y))

    async def data_key(self, key_id: UUID) -> WrappedKey | None:
        """Return a wrapped data key by its id."""
        table = tables.data_key
        async with self._database.lookup() as connection:
            row = (await connection.execute(select(table).where(table.c.key_id == key_id))).one_or_none()
        return None if row is None else _wrapped(row)

    async def newest_data_key(self, org_id: UUID, purpose: Purpose) -> WrappedKey | None:
        """Return the wrapped data key of the highest version."""
        table = tables.data_key
        newest = (
            select(table)
            .where(table.c.org_id == org_id, table.c.purpose == purpose.value)
            .order_by(table.c.version.desc())
            .limit(1)
        )
        async with self._database.lookup() as connection:
            row = (await connection.execute(newest)).one_or_none()
        return None if row is None else _wrapped(row)

    async def why_not_ready(self) -> str | None:
        """Return why nobody can be known here yet, or None once the first snapshot has come.

        It has come when the console's public key and an organization are here, and no organization waits for its data
        keys, which are the last that its creation publishes.
        """
        if not self._has_snapshot:
            has_keys = select(tables.data_key.c.key_id).where(tables.data_key.c.org_id == tables.organization.c.org_id)
            seen = select(
                exists(select(tables.organization)),
                exists(select(tables.signing_key)),
                ~exists(select(tables.organization).where(~exists(has_keys))),
            )
            async with self._database.lookup() as connection:
                self._has_snapshot = all((await connection.execute(seen)).one())
        return None if self._has_snapshot else "no access snapshot has come yet"


async def _organization_created(work: Acting, received: Received) -> None:
    data = _data(received, OrganizationCreated)
    statement = insert(tables.organization).values(
        org_id=ids.parse(ids.ORGANIZATION, data.org_id), kind=data.kind, name=data.name
    )
    await work.connection.execute(statement.on_conflict_do_nothing())


async def _api_key_issued(work: Acting, received: Received) -> None:
    data = _data(received, ApiKeyIssued)
    known = {"sha256": data.sha256, "scopes": list(data.scopes), "expires_at": data.expires_at}
    statement = insert(tables.api_key).values(
        key_id=data.key_id, org_id=ids.parse(ids.ORGANIZATION, data.org_id), **known
    )
    await work.connection.execute(statement.on_conflict_do_update(index_elements=["key_id"], set_=known))


async def _api_key_revoked(work: Acting, received: Received) -> None:
    """Withdraw a key, also one that was not issued here yet: what is withdrawn stays so."""
    data = _data(received, ApiKeyRevoked)
    statement = insert(tables.api_key).values(
        key_id=data.key_id,
        org_id=ids.parse(ids.ORGANIZATION, data.org_id),
        scopes=[],
        revoked_at=received.occurred_at,
    )
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=["key_id"], set_={"revoked_at": received.occurred_at})
    )


async def _signing_key_published(work: Acting, received: Received) -> None:
    data = _data(received, SigningKeyPublished)
    statement = insert(tables.signing_key).values(kid=data.kid, x=data.x, y=data.y)
    await work.connection.execute(statement.on_conflict_do_nothing())


async def _data_key_wrapped(work: Acting, received: Received) -> None:
    data = _data(received, DataKeyWrapped)
    statement = insert(tables.data_key).values(
        key_id=ids.parse(DATA_KEY, data.key_id),
        org_id=ids.parse(ids.ORGANIZATION, data.org_id),
        purpose=data.purpose.value,
        version=data.version,
        wrapped=data.wrapped,
    )
    await work.connection.execute(statement.on_conflict_do_nothing())


HANDLERS: Final[Mapping[type[EventData], AccessHandler]] = {
    OrganizationCreated: _organization_created,
    ApiKeyIssued: _api_key_issued,
    ApiKeyRevoked: _api_key_revoked,
    SigningKeyPublished: _signing_key_published,
    DataKeyWrapped: _data_key_wrapped,
}
"""For the consumer of the access topic that every service has."""

_Data = TypeVar("_Data", bound=EventData)


def _data(received: Received, model: type[_Data]) -> _Data:
    if not isinstance(received.data, model):
        raise TypeError(f"{received.type} is no {model.TYPE}")
    return received.data


def _wrapped(row: Row[Any]) -> WrappedKey:
    return WrappedKey(
        key_id=ids.text(DATA_KEY, row.key_id),
        org_id=row.org_id,
        purpose=Purpose(row.purpose),
        version=row.version,
        wrapped=row.wrapped,
    )


class _Cache(Generic[_Found]):
    """The last found things, each for a second."""

    def __init__(self) -> None:
        self._entries: OrderedDict[object, tuple[float, _Found]] = OrderedDict()

    def get(self, key: object) -> _Found | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] <= time.monotonic():
            return None
        return entry[1]

    def put(self, key: object, found: _Found) -> _Found:
        self._entries[key] = (time.monotonic() + CACHE_SECONDS, found)
        self._entries.move_to_end(key)
        if len(self._entries) > _CACHED:
            self._entries.popitem(last=False)
        return found
