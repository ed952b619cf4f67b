"""Acts that come together share a commit, and one that fails harms no other.

Seen to fail: without the savepoints of `_one_by_one` the division by zero took the whole group with it; with
`call_later` left out a held group kept those behind it waiting.
"""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from claimwright.http.group_commit import GroupCommit
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from tests.support.edge import Edge
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION

Joined = GroupCommit[str, str]


class Acts:
    """Records each act in the audit trail; `crash` breaks the statement, `refuse` is refused."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.held = asyncio.Event()
        self.held.set()

    async def __call__(self, works: Sequence[Work], names: Sequence[str]) -> list[str | Exception]:
        self.sizes.append(len(names))
        for work, name in zip(works, names, strict=True):
            if name != "refuse":
                await audit.record(work, action="thing.made", object=name)
        if "hold" in names:
            await self.held.wait()
        if "crash" in names:
            await works[0].execute(text("select 1 / 0"))
        return [Refusal("no") if name == "refuse" else name for name in names]


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def joined(edge: Edge, acts: Acts) -> Joined:
    return GroupCommit(edge.transactions, acts, most=64, wait_seconds=0.005)


async def do(joined: Joined, *names: str) -> list[str | BaseException]:
    return await asyncio.gather(
        *(joined.do(name, org_id=TEST_ORGANIZATION, actor="key:1") for name in names), return_exceptions=True
    )


async def one_after_the_other(joined: Joined, *names: str) -> None:
    for name in names:
        await joined.do(name, org_id=TEST_ORGANIZATION, actor="key:1")


async def recorded(edge: Edge) -> dict[str, str]:
    """Return the transaction that recorded each act."""
    root = await edge.root()
    rows = await root.fetch("select object, xmin::text as transaction from intake.audit")
    await root.close()
    return {row["object"]: row["transaction"] for row in rows}


async def test_acts_that_come_together_share_a_commit(edge: Edge, joined: Joined) -> None:
    names = [f"a{number}" for number in range(20)]

    told = await do(joined, *names)

    kept = await recorded(edge)
    assert told == names
    assert kept.keys() == set(names)
    assert len(set(kept.values())) == 1


async def test_a_lone_act_does_not_wait_for_company(joined: Joined, acts: Acts) -> None:
    for name in ("a", "b"):
        await do(joined, name)

    assert acts.sizes == [1, 1]


async def test_one_that_fails_and_one_that_is_refused_harm_no_other(edge: Edge, joined: Joined) -> None:
    a, crashed, b, refused = await do(joined, "a", "crash", "b", "refuse")

    assert (a, b) == ("a", "b")
    assert isinstance(crashed, DBAPIError)
    assert isinstance(refused, Refusal)
    assert (await recorded(edge)).keys() == {"a", "b"}


async def test_a_group_that_takes_long_lets_others_go_beside_it(edge: Edge, joined: Joined, acts: Acts) -> None:
    acts.held.clear()
    held = asyncio.create_task(do(joined, "hold"))
    while not acts.sizes:  # noqa: ASYNC110 the first group is on its way
        await asyncio.sleep(0.01)

    beside = await asyncio.wait_for(do(joined, "a", "b"), 5)
    acts.held.set()

    assert beside == ["a", "b"]
    assert await held == ["hold"]


async def test_those_who_are_just_told_share_the_next_commit_with_those_who_waited(edge: Edge, acts: Acts) -> None:
    """Seen to fail without `_let_come`: three commits of one act each."""
    joined = GroupCommit(edge.transactions, acts, most=64, wait_seconds=5.0)
    acts.held.clear()
    first = asyncio.create_task(one_after_the_other(joined, "hold", "a"))
    while not acts.sizes:  # noqa: ASYNC110 the first group is on its way
        await asyncio.sleep(0.01)
    second = asyncio.create_task(one_after_the_other(joined, "b"))
    await asyncio.sleep(0.05)

    acts.held.set()
    await asyncio.gather(first, second)

    assert acts.sizes == [1, 2]


async def test_acts_that_come_on_and_on_hold_up_no_commit(edge: Edge, acts: Acts) -> None:
    """Seen to fail without the bound of `_let_come`: three commits, the third of nearly all that came."""
    joined = GroupCommit(edge.transactions, acts, most=1000, wait_seconds=0.01)
    coming = []
    for number in range(150):
        coming.append(asyncio.create_task(do(joined, f"a{number}")))
        await asyncio.sleep(0.0005)
    await asyncio.gather(*coming)

    assert len(acts.sizes) > 4


async def test_callers_do_not_share_a_transaction(edge: Edge, joined: Joined, acts: Acts) -> None:
    await asyncio.gather(
        joined.do("a", org_id=TEST_ORGANIZATION, actor="key:1"),
        joined.do("b", org_id=OTHER_ORGANIZATION, actor="key:2"),
        joined.do("c", org_id=TEST_ORGANIZATION, actor="key:3"),
    )

    assert sorted(acts.sizes) == [1, 1, 1]
    assert len(set((await recorded(edge)).values())) == 3


async def test_who_goes_away_leaves_what_was_done_and_the_others(edge: Edge, joined: Joined, acts: Acts) -> None:
    acts.held.clear()
    gone = asyncio.create_task(joined.do("hold", org_id=TEST_ORGANIZATION, actor="key:1"))
    while not acts.sizes:  # noqa: ASYNC110 the first group is on its way
        await asyncio.sleep(0.01)
    gone.cancel()
    acts.held.set()

    assert await do(joined, "a") == ["a"]
    assert (await recorded(edge)).keys() == {"hold", "a"}


async def test_more_than_the_most_go_in_several_commits(edge: Edge, acts: Acts) -> None:
    joined = GroupCommit(edge.transactions, acts, most=8, wait_seconds=0.005)

    await do(joined, *(f"a{number}" for number in range(20)))

    assert max(acts.sizes) == 8
    assert len(await recorded(edge)) == 20


async def test_nothing_of_a_caller_stays_in_memory(joined: Joined) -> None:
    await do(joined, "a", "b")
    await asyncio.sleep(0)

    assert joined._queues == {}
