"""Issue and revoke API keys of partners."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from claimwright import ids
from claimwright.events.access import ApiKeyIssued, ApiKeyRevoked
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import apikeys, audit
from claimwright.security.permissions import PARTNER_SCOPES
from claimwright_console.persistence import access_record
from claimwright_console.usecases.publish_access import publish_access


class ScopeNotForPartners(Refusal):
    """A scope that an API key can't have."""

    code: ClassVar[str] = "scope_not_for_partners"
    fix: ClassVar[str | None] = "Choose from: " + ", ".join(sorted(PARTNER_SCOPES))


class ApiKeyUnknown(Refusal):
    """No such key in this organization, or one that was revoked before."""

    code: ClassVar[str] = "api_key_unknown"
    fix: ClassVar[str | None] = "List the keys of the organization."


class OrganizationUnknown(Refusal):
    """An organization that was never created."""

    code: ClassVar[str] = "organization_unknown"
    fix: ClassVar[str | None] = "List the organizations."


async def issue_api_key(
    work: Work, *, scopes: Collection[str], expires_at: datetime | None = None
) -> apikeys.MintedKey:
    """Issue a key of the bound organization; its text is in the answer and nowhere else.

    Errors: ScopeNotForPartners; OrganizationUnknown.
    """
    refused = set(scopes) - PARTNER_SCOPES
    if refused or not scopes:
        raise ScopeNotForPartners
    organization = await access_record.organization(work.connection, work.org_id)
    if organization is None:
        raise OrganizationUnknown(ids.text(ids.ORGANIZATION, work.org_id))
    key = apikeys.mint(test=organization.kind == "test")
    await publish_access(
        work,
        ApiKeyIssued(
            org_id=ids.text(ids.ORGANIZATION, work.org_id),
            key_id=key.key_id,
            sha256=key.sha256,
            scopes=tuple(sorted(scopes)),
            expires_at=expires_at,
        ),
    )
    await audit.record(work, action="api_key.issued", object=key.key_id, fields=("scopes",))
    return key


async def revoke_api_key(work: Work, key_id: str) -> None:
    """Revoke a key of the bound organization, in every service within two seconds.

    Errors: ApiKeyUnknown.
    """
    known = await access_record.api_keys(work)
    if not any(key.key_id == key_id and key.revoked_at is None for key in known):
        raise ApiKeyUnknown
    await publish_access(work, ApiKeyRevoked(org_id=ids.text(ids.ORGANIZATION, work.org_id), key_id=key_id))
    await audit.record(work, action="api_key.revoked", object=key_id)
