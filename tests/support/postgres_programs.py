"""PostgreSQL's own client programs, run on a stack's database as the superuser."""

import asyncio
import os

from deploy.stack.postgres import programs
from tests.support.stack import TestStack


async def run_program(stack: TestStack, name: str, *arguments: str) -> bytes:
    """Run `pg_dump`, `psql` and the like to the end and return what was printed."""
    environment = os.environ | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(stack.ports.postgres),
        "PGUSER": "postgres",
        "PGPASSWORD": stack.password_of("postgres"),
    }
    process = await asyncio.create_subprocess_exec(
        programs() / name, *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, name
    return printed
