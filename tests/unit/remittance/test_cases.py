"""Every remittance case in memory: real bytes through codec, balance, matching and posting."""

import pytest

from tests.support.books_in_memory import BooksInMemory
from tests.support.remittance_cases import CASES
from tests.support.tables import run


@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_case(table: str) -> None:
    await run(table, BooksInMemory())
