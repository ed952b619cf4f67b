"""How quick the X12 judge and the writers are, beside others, in one run on one core.

One interchange of the benchmark's claims: the others are slow.
"""

from typing import Any

import pytest
from x12sdk.io import X12ModelReader

from claimwright.x12 import judge, write_835, write_837p
from tests.support.benches_x12 import BATCH, SEED, BenchFiles
from tests.support.benchmark import Bar, Runner, circumstances, race, report
from tests.support.builders_x12 import SENT
from tests.support.second_opinion import pyx12_complaints

PYX12 = "pyx12, levels 1-2"
X12SDK = "x12sdk, nothing checked"


@pytest.mark.timeout(3600)
def test_judged(files: BenchFiles) -> None:
    data, remittances = files.first_claims(), files.first_remittances()
    runners = (
        Runner(PYX12, BATCH, lambda: pyx12_complaints(data)),
        Runner("837P judged, levels 1-5", BATCH, lambda: judge(data)),
        Runner("835 judged, levels 1-5", BATCH, lambda: judge(remittances)),
    )
    assert not judge(data)
    assert not pyx12_complaints(data)
    assert not judge(remittances)

    rates = race(*runners)

    print(f"\n{circumstances(SEED, 'pyx12')}")
    report("Judged", runners, rates, (Bar("837P judged, levels 1-5", PYX12, must=12, stretch=20),))


@pytest.mark.timeout(3600)
def test_written(files: BenchFiles) -> None:
    model = x12sdk_model(files.first_claims().decode("latin-1"))
    written, checked = "837P written", "837P written and self-checked"
    runners = (
        Runner(X12SDK, BATCH, model.x12),
        Runner(written, BATCH, lambda: write_837p(files.batch, **SENT, self_check=False)),
        Runner(checked, BATCH, lambda: write_837p(files.batch, **SENT)),
        Runner("835 written", BATCH, lambda: write_835(files.answers, **SENT, self_check=False)),
        Runner("835 written and self-checked", BATCH, lambda: write_835(files.answers, **SENT)),
    )
    assert write_837p(files.batch, **SENT).data == write_837p(files.batch, **SENT, self_check=False).data

    rates = race(*runners)

    print(f"\n{circumstances(SEED, 'x12sdk')}")
    bars = (Bar(written, X12SDK, must=3, stretch=6), Bar(checked, X12SDK, must=1, stretch=1.5))
    report("Written", runners, rates, bars)


def x12sdk_model(text: str) -> Any:
    with X12ModelReader(text) as reader:
        return next(iter(reader.models()))
