"""The sample day goes through the whole stack, and every dollar is found again, claim by claim and file by file."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.places import ROOT
from deploy.stack.routes import handover_file
from tests.support.checker import what_is_wrong
from tests.support.journey import journey_on
from tests.support.stack import TestStack

EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[TestStack]:
    """A stack with nothing else in its books."""
    stack = TestStack.at(tmp_path / "state")
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


async def test_every_dollar_of_the_sample_day_is_reconciled(own_stack: TestStack) -> None:
    played = json.loads(await command(own_stack, "sample", "play", str(EXAMPLES), *at(own_stack), "--json"))
    report = played["report"]

    assert report["still_moving"] == 0, report["by_stage"]
    assert report["charge_cents"] == sum(report[f"{name}_cents"] for name in ("paid", "adjusted", "patient", "open"))
    assert {"CLOSED", "PATIENT_BALANCE", "ADJUDICATED", "PAYER_REJECTED", "SCRUB_FAILED", "INCOMPLETE"} <= set(
        report["by_stage"]
    )
    await each_claim_adds_up(own_stack, report["claims"])
    assert await what_is_wrong(own_stack, {}) == []
    await each_file_adds_up(own_stack)
    await a_spoiled_book_is_seen(own_stack)


async def each_claim_adds_up(stack: TestStack, expected: int) -> None:
    """Charged = paid + adjusted + open for each claim, as the partner sees them."""
    async with journey_on(stack) as journey:
        claim_ids = {item["claim_id"] for item in await whole_feed(journey.client)}
        views = [await journey.claim(claim_id) for claim_id in sorted(claim_ids)]
    assert len(views) == expected
    for view in views:
        assert view["charge_cents"] == view["paid_cents"] + view["adjusted_cents"] + view["open_cents"], view["id"]
        assert view["patient_cents"] <= max(view["open_cents"], 0) or view["stage"] == "CLOSED", view["id"]


async def each_file_adds_up(stack: TestStack) -> None:
    """Each payment is found again in claims, suspense and provider items; by the ledger check and by our own SQL."""
    printed = await command(stack, "ledger", "check", service="remittance")
    rows = [line.split() for line in printed.splitlines() if line.startswith("fil_")]
    assert rows
    for row in rows:
        payment, posted, suspense, provider, missing = (cents(text) for text in row[3:8])
        assert payment == posted + suspense + provider
        assert missing == 0
    superuser = await stack.connect("postgres")
    try:
        paid = await superuser.fetchval("select sum(payment_cents) from remittance.remittance where state = 'posted'")
        entered = await superuser.fetchval("select sum(cents) from remittance.ledger_entry where account = 'payments'")
    finally:
        await superuser.close()
    assert sum(cents(row[3]) for row in rows) == paid == abs(entered)


async def a_spoiled_book_is_seen(stack: TestStack) -> None:
    """The negative control: with one cent moved behind the ledger's back, the check says so and ends with 1."""
    superuser = await stack.connect("postgres")
    try:
        await superuser.execute("set session_replication_role = replica")
        await superuser.execute(
            "update remittance.ledger_entry set cents = cents + 1 where ctid = "
            "(select ctid from remittance.ledger_entry where account = 'payments' limit 1)"
        )
    finally:
        await superuser.close()

    printed = await command(stack, "ledger", "check", service="remittance", code=1)

    assert "everything adds up" not in printed


async def whole_feed(client: Any) -> list[dict[str, Any]]:
    """Read the partner's feed to its end."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    for _ in range(1000):
        page = (await client.get("/v1/events", params={"after": after} if after else None)).json()
        items += page["items"]
        if not page["items"]:
            return items
        after = page["next"]
    raise AssertionError("the feed has no end")


def at(stack: TestStack) -> tuple[str, ...]:
    """Return how the sample's commands reach a stack."""
    return "--intake-url", stack.url_of("intake"), "--key-file", str(handover_file(stack.places))


def cents(text: str) -> int:
    """Read dollars as a person is shown them."""
    return int(re.sub(r"[$,.]", "", text))


async def command(stack: TestStack, *words: str, service: str = "intake", code: int = 0) -> str:
    """Run `claimwright …` as a service is told, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        "claimwright", *words, env=stack.environment_of(service), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == code, words
    return printed.decode()
