"""What balances and pages cost in a large ledger, beside a small one.

`pytest -m bench -s tests/bench/test_large_ledger.py` prints the figures; `LEDGER_BENCH_ENTRIES` sets how large the
large ledger is (10,000,000 entries by default, of a million claims).
"""

import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable

import pytest

from claimwright import ids
from claimwright_remittance.persistence import reconciliation, views
from tests.support.benchmark import against
from tests.support.large_ledger import CLAIM, CLAIMS_OF, FILE, fill, id_of
from tests.support.remittance import RemittanceBench, a_bench, make_template
from tests.support.remittance_api import an_api
from tests.support.stack import TestStack

SMALL = 100_000
LARGE = int(os.environ.get("LEDGER_BENCH_ENTRIES", "10000000"))
ROUNDS = 300
SEED = 7


async def seconds_of(act: Callable[[int], Awaitable[object]], most: int, rounds: int = ROUNDS) -> list[float]:
    """Return how long an act took for each of so many numbers from 1 on, chosen by chance, in order."""
    chosen = random.Random(SEED)
    seconds = []
    for _ in range(rounds):
        number = chosen.randint(1, most)
        start = time.perf_counter()
        await act(number)
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)


async def balances(bench: RemittanceBench, claims: int) -> dict[str, list[float]]:
    """Return the seconds that the balances of claims and of files take."""

    async def of_claim(number: int) -> None:
        async with bench.transactions.begin(org_id=bench.org_id, actor="bench") as work:
            postings = await views.claim_postings(work, id_of(CLAIM, number))
        assert sum(entry.cents for posting in postings for entry, _ in posting.entries) == 0
        assert len(postings) == 2

    async def of_file(number: int) -> None:
        async with bench.transactions.begin(org_id=bench.org_id, actor="bench") as work:
            (known,) = await reconciliation.sets_of_files(work, [id_of(FILE, number)])
        assert known.totals.posted_cents == known.totals.payment_cents > 0

    files = (claims - 1) // CLAIMS_OF + 1
    return {"claim": await seconds_of(of_claim, claims), "file": await seconds_of(of_file, files)}


async def pages(bench: RemittanceBench, claims: int) -> dict[str, list[float]]:
    """Return the seconds that the list of files, one file, and a later page of its claims take."""
    async with an_api(bench) as api:

        async def show(path: str) -> dict[str, object]:
            answer = await api.get(path)
            assert answer.status_code == 200
            said: dict[str, object] = answer.json()
            return said

        async def of_file(number: int) -> None:
            await show(f"/v1/files/{ids.text(ids.FILE, id_of(FILE, number))}")

        files = (claims - 1) // CLAIMS_OF + 1
        first = await show(f"/v1/files/{ids.text(ids.FILE, id_of(FILE, 1))}")
        return {
            "list of files": await seconds_of(lambda _: show("/v1/files"), files, 50),
            "one file": await seconds_of(of_file, files, 50),
            "the next page of its claims": await seconds_of(
                lambda _: show(f"/v1/files/{first['id']}?after={first['next']}"), files, 50
            ),
        }


@pytest.mark.timeout(3600)
async def test_balances_and_pages_of_a_large_ledger(postgres: TestStack) -> None:
    await make_template(postgres)
    async with a_bench(postgres) as small_books, a_bench(postgres) as large_books:
        small_claims, large_claims = await fill(small_books, SMALL), await fill(large_books, LARGE)
        await balances(small_books, small_claims)
        await balances(large_books, large_claims)
        small, large = await balances(small_books, small_claims), await balances(large_books, large_claims)
        shown = await pages(large_books, large_claims)

    print(f"\nBalances at {SMALL:,} and at {LARGE:,} entries, p50 and p99 of {ROUNDS}")
    for name in small:
        (one, one_late), (other, other_late) = ((_p(each[name], 50), _p(each[name], 99)) for each in (small, large))
        ratio = other_late / one_late
        print(f"  {name}: {one:.1f} and {one_late:.1f} ms; {other:.1f} and {other_late:.1f} ms: ", end="")
        print(f"p99 {ratio:.2f} ×  {_at_most(ratio, 5)}")
    print(f"Pages at {2 * large_claims:,} remit lines, over the API in one process")
    for name, seconds in shown.items():
        middle = statistics.median(seconds) * 1000
        print(f"  {name}: p50 {middle:.1f} ms, p99 {_p(seconds, 99):.1f} ms  {_at_most(middle, 50)}")


def _at_most(figure: float, must: float) -> str:
    return against(-figure, -must, None).replace("-", "")


def _p(seconds: list[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return seconds[min(len(seconds) - 1, len(seconds) * percent // 100)] * 1000
