"""Every input that the fuzzer kept goes the whole way, down every road, in each run."""

from pathlib import Path

import pytest

from claimwright.x12 import Unreadable, judge
from tests.fuzz.checks_x12 import ROADS, check

CORPUS = sorted((Path(__file__).parents[1] / "fuzz" / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_kept_input_gives_findings_and_never_an_exception(path: Path) -> None:
    data = path.read_bytes()

    check(data)
    findings = judge(data)
    for road in ROADS:
        try:
            road(data, findings)
        except Unreadable:
            assert findings[0].blocks


def test_there_are_inputs() -> None:
    assert len(CORPUS) >= 50
