"""How the other services are, by what their `/metrics` tell: do they answer, do events wait, are keys parked."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from claimwright_console.domain.flow import Flow, Look, flow_of, recent, worst
from claimwright_console.gateways.owners import Owners

EVERY_SECONDS: Final = 2.0
UNWATCHED_SECONDS: Final = 10.0
"""How long a look is good enough while no page shows it; of as many there still are three in a window of the flow."""
_WATCHED_FOR: Final = 10.0
_TIMEOUT: Final = httpx2.Timeout(1.5, connect=0.5)
_WAITING: Final = frozenset({"claimwright_consumer_lag_records", "claimwright_outbox_unpublished_events"})
_AGES: Final = frozenset({"claimwright_consumer_lag_seconds", "claimwright_outbox_oldest_unpublished_seconds"})
_RELAY: Final = "relay"
_DONE: Final = frozenset(
    {
        "claimwright_events_handled_total",
        "claimwright_events_skipped_total",
        "claimwright_events_parked_total",
        "claimwright_inbox_duplicates_total",
        "claimwright_relay_batch_events_sum",
    }
)
_PARKED: Final = "claimwright_parked_keys"
_ASKED: Final[list[tuple[str, str | int | float | bool | None]]] = [
    ("name[]", name) for name in sorted(_WAITING | _AGES | _DONE | {_PARKED})
]
"""What is asked of all that a service tells: reading the rest would cost more than the pages that show it."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service as it was last seen; None is unknown.

    `lag` is for how many seconds the oldest event has waited that it has not handled or not published.
    """

    name: str
    is_reached: bool = False
    lag: float | None = None
    unread: int | None = None
    parked: int | None = None
    flow: Flow | None = None


class Watch:
    """Asks each service in turn and remembers the answers; pages read them and wait for nobody."""

    def __init__(self, owners: Owners, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._owners = owners
        self._monotonic = monotonic
        self._states = {name: ServiceState(name) for name in owners.services}
        self._looks: dict[str, dict[str, list[Look]]] = {}
        self._looked_at = self._shown_at = float("-inf")

    @property
    def states(self) -> tuple[ServiceState, ...]:
        """All services as they were last seen, in the order of a claim's way."""
        self._shown_at = self._monotonic()
        return tuple(self._states.values())

    async def look(self) -> bool:
        """Ask all services once, more seldom while nobody is shown the answers: asking costs both sides.

        It is the act of a periodic, which never has more to do at once.
        """
        now = self._monotonic()
        if now - self._shown_at > _WATCHED_FOR and now - self._looked_at < UNWATCHED_SECONDS:
            return False
        self._looked_at = now
        found = await asyncio.gather(*(self._look_at(name) for name in self._owners.services))
        self._states = {state.name: state for state in found}
        return False

    async def _look_at(self, name: str) -> ServiceState:
        try:
            answer = await self._owners.client.get(
                f"{self._owners.address_of(name)}/metrics", params=_ASKED, timeout=_TIMEOUT
            )
            answer.raise_for_status()
        except httpx2.HTTPError:
            self._looks.pop(name, None)
            return ServiceState(name)
        found, parked = read(answer.text, at=self._monotonic())
        before = self._looks.get(name, {})
        looks = self._looks[name] = {part: recent([*before.get(part, ()), look]) for part, look in found.items()}
        return ServiceState(
            name,
            is_reached=True,
            lag=max((look.lag_seconds for look in found.values()), default=0.0),
            unread=sum(look.waiting for look in found.values()),
            parked=parked,
            flow=worst(flow_of(of_part) for of_part in looks.values()),
        )


def read(text: str, *, at: float) -> tuple[dict[str, Look], int]:
    """Return what a service's metrics tell of each of its consumers and its relay, and how many keys are parked.

    They are looked at apart: a relay that sends would hide a consumer that stands still.
    """
    waiting: Counter[str] = Counter()
    done: Counter[str] = Counter()
    lag: dict[str, float] = defaultdict(float)
    parked = 0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            part = sample.labels.get("consumer", _RELAY)
            if sample.name in _WAITING:
                waiting[part] += int(sample.value)
            elif sample.name in _AGES:
                lag[part] = max(lag[part], sample.value)
            elif sample.name in _DONE:
                done[part] += int(sample.value)
            elif sample.name == _PARKED:
                parked += int(sample.value)
    parts = waiting.keys() | lag.keys() | done.keys()
    return {part: Look(at, waiting[part], lag[part], done[part]) for part in parts}, parked
