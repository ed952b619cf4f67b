"""How a reader paces its batches: what comes alone at once, what comes thickly together."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

from claimwright.messaging.ceiling import Ceiling
from claimwright.messaging.lag import Lag
from claimwright.messaging.reading import Reading, Trouble

ONE = ("claimwright.intake", 0)
PACE = 0.25


class SteppedClock:
    """Time that only sleeping and handling move."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.now = 100.0
        self._stop = stop

    def seconds(self) -> float:
        return self.now

    async def sleep(self, stop: asyncio.Event, seconds: float) -> None:
        self.now += seconds

    async def within(self, seconds: float, work: Coroutine[Any, Any, None]) -> bool:
        await work
        return True


async def begun_at(looks: list[bool], *, handling_seconds: float) -> list[float]:
    """Let a reader look, finding a record or nothing after a fifth of a second, and return when it began batches."""
    stop = asyncio.Event()
    clock = SteppedClock(stop)
    begun: list[float] = []
    left = list(looks)

    async def poll() -> list[Any]:
        if not left:
            stop.set()
            return []
        if not left.pop(0):
            clock.now += 0.2
            return []
        return [SimpleNamespace(topic=ONE[0], partition=ONE[1], position=len(left), stamped_ms=None)]

    async def take(*_: object, **__: object) -> None:
        begun.append(round(clock.now - 100, 3))
        clock.now += handling_seconds

    async def answer(what: object) -> Any:
        return what

    handling: Any = SimpleNamespace(consumer="c", ceiling=Ceiling(), take=take)
    leases: Any = SimpleNamespace(
        owned=frozenset({ONE}), check=lambda: None, surplus=lambda: (), take=lambda: answer(False)
    )
    reader: Any = SimpleNamespace(poll=poll, lag=lambda _: {}, commit=lambda *_, **__: answer(True))
    paced = Reading(
        handling,
        reader,
        leases,
        positions={},
        ends=answer,
        check=lambda: None,
        trouble=Trouble(),
        clock=clock,
        lag=Lag("c"),
        pace=PACE,
    )
    await paced.run(stop)
    return begun


async def test_batches_that_follow_each_other_begin_no_more_often_than_the_pace() -> None:
    # Seen to fail: without the wait, the second began at 0.1.
    assert await begun_at([True, True, True], handling_seconds=0.1) == [0, 0.25, 0.5]


async def test_a_batch_that_took_longer_than_the_pace_is_followed_at_once() -> None:
    assert await begun_at([True, True], handling_seconds=0.4) == [0, 0.4]


async def test_what_comes_after_a_silence_is_handled_at_once() -> None:
    assert await begun_at([True, False, False, True], handling_seconds=0.01) == [0, 0.65]
