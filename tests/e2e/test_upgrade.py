"""New code starts on the data that each released version left: it migrates, reads the old claims and goes on."""

import re
from pathlib import Path

import pytest

from deploy.stack.postgres_roles import DATABASE, SERVICES
from tests.support.checker import End, what_is_wrong
from tests.support.journey import a_visit, journey_on
from tests.support.left_data import ARCHIVES, restore
from tests.support.stack import TestStack

PARTITION = re.compile(r"inbox_\d{4}_\d{2}|outbox_p\d+")
"""Made as time and events come, so a used database has others than a new one."""

pytestmark = pytest.mark.timeout(300)


def test_there_is_data_of_a_released_version() -> None:
    assert list(ARCHIVES.glob("*.tar.xz"))


@pytest.mark.parametrize("archive", sorted(ARCHIVES.glob("*.tar.xz")), ids=lambda path: path.name)
async def test_this_version_goes_on_where_the_released_one_stopped(archive: Path, tmp_path: Path) -> None:
    stack = TestStack.at(tmp_path / "state")
    try:
        known = await restore(archive, stack)
        await stack.start()
        async with journey_on(stack) as journey:
            seen = [await journey.claim(claim["id"]) for claim in known]
            new = await journey.claim_of(a_visit())
            await journey.until_stage(new, "CLOSED")
        assert [{name: view[name] for name in claim} for view, claim in zip(seen, known, strict=True)] == known
        assert await what_is_wrong(stack, {new: End.PAID}) == []
    finally:
        await stack.stop()


@pytest.mark.parametrize("archive", sorted(ARCHIVES.glob("*.tar.xz")), ids=lambda path: path.name)
async def test_a_migrated_database_has_the_columns_of_a_new_one(archive: Path, tmp_path: Path) -> None:
    """Seen to fail while a released first revision was edited: the restored database never got what was added to it."""
    stack = TestStack.at(tmp_path / "state")
    try:
        await restore(archive, stack)
        await stack.make_database("new")
        for service in SERVICES:
            await stack.migrate(service)
            await stack.migrate(service, "new")

        old, new = await columns_of(stack, DATABASE), await columns_of(stack, "new")

        assert {column[0] for column in new} == set(SERVICES)
        assert sorted(each for each in old ^ new if not PARTITION.fullmatch(each[1])) == []
    finally:
        await stack.stop()


async def columns_of(stack: TestStack, database: str) -> set[tuple[str, ...]]:
    """Return every column of the services' schemas, with its type, whether it may be empty, and its default."""
    connection = await stack.connect("postgres", database)
    try:
        rows = await connection.fetch(
            "select table_schema, table_name, column_name, udt_name, is_nullable, coalesce(column_default, '')"
            " from information_schema.columns where table_schema = any($1)",
            list(SERVICES),
        )
    finally:
        await connection.close()
    return {tuple(row) for row in rows}
