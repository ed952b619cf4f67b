"""What holds for every test: its tier is its folder, unit tests have no socket, and running parts are shared."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from xdist.scheduler import LoadScopeScheduling

from claimwright.events import catalog, topics
from tests.support.stack import TestStack

TESTS = Path(__file__).parent
TIERS = ("unit", "contract", "integration", "e2e", "chaos", "browser", "architecture", "bench")
SHARED = "the run's stack"
BACKBONE = "integration/backbone/"
WITH_A_STACK_OF_THEIR_OWN = {
    "e2e/test_make_run.py",
    "e2e/test_nothing_confidential_leaks.py",
    "e2e/test_sample_day.py",
    "e2e/test_upgrade.py",
    "integration/stack/test_broker_tls.py",
    "integration/stack/test_compose_steps.py",
    "integration/stack/test_supervisor.py",
    "integration/stack/test_topic_access.py",
    "integration/stack/test_wheels.py",
}
"""Files that need no part of the run's stack: they may run beside it."""


class ByStack(LoadScopeScheduling):
    """Runs in one process all that uses the run's stack, and each other file by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.split("::", 1)[0].removeprefix("tests/"))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByStack:
    """Say which tests go to the same process, and in the order that was chosen here: not by how many a file has."""
    config.option.loadscopereorder = False
    return ByStack(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier and run the quick tiers first; in two processes, what takes longest."""
    for item in items:
        item.add_marker(tier_of(item))
    quick_first = ("architecture", "unit", "contract", "integration", "browser", "e2e", "chaos", "bench")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        items.sort(key=lambda item: quick_first.index(tier_of(item)))
        return
    slow_first = tuple(reversed(quick_first))
    shared = [item for item in items if group_of(file_of(item)) == SHARED]
    apart = [item for item in items if group_of(file_of(item)) != SHARED]
    shared.sort(key=lambda item: quick_first.index(tier_of(item)))
    apart.sort(key=lambda item: slow_first.index(tier_of(item)))
    items[:] = [*shared, *apart]


def file_of(item: pytest.Item) -> str:
    """Return a test's file as seen from tests/."""
    return item.path.relative_to(TESTS).as_posix()


def group_of(file: str) -> str:
    """Return the group of a test file, which is named as seen from tests/."""
    if file.startswith(BACKBONE):
        return BACKBONE
    is_apart = file in WITH_A_STACK_OF_THEIR_OWN or not file.startswith(("integration/", "browser/", "e2e/"))
    return file if is_apart else SHARED


def tier_of(item: pytest.Item) -> str:
    """Return the tier of a test: the first folder under tests/."""
    tier = item.path.relative_to(TESTS).parts[0]
    if tier not in TIERS:
        raise pytest.UsageError(f"{item.path}: a test belongs in one of {', '.join(TIERS)}")
    return tier


@pytest.fixture(autouse=True)
def no_socket_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection or listening port in unit tests; an event loop's own socket pair is allowed."""
    if tier_of(request.node) != "unit":
        return

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a unit test has no socket: fake the part, or move the test to integration")

    for act in ("bind", "connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, act, refuse)


@pytest.fixture(autouse=True)
def only_released_events(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the event types and topics that the backbone's tests add, from tests that look at all that there are."""
    if tier_of(request.node) not in {"architecture", "contract", "unit"}:
        return
    for table in (catalog.MODEL_NAMED, topics.TOPIC_NAMED):
        for name in [name for name in table if name.startswith("test.")]:
            monkeypatch.delitem(table, name)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """The run's one stack; nothing of it runs until `await stack.ensure(…)` or one of the fixtures below."""
    running = TestStack.at(tmp_path_factory.mktemp("stack") / "state")
    yield running
    running.end()


@pytest.fixture(scope="session")
def postgres(stack: TestStack) -> TestStack:
    """The stack with PostgreSQL running: database `claimwright` with schemas and roles, and no tables."""
    asyncio.run(stack.ensure("postgres"))
    return stack


@pytest.fixture(scope="session")
def servers(stack: TestStack) -> TestStack:
    """The stack with PostgreSQL and Kafka running: topics, users and access lists are made."""
    asyncio.run(stack.ensure("postgres", "kafka"))
    return stack


@pytest.fixture(scope="session")
def whole_stack(stack: TestStack) -> TestStack:
    """The stack with every service running."""
    asyncio.run(stack.ensure(*stack.table.parts))
    return stack
