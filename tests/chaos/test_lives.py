"""The keeper itself: a service that it gave up on would leave the run waiting for what nobody does."""

import asyncio
from contextlib import suppress
from pathlib import Path

from deploy.stack.children import start
from tests.support.chaos_stack import ChaosStack


async def test_a_service_that_fails_at_its_start_is_begun_again(tmp_path: Path) -> None:
    stack = ChaosStack.made(tmp_path / "state")  # nothing of it runs: there is no database to start with
    keeper = start(
        "console",
        stack.table.parts["console"].command,
        log=stack.log_of("console"),
        environment=stack.environment_of("console"),
        stop_seconds=8,
    )
    lives: set[int] = set()
    try:
        async with asyncio.timeout(150):
            while len(lives) < 2:
                assert keeper.is_running(), stack.log_of("console").read_text()
                with suppress(FileNotFoundError, ValueError):  # not there yet, or being written
                    lives.add(stack.pid_of("console"))
                await asyncio.sleep(0.1)
    finally:
        await keeper.stop()
