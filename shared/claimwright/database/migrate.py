"""Migrations: forward only, in one transaction, as the schema's owner, and never waiting long for a lock."""

from typing import Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from claimwright.database.direct import tls
from claimwright.settings import DatabaseSettings, read_secret

_CONNECTION: Final = "connection"


class NoMigrator(RuntimeError):
    """The settings name no password file for the role that migrates."""


async def migrate(settings: DatabaseSettings, *, service: str, package: str) -> None:
    """Bring a service's schema to what its package expects; does nothing when it is there already.

    A running service holds only short locks, so a migration that gets none within two seconds fails, changes
    nothing, and is started again.
    """
    if settings.migrator_password_file is None:
        raise NoMigrator("set CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE to migrate")
    url = URL.create(
        "postgresql+asyncpg",
        username="migrator",
        password=read_secret(settings.migrator_password_file).get_secret_value(),
        host=settings.host,
        port=settings.port,
        database=settings.name,
    )
    engine = create_async_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"ssl": tls(settings), "timeout": 5}
    )
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    config.set_main_option("path_separator", "os")
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {service}"}
            )
            await connection.execute(text(f"set local role owner_{service}"))
            await connection.execute(text(f"set local search_path = {service}"))
            await connection.execute(text("set local lock_timeout = '2s'"))
            await connection.run_sync(_upgrade, config)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes[_CONNECTION] = connection
    command.upgrade(config, "head")


def run_environment(service: str) -> None:
    """Be the whole of a service's `migrations/env.py`.

    Errors: RuntimeError when Alembic was started by itself, since then no role is set and no lock is limited.
    """
    connection = context.config.attributes.get(_CONNECTION)
    if connection is None:
        raise RuntimeError(f"use `claimwright-{service} migrate`")
    context.configure(connection=connection, version_table_schema=service)
    with context.begin_transaction():
        context.run_migrations()
