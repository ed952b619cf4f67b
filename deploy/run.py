"""`make run`: start everything on this machine without a container engine, and stay up until Ctrl-C.

SAMPLE=no leaves the sample day out, SAMPLE=FOLDER plays a folder of JSON and 837P files instead. PORT_BASE moves all
ports together; CONSOLE_PORT, KAFKA_PORT and so on move one. STATE is the folder of data, logs and secrets. PARTS names
the parts to start with what they need ("postgres kafka" for work on a service that is started by hand). REPLICAS=2 runs
two of every service, REPLICAS="coding=3" three of one; BROKERS=3 a cluster of three; KAFKA_TLS=yes brokers with TLS.
"""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console

from deploy.stack.greeting import greet
from deploy.stack.one_run import only_run
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import Ports
from deploy.stack.sample import SampleDay
from deploy.stack.screen import Screen
from deploy.stack.sentences import StackProblem
from deploy.stack.size import Size
from deploy.stack.space import is_full
from deploy.stack.stack import Stack
from deploy.stack.table import Table

_DEFAULT_STATE: Final = ROOT / ".state"
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Run the stack and return the exit code: 0 when it was told to stop, 1 with a sentence for anything else."""
    console = Console()
    state = Path(environment.get("STATE") or _DEFAULT_STATE).absolute()
    try:
        places, ports = Places(state), Ports.chosen(environment)
        size = Size.chosen(environment)
        sample = SampleDay.chosen(environment.get("SAMPLE", ""))
        parts = chosen_parts(environment.get("PARTS", ""), Table.read().with_instances(size.instances))
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with only_run(state / "lock"):
            screen = Screen(console)
            stack = Stack(places, ports, size=size, tell=screen.tell)
            asyncio.run(_run(stack, parts, screen, console, sample))
    except StackProblem as problem:
        _complain(console, str(problem))
        full = is_full(state)
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        full = True  # what was refused may be larger than what is left, and what was half written may be gone again
    else:
        return 0
    if full:
        _complain(console, f"The disk that holds {state} is full: free some space and start again.")
        _complain(console, "What was stored is not lost.")
    return 1


def _complain(console: Console, sentence: str) -> None:
    console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)


def chosen_parts(text: str, table: Table | None = None) -> tuple[str, ...]:
    """Return the parts that PARTS names; none means all.

    Errors: StackProblem names what is no part.
    """
    known, names = (table or Table.read()).parts, tuple(text.split())
    if unknown := [name for name in names if name not in known]:
        raise StackProblem(f"PARTS names {', '.join(unknown)}; there is: {', '.join(known)}.")
    return names


async def _run(stack: Stack, parts: tuple[str, ...], screen: Screen, console: Console, sample: SampleDay) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in _STOPPING:
        loop.add_signal_handler(name, told.set)

    if ended := stack.prepare():
        console.print(f"An earlier run had left {', '.join(ended)} behind; ended.", highlight=False)
    work = asyncio.create_task(_work(stack, parts, screen, console, sample))
    stop = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()  # raises what went wrong
    finally:
        stop.cancel()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        if stack.is_running():
            console.print("Stopping …", highlight=False)
            await stack.stop()


async def _work(stack: Stack, parts: tuple[str, ...], screen: Screen, console: Console, sample: SampleDay) -> None:
    """Bring the parts up, play the sample day if it is due, and stay until a part ends by itself."""
    with screen.live():
        await stack.start(parts or None)
    watch = asyncio.create_task(stack.until_one_ends())
    play = asyncio.create_task(_say_that(parts, console) if parts else _present(stack, console, sample))
    try:
        await asyncio.wait({watch, play}, return_when=asyncio.FIRST_COMPLETED)
        if play.done():
            play.result()
        raise await watch
    finally:
        watch.cancel()
        play.cancel()
        await asyncio.gather(watch, play, return_exceptions=True)


async def _say_that(parts: tuple[str, ...], console: Console) -> None:
    console.print(f"Ready: {', '.join(parts)}. Stop: Ctrl-C", highlight=False)


async def _present(stack: Stack, console: Console, sample: SampleDay) -> None:
    if await sample.is_due(stack):
        await sample.play(stack)
    await greet(stack, console)


if __name__ == "__main__":
    sys.exit(main())
