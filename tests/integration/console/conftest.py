"""One migrated database for all console tests; each console is a copy of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.console import TestConsole, a_console, make_template
from tests.support.stack import TestStack


@pytest.fixture(scope="session")
def console_template(postgres: TestStack) -> TestStack:
    """PostgreSQL with the console's template database."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def console(console_template: TestStack) -> AsyncIterator[TestConsole]:
    """A console of its own for one test."""
    async with a_console(console_template) as made:
        yield made
