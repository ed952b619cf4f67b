"""The backbone's own servers and databases: its topics, and what it kills, are no other test's."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.backbone import Backbone, make_template, make_topics
from tests.support.stack import TestStack

TEMPLATE = "backbone"
SUFFIXES = [str(number) for number in range(20)]
"""More than there are tests with a broker: each takes topics that nobody has written."""


@pytest.fixture(scope="session")
def backbone_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """PostgreSQL for the backbone's tests alone, with a template database."""
    stack = TestStack.at(tmp_path_factory.mktemp("backbone") / "state")
    try:
        asyncio.run(_start_postgres(stack))
        yield stack
    finally:
        stack.end()


@pytest.fixture(scope="session")
def backbone_servers(backbone_postgres: TestStack) -> TestStack:
    """The same with Kafka, and topics for all its tests."""
    asyncio.run(backbone_postgres.ensure("kafka"))
    make_topics(backbone_postgres, SUFFIXES)
    return backbone_postgres


async def _start_postgres(stack: TestStack) -> None:
    await stack.ensure("postgres")
    await make_template(stack, TEMPLATE)


@pytest.fixture(scope="session")
def unused_topics() -> list[str]:
    """The suffixes that no test has taken."""
    return list(SUFFIXES)


@pytest.fixture
async def backbone(backbone_servers: TestStack, unused_topics: list[str]) -> AsyncIterator[Backbone]:
    """A database and topics of the test's own."""
    made = await Backbone.made(backbone_servers, TEMPLATE, unused_topics.pop())
    yield made
    await made.drop()


@pytest.fixture
async def tables(backbone_postgres: TestStack) -> AsyncIterator[Backbone]:
    """A database of the test's own; its topics are only names."""
    made = await Backbone.made(backbone_postgres, TEMPLATE, "nowhere")
    yield made
    await made.drop()
