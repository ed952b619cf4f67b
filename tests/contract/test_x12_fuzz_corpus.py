"""Every input that the fuzzer kept goes the whole way, down every road, in each run."""

from pathlib import Path

import pytest

from tests.fuzz.checks_x12 import BYTES_MOST, ROADS, check, down, write_what_was_read
from tests.fuzz.floods import FLOODS, flood

CORPUS = sorted((Path(__file__).parents[1] / "fuzz" / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_kept_input_gives_findings_and_never_an_exception(path: Path) -> None:
    data = path.read_bytes()

    for road in ROADS:
        down(road, data)


@pytest.mark.parametrize("name", FLOODS)
def test_no_input_costs_more_than_any_may(name: str) -> None:
    data = flood(name)

    check(data)

    assert BYTES_MOST - 100 < len(data) <= BYTES_MOST


@pytest.mark.parametrize("name", ["benefits", "statuses", "claims", "lines", "paid-lines", "unknown-in-a-claim"])
def test_no_writing_costs_more_than_any_call_may(name: str) -> None:
    # Seen to fail, where all of it was to be done within one second, on 40,000 benefits.
    down(write_what_was_read, flood(name))


def test_there_are_inputs() -> None:
    assert len(CORPUS) >= 50
