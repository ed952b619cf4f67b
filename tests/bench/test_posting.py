"""How quick and how large posting is: beside COPY of the same entries, and from one size of file to the next.

`pytest -m bench -s tests/bench/test_posting.py` prints the ratios. `POSTING_BENCH_CLAIMS` and `POSTING_BENCH_MANY` set
how many claims the files have, `POSTING_BENCH_ROUNDS` how often the first is posted. Both sides run in turn in one run;
nothing here fails for being slow.
"""

import os
import statistics
import sys
from pathlib import Path

import pytest

from tests.support.benchmark import against
from tests.support.posting_bench import CLAIMS, MANY, Run, Twin, an_835, bill, counted, post_in_child
from tests.support.remittance import RemittanceBench, a_bench, make_template
from tests.support.stack import TestStack

ROUNDS = int(os.environ.get("POSTING_BENCH_ROUNDS", "3"))
WARM = 1_000
"""Claims of the file that makes the process ready and the books such as they are: a table of a few rows PostgreSQL goes
on reading whole for each foreign key, until it is analyzed."""


@pytest.fixture
async def template(postgres: TestStack) -> TestStack:
    await make_template(postgres)
    return postgres


@pytest.mark.timeout(3600)
async def test_an_835_from_bytes_to_the_ledger(template: TestStack, tmp_path: Path) -> None:
    copies: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    runs: list[Run] = []
    for _ in range(ROUNDS):
        async with a_bench(template) as bench:
            run = await _post(bench, CLAIMS, tmp_path)
            runs.append(run)
            for checked in (True, False, True, False):
                copies[checked].append(await Twin(bench).copied(run.file_id, checked=checked))
            root = await bench.root()
            entries, events = await counted(root, run.file_id)
            await root.close()
            assert await bench.faults() == []

    seconds, python, database = (
        statistics.median(figures)
        for figures in zip(*((run.seconds, run.cpu_seconds, run.database_seconds) for run in runs), strict=True)
    )
    mib = max(run.mib for run in runs)
    print(f"\nAn 835 of {CLAIMS:,} claims: {entries:,} entries, {events:,} events; Python {sys.version.split()[0]}")
    print(f"  posted in {seconds:.2f} s: {python:.2f} s of CPU in Python, {database:.2f} s in PostgreSQL")
    print(f"  {CLAIMS / seconds:,.0f} claims a second; {mib:.0f} MiB over idle at most, {_at_most(mib, 150)}")
    for checked, name in ((True, "with the trigger"), (False, "without the trigger")):
        wall, cpu = (statistics.median(figures) for figures in zip(*copies[checked], strict=True))
        print(f"  COPY {name}: {wall:.2f} s, {cpu:.2f} s of CPU; posting takes {seconds / wall:.2f} ×  ", end="")
        print(f"{_at_most(seconds / wall, 4, 2.5)}; by CPU {(python + database) / cpu:.2f} ×")


@pytest.mark.timeout(3600)
async def test_memory_does_not_grow_with_the_file(template: TestStack, tmp_path: Path) -> None:
    async with a_bench(template) as bench:
        run = await _post(bench, MANY, tmp_path)

    print(f"\nAn 835 of {MANY:,} claims: {run.seconds:.0f} s, {MANY / run.seconds:,.0f} claims a second")
    print(f"  {run.mib:.0f} MiB over idle at most; {_at_most(run.mib, 150)}")


async def _post(bench: RemittanceBench, count: int, work: Path) -> Run:
    await bill(bench, count + WARM)
    await Twin(bench).make()
    return await post_in_child(bench, an_835(count), work, warm=an_835(WARM, first=count))


def _at_most(figure: float, must: float, stretch: float | None = None) -> str:
    return against(-figure, -must, None if stretch is None else -stretch).replace("-", "")
