"""How a reader paces its batches and the notes of how far it came: what comes thickly goes together."""

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
    begun, _ = await read(looks, handling_seconds=handling_seconds)
    return begun


async def noted_at(looks: list[bool], *, handling_seconds: float) -> list[float]:
    """Let a reader look, and return when it noted how far it came."""
    _, noted = await read(looks, handling_seconds=handling_seconds)
    return noted


async def read(looks: list[bool], *, handling_seconds: float) -> tuple[list[float], list[float]]:
    """Return when a reader began batches, and when it noted how far it came."""
    stop = asyncio.Event()
    clock = SteppedClock(stop)
    begun: list[float] = []
    noted: list[float] = []
    left = list(looks)

    async def poll() -> list[Any]:
        found = left.pop(0)
        if not left:
            stop.set()
        if not found:
            clock.now += 0.2
            return []
        return [SimpleNamespace(topic=ONE[0], partition=ONE[1], position=len(left), stamped_ms=None)]

    async def take(*_: object, **__: object) -> None:
        begun.append(round(clock.now - 100, 3))
        clock.now += handling_seconds

    async def commit(*_: object, **__: object) -> bool:
        noted.append(round(clock.now - 100, 3))
        return True

    async def answer(what: object) -> Any:
        return what

    handling: Any = SimpleNamespace(consumer="c", ceiling=Ceiling(), take=take)
    leases: Any = SimpleNamespace(
        owned=frozenset({ONE}), check=lambda: None, surplus=lambda: (), take=lambda: answer(False)
    )
    reader: Any = SimpleNamespace(poll=poll, lag=lambda _: {}, commit=commit)
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
    return begun, noted


async def test_batches_that_follow_each_other_begin_no_more_often_than_the_pace() -> None:
    # Seen to fail: without the wait, the second began at 0.1.
    assert await begun_at([True, True, True], handling_seconds=0.1) == [0, 0.25, 0.5]


async def test_a_batch_that_took_longer_than_the_pace_is_followed_at_once() -> None:
    assert await begun_at([True, True], handling_seconds=0.4) == [0, 0.4]


async def test_what_comes_after_a_silence_is_handled_at_once() -> None:
    assert await begun_at([True, False, False, True], handling_seconds=0.01) == [0, 0.65]


# Seen to fail with a note after each batch, and without the note of the silence. Who ends the reading notes the rest.
async def test_what_is_handled_is_noted_twice_a_second() -> None:
    assert await noted_at([True] * 6, handling_seconds=0.2) == [0.7, 1.2]


async def test_what_is_handled_is_noted_when_nothing_follows() -> None:
    assert await noted_at([True, False, False, False], handling_seconds=0.1) == [0.45]


# Seen to fail with the two the other way round: the client refuses to note what it reads no more, and all beside it.
async def test_what_is_handed_over_is_noted_before_it_is_given_up() -> None:
    did: list[str] = []
    other = ("claimwright.intake", 1)
    stop = asyncio.Event()
    owned = {ONE, other}

    async def commit(positions: dict[Any, int], **_: object) -> bool:
        did.append(f"noted {len(positions)}")
        return True

    async def give_up(partitions: frozenset[Any]) -> None:
        owned.difference_update(partitions)
        did.append("given up")

    async def take() -> bool:
        return False

    async def poll() -> list[Any]:
        stop.set()
        return []

    handling: Any = SimpleNamespace(consumer="c", ceiling=Ceiling())
    leases: Any = SimpleNamespace(check=lambda: None, take=take, give_up=give_up, owned=owned)
    leases.surplus = lambda: frozenset({other} & owned)
    reader: Any = SimpleNamespace(
        poll=poll, commit=commit, lag=lambda _: {}, own=lambda partitions, _: did.append(f"reads {len(partitions)}")
    )
    positions = {ONE: 5, other: 7}
    reading = Reading(
        handling,
        reader,
        leases,
        positions=positions,
        ends=give_up,  # type: ignore[arg-type]  # nobody asks for ends within this second
        check=lambda: None,
        trouble=Trouble(),
        clock=SteppedClock(stop),
        lag=Lag("c"),
    )
    await reading.run(stop)

    assert did == ["noted 2", "reads 1", "given up"]
    assert positions == {ONE: 5}
