"""What routes are given: the parts that a service's `app.py` put together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from claimwright.database.engine import Database
from claimwright.messaging.consumer import Consumer
from claimwright.messaging.work import Transactions
from claimwright.refusals import Refusal
from claimwright.security.access import ApiKey, Organization
from claimwright.security.keys import Keyring
from claimwright.security.tokens import PublicKey
from claimwright.settings import EdgeSettings

ReadyCheck = Callable[[], Awaitable[str | None]] | Callable[[], str | None]
"""Says why a part is not ready, or None."""


class AccessLookups(Protocol):
    """Who is known here; `security.access.Access`, or a test's own."""

    async def organization(self, org_id: UUID) -> Organization | None:
        """Return an organization by its id."""

    async def api_key(self, key_id: str) -> ApiKey | None:
        """Return an API key by its id."""

    async def signing_key(self, kid: str) -> PublicKey | None:
        """Return a public key of the console's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeParts:
    """What any app needs; alone it is enough where all routes are public.

    `readiness`: by name, why /readyz has to answer 503.
    """

    service: str
    status_of: Mapping[type[Refusal], int] = field(default_factory=dict)
    readiness: Mapping[str, ReadyCheck] = field(default_factory=dict)
    limits: EdgeSettings = field(default_factory=EdgeSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppParts(EdgeParts):
    """What the routes of a service work with."""

    database: Database
    transactions: Transactions
    access: AccessLookups
    keyring: Keyring
    consumers: Sequence[Consumer] = ()


def parts_of(connection: HTTPConnection) -> AppParts:
    """Return the parts of the app that a request has reached.

    Errors: TypeError where the app was made with `EdgeParts` alone.
    """
    parts = connection.app.state.parts
    if not isinstance(parts, AppParts):
        raise TypeError("this app has no database; its routes are all public")
    return parts


async def _parts(connection: HTTPConnection) -> AppParts:
    return parts_of(connection)


Parts = Annotated[AppParts, Depends(_parts)]
"""The dependency that gives a route its parts."""
