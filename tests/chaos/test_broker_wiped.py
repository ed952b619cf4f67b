"""Kafka loses everything it had, with rows still unrelayed; replay from the outboxes brings the same end."""

import asyncio
import shutil
from collections.abc import Callable

import pytest

from tests.support.checker import End, what_is_wrong
from tests.support.journey import a_visit, journey_on
from tests.support.stack import TestStack

CLIENTS = ("intake", "coding", "submission", "remittance", "console")
ENDS = {"PAID": End.PAID, "PARTIAL": End.PARTIAL, "DENY_50": End.DENIED}

pytestmark = pytest.mark.timeout(420)


async def test_a_wiped_broker_is_filled_again_and_nothing_is_lost_or_doubled(own_stack: TestStack) -> None:
    """Then the console forgets all it read, and the whole log once more brings its read models back as they were."""
    stack = own_stack
    async with journey_on(stack) as journey:
        ends = {
            await journey.claim_of(a_visit(member_id=f"{kind}-1")): end for kind, end in [*ENDS.items(), *ENDS.items()]
        }
        await journey.until_at_rest(list(ends))
        await stack.kill_part("kafka")
        ends |= {await journey.claim_of(a_visit(member_id=f"{kind}-2")): end for kind, end in ENDS.items()}
    assert await unrelayed(stack, "intake") >= len(ENDS)

    # Clients keep offsets and sequence numbers of the old broker in memory, and would use them on the new one.
    await asyncio.gather(*(stack.stop_part(name) for name in CLIENTS))
    shutil.rmtree(stack.places.kafka)
    stack.places.make()
    await stack.start_part("kafka")
    await asyncio.gather(*(stack.start_part(name) for name in CLIENTS))
    async with journey_on(stack) as journey:
        await journey.until_at_rest(list(ends), within=120)
    digest = await settled(stack)
    assert await what_is_wrong(stack, ends) == []

    await stack.stop_part("console")
    await command(stack, "claimwright-console", "rebuild")
    empty = await command(stack, "claimwright-console", "digest")
    await stack.start_part("console")
    for service in CLIENTS:
        await command(stack, f"claimwright-{service}", "replay", service=service)

    assert empty != digest
    await until(stack, lambda now: now == digest)
    assert await what_is_wrong(stack, ends) == []


async def unrelayed(stack: TestStack, service: str) -> int:
    """Return how many rows of an outbox Kafka was never given."""
    connection = await stack.connect("postgres")
    try:
        rows = f"select count(*) from {service}.outbox where seq > (select seq from {service}.relay_cursor)"
        return int(await connection.fetchval(rows))
    finally:
        await connection.close()


async def command(stack: TestStack, name: str, *arguments: str, service: str = "console") -> str:
    """Run one command of a service and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        name, *arguments, env=stack.migration_environment_of(service), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, (name, arguments)
    return printed.decode().strip()


async def settled(stack: TestStack) -> str:
    """Return the digest of the read models once it no longer changes."""
    last = ""
    while (now := await command(stack, "claimwright-console", "digest")) != last:
        last = now
        await asyncio.sleep(1)
    return last


async def until(stack: TestStack, wanted: Callable[[str], bool]) -> None:
    """Wait until the digest is as wanted."""
    for _ in range(60):
        if wanted(await command(stack, "claimwright-console", "digest")):
            return
        await asyncio.sleep(1)
    raise AssertionError("the read models did not come out as they were")
