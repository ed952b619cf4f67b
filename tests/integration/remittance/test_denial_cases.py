"""A denial case follows its decision: it ends when that is taken back, and a correction that denies again opens one."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from claimwright import ids
from claimwright_remittance.usecases.match_by_hand import match_by_hand
from claimwright_remittance.usecases.take_off_claim import take_off_claim
from claimwright_remittance.usecases.undo_act import undo_act
from tests.support.remittance import RemittanceBench, a_bench
from tests.support.stack import TestStack
from tests.support.tables import run

DENIED = """
    day  file  does                                      expect
    1          bill A 100.00
    9    F     deny A 0.00 CO-50 100.00                  A DENIED, disputed 100.00, denial 100.00
"""
REVERSED = f"""{DENIED}
    23   G     reverse A                                 A REVERSED_AWAITING_CORRECTION, no denial
"""
DENIED_AGAIN = f"""{REVERSED}
    30   H     deny A 0.00 CO-16 100.00 icn 2            A DENIED, disputed 100.00, denial 100.00
"""
IN_ONE_FILE = f"""{DENIED}
    23   G     reverse A
         G     deny A 0.00 CO-16 100.00 icn 2            A DENIED, disputed 100.00, denial 100.00
"""
PAID_AFTER_ALL = f"""{REVERSED}
    30   H     pay A 80.00 CO-45 20.00 icn 2             A PAID_FULL, closed, no denial
"""
SECOND_PAYS = """
    day  file  does                                      expect
    1          bill A 100.00 payers 2
    9    F     deny A 0.00 CO-50 100.00                  A DENIED, denial 100.00
    10         bill A@2 100.00
    16   G     pay A@2 100.00                            A disputed 0.00, no denial
    23   H     reverse A@2
         H     plb WO TAKES -100.00                        A disputed 100.00, denial 100.00
"""
SECOND_PAYS_FIRST = """
    day  file  does                                      expect
    1          bill A 100.00 payers 2
    1          bill A@2 100.00
    9    F     pay A@2 100.00                            A no denial
    16   G     deny A 0.00 CO-50 100.00                  A disputed 0.00, no denial
    23   H     reverse A@2
         H     plb WO TAKES -100.00                        A disputed 100.00, denial 100.00
"""
TWO_CLAIMS = """
    day  file  does                                      expect
    1          bill A 100.00
    1          bill B 100.00
    9    F     deny A 0.00 CO-50 100.00                  A denial 100.00
"""
ONE_DECIDED_BEFORE = """
    day  file  does                                      expect
    1          bill A 100.00
    1          bill B 100.00
    5    E     pay B 80.00 CO-45 20.00
    6    G     reverse B
         G     plb WO TAKES -80.00                        B REVERSED_AWAITING_CORRECTION
    9    F     deny A 0.00 CO-50 100.00                  A denial 100.00
"""
OPENED, ENDED, AGAIN = "denial.opened.v1", "denial.superseded.v1", "denial.reopened.v1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(remittance_template: TestStack) -> AsyncIterator[RemittanceBench]:
    """One database for all cases."""
    async with a_bench(remittance_template) as made:
        yield made


@pytest.fixture
def bench(shared: RemittanceBench) -> RemittanceBench:
    """An organization of the test's own."""
    return RemittanceBench(shared.stack, shared.name, shared.transactions, org_id=ids.new())


async def told(bench: RemittanceBench) -> list[dict[str, Any]]:
    """Return what was told of denial cases, in order."""
    rows = await bench.rows(
        "select type, convert_from(payload, 'utf8')::jsonb->'data' as data from outbox "
        "where org_id = $1 and type like 'denial.%' order by seq",
        bench.org_id,
    )
    return [{"type": row["type"], **_json(row)} for row in rows]


def _json(row: asyncpg.Record) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["data"])
    return found


@pytest.mark.parametrize(
    ("table", "types"),
    [
        (REVERSED, [OPENED, ENDED]),
        (DENIED_AGAIN, [OPENED, ENDED, OPENED]),
        (IN_ONE_FILE, [OPENED, OPENED, ENDED]),
        (PAID_AFTER_ALL, [OPENED, ENDED]),
        (SECOND_PAYS, [OPENED, ENDED, AGAIN]),
        (SECOND_PAYS_FIRST, [OPENED]),
    ],
    ids=["reversed", "denied_again", "in_one_file", "paid_after_all", "second_pays", "second_pays_first"],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_case_follows_its_decision(bench: RemittanceBench, table: str, types: list[str]) -> None:
    await run(table, bench)

    assert [each["type"] for each in await told(bench)] == types
    assert await bench.faults() == []


@pytest.mark.parametrize("table", [DENIED_AGAIN, IN_ONE_FILE], ids=["across_files", "in_one_file"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_correction_that_denies_again_opens_a_case_that_names_the_one_before(
    bench: RemittanceBench, table: str
) -> None:
    await run(table, bench)

    events = await told(bench)
    first, again = [each for each in events if each["type"] == OPENED]
    (ended,) = [each for each in events if each["type"] == ENDED]
    assert (ended["denial_id"], ended["by"]) == (first["denial_id"], "reversed")
    assert (first["follows"], again["follows"]) == (None, first["denial_id"])


@pytest.mark.asyncio(loop_scope="module")
async def test_a_denial_that_a_person_takes_off_ends_its_case_and_undoing_that_opens_it_again(
    bench: RemittanceBench,
) -> None:
    await run(DENIED, bench)
    (row,) = await bench.rows("select id from remit_claim where org_id = $1", bench.org_id)
    denied: UUID = row["id"]

    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        act_id = await take_off_claim(work, denied, reason="another claim's")
    taken_off = await bench.see()
    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        await undo_act(work, act_id, reason="it was this one's")

    events = await told(bench)
    assert taken_off.denials == {}
    assert (await bench.see()).denials == {"A": 100_00}
    assert [each["type"] for each in events] == [OPENED, ENDED, AGAIN]
    assert events[1]["by"] == "taken_off"
    assert len({each["denial_id"] for each in events}) == 1
    assert await bench.faults() == []


@pytest.mark.parametrize("table", [TWO_CLAIMS, ONE_DECIDED_BEFORE], ids=["undecided", "decided_before"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_denial_that_a_person_gives_to_another_claim_opens_a_case_there_and_undoing_that_ends_it(
    bench: RemittanceBench, table: str
) -> None:
    await run(table, bench)
    (row,) = await bench.rows("select remit_claim_id from denial_case where org_id = $1", bench.org_id)
    denied: UUID = row["remit_claim_id"]

    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        await take_off_claim(work, denied, reason="another claim's")
    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        act_id = await match_by_hand(work, denied, bench.claims["B"], reason="it is this one's")
    given = await bench.see()
    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        await undo_act(work, act_id, reason="it was not")
    async with bench.transactions.begin(org_id=bench.org_id, actor="per_somebody") as work:
        await match_by_hand(work, denied, bench.claims["A"], reason="the first one's after all")

    events = await told(bench)
    assert given.denials == {"B": 100_00}
    assert (await bench.see()).denials == {"A": 100_00}
    assert [each["type"] for each in events] == [OPENED, ENDED, OPENED, ENDED, AGAIN]
    claim_a, claim_b = (ids.text(ids.CLAIM, bench.claims[name]) for name in "AB")
    assert [each["claim_id"] for each in events] == [claim_a, claim_a, claim_b, claim_b, claim_a]
    assert await bench.faults() == []
