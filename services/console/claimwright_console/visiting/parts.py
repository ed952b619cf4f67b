"""What pages work with beside the parts that every service has."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from claimwright.settings import KeySettings
from claimwright_console.gateways.owners import Owners
from claimwright_console.gateways.traces import TraceStore
from claimwright_console.gateways.watch import Watch
from claimwright_console.visiting.boards import Boards


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """The console's own parts; `traces` is None where spans go elsewhere."""

    base_url: str
    encryption_keys: KeySettings
    owners: Owners
    watch: Watch
    boards: Boards
    traces: TraceStore | None


def console_of(connection: HTTPConnection) -> ConsoleParts:
    """Return the console's own parts of the app that a request has reached."""
    parts = connection.app.state.console
    if not isinstance(parts, ConsoleParts):
        raise TypeError("this app was not put together by claimwright_console.app")
    return parts


async def _console(connection: HTTPConnection) -> ConsoleParts:
    return console_of(connection)


Console = Annotated[ConsoleParts, Depends(_console)]
"""The dependency that gives a page the console's own parts."""
