"""The parts of a running sandbox, as routes reach them."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from claimwright.database.engine import Database
from claimwright_sandbox.persistence.vault import Vault
from claimwright_sandbox.submitters import Submitters


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What routes and periodic acts work with; `file_came` is set when a file that wants answers has been committed."""

    database: Database
    vault: Vault
    submitters: Submitters
    milliseconds_a_day: float
    file_came: asyncio.Event = field(default_factory=asyncio.Event)


async def _parts(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


SandboxParts = Annotated[Sandbox, Depends(_parts)]
