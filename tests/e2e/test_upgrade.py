"""New code starts on the data that each released version left: it migrates, reads the old claims and goes on."""

from pathlib import Path

import pytest

from tests.support.checker import what_is_wrong
from tests.support.journey import a_visit, journey_on
from tests.support.left_data import ARCHIVES, restore
from tests.support.stack import TestStack

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
        assert await what_is_wrong(stack, [new]) == []
    finally:
        await stack.stop()
