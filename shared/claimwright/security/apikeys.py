"""API keys of partners: `cw_test_<id>_<secret>`, known here by the SHA-256 of the whole text alone.

The secret has 256 random bits, so a quick hash is enough: there is nothing to guess, and a slow one would be a lever
for whoever wants to keep a service busy.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

_FORM: Final = re.compile(r"cw_(test|live)_([0-9a-z]{16})_([A-Za-z0-9_-]{43})")
_ID_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key. `text` is shown once, to whoever asked for it; `key_id` and `sha256` are kept and published."""

    key_id: str
    text: str = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a caller gave it."""

    key_id: str
    is_test: bool
    sha256: str


def mint(*, test: bool) -> MintedKey:
    """Return a new key for a test or a live organization."""
    key_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(16))
    text = f"cw_{'test' if test else 'live'}_{key_id}_{secrets.token_urlsafe(32)}"
    return MintedKey(key_id=key_id, text=text, sha256=sha256(text))


def read(text: str) -> PresentedKey | None:
    """Return the parts of a key, or None for anything that `mint` would not have made."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    return PresentedKey(key_id=match[2], is_test=match[1] == "test", sha256=sha256(text))


def matches(presented: PresentedKey, stored_sha256: str) -> bool:
    """Return whether a key is the one that was stored, in the same time whatever differs."""
    return hmac.compare_digest(presented.sha256.encode(), stored_sha256.encode())


def sha256(text: str) -> str:
    """Return the hash by which a key is known."""
    return hashlib.sha256(text.encode()).hexdigest()
