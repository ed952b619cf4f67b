"""Reading a stream takes memory by the largest claim, not by the file.

Seen to fail: with every subscriber of the transaction kept, ten times the claims took five times the memory.
"""

import tracemalloc
from collections.abc import Iterator
from datetime import date

from claimwright.x12 import read_claims, tokens, write_837p
from claimwright.x12.tools.synthetic import invented
from tests.support.builders_x12 import SENT


def test_memory_is_bounded_by_the_largest_claim_and_not_by_the_file() -> None:
    # The smaller file is larger than what is looked through for the first ISA.
    small, large = a_file(200), a_file(600)

    peak_of(large)  # fills the caches of amounts and days, which are bounded
    assert peak_of(large) < peak_of(small) * 1.2


def a_file(count: int) -> bytes:
    batch, _ = invented(7, count, last_day=date(2026, 11, 20))
    return write_837p(batch, **SENT).data


def peak_of(data: bytes) -> int:
    count = sum(1 for segment in tokens(data) if segment.id == "CLM")
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_claims(chunks(data), [])) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def chunks(data: bytes) -> Iterator[bytes]:
    yield from (data[at : at + 4096] for at in range(0, len(data), 4096))
