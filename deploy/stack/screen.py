"""A live line a part, for the person who waits; plain lines where there is no terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table as Grid
from rich.text import Text

from deploy.stack.stack import State
from deploy.stack.table import Kind, Part

_STYLE: Final = {State.STARTING: "yellow", State.READY: "green", State.STOPPING: "yellow", State.STOPPED: "dim"}
_REFRESH_A_SECOND: Final = 8


class Screen:
    """What the parts of a stack are doing, as far as they told."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: dict[str, tuple[Part, State, float, float]] = {}  # with the seconds told and the moment of it
        self._spinner = Spinner("dots")
        self._live: Live | None = None

    def tell(self, part: Part, state: State, seconds: float) -> None:
        """Take in one change of a part's state."""
        self._rows[part.name] = (part, state, seconds, time.monotonic())
        if self._live is None and state in (State.READY, State.STOPPED):
            self._console.print(f"{part.title:<20} {state} ({seconds:.1f} s)", highlight=False)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show the parts while the context is open; with no terminal each change is a line of its own."""
        if not self._console.is_terminal:
            yield
            return
        with Live(get_renderable=self._grid, console=self._console, refresh_per_second=_REFRESH_A_SECOND) as self._live:
            try:
                yield
            finally:
                self._live.refresh()
        self._live = None
        self._rows = {}

    def _grid(self) -> Grid:
        grid = Grid.grid(padding=(0, 2))
        for part, state, seconds, told in self._rows.values():
            moving = state in (State.STARTING, State.STOPPING)
            grid.add_row(
                self._spinner if moving else Text("●", style=_STYLE[state]),
                Text(part.title, style="dim" if part.kind is Kind.TASK else ""),
                Text(state, style=_STYLE[state]),
                Text(f"{time.monotonic() - told if moving else seconds:.1f} s", justify="right"),
            )
        return grid
