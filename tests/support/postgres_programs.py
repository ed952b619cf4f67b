"""PostgreSQL's own client programs, run on a stack's database as the superuser."""

import asyncio
import os

from deploy.stack.postgres import programs
from tests.support.stack import TestStack


async def run_program(stack: TestStack, name: str, *arguments: str, port: int | None = None) -> bytes:
    """Run `pg_dump`, `psql` and the like to the end and return what was printed; `port` is another server's."""
    environment = os.environ | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port or stack.ports.postgres),
        "PGUSER": "postgres",
        "PGPASSWORD": stack.password_of("postgres"),
    }
    process = await asyncio.create_subprocess_exec(
        programs() / name, *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, name
    return printed


async def fsync_rate(stack: TestStack) -> str:
    """Return what `pg_test_fsync` says of the default way to sync one block of 8 KB, on the disk of the database."""
    target = stack.places.state / "fsync.out"
    process = await asyncio.create_subprocess_exec(
        *(programs() / "pg_test_fsync", "-s", "1", "-f", target), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    target.unlink(missing_ok=True)
    rates = [line.split() for line in printed.decode().splitlines() if line.strip().startswith("fdatasync")]
    return " ".join(rates[0]) if rates else "unknown"
