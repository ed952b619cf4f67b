"""The partner of the run's stack."""

from collections.abc import AsyncIterator

import pytest

from tests.support.journey import Journey, journey_on
from tests.support.stack import TestStack


@pytest.fixture
async def journey(whole_stack: TestStack) -> AsyncIterator[Journey]:
    """The bootstrap's partner on the whole stack."""
    async with journey_on(whole_stack) as journey:
        yield journey
