"""An app in memory: a client without a socket, and callers that it knows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import httpx2
from fastapi import FastAPI

from claimwright import ids
from claimwright.security import apikeys, tokens
from claimwright.security.access import ApiKey, Organization
from claimwright.security.permissions import PARTNER_SCOPES
from claimwright.security.tokens import PublicKey, Signer

TEST_ORGANIZATION: Final = UUID("01936f00-0000-7000-8000-000000000001")
OTHER_ORGANIZATION: Final = UUID("01936f00-0000-7000-8000-000000000002")


@dataclass(frozen=True, slots=True)
class ADatabase:
    """A database that routes do not reach: only how long its pool is waited for is asked."""

    oldest_wait_seconds: float = 0.0


UNUSED_DATABASE: Final[Any] = ADatabase()


@dataclass
class KnownCallers:
    """Who is known, in memory; the shape of `security.access.Access`."""

    organizations: dict[UUID, Organization] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    signer: Signer = field(default_factory=Signer.generate)

    def add_organization(self, org_id: UUID = TEST_ORGANIZATION, *, test: bool = True) -> UUID:
        """Let an organization be known."""
        self.organizations[org_id] = Organization(org_id=org_id, name="Test Clinic", is_test=test)
        return org_id

    def add_key(
        self, org_id: UUID = TEST_ORGANIZATION, *, test: bool = True, scopes: frozenset[str] = PARTNER_SCOPES
    ) -> str:
        """Return the text of a new API key of an organization, which becomes known with it."""
        if org_id not in self.organizations:
            self.add_organization(org_id, test=test)
        minted = apikeys.mint(test=test)
        self.api_keys[minted.key_id] = ApiKey(
            key_id=minted.key_id,
            org_id=org_id,
            sha256=minted.sha256,
            scopes=scopes,
            expires_at=None,
            revoked_at=None,
        )
        return minted.text

    def token(
        self,
        permission: str,
        method: str,
        path: str,
        *,
        service: str,
        org_id: UUID = TEST_ORGANIZATION,
        person: int = 7,
    ) -> str:
        """Return a person's token for one act, as the console would issue it."""
        if org_id not in self.organizations:
            self.add_organization(org_id)
        return tokens.issue(
            self.signer,
            person=ids.text(ids.PERSON, UUID(int=person)),
            org_id=org_id,
            service=service,
            permission=permission,
            method=method,
            path=path,
        )

    async def organization(self, org_id: UUID) -> Organization | None:
        """Return an organization by its id."""
        return self.organizations.get(org_id)

    async def api_key(self, key_id: str) -> ApiKey | None:
        """Return an API key by its id."""
        return self.api_keys.get(key_id)

    async def signing_key(self, kid: str) -> PublicKey | None:
        """Return the console's public key by its id."""
        published = self.signer.published()
        return published if published.kid == kid else None


def bearer(text: str) -> dict[str, str]:
    """Return the header that carries an API key or a token."""
    return {"authorization": f"Bearer {text}"}


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client that calls an app in memory, without its startup."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        yield client
