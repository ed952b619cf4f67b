"""The console as a process: its own events go out, come back into its read models, and build them anew."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claimwright.settings import load_settings
from claimwright_console.core import Core, core
from claimwright_console.settings import Settings
from claimwright_console.usecases.rebuild import digest
from deploy.stack.stack import Stack
from tests.support.backbone import until
from tests.support.stack import TestStack


def command(stack: Stack, *words: str) -> str:
    """Run one of the console's commands and return what it prints."""
    done = subprocess.run(
        ["claimwright-console", *words],
        env=stack.environment_of("console"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


async def signed_in(stack: TestStack, role: str) -> httpx2.AsyncClient:
    """Return a client with a session of a role."""
    url = stack.url_of("console")
    links: list[dict[str, Any]] = json.loads(command(stack, "sign-in-links", "--console-url", url))
    link = next(link["url"] for link in links if link["role"] == role)
    client = httpx2.AsyncClient(base_url=url, headers={"origin": url})
    answer = await client.post("/sign-in", data={"token": link.partition("#")[2]})
    assert answer.status_code == 303
    return client


@pytest.fixture
async def base(servers: TestStack) -> AsyncIterator[Core]:
    """The database side of the console that runs as a process."""
    await servers.ensure("console")
    made = core(load_settings(Settings, environ=servers.environment_of("console")))
    yield made
    await made.database.close()


@pytest.mark.timeout(300)
async def test_what_it_publishes_comes_back_and_builds_the_read_models_anew(servers: TestStack, base: Core) -> None:
    browser = await signed_in(servers, "biller")

    async def all_came_back() -> bool:
        page = (await browser.get("/events?service=access")).text
        return page.count(">data_key.wrapped.v1<") >= 4 and ">api_key.issued.v1<" in page

    await until(all_came_back)
    await browser.aclose()
    before = await digest(base.transactions)
    await servers.stop_part("console")

    told = command(servers, "rebuild")
    emptied = await digest(base.transactions)
    command(servers, "replay")
    await servers.restart("console")

    async def is_as_before() -> bool:
        return await digest(base.transactions) == before

    await until(is_as_before, seconds=60)
    assert before in told
    assert emptied != before


async def test_its_metrics_and_readiness_are_told(servers: TestStack) -> None:
    await servers.ensure("console")

    async with httpx2.AsyncClient(base_url=servers.url_of("console")) as client:
        ready = await client.get("/readyz")

        async def some_are_handled() -> bool:
            told = (await client.get("/metrics")).text
            return 'claimwright_events_handled_total{consumer="console"' in told

        await until(some_are_handled)
    assert ready.json() == {"status": "ready", "waits_for": {}}


async def test_an_admin_works_by_the_command_line(servers: TestStack, tmp_path: Path) -> None:
    await servers.ensure("console")
    url = servers.url_of("console")
    links = {row["role"]: row["url"] for row in json.loads(command(servers, "sign-in-links", "--console-url", url))}

    def access(*words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        environment = servers.base_environment() | {"XDG_STATE_HOME": str(tmp_path), "COLUMNS": "200"}
        return subprocess.run(
            ["claimwright", "access", *words],
            env=environment, input=typed, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    before = access("keys", "list")
    signed_in = access("sign-in", links["admin"])
    key = access("keys", "issue", "--scope", "claim:read").stdout.strip()
    listed = access("keys", "list").stdout
    made = access("people", "create", "coder", typed="Ottoline Farrow\n\n")
    refused = access("organizations", "create", "Oak Clinic")
    revoked = access("keys", "revoke", key.split("_")[2])

    assert (before.returncode, before.stderr.strip()) == (1, "Sign in first: claimwright access sign-in LINK")
    assert signed_in.returncode == 0
    assert (tmp_path / "claimwright" / "session").stat().st_mode & 0o777 == 0o600
    assert key.startswith("cw_test_")
    assert key.split("_")[2] in listed
    assert key not in listed
    assert "/sign-in#" in made.stdout
    assert (refused.returncode, "operator_needed" in refused.stderr) == (1, True)
    assert revoked.returncode == 0
