"""What the console publishes as the access authority: organizations, key hashes, public keys, wrapped data keys."""

from datetime import datetime
from typing import ClassVar, Literal

from claimwright.events.envelope import EventData, Purpose
from claimwright.events.topics import ACCESS


class _Access(EventData):
    TOPIC: ClassVar[str] = ACCESS
    KEY: ClassVar[str] = "org_id"

    org_id: str


class OrganizationCreated(_Access):
    """An organization; test or live for good. `name` is the organization's own, never a person's."""

    TYPE: ClassVar[str] = "organization.created.v1"

    name: str
    kind: Literal["test", "live"]


class ApiKeyIssued(_Access):
    """An API key of a partner: its id, the SHA-256 of its text, and what it may do."""

    TYPE: ClassVar[str] = "api_key.issued.v1"

    key_id: str
    sha256: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None


class ApiKeyRevoked(_Access):
    """An API key that counts no more, in every service within two seconds."""

    TYPE: ClassVar[str] = "api_key.revoked.v1"

    key_id: str


class SigningKeyPublished(_Access):
    """A public ES256 key of the console's (a JWK), by which services know the people it sends. Platform-wide."""

    TYPE: ClassVar[str] = "signing_key.published.v1"

    kid: str
    x: str
    y: str


class DataKeyWrapped(_Access):
    """A data key of one organization and purpose, wrapped by the purpose's key-encryption key (base64).

    The highest version seals; the earlier ones still open.
    """

    TYPE: ClassVar[str] = "data_key.wrapped.v1"

    key_id: str
    purpose: Purpose
    version: int
    wrapped: str
