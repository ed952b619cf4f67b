"""One stack for all tests that need running parts: the supervisor's own code, free ports, state in a temporary folder.

Parts start when the first test asks for them and stay up for the run. Tests that kill servers make a stack of their
own with `durable=True`, so that what PostgreSQL promises about crashes is really promised.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from deploy.stack.places import ROOT, Places
from deploy.stack.ports import Ports
from deploy.stack.postgres_roles import DATABASE
from deploy.stack.secret_files import password
from deploy.stack.size import Size
from deploy.stack.stack import Stack


class TestStack(Stack):
    """A stack with the helpers that tests want."""

    __test__ = False  # not a test class, whatever its name says

    @classmethod
    def at(cls, state: Path, *, durable: bool = False, size: Size | None = None) -> "TestStack":
        """Describe a stack on free ports; nothing is started yet."""
        ports = Ports.free(size.further() if size else ())
        stack = cls(Places(state, cache=ROOT / ".cache"), ports, durable=durable, size=size)
        stack.prepare()
        return stack

    async def ensure(self, *names: str) -> None:
        """Start these parts and what they need, unless they run."""
        await self.start(names)

    async def restart(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Stop one part if it runs, and start it with additions to its environment (failpoints, say)."""
        await self.stop_part(name)
        await self.start_part(name, environment)

    def password_of(self, role: str) -> str:
        """Return the password of a database role."""
        return password(self.places.secrets, role)

    async def make_database(self, name: str) -> None:
        """Make a database with all schemas and roles and no tables."""
        await self._postgres.provide(name)

    async def copy_database(self, template: str, name: str) -> None:
        """Make a database as a copy of another, to which nobody may be connected; 30 ms for 40 tables."""
        connection = await self.connect("postgres", "postgres")
        try:
            await connection.execute(f'create database "{name}" template "{template}" strategy file_copy')
            # Grants on a database are not copied with it.
            await connection.execute(f'revoke all on database "{name}" from public')
            await connection.execute(
                f"""
                do $$ declare login text; begin
                  for login in select rolname from pg_roles where rolcanlogin and not rolsuper loop
                    execute format('grant connect on database %I to %I', '{name}', login);
                  end loop;
                end $$
                """
            )
        finally:
            await connection.close()

    async def drop_database(self, name: str) -> None:
        """Drop a database, with whoever is still connected to it."""
        connection = await self.connect("postgres", "postgres")
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
        finally:
            await connection.close()

    async def migrate(self, service: str, database: str = DATABASE) -> None:
        """Run a service's migrations on a database, by its own command."""
        part = self.table.parts[f"migrate-{service}"]
        await self.run_task(part, {"CLAIMWRIGHT_DATABASE__NAME": database})

    def end(self) -> None:
        """Stop everything, from outside any event loop."""
        asyncio.run(self.stop())
