"""Every remittance case again, by the use cases of the service on PostgreSQL, each in an organization of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from claimwright import ids
from tests.support.remittance import RemittanceBench, a_bench
from tests.support.remittance_cases import CASES
from tests.support.stack import TestStack
from tests.support.tables import run


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(remittance_template: TestStack) -> AsyncIterator[RemittanceBench]:
    """One database for all cases."""
    async with a_bench(remittance_template) as made:
        yield made


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("table", CASES.values(), ids=CASES.keys())
async def test_case(shared: RemittanceBench, table: str) -> None:
    await run(table, RemittanceBench(shared.stack, shared.name, shared.transactions, org_id=ids.new()))
