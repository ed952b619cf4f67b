"""How the other services are, by what their `/metrics` tell: do they answer, do events wait, are keys parked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from claimwright_console.gateways.owners import Owners

EVERY_SECONDS: Final = 2.0
_TIMEOUT: Final = httpx2.Timeout(1.5, connect=0.5)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service as it was last seen; None is unknown.

    `lag` is for how many seconds events have been waiting without a break: the oldest one waits no longer than that.
    """

    name: str
    is_reached: bool = False
    lag: float | None = None
    unread: int | None = None
    parked: int | None = None


class Watch:
    """Asks each service in turn and remembers the answers; pages read them and wait for nobody."""

    def __init__(self, owners: Owners, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._owners = owners
        self._monotonic = monotonic
        self._states = {name: ServiceState(name) for name in owners.services}
        self._behind_since: dict[str, float] = {}

    @property
    def states(self) -> tuple[ServiceState, ...]:
        """All services as they were last seen, in the order of a claim's way."""
        return tuple(self._states.values())

    async def look(self) -> bool:
        """Ask all services once; the act of a periodic, which never has more to do at once."""
        found = await asyncio.gather(*(self._look_at(name) for name in self._owners.services))
        self._states = {state.name: state for state in found}
        return False

    async def _look_at(self, name: str) -> ServiceState:
        try:
            answer = await self._owners.client.get(f"{self._owners.address_of(name)}/metrics", timeout=_TIMEOUT)
            answer.raise_for_status()
        except httpx2.HTTPError:
            return ServiceState(name)
        unread, parked = _counts(answer.text)
        if unread == 0:
            self._behind_since.pop(name, None)
            return ServiceState(name, is_reached=True, lag=0.0, unread=0, parked=parked)
        since = self._behind_since.setdefault(name, self._monotonic())
        return ServiceState(name, is_reached=True, lag=self._monotonic() - since, unread=unread, parked=parked)


def _counts(text: str) -> tuple[int, int]:
    """Return how many events a service has not read or not published yet, and how many keys it has parked."""
    unread = parked = 0.0
    for family in text_string_to_metric_families(text):
        if family.name in {"claimwright_consumer_lag_records", "claimwright_outbox_unpublished_events"}:
            unread += sum(sample.value for sample in family.samples)
        elif family.name == "claimwright_parked_keys":
            parked += sum(sample.value for sample in family.samples)
    return int(unread), int(parked)
