"""A browser for each test that asks for one."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.browser import launched


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A running browser; contexts and pages come from `tests.support.browser`."""
    async with launched() as running:
        yield running
