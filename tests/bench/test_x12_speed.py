"""How quick the X12 codec is, beside others and beside a bare split loop, in one run on one core.

Ratios matter, figures depend on the machine. `pytest -m bench -s tests/bench` prints them; `X12_BENCH_CLAIMS` sets the
size (2,000 claims by default). Each is the best of five.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import oxedi
import pytest

from claimwright.x12 import judge, read_835, read_837p, tokens, write_835, write_837p
from claimwright.x12.tools.synthetic import invented
from tests.support.builders_x12 import SENT
from tests.support.second_opinion import pyx12_complaints

CLAIMS = int(os.environ.get("X12_BENCH_CLAIMS", "2000"))
SEED = 7


@pytest.fixture(scope="module")
def files() -> tuple[Any, bytes, Any, bytes]:
    batch, remittances = invented(SEED, CLAIMS, last_day=date(2026, 11, 20))
    return batch, write_837p(batch, **SENT).data, remittances, write_835(remittances, **SENT).data


def test_speed(files: tuple[Any, bytes, Any, bytes]) -> None:
    batch, claims, remittances, remit = files
    figures = {
        "837P bare split": rate(lambda: split(claims)),
        "837P tokens": rate(lambda: sum(1 for _ in tokens(claims))),
        "837P to typed claims, every field read": rate(lambda: visit(read_837p(claims).values)),
        "837P judged, levels 1-5": rate(lambda: judge(claims)),
        "837P judged by pyx12, levels 1-2": rate(lambda: pyx12_complaints(claims), times=1),
        "837P written and self-checked": rate(lambda: write_837p(batch, **SENT), times=2),
        "835 bare split": rate(lambda: split(remit)),
        "835 to typed claims, every field read": rate(lambda: visit(read_835(remit).values)),
        "835 read by oxedi": rate(lambda: oxedi.parse(remit)),
        "835 judged, levels 1-3": rate(lambda: judge(remit)),
        "835 written and self-checked": rate(lambda: write_835(remittances, **SENT), times=2),
    }

    print(f"\n{CLAIMS} claims, seed {SEED}, Python {sys.version.split()[0]} on {platform.machine()}")
    for what, claims_a_second in figures.items():
        print(f"{what:45} {claims_a_second:>12,.0f} claims/s")


def split(data: bytes) -> list[list[str]]:
    return [row.split("*") for row in data.decode("latin-1").split("~")]


def visit(value: Any) -> int:
    """Read every field of every object."""
    return sum(visit(each) for each in value) if isinstance(value, tuple) else 1


def rate(work: Callable[[], object], times: int = 5) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return CLAIMS / best
