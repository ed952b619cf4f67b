"""One connection of its own, outside the pool: for advisory locks and for snapshots that nobody else moves."""

import ssl
from typing import Literal, TypeAlias

import asyncpg

from claimwright.settings import DatabaseSettings, read_secret

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Role = Literal["svc", "relay"]


class NoRelayPassword(RuntimeError):
    """The settings name no password file for the role that carries the outbox."""


async def connect_directly(
    settings: DatabaseSettings, *, service: str, role: Role, name: str, **server_settings: str
) -> Connection:
    """Open one connection as `svc_<service>` or `relay_<service>`; `name` is what `pg_stat_activity` shows.

    Must not go through a transaction pooler: locks and snapshots belong to the session.
    """
    return await asyncpg.connect(
        host=settings.host,
        port=settings.port,
        database=settings.name,
        user=f"{role}_{service}",
        password=_password(settings, role),
        ssl=tls(settings),
        timeout=5,
        command_timeout=10,
        server_settings={"application_name": name, "search_path": service, "timezone": "UTC", **server_settings},
    )


def _password(settings: DatabaseSettings, role: Role) -> str:
    if role == "svc":
        return settings.password.get_secret_value()
    if settings.relay_password_file is None:
        raise NoRelayPassword("set CLAIMWRIGHT_DATABASE__RELAY_PASSWORD_FILE where the relay runs")
    return read_secret(settings.relay_password_file).get_secret_value()


def tls(settings: DatabaseSettings) -> ssl.SSLContext | Literal[False]:
    """Return the context that checks the server by our own authority, or False for none (loopback)."""
    if settings.tls_ca_file is None:
        return False
    return ssl.create_default_context(cafile=settings.tls_ca_file)
