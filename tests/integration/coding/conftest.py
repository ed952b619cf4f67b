"""A coding service with a database of its own, for each test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.coding import CodingBench, a_bench, make_template
from tests.support.stack import TestStack


@pytest.fixture(scope="session")
def coding_template(postgres: TestStack) -> TestStack:
    """The stack with a migrated database to be copied."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def bench(coding_template: TestStack) -> AsyncIterator[CodingBench]:
    """One service of two organizations."""
    async with a_bench(coding_template) as made:
        yield made
