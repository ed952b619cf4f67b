"""The part of a unit of work that access, audit and idempotency need; `messaging.work.Work` has this shape."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection


class Acting(Protocol):
    """One transaction with its organization bound, and who acts in it."""

    @property
    def connection(self) -> AsyncConnection:
        """The connection inside the transaction."""

    @property
    def org_id(self) -> UUID:
        """The organization that is bound."""

    @property
    def actor(self) -> str:
        """Who acts: a key, a person, a route, a consumer."""

    @property
    def now(self) -> datetime:
        """The moment of the transaction."""
