"""Every remittance case in memory: real bytes through codec, balance, matching and posting."""

from pathlib import Path

import pytest

from tests.support.books_in_memory import BooksInMemory
from tests.support.remittance_cases import CASES
from tests.support.tables import run


@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_case(table: str) -> None:
    await run(table, BooksInMemory())


CORRECTED_INSURED = 27
"""Case 27 leaves nothing on a claim that a table could show: its event has a test of its own."""


def test_each_of_the_48_cases_has_a_test_of_its_number() -> None:
    events = Path(__file__).parents[2] / "integration" / "remittance" / "test_contracts_and_clocks.py"

    assert {int(name[:2]) for name in CASES} == set(range(1, 49)) - {CORRECTED_INSURED}
    assert f"def test_{CORRECTED_INSURED}_" in events.read_text()
