"""A migration that gets no lock gives up soon and leaves the schema as it was, so that a service is not held up."""

import asyncio
import importlib
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from claimwright.database.migrate import migrate
from claimwright.settings import DatabaseSettings
from deploy.stack.migrations import head_of, versions_of
from tests.support.stack import TestStack

DATABASE = "locked"
PLANTED = """
import sqlalchemy as sa
from alembic import op

revision = "planted"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("planted", sa.Column("number", sa.Integer))
    op.add_column("coding_case", sa.Column("planted", sa.Integer))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Coding's migrations, and one more that needs a table for itself."""
    versions = versions_of("coding")
    shutil.copytree(versions.parent, tmp_path / "planted_coding" / "migrations")
    (tmp_path / "planted_coding" / "__init__.py").touch()
    revision = tmp_path / "planted_coding" / "migrations" / "versions" / "9999_planted.py"
    revision.write_text(PLANTED.format(head=head_of(versions)))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return "planted_coding"


@pytest.fixture
async def database(postgres: TestStack) -> AsyncIterator[DatabaseSettings]:
    """A database in which coding has its tables."""
    await postgres.make_database(DATABASE)
    await postgres.migrate("coding", DATABASE)
    secrets = postgres.places.secrets
    yield DatabaseSettings(
        port=postgres.ports.postgres,
        name=DATABASE,
        password_file=secrets / "svc_coding",
        migrator_password_file=secrets / "migrator",
    )
    await postgres.drop_database(DATABASE)


async def what_is_planted(connection: "asyncpg.Connection[asyncpg.Record]") -> tuple[str, list[str]]:
    """Return the revision of coding's schema, and which tables have something of the planted one."""
    revision = await connection.fetchval("select version_num from coding.alembic_version")
    rows = await connection.fetch(
        "select table_name from information_schema.columns"
        " where table_schema = 'coding' and 'planted' in (table_name, column_name) order by 1"
    )
    return revision, [row["table_name"] for row in rows]


async def test_a_migration_that_gets_no_lock_fails_soon_and_changes_nothing(
    postgres: TestStack, database: DatabaseSettings, package: str
) -> None:
    # Seen to fail with every statement in a transaction of its own: the planted table stays. Two places limit the
    # wait for a lock, the migration itself and its role (deploy/postgres/roles.sql); either one alone is enough.
    reader = await postgres.connect("svc_coding", DATABASE)
    watcher = await postgres.connect("postgres", DATABASE)
    try:
        async with reader.transaction():
            await reader.execute("lock table coding.coding_case in access share mode")
            began = time.monotonic()
            with pytest.raises(DBAPIError, match="lock timeout"):
                await asyncio.wait_for(migrate(database, service="coding", package=package), 30)
            took = time.monotonic() - began

        assert took < 5
        assert await what_is_planted(watcher) == (head_of(versions_of("coding")), [])

        await migrate(database, service="coding", package=package)

        assert await what_is_planted(watcher) == ("planted", ["coding_case", "planted"])
    finally:
        await reader.close()
        await watcher.close()
