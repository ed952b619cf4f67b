"""How the sample commands reach intake: over HTTP like any partner, with the key from a file."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2

_TRIES: Final = 8
_LONGEST_WAIT_SECONDS: Final = 5.0
_TIMEOUT_SECONDS: Final = 60.0
_TRY_AGAIN: Final = frozenset({401, 429, 503})
"""Busy; or a key that was issued a moment ago and is on its way here."""


class KeyFileUnreadable(Exception):
    """A key file that is not there, or holds neither a key nor the handover of a first start."""


class IntakeNotReached(Exception):
    """Intake that does not answer, tried for a while."""


def read_key(path: Path) -> str:
    """Return the API key in a file: the key alone, or the handover that a first start writes.

    Errors: KeyFileUnreadable.
    """
    try:
        text = path.read_text().strip()
        key = json.loads(text)["api_key"] if text.startswith("{") else text
    except (OSError, ValueError, KeyError):
        raise KeyFileUnreadable(path) from None
    if not isinstance(key, str) or not key.startswith("cw_"):
        raise KeyFileUnreadable(path)
    return key


class IntakeRefuses(Exception):
    """Intake that does not show what was asked for; the text is its code for why."""


class Intake:
    """Intake's API as a partner's program calls it: what is turned away for a moment is sent again."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        """Use a client that has the address and the key."""
        self._client = client

    @classmethod
    def at(cls, url: str, key: str) -> "Intake":
        """Return the API at an address."""
        return cls(
            httpx2.AsyncClient(
                base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=_TIMEOUT_SECONDS, trust_env=False
            )
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def post_encounter(self, body: bytes) -> httpx2.Response:
        """Post an encounter; sending it again is safe, since its external id is the same."""
        return await self._send("POST", "/v1/encounters", body=body, kind="application/json")

    async def post_file(self, body: bytes) -> httpx2.Response:
        """Hand in a file; sending it again is safe, since its bytes are the same."""
        return await self._send("POST", "/v1/files", body=body, kind="application/edi-x12")

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return what intake shows at a path.

        Errors: IntakeRefuses, IntakeNotReached.
        """
        response = await self._send("GET", path, query=query)
        told = response.json()
        if response.status_code >= 300:
            raise IntakeRefuses(told["code"])
        return dict(told)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        kind: str = "",
        query: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        headers = {"content-type": kind} if kind else {}
        response: httpx2.Response | None = None
        for attempt in range(_TRIES):
            wait = min(0.1 * 2**attempt, _LONGEST_WAIT_SECONDS)
            try:
                response = await self._client.request(method, path, content=body, headers=headers, params=query)
            except httpx2.TransportError:
                await asyncio.sleep(wait)
                continue
            if response.status_code not in _TRY_AGAIN:
                return response
            await asyncio.sleep(min(float(response.headers.get("retry-after", wait)), _LONGEST_WAIT_SECONDS))
        if response is None:
            raise IntakeNotReached
        return response
