"""Files at rest, sealed with the sandbox's own key: it has no organizations and none of their keys."""

import os
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class Vault:
    """Seals the content of one file for its row: the bytes of another row do not open in its place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, *, file_id: UUID) -> bytes:
        """Return nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, file_id.bytes)

    def open(self, sealed: bytes, *, file_id: UUID) -> bytes:
        """Return the content.

        Errors: cryptography's InvalidTag for another key or another file's row.
        """
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], file_id.bytes)
