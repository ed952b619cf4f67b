"""Stacks of their own for tests that kill: what PostgreSQL promises about crashes is on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stack import TestStack


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[TestStack]:
    """A whole stack that nobody else uses."""
    stack = TestStack.at(tmp_path / "state", durable=True)
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()
