"""Secrets of a local stack: made once, kept in files that only their owner may read."""

import os
import secrets
from base64 import b64encode
from pathlib import Path
from typing import Final

PURPOSES: Final = ("identity", "clinical", "financial")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def password(folder: Path, name: str) -> str:
    """Return the password kept under a name, making it on first use."""
    path = folder / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def make_keys(folder: Path) -> None:
    """Make one key-encryption key a purpose, as a KMS would hold them elsewhere, and the sandbox's own key.

    Shape: 32 random bytes in base64.
    """
    for name in (*PURPOSES, "sandbox"):
        path = folder / f"{name}.key"
        if not path.exists():
            write_private(path, b64encode(secrets.token_bytes(32)).decode())
