"""Races between programs: interleaved in one run on one core, medians of CPU time, ratios held against bars.

Ratios matter; figures depend on the machine and on what else it does. Nothing here fails for being slow.
"""

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Runner:
    """One program at one work. `work` may return a sum, so that the racers can be held to the same answer."""

    name: str
    claims: int
    """How many claims `work` goes through; a slow program may be given a part of the file."""
    work: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bar:
    """How many times as quick as `below` the runner `above` has to be."""

    above: str
    below: str
    must: float | None = None
    stretch: float | None = None


def race(*runners: Runner, rounds: int = ROUNDS) -> dict[str, float]:
    """Run each in turn, round after round, and return the claims a second of CPU time: the median of the rounds."""
    on_one_core()
    seconds: dict[str, list[float]] = {each.name: [] for each in runners}
    for _ in range(rounds):
        for each in runners:
            # What the race itself holds is nobody's garbage to look through.
            gc.collect()
            gc.freeze()
            start = time.process_time()
            each.work()
            seconds[each.name].append(time.process_time() - start)
            gc.unfreeze()
    return {each.name: each.claims / statistics.median(seconds[each.name]) for each in runners}


def on_one_core() -> None:
    """Keep this process and its threads on one core, as long as the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def report(title: str, runners: Iterable[Runner], rates: dict[str, float], bars: Iterable[Bar]) -> None:
    """Print the rates, then each ratio beside its bars with a word for the verdict."""
    print(f"\n{title}")
    for each in runners:
        print(f"  {each.name:<58} {rates[each.name]:>10,.0f} claims/s   ({each.claims:,} claims)")
    for bar in bars:
        ratio = rates[bar.above] / rates[bar.below]
        print(f"  {bar.above} / {bar.below}: {ratio:.2f} ×  {against(ratio, bar.must, bar.stretch)}")


def against(ratio: float, must: float | None, stretch: float | None) -> str:
    """Say how a figure stands to its bars; more is better.

    >>> against(0.7, 0.5, 0.9)
    'must 0.5: met, stretch 0.9: missed'
    """
    bars = (("must", must), ("stretch", stretch))
    return ", ".join(f"{name} {bar:g}: {'met' if ratio >= bar else 'missed'}" for name, bar in bars if bar is not None)


def circumstances(seed: int, *peers: str) -> str:
    """Return what a figure is worth nothing without: seed, versions, machine."""
    versions = ", ".join(f"{name} {version(name)}" for name in peers)
    return (
        f"seed {seed}, Python {sys.version.split()[0]} on {platform.machine()}, {os.cpu_count()} cores of which one is "
        f"used, medians of {ROUNDS}; {versions}"
    )
