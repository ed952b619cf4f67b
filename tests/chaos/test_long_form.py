"""The long form, `make chaos`: twenty minutes of faults at least, and then what the checker says without protections.

A run that passes with one of the protections off would be worth nothing: each has to be found out.
"""

import os
from pathlib import Path

import pytest

from claimwright import failpoints
from tests.support.chaos_run import POINTS, Run
from tests.support.chaos_stack import ChaosStack
from tests.support.nemesis import FAULTS, schedule

SEED = int(os.environ.get("CHAOS_SEED") or 6)
SECONDS = float(os.environ.get("CHAOS_SECONDS") or 1200)
HITS = 20

DAWDLE = """
    create function intake.dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.4); return null; end $$;
    create constraint trigger dawdle after insert on intake.outbox deferrable initially deferred
    for each row when (new.seq % 3 = 0) execute function intake.dawdle()
"""
"""Every third event of intake commits late, as under heavy load it may: only the fence keeps it from being lost."""

CONTROLS = {
    "inbox off": ((failpoints.INBOX_OFF,), "", "I7"),
    "cursor before acknowledgements": ((failpoints.CURSOR_FIRST,), "", "I6"),
    "no fence": ((failpoints.FENCE_OFF,), DAWDLE, "I6"),
    "offsets before the database": ((failpoints.OFFSETS_FIRST,), "", "I7"),
    "inbox off and the ledger's uniqueness dropped": (
        (failpoints.INBOX_OFF,),
        "alter table remittance.posting drop constraint uq_posting_cause",
        "I7",
    ),
}
"""What is off, and the invariant that has to tell: I6 of events that never got out, I7 of handlings without a trace.

Without the inbox no money doubles: the use cases know by themselves which versions they have dealt with.
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(5400)]


async def test_twenty_minutes_of_faults_leave_nothing_lost_and_nothing_doubled(tmp_path: Path) -> None:
    blows = schedule(SEED, seconds=SECONDS, every=9, longer=2)
    async with ChaosStack.made(tmp_path / "state").running() as stack:
        run = Run(stack, tmp_path, seed=SEED)
        report = await run.play(times=HITS, failing=SECONDS + 900, blows=blows, poison_of_256=3, patience=600)

    print(f"{report.claims} claims; faults {dict(report.struck)}; {report.hits.total()} deaths at points")
    assert report.stuck is None
    assert {point: report.hits[point] for point in POINTS if report.hits[point] < HITS} == {}
    assert report.verdicts == dict.fromkeys(report.verdicts, 0), report.told
    assert report.struck.keys() == set(FAULTS)


@pytest.mark.parametrize("control", CONTROLS)
async def test_without_a_protection_the_checker_finds_what_went_wrong(tmp_path: Path, control: str) -> None:
    switches, sabotage, tells = CONTROLS[control]
    async with ChaosStack.made(tmp_path / "state").running() as stack:
        run = Run(stack, tmp_path, seed=SEED)
        report = await run.play(
            times=2,
            failing=90,
            blows=schedule(SEED, seconds=30, every=5),
            poison_of_256=3,
            patience=40,
            switches=switches,
            sabotage=sabotage,
        )

    print(f"{control}: { ({name: wrong for name, wrong in report.verdicts.items() if wrong}) }")
    assert report.verdicts[tells]
