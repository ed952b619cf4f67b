"""Processes that go on only when a test says so: real coroutines, stepped from one await to the next without a loop.

Every port of a model pauses once before it does anything and once before it answers. Between two steps the test may
let others act, break what the process waits for, or kill it. A killed process runs not one line more, as after kill -9.
"""

from collections.abc import Coroutine, Generator
from contextlib import suppress
from contextvars import copy_context
from typing import Any


class Killed(BaseException):
    """Ends what a killed process would still do on its way out."""


class _Moment:
    def __await__(self) -> Generator[None, None, None]:
        yield


_begun: "list[Process]" = []


def end_all() -> None:
    """Kill every process that a test has begun; left to the garbage collector, each would end in another's context."""
    for process in _begun:
        process.kill()
    _begun.clear()


class Process:
    """One process; `begin` gives it its work."""

    def __init__(self) -> None:
        _begun.append(self)
        self.is_alive = False
        self.ended_by: BaseException | None = None
        self._work: Coroutine[Any, Any, None] | None = None
        self._context = copy_context()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Take up work; it starts with the first step."""
        self._work = work
        self.is_alive = True

    async def pause(self) -> None:
        """Let everybody else act."""
        if not self.is_alive:
            raise Killed
        await _Moment()

    def step(self) -> None:
        """Go on to the next pause; an error that ends the work is kept in `ended_by`, and a wrong assertion raised."""
        if not self.is_alive or self._work is None:
            return
        try:
            self._context.run(self._work.send, None)
        except StopIteration:
            self.is_alive = False
        except AssertionError:
            self.is_alive = False
            raise
        except Exception as error:  # noqa: BLE001 the machine looks at it
            self.is_alive = False
            self.ended_by = error

    def kill(self) -> None:
        """End at once, with nothing put in order."""
        self.is_alive = False
        if self._work is not None:
            with suppress(Killed):
                self._context.run(self._work.close)
            self._work = None
