"""The files that the X12 benchmarks read: 50 MB of each kind from our own generator, made once a run.

`X12_BENCH_MB` sets the size. Slow programs get `first_claims`, an interchange from the same file.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from claimwright.x12 import ClaimSet, ControlNumbers, Remittance, write_835, write_837p
from claimwright.x12.tools.synthetic import invented
from tests.support.builders_x12 import ENVELOPE, MOMENT

SEED = 7
MEGABYTES = float(os.environ.get("X12_BENCH_MB", "50"))
# Claims in one interchange; an 835 answers them with one transaction for each of three payers.
BATCH = 1000
_DAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class BenchFiles:
    """Two files on the disk, and the values of their first interchange."""

    claims: Path
    claim_count: int
    remittances: Path
    remit_count: int
    batch: ClaimSet
    answers: tuple[Remittance, ...]

    def first_claims(self) -> bytes:
        """Return the first interchange of the 837P: `BATCH` claims."""
        return _first_interchange(self.claims)

    def first_remittances(self) -> bytes:
        return _first_interchange(self.remittances)


def made(folder: Path, megabytes: float = MEGABYTES) -> BenchFiles:
    """Write both files; the same seed and size give the same bytes."""
    wanted = int(megabytes * 1_000_000)
    claims, remittances = folder / "claims.837", folder / "remittances.835"
    counts = {claims: 0, remittances: 0}
    first = invented(SEED, BATCH, last_day=_DAY)
    with claims.open("wb") as claims_out, remittances.open("wb") as remittances_out:
        number = 0
        while claims_out.tell() < wanted or remittances_out.tell() < wanted:
            number += 1
            batch, answers = invented(SEED + number - 1, BATCH, last_day=_DAY)
            control = ControlNumbers(interchange=number, group=number, transaction=1)
            if claims_out.tell() < wanted:
                claims_out.write(write_837p(batch, envelope=ENVELOPE, control=control, moment=MOMENT).data)
                counts[claims] += BATCH
            if remittances_out.tell() < wanted:
                remittances_out.write(write_835(answers, envelope=ENVELOPE, control=control, moment=MOMENT).data)
                counts[remittances] += sum(1 for each in answers for _ in each.claims)
    return BenchFiles(claims, counts[claims], remittances, counts[remittances], *first)


def stream(path: Path, megabytes: float) -> Iterator[bytes]:
    """Yield as many bytes as wanted from copies of a file, each interchange with a number of its own."""
    sent = number = 0
    while True:
        for interchange in _interchanges(path):
            if sent >= megabytes * 1_000_000:
                return
            number += 1
            renumbered = interchange.replace(b"*" + interchange[90:99], b"*%09d" % number)
            sent += len(renumbered)
            yield renumbered


def _interchanges(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = b""
        while piece := file.read(64 * 1024):
            *whole, left = (left + piece).split(b"~ISA*")
            for each in whole:
                yield (each if each.startswith(b"ISA*") else b"ISA*" + each) + b"~"
        yield left if left.startswith(b"ISA*") else b"ISA*" + left


def _first_interchange(path: Path) -> bytes:
    return next(_interchanges(path))
