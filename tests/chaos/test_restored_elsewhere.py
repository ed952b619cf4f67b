"""F16: a service's schema is dumped and restored into another cluster while all others work on, and later back.

The other cluster counts its transactions from the beginning: the rows come from a future that it has not seen. The
relay goes on, the consumers go on, and nothing is skipped, doubled or left standing.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.stack.places import Places
from deploy.stack.ports import Ports
from deploy.stack.postgres import Postgres
from deploy.stack.postgres_roles import DATABASE
from tests.support.chaos_run import Run, say
from tests.support.chaos_stack import ChaosStack
from tests.support.postgres_programs import run_program

SEED = int(os.environ.get("CHAOS_SEED") or 6)
MOVED = "coding"
SHARE = 0.3
_XID = "select pg_current_xact_id()::text::bigint"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


class _InAnotherFolder(Places):
    """The same secrets, so that every role keeps its password, and other data."""

    @property
    def postgres_data(self) -> Path:
        return self.state / "postgres" / "elsewhere"


@asynccontextmanager
async def another_cluster(stack: ChaosStack) -> AsyncIterator[int]:
    """Run a second PostgreSQL with roles and empty schemas, and give its port."""
    port = Ports.free().postgres
    server = Postgres(_InAnotherFolder(stack.places.state, cache=stack.places.cache), port)
    await server.make()
    child = server.start()
    try:
        await server.wait(child)
        await server.provide()
        yield port
    finally:
        await child.stop()


async def move(stack: ChaosStack, *, source: int, target: int) -> None:
    """Dump the service's schema, restore it in place of the one that is there, and leave none where it was."""
    dump = stack.places.state / "moved.sql"
    drop = ("-c", f"set client_min_messages = warning; drop schema {MOVED} cascade")
    await run_program(stack, "pg_dump", "-n", MOVED, "-f", str(dump), DATABASE, port=source)
    await run_program(stack, "psql", "-q", "-v", "ON_ERROR_STOP=1", *drop, "-f", str(dump), DATABASE, port=target)
    await run_program(
        stack, "psql", "-q", "-v", "ON_ERROR_STOP=1", *drop, "-c", f"create schema {MOVED}", DATABASE, port=source
    )


async def xid_of(stack: ChaosStack, port: int) -> int:
    """Return how far a cluster has counted its transactions."""
    return int(await run_program(stack, "psql", "-qAt", "-c", _XID, DATABASE, port=port))


async def test_a_service_goes_on_in_another_cluster_and_back_again(tmp_path: Path) -> None:
    stack = ChaosStack.made(tmp_path / "state")
    run = Run(stack, tmp_path, seed=SEED)
    here = stack.ports.postgres
    async with stack.running(), another_cluster(stack) as elsewhere, run.under_load(SHARE) as load:
        await asyncio.sleep(5)
        counted = []
        for source, target in ((here, elsewhere), (elsewhere, here)):
            await stack.stop_part(MOVED)
            counted.append(await xid_of(stack, source))
            await move(stack, source=source, target=target)
            counted.append(await xid_of(stack, target))
            await stack.start_part(MOVED, {"CLAIMWRIGHT_DATABASE__PORT": str(target)})
            before = len(load.ends)
            await asyncio.sleep(10)
            say(f"moved; {len(load.ends) - before} claims accepted since")

    assert counted[1] < counted[0]
    assert run.report.stuck is None
    assert run.report.verdicts == dict.fromkeys(run.report.verdicts, 0), run.report.told
