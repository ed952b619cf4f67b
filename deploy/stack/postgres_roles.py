"""The database, its login roles and how their passwords are told to it; `deploy/postgres/roles.sql` makes them."""

import secrets
from base64 import b64encode
from hashlib import pbkdf2_hmac, sha256
from hmac import digest
from typing import Final

DATABASE: Final = "claimwright"
SERVICES: Final = ("intake", "coding", "submission", "remittance", "console", "sandbox")
LOGINS: Final = (
    "migrator",
    *(f"svc_{service}" for service in SERVICES),
    *(f"relay_{service}" for service in SERVICES if service != "sandbox"),
)


def scram_verifier(text: str) -> str:
    """Return what PostgreSQL stores for a password (RFC 5803), so that the password itself never goes to the server."""
    iterations, salt = 4096, secrets.token_bytes(16)
    salted = pbkdf2_hmac("sha256", text.encode(), salt, iterations)
    stored = sha256(digest(salted, b"Client Key", "sha256")).digest()
    server = digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored)}:{_base64(server)}"


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
