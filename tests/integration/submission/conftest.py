"""A submission service with a database of its own, for each test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.stack import TestStack
from tests.support.submission import SubmissionBench, a_bench, make_template


@pytest.fixture(scope="session")
def submission_template(postgres: TestStack) -> TestStack:
    """The stack with a migrated database to be copied."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def bench(submission_template: TestStack) -> AsyncIterator[SubmissionBench]:
    """One service of two test organizations."""
    async with a_bench(submission_template) as made:
        yield made
