"""A migrated database for each test of remittance."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.remittance import RemittanceBench, a_bench, make_template
from tests.support.remittance_api import Api, an_api
from tests.support.stack import TestStack


@pytest.fixture(scope="session")
def remittance_template(postgres: TestStack) -> TestStack:
    """The database that every test of remittance copies."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def bench(remittance_template: TestStack) -> AsyncIterator[RemittanceBench]:
    """Remittance on a database of the test's own."""
    async with a_bench(remittance_template) as made:
        yield made


@pytest.fixture
async def api(bench: RemittanceBench) -> AsyncIterator[Api]:
    """Its API, on the same database."""
    async with an_api(bench) as made:
        yield made
