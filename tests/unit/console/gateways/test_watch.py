"""What the console makes of a service's metrics: its consumers and its relay are looked at apart.

Seen to fail: with the parts added up, the relay that sent hid the consumer that stood still.
"""

from collections.abc import AsyncIterator

import httpx2
import pytest

from claimwright_console.domain.flow import Trend
from claimwright_console.gateways.owners import Owners
from claimwright_console.gateways.watch import EVERY_SECONDS, UNWATCHED_SECONDS, ServiceState, Watch, read

TEXT = """
claimwright_consumer_lag_records{{consumer="coding",topic="claimwright.intake",partition="0"}} {waiting}
claimwright_consumer_lag_records{{consumer="coding",topic="claimwright.intake",partition="1"}} 2
claimwright_consumer_lag_seconds{{consumer="coding",topic="claimwright.intake",partition="0"}} {lag}
claimwright_consumer_lag_seconds{{consumer="coding",topic="claimwright.intake",partition="1"}} 0.5
claimwright_events_handled_total{{consumer="coding",type="encounter.received.v1"}} 7
claimwright_outbox_unpublished_events 4
claimwright_outbox_oldest_unpublished_seconds 1.5
claimwright_relay_batch_events_sum {sent}
claimwright_parked_keys{{consumer="coding"}} 3
"""


def metrics_text(*, waiting: int = 5, lag: float = 12.0, sent: int = 100) -> str:
    return TEXT.format(waiting=waiting, lag=lag, sent=sent)


class Service:
    """A service whose metrics a test sets."""

    def __init__(self) -> None:
        self.text: str | None = metrics_text()
        self.now = 0.0
        self.asked = 0

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(503) if self.text is None else httpx2.Response(200, text=self.text)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def watch(service: Service) -> AsyncIterator[Watch]:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(service.answer))
    owners = Owners({"coding": "http://coding.test"}, client=client)
    yield Watch(owners, monotonic=lambda: service.now)
    await owners.close()


def test_each_part_has_its_own_backlog() -> None:
    found, parked = read(metrics_text(), at=1.0)

    assert {part: (look.waiting, look.lag_seconds, look.done) for part, look in found.items()} == {
        "coding": (7, 12.0, 7),
        "relay": (4, 1.5, 100),
    }
    assert parked == 3


async def test_a_consumer_that_stands_still_is_stuck_although_the_relay_sends(watch: Watch, service: Service) -> None:
    for second in (0, 10, 20):
        service.now = second
        service.text = metrics_text(lag=12.0 + second, sent=100 + second)
        await watch.look()

    (state,) = watch.states
    assert state.flow is not None
    assert state.flow.trend is Trend.STUCK
    assert (state.lag, state.unread, state.parked) == (32.0, 11, 3)


async def test_a_service_that_does_not_answer_tells_nothing(watch: Watch, service: Service) -> None:
    await watch.look()
    service.text, service.now = None, UNWATCHED_SECONDS
    await watch.look()

    assert watch.states == (ServiceState("coding"),)


async def test_services_are_asked_seldom_while_nobody_is_shown_what_they_answer(watch: Watch, service: Service) -> None:
    # Seen to fail: with a look at every call, and where being shown changed nothing.
    async def a_minute() -> int:
        before = service.asked
        for _ in range(30):
            service.now += EVERY_SECONDS
            await watch.look()
        return service.asked - before

    unwatched = await a_minute()
    _ = watch.states

    assert unwatched == 6
    assert await a_minute() == 5 + 5
