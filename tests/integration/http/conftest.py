"""The edge of one service on a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.edge import Edge, an_edge, make_template
from tests.support.stack import TestStack


@pytest.fixture(scope="session")
def edge_template(postgres: TestStack) -> TestStack:
    """The stack with the template database that each test copies."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def edge(edge_template: TestStack, tmp_path: Path) -> AsyncIterator[Edge]:
    """A database of this test's own."""
    async with an_edge(edge_template, tmp_path) as edge:
        yield edge
