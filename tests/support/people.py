"""People of a running stack: sign in as a role, and make a second organization as the operator would."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.stack import TestStack


@dataclass(frozen=True, slots=True)
class Partner:
    """An organization of its own, with a key for its partner and its first admin's sign-in link."""

    org_id: str
    api_key: str
    admin_link: str


async def sign_in_links(stack: TestStack) -> dict[str, str]:
    """Return a fresh one-time sign-in link of each role, by the console's own command."""
    process = await asyncio.create_subprocess_exec(
        *("claimwright-console", "sign-in-links", "--console-url", stack.url_of("console")),
        env=stack.migration_environment_of("console"),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return {row["role"]: row["url"] for row in json.loads(printed)}


@asynccontextmanager
async def signed_in(link: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client with the session that a one-time link opens."""
    base_url, _, token = link.partition("/sign-in#")
    async with httpx2.AsyncClient(base_url=base_url, headers={"origin": base_url}, timeout=10) as client:
        answer = await client.post("/sign-in", data={"token": token})
        assert answer.is_success or answer.is_redirect, answer.status_code
        yield client


async def a_second_partner(stack: TestStack, name: str = "Oak Avenue Clinic (test)") -> Partner:
    """Make another test organization with a key, through the console's API."""
    async with signed_in((await sign_in_links(stack))["operator"]) as operator:
        made = await _posted(operator, "/v1/access/organizations", {"name": name, "kind": "test"})
    async with signed_in(made["sign_in"]) as admin:
        key = await _posted(admin, "/v1/access/keys", {})
    return Partner(org_id=made["org_id"], api_key=key["key"], admin_link=made["sign_in"])


async def _posted(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found
