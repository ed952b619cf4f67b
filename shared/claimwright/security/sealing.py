"""Seals: AES-256-GCM over a patient's data, bound to the place that it stands in.

`version (1 byte) | key id (16) | nonce (12) | ciphertext | tag (16)`: 45 bytes longer than what is sealed. The place is
the additional data, so a seal that was moved to another event, row, column, organization or purpose does not open.
Random nonces: one data key seals at most 2^32 things (NIST SP 800-38D, 8.3); keys are rotated long before.
"""

from dataclasses import dataclass
from functools import lru_cache
from secrets import token_bytes
from typing import Final, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from claimwright.events.envelope import Purpose
from claimwright.refusals import Poison

FORMAT: Final = 1
_NONCE: Final = 12
_TAG: Final = 16
_HEAD: Final = 1 + 16 + _NONCE
OVERHEAD: Final = _HEAD + _TAG


class SealBroken(Poison):
    """A seal that does not open: changed, cut, or moved from where it was made."""


class Cipher(Protocol):
    """Authenticated encryption under one key; the port behind which a validated module can stand."""

    def encrypt(self, nonce: bytes, plain: bytes, additional: bytes) -> bytes:
        """Return the ciphertext with its tag."""

    def decrypt(self, nonce: bytes, sealed: bytes, additional: bytes) -> bytes:
        """Return the plain text. Errors: `cryptography.exceptions.InvalidTag`."""


class Aes256Gcm:
    """AES-256-GCM by `cryptography`."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("AES-256 takes 32 bytes")
        self._aead = AESGCM(key)

    def encrypt(self, nonce: bytes, plain: bytes, additional: bytes) -> bytes:
        """Return the ciphertext with its tag."""
        return self._aead.encrypt(nonce, plain, additional)

    def decrypt(self, nonce: bytes, sealed: bytes, additional: bytes) -> bytes:
        """Return the plain text. Errors: `cryptography.exceptions.InvalidTag`."""
        return self._aead.decrypt(nonce, sealed, additional)


class SealedPlace(Protocol):
    """Where a seal stands; each kind of place spells out all that binds it."""

    @property
    def purpose(self) -> Purpose:
        """The purpose whose data key seals here."""

    @property
    def org_id(self) -> UUID:
        """The organization whose data key seals here."""

    def context(self, key_id: UUID) -> bytes:
        """Return the additional data of a seal made here under a key."""


@dataclass(frozen=True, slots=True)
class PartPlace:
    """A sealed part of an event. `type` is the name on the wire, which ends in its version."""

    purpose: Purpose
    type: str
    event_id: UUID
    org_id: UUID
    record_key: str

    def context(self, key_id: UUID) -> bytes:
        """Return purpose | type | version | event id | org | record key | key id."""
        name, _, version = self.type.rpartition(".")
        return _joined(
            self.purpose, name, version, _text(self.event_id), _text(self.org_id), self.record_key, _text(key_id)
        )


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """A sealed column of one row. `version` is the row's, where rows are kept by version."""

    purpose: Purpose
    schema: str
    table: str
    column: str
    org_id: UUID
    row: UUID
    version: int = 1

    def context(self, key_id: UUID) -> bytes:
        """Return schema.table | column | org | row | version | purpose | key id."""
        return _joined(
            f"{self.schema}.{self.table}",
            self.column,
            _text(self.org_id),
            _text(self.row),
            str(self.version),
            self.purpose,
            _text(key_id),
        )


def seal(cipher: Cipher, plain: bytes, *, key_id: UUID, context: bytes) -> bytes:
    """Return a seal over some bytes, bound to a context."""
    nonce = token_bytes(_NONCE)
    return bytes((FORMAT,)) + key_id.bytes + nonce + cipher.encrypt(nonce, plain, context)


def open_seal(cipher: Cipher, sealed: bytes, *, context: bytes) -> bytes:
    """Return what a seal holds.

    Errors: SealBroken when it was changed, or was made for another context or under another key.
    """
    check_form(sealed)
    try:
        return cipher.decrypt(sealed[17:_HEAD], sealed[_HEAD:], context)
    except InvalidTag as broken:
        raise SealBroken("seal_broken") from broken


def key_id_of(sealed: bytes) -> UUID:
    """Return which data key made a seal.

    Errors: SealBroken for bytes that are no seal.
    """
    check_form(sealed)
    return UUID(bytes=bytes(sealed[1:17]))


def check_form(sealed: bytes) -> None:
    """Refuse bytes that cannot be a seal.

    Errors: SealBroken.
    """
    if len(sealed) < OVERHEAD or sealed[0] != FORMAT:
        raise SealBroken("not_a_seal")


@lru_cache(maxsize=1024)
def _text(identity: UUID) -> str:
    """Return an id as text; one stands in many seals: an organization and a key in most, an event or a row in three."""
    return str(identity)


def _joined(*parts: str) -> bytes:
    """Return the parts with bars between, after seeing that no part could be read as two."""
    joined = "|".join(parts)
    if joined.count("|") != len(parts) - 1:
        raise ValueError("a bar inside a part of a seal's place")
    return joined.encode()
