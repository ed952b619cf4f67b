"""When a reader is called stuck: silent over what waited at the look before, or with a batch that does not end."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from claimwright.messaging import reading
from claimwright.messaging.ceiling import Ceiling
from claimwright.messaging.lag import Lag
from claimwright.messaging.reading import ConsumerStuck, Reading, RealClock, Trouble, behind

ONE = ("claimwright.intake", 0)
OTHER = ("claimwright.intake", 1)


# Seen to fail in a whole run: a record that came during a look at the silence ended the process.
def test_what_has_just_come_is_no_sign_of_a_stuck_reader() -> None:
    at_the_last_look = behind(reached={ONE: 5}, ends={ONE: 5})

    assert behind(reached={ONE: 5}, ends=at_the_last_look) == {}


def test_what_still_waits_at_the_next_look_is() -> None:
    at_the_last_look = behind(reached={ONE: 4, OTHER: 9}, ends={ONE: 5, OTHER: 9})

    assert behind(reached={ONE: 4, OTHER: 9}, ends=at_the_last_look) == {ONE: 5}
    assert behind(reached={ONE: 5, OTHER: 9}, ends=at_the_last_look) == {}


def test_a_partition_of_which_nothing_was_read_stands_at_its_beginning() -> None:
    assert behind(reached={}, ends={ONE: 1, OTHER: 0}) == {ONE: 1}


async def test_a_batch_that_does_not_end_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a connection whose other end is gone without a word: it keeps its leases, and nobody else reads."""
    monkeypatch.setattr(reading, "_LONGEST_BATCH_SECONDS", 0.05)
    record = SimpleNamespace(topic="claimwright.intake", partition=0, position=0, stamped_ms=None)

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    async def answer(what: object) -> Any:
        return what

    handling: Any = SimpleNamespace(consumer="c", ceiling=Ceiling(), take=never)
    leases: Any = SimpleNamespace(
        owned=frozenset({ONE}), check=lambda: None, surplus=lambda: (), take=lambda: answer(False)
    )
    reader: Any = SimpleNamespace(poll=lambda: answer([record]), lag=lambda _: {})
    stuck = Reading(
        handling,
        reader,
        leases,
        positions={},
        ends=answer,
        check=lambda: None,
        trouble=Trouble(),
        clock=RealClock(),
        lag=Lag("c"),
    )

    with pytest.raises(ConsumerStuck):
        await asyncio.wait_for(stuck.run(asyncio.Event()), 5)
