"""Sessions and sign-in links: opaque texts, what is stored of them, and how long they count."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=12)
LINK_LIFE: Final = timedelta(minutes=15)
SEEN_EVERY: Final = timedelta(seconds=30)
"""How often the last sight of a session is written; a page that polls must not write at each look."""

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Token:
    """An opaque text for a browser: the organization it is to be looked up in, and 256 random bits.

    The organization stands in front so that row-level security holds for the look-up too; a changed one finds nothing.
    """

    org_id: UUID
    secret: str

    @property
    def text(self) -> str:
        return f"{self.org_id.hex}.{self.secret}"

    @property
    def sha256(self) -> str:
        """What is stored: who reads the table can't use it as a session."""
        return sha256(self.secret.encode()).hexdigest()


def new_token(org_id: UUID) -> Token:
    """Return a token that nobody can guess."""
    return Token(org_id, secrets.token_urlsafe(_SECRET_BYTES))


def parse_token(text: str) -> Token | None:
    """Return a token from what a browser sent, or None for anything that is none."""
    organization, point, secret = text.partition(".")
    if not point or len(organization) != 32 or not 40 <= len(secret) <= 64:
        return None
    try:
        return Token(UUID(hex=organization), secret)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is stored."""

    person_id: UUID
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None

    def is_alive(self, now: datetime) -> bool:
        """Return whether the session still counts: not ended, not idle too long, not too old."""
        return self.ended_at is None and now < self.ends_at

    @property
    def ends_at(self) -> datetime:
        """When the session ends if nobody uses it any more."""
        return min(self.seen_at + IDLE, self.started_at + ABSOLUTE)

    def is_worth_touching(self, now: datetime) -> bool:
        """Return whether the last sight is old enough to be written anew."""
        return now - self.seen_at >= SEEN_EVERY


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A one-time link as it is stored."""

    person_id: UUID
    expires_at: datetime
    used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Return whether the link signs in: unused and not expired."""
        return self.used_at is None and now < self.expires_at
