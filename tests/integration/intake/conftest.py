"""An intake service with a database of its own, for each test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.intake import IntakeBench, a_bench, make_template
from tests.support.stack import TestStack


@pytest.fixture(scope="session")
def intake_template(postgres: TestStack) -> TestStack:
    """The stack with a migrated database to be copied."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def bench(intake_template: TestStack) -> AsyncIterator[IntakeBench]:
    """One service of two organizations."""
    async with a_bench(intake_template) as made:
        yield made
