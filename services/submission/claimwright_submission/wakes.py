"""Who in this process is woken when there is work; the timers look by themselves too, for what other processes made."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from claimwright.clearinghouse.routes import Route


@dataclass(frozen=True, slots=True)
class Wakes:
    """`files` by route: claims wait for a file of it. `answers`: a file that came in waits to be read."""

    files: Mapping[str, asyncio.Event]
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, routes: Sequence[Route]) -> Self:
        """Return the wakes of a process with these routes."""
        return cls({route.id: asyncio.Event() for route in routes})
