"""Kafka loses everything it had, with rows still unrelayed; replay from the outboxes brings the same end."""

import asyncio
import shutil
from collections.abc import Callable

import pytest

from tests.support.checker import what_is_wrong
from tests.support.journey import a_visit, journey_on
from tests.support.stack import TestStack

CLIENTS = ("intake", "coding", "submission", "remittance", "console")

pytestmark = pytest.mark.timeout(420)


async def test_a_wiped_broker_is_filled_again_and_nothing_is_lost_or_doubled(own_stack: TestStack) -> None:
    stack = own_stack
    async with journey_on(stack) as journey:
        before = [await journey.claim_of(a_visit()) for _ in range(4)]
        await journey.until_at_rest(before)
        await stack.kill_part("kafka")
        unrelayed = [await journey.claim_of(a_visit()) for _ in range(3)]

    # Trap 26: no client may live through a wipe.
    await asyncio.gather(*(stack.stop_part(name) for name in CLIENTS))
    shutil.rmtree(stack.places.kafka)
    stack.places.make()
    await stack.start_part("kafka")
    await asyncio.gather(*(stack.start_part(name) for name in CLIENTS))

    async with journey_on(stack) as journey:
        for claim_id in [*before, *unrelayed]:
            await journey.until_stage(claim_id, "CLOSED", within=120)
        assert await what_is_wrong(stack, [*before, *unrelayed]) == []


async def test_the_consoles_read_models_are_rebuilt_to_the_same_digest(own_stack: TestStack) -> None:
    stack = own_stack
    async with journey_on(stack) as journey:
        claims = [await journey.claim_of(a_visit(member_id=f"{kind}-1")) for kind in ("PAID", "PARTIAL", "DENY_50")]
        await journey.until_at_rest(claims)
    digest = await settled(stack)

    await stack.stop_part("console")
    await command(stack, "claimwright-console", "rebuild")
    empty = await command(stack, "claimwright-console", "digest")
    await stack.start_part("console")
    for service in CLIENTS:
        await command(stack, f"claimwright-{service}", "replay", service=service)

    assert empty != digest
    await until(stack, lambda now: now == digest)


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
