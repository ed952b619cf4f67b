"""Reading a stream takes memory by the largest claim, not by the file.

Seen to fail: with every subscriber of the transaction kept, ten times the claims took five times the memory; with the
tree of the envelope kept, three times the transactions took more than twice the memory.
"""

import tracemalloc
from collections.abc import Iterator
from datetime import date

from claimwright.x12 import Finding, read_claims, read_remitted_claims, tokens, write_835, write_837p
from claimwright.x12.tools.synthetic import invented
from tests.support.builders_x12 import SENT, a_remittance


def test_memory_is_bounded_by_the_largest_claim_and_not_by_the_file() -> None:
    # The smaller file is larger than what is looked through for the first ISA.
    small, large = a_file(200), a_file(600)

    peak_of(large)  # fills the caches of amounts and days, which are bounded
    assert peak_of(large) < peak_of(small) * 1.2


def test_many_small_remittances_take_no_more_memory_than_few() -> None:
    few, many = remittances(300), remittances(900)

    assert peak_of_remitted(many) < peak_of_remitted(few) * 1.2


def remittances(count: int) -> Iterator[bytes]:
    """Yield an interchange with as many transactions of one claim each, piece by piece."""
    whole = write_835([a_remittance()], **SENT).data
    begin, end = whole.index(b"ST*"), whole.index(b"GE*")
    yield whole[:begin]
    for number in range(count):
        yield whole[begin:end].replace(b"*0001", b"*%04d" % number)
    yield whole[end:].replace(b"GE*1*", b"GE*%d*" % count)


def peak_of_remitted(pieces: Iterator[bytes]) -> int:
    findings: list[Finding] = []
    tracemalloc.start()
    try:
        assert all(claim.patient_control_number for _, claim in read_remitted_claims(pieces, findings) if claim)
        assert findings == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


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
