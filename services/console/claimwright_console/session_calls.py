"""Calls of the console's API by a command, with the session that `claimwright access sign-in` has kept.

The session stands in a file that only its owner can read, and ends like any other: fifteen minutes after the last act.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import httpx2
import typer

TIMEOUT: Final = 10.0
REFUSED: Final = 1


def call(
    method: str, path: str, *, params: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
) -> Any:
    """Return the answer of the console's API; a refusal ends the command with its reason and what mends it."""
    try:
        base_url, session = session_file().read_text().split()
    except (OSError, ValueError):
        fail("Sign in first: claimwright access sign-in LINK")
    cookie = "__Host-sid" if base_url.startswith("https:") else "sid"
    try:
        answer = httpx2.request(
            method,
            f"{base_url}{path}",
            params=dict(params) if params else None,
            json=body,
            headers={"origin": base_url, "cookie": f"{cookie}={session}"},
            timeout=TIMEOUT,
        )
    except httpx2.HTTPError:
        fail("The console gives no answer.")
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        fail("The session has ended. Sign in again: claimwright access sign-in LINK")
    if answer.is_error:
        problem = answer.json()
        fail(" ".join(str(problem[part]) for part in ("code", "detail", "fix") if problem.get(part)))
    return answer.json() if answer.content else None


def session_file() -> Path:
    """Return where the session stands."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "claimwright" / "session"


def fail(says: str) -> NoReturn:
    """End the command with a sentence."""
    typer.echo(says, err=True)
    raise typer.Exit(REFUSED)
