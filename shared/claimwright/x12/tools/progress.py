"""How far a command is through a large file, shown to people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from claimwright.x12.tokens import Source, counted

LARGE = 5_000_000
"""Bytes; smaller files are done before anybody looks."""

_NAME_MOST: Final = 30
"""Of a longer name the bar itself would find no place on a narrow terminal."""


class Bar:
    """The way through one file; it starts anew with each pass over the bytes."""

    def __init__(self, told: Callable[[int], None] | None = None) -> None:
        self.told = told
        """To be called with the number of bytes that are behind; None where nobody looks."""

    def over(self, data: bytes) -> Source:
        """Return the bytes, of which each that is read moves the bar."""
        return data if self.told is None else counted(data, self.told)


@contextmanager
def watching(file: str, size: int) -> Iterator[Bar]:
    """Show a bar on standard error while a large file is worked on; nothing where that is no terminal."""
    if not _is_watched(size):
        yield Bar()
        return
    with _shown(BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(Path(file).name[:_NAME_MOST], total=size)
        yield Bar(lambda behind: progress.update(task, completed=behind))


@contextmanager
def working(what: str, size: int) -> Iterator[None]:
    """Show, where `watching` shows a bar, that work goes on and for how long: for work in several passes."""
    if not _is_watched(size):
        yield
        return
    with _shown(SpinnerColumn(), TimeElapsedColumn()) as progress:
        progress.add_task(Path(what).name[:_NAME_MOST], total=None)
        yield


def _is_watched(size: int) -> bool:
    return size >= LARGE and sys.stderr.isatty()


def _shown(*columns: ProgressColumn) -> Progress:
    """Return a display on standard error; standard output is for what the command writes, byte for byte."""
    named = TextColumn("{task.description}", markup=False)
    console = Console(stderr=True, force_terminal=True)
    return Progress(named, *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
